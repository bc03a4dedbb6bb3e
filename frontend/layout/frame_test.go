package layout

import (
	"bytes"
	"context"
	"testing"

	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"shebao/frontend/locale"
)

// A page by hand stands in the very shell that a template's page stands in, whoever was shown one before.
func TestFrameIsTheShell(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`<>&"'社保a `)), 0, 8, -1)
	links := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Link {
		return Link{Href: rapid.SampledFrom([]string{"/statement", "/account"}).Draw(t, "href"), Text: text.Draw(t, "text"), Always: rapid.Bool().Draw(t, "always")}
	}), 0, 2)
	rapid.Check(t, func(t *rapid.T) {
		p := Page{
			Site: rapid.SampledFrom([]string{"site.portal", "site.desk"}).Draw(t, "site"), Lang: rapid.SampledFrom([]string{locale.Chinese, locale.English}).Draw(t, "language"),
			Title: text.Draw(t, "title"), Path: rapid.SampledFrom([]string{"", "/statement"}).Draw(t, "path"), Back: text.Draw(t, "back"), Theme: rapid.SampledFrom([]string{"", "light", "dark"}).Draw(t, "theme"),
			Failed: rapid.Bool().Draw(t, "failed"), Elder: rapid.Bool().Draw(t, "elder"), Wide: rapid.Bool().Draw(t, "wide"), Demo: rapid.Bool().Draw(t, "demo"),
			Account: text.Draw(t, "account"), AccountLink: rapid.SampledFrom([]string{"", "/me"}).Draw(t, "leads"), SignOut: "/sign-out", About: text.Draw(t, "about"),
			Nav: links.Draw(t, "navigation"), Foot: links.Draw(t, "foot"),
		}
		if rapid.Bool().Draw(t, "shared") {
			p.Leave = &Leave{After: 900, To: "/sign-in"}
		}
		if rapid.Bool().Draw(t, "helper") {
			p.Acting = &Acting{Text: text.Draw(t, "for"), Action: "/helping"}
		}
		if rapid.Bool().Draw(t, "public") {
			p.Canonical, p.Languages = "https://si.example/", []Link{{Text: "en", Href: "/?lang=en"}}
		}
		const body = "<p>text</p>"
		var want bytes.Buffer
		if err := Shell(p).Render(templ.WithChildren(context.Background(), templ.Raw(body)), &want); err != nil {
			t.Fatal(err)
		}
		got, err := p.Append(nil, func(b []byte) []byte { return append(b, body...) })
		if err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%v\n%s\nwant\n%s", err, got, want.Bytes())
		}
	})
}

// Whatever pages ask for, the memory for their shells is bounded.
func TestFramesAreBounded(t *testing.T) {
	for i := range framesAtMost + 10 {
		if _, err := (Page{Site: "site.portal", Lang: locale.English, Path: string(rune('a' + i))}).frame(); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(frames.drawn); n > framesAtMost {
		t.Errorf("%d frames are kept", n)
	}
}
