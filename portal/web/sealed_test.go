package web

import (
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"shebao/shared/seal"
)

// Nothing that a browser makes up opens as a sealed value, and no redirect leaves the site.
func FuzzWhatBrowsersCarry(f *testing.F) {
	key, err := seal.NewFieldKey(append(seal.NewSalt(), seal.NewSalt()...), "portal")
	if err != nil {
		f.Fatal(err)
	}
	s, app := &Site{Field: key}, fiber.New()
	c := app.AcquireCtx(&fasthttp.RequestCtx{})
	good, err := s.seal(c, cookieDevice, []mark{{7, "x"}}, time.Hour)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "/", "//evil.example", `/\evil.example`, "/me?done=pin", good, good[:len(good)-2] + "AA", "http://si.example/a b", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if marks := s.marksIn(c, text); len(marks) > 0 && (len(marks) != 1 || marks[0] != mark{7, "x"}) {
			t.Errorf("%q is a mark", text)
		}
		to := localPath(text)
		if to[0] != '/' || len(to) > 1 && (to[1] == '/' || to[1] == '\\') {
			t.Errorf("%q leads to %q", text, to)
		}
		c.Request().Header.SetMethod(fiber.MethodPost)
		c.Request().Header.Set(fiber.HeaderReferer, text)
		if to := leftPage(c); to[0] != '/' || len(to) > 1 && (to[1] == '/' || to[1] == '\\') {
			t.Errorf("the page %q leads to %q", text, to)
		}
	})
}
