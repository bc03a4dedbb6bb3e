package config_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shebao/shared/config"
)

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	r := config.NewReader(config.Map(map[string]string{"LISTEN": "here", "WORKERS": "many", "KEY": "c2hvcnQ", "PUBLIC": "https://a.example/path", "WAIT": "-1s"}))
	r.Listen("LISTEN", "127.0.0.1:0")
	r.Int("WORKERS", 1, 1, 9)
	r.Secret("KEY", 32)
	r.Password("TOKEN")
	r.PublicURL("PUBLIC", "http://127.0.0.1")
	r.Duration("WAIT", 1)
	r.Required("NAME")
	err := r.Err()
	if err == nil {
		t.Fatal("no problem found")
	}
	for _, name := range []string{"LISTEN", "WORKERS", "KEY", "TOKEN", "PUBLIC", "WAIT", "NAME"} {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("%s is not reported: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "c2hvcnQ") {
		t.Error("the report shows a secret")
	}
}

func TestSecretsCannotBePrinted(t *testing.T) {
	s := config.Secret("hunter2hunter2")
	b, _ := json.Marshal(map[string]any{"s": s})
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), string(b)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("printed: %s", shown)
		}
	}
}

// A secret may be a list; a bad one in it, or the same twice, is a problem, and no value is ever printed.
func TestASecretMayBeAList(t *testing.T) {
	a, b := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("a", 32))), base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("b", 32)))
	for value, want := range map[string]int{a: 1, a + "," + b: 2, b + " , " + a: 2, "": 0, a + ",": 0, a + "," + a: 0, a + ",YQ": 0, a + "," + b + "=": 0} {
		r := config.NewReader(config.Map(map[string]string{"KEY": value}))
		list := r.Secrets("KEY", 32)
		if len(list) != want || (r.Err() == nil) != (want > 0) {
			t.Errorf("%d secrets of %d letters, %v", len(list), len(value), r.Err())
		}
		if want == 2 && (list[0][0] == 'a') != strings.HasPrefix(value, a) {
			t.Error("the first is not the first")
		}
		for _, said := range []string{fmt.Sprint(list), fmt.Sprintf("%#v", list), fmt.Sprint(r.Err())} {
			if strings.Contains(said, a) || strings.Contains(said, "97 97") || strings.Contains(said, "aaaa") {
				t.Error("a secret is printed")
			}
		}
	}
}
