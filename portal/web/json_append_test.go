package web

import (
	"encoding/json"
	"reflect"
	"testing"

	"shebao/shared/calendar"
)

// What is written by hand is what encoding/json reads, whatever the text.
func FuzzDocument(f *testing.F) {
	f.Add("崔鹏霞", 2025)
	f.Add("\"\\\x00\u2028<script>", -1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		d := document{}
		d.open('{')
		d.text("text", text)
		d.name("list")
		d.open('[')
		d.element("a")
		d.open('{')
		d.number("n", n)
		d.date("none", calendar.Date{})
		d.close('}')
		d.element("b")
		d.open('[')
		d.close(']')
		d.close(']')
		d.truth("yes", true)
		d.period("ym", 202503)
		d.close('}')
		var got, want map[string]any
		if err := json.Unmarshal(d.b, &got); err != nil {
			t.Fatalf("%s: %v", d.b, err)
		}
		b, err := json.Marshal(map[string]any{"text": text, "list": []any{"a", map[string]any{"n": n, "none": ""}, "b", []any{}}, "yes": true, "ym": "2025-03"})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s, want %s", d.b, b)
		}
	})
}
