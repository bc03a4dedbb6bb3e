package layout

import (
	"strings"
	"testing"
)

func TestDatesAreNotBroken(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-28 登录，最近使用 2026-11-29": `<span class="nowrap">2026-11-28</span> 登录，最近使用 <span class="nowrap">2026-11-29</span>`,
		"<b>2026-11-28": `&lt;b&gt;<span class="nowrap">2026-11-28</span>`,
		"12026-11-28":   `1<span class="nowrap">2026-11-28</span>`,
		"2026-11-2":     "2026-11-2",
		"2026-11/28":    "2026-11/28",
		"":              "",
	} {
		var b strings.Builder
		if err := Whole(text).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%q is drawn as %s", text, b.String())
		}
	}
}
