package softphone

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/softphone"
	"shebao/frontend/static"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Page is the demo's telephone: a page that calls the hotline, and the carrier's recordings beside it. Calls live in memory and belong to a browser.
type Page struct {
	Config func() Config
	Hints  []string
	mu     sync.Mutex
	calls  map[string]*Call
}

// Wing serves the page at a public address.
func (p *Page) Wing(publicURL string, recordings *Recordings, log *slog.Logger) server.Wing {
	p.calls = map[string]*Call{}
	app := server.New(server.Options{Name: "softphone", PublicURL: publicURL, Log: log, Now: time.Now, Pages: true, BodyLimit: maxSound, Budget: 20 * time.Second,
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error { return c.SendString(locale.Fault(locale.Chinese, f)) }})
	recordings.Routes(app)
	server.Static(app, static.Prefix, static.Open)
	app.Get("/", func(c *fiber.Ctx) error { return p.show(c, nil) })
	app.Post("/prefs", func(c *fiber.Ctx) error {
		for _, lang := range []string{locale.Chinese, locale.English} {
			if c.FormValue("lang") == lang {
				c.Cookie(&fiber.Cookie{Name: "lang", Value: lang, Path: "/"})
			}
		}
		return c.Redirect("/", fiber.StatusSeeOther)
	})
	app.Post("/dial", p.dial)
	app.Post("/press", p.with(func(c *fiber.Ctx, call *Call) error {
		keys := c.FormValue("key")
		if keys == "" {
			keys = strings.TrimSpace(c.FormValue("keys"))
		}
		return call.Press(c.UserContext(), keys)
	}))
	app.Post("/say", p.with(func(c *fiber.Ctx, call *Call) error { return call.Say(c.UserContext(), c.FormValue("words")) }))
	app.Post("/record", p.with(func(c *fiber.Ctx, call *Call) error { return call.Record(c.UserContext(), Tone(20)) }))
	app.Post("/silence", p.with(func(c *fiber.Ctx, call *Call) error { return call.Silence(c.UserContext()) }))
	app.Post("/hangup", p.with(func(c *fiber.Ctx, call *Call) error { return call.HangUp(c.UserContext()) }))
	return server.Wing{App: app}
}

const maxSound = 8 << 20

func (p *Page) call(c *fiber.Ctx) *Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[c.Cookies("call")]
}

func (p *Page) dial(c *fiber.Ctx) error {
	call, err := Dial(c.UserContext(), p.Config())
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails: it crashes the process instead
	key := hex.EncodeToString(id)
	p.mu.Lock()
	if len(p.calls) > 1000 {
		clear(p.calls) // old calls of a demo that was left running
	}
	p.calls[key] = call
	p.mu.Unlock()
	c.Cookie(&fiber.Cookie{Name: "call", Value: key, Path: "/", HTTPOnly: true, SameSite: "Lax"})
	if err != nil {
		return p.show(c, err)
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

func (p *Page) with(do func(c *fiber.Ctx, call *Call) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		call := p.call(c)
		if call == nil {
			return c.Redirect("/", fiber.StatusSeeOther)
		}
		if err := do(c, call); err != nil {
			return p.show(c, err)
		}
		return c.Redirect("/", fiber.StatusSeeOther)
	}
}

func (p *Page) show(c *fiber.Ctx, failed error) error {
	page := layout.Page{Site: "site.softphone", Lang: locale.Known(c.Cookies("lang")), Path: "/", Demo: true}
	page.Title = page.T("site.softphone")
	v := pages.View{Page: page, Hints: p.Hints}
	if call := p.call(c); call != nil {
		v.Heard, v.Awaits, v.InCall = call.Heard(), call.Awaits(), !call.Ended()
	}
	if failed != nil {
		v.Error = page.T("softphone.failed", failed.Error()) // what the carrier would report; it holds no personal data
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return pages.Phone(v).Render(c.UserContext(), c.Response().BodyWriter())
}
