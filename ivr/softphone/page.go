package softphone

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/softphone"
	"shebao/frontend/static"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
	"shebao/shared/sms"
)

// Page is the demo's telephone: a page that calls the hotline, and the carrier's recordings beside it. Calls live in memory and belong to a browser. Every form works
// without script; a script asks the same addresses for JSON, speaks what is heard, and records from the microphone.
type Page struct {
	Config  func() Config
	Carrier *Carrier
	Hints   []string
	Inbox   Inbox // none shows no messages

	mu    sync.Mutex
	calls map[string]*held
	agent held // who took the agents' telephone last
}

// Inbox is what the invented phones received, the latest first.
type Inbox interface{ Received() []sms.Text }

// held is a call and the turn of the one request at a time that may drive it.
type held struct {
	turn sync.Mutex
	call *Call
	used time.Time
	// typed are the keys of an entry that is not whole yet.
	typed string
}

const (
	maxSound = 8 << 20
	maxCalls = 200
	heldFor  = 4 * time.Hour // the carrier's longest call
)

// Wing serves the page at a public address.
func (p *Page) Wing(publicURL string, log *slog.Logger) server.Wing {
	p.calls = map[string]*held{}
	app := server.New(server.Options{Name: "softphone", PublicURL: publicURL, Log: log, Now: time.Now, Pages: true, BodyLimit: maxSound, Budget: 90 * time.Second,
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error { return c.SendString(locale.Fault(lang(c), f)) }})
	p.Carrier.Routes(app)
	server.Static(app, static.Prefix, static.Open)
	app.Get("/", func(c *fiber.Ctx) error { return p.show(c, nil) })
	app.Post("/prefs", setPreferences)
	app.Post("/dial", p.dial)
	p.agentRoutes(app)
	app.Post("/press", p.with(press))
	app.Post("/silence", p.with(silence))
	for path, do := range map[string]func(c *fiber.Ctx, call *Call) error{
		"/say": func(c *fiber.Ctx, call *Call) error {
			return call.Say(c.UserContext(), strings.TrimSpace(form(c, "words")))
		},
		"/record": record,
		"/agent":  func(c *fiber.Ctx, call *Call) error { return call.Agent(c.UserContext(), form(c, "key")) },
		"/hangup": func(c *fiber.Ctx, call *Call) error { return call.HangUp(c.UserContext()) },
	} {
		app.Post(path, p.with(func(c *fiber.Ctx, h *held) error {
			h.typed = ""
			return do(c, h.call)
		}))
	}
	return server.Wing{App: app}
}

func lang(c *fiber.Ctx) string { return locale.Known(c.Cookies("lang")) }

// form reads a posted field from the body, whichever way the browser encoded it, never from the query.
func form(c *fiber.Ctx, name string) string {
	if fields, err := c.MultipartForm(); err == nil && len(fields.Value[name]) > 0 {
		return fields.Value[name][0]
	}
	return string(c.Request().PostArgs().Peek(name))
}

func setPreferences(c *fiber.Ctx) error {
	for name, values := range map[string]map[string]bool{"ui": {"elder": true, "standard": true}, "theme": {"dark": true, "light": true}, "lang": {locale.Chinese: true, locale.English: true}} {
		if value := form(c, name); values[value] {
			c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", SameSite: "Lax", HTTPOnly: true})
		}
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

// record takes a sound from the microphone or a file; without either a tone stands in.
func record(c *fiber.Ctx, call *Call) error {
	sound := Tone(20)
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), "audio/") {
		sound = append([]byte(nil), c.Body()...)
	} else if header, err := c.FormFile("sound"); err == nil && header.Size > 0 {
		file, err := header.Open()
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // only read
		if sound, err = io.ReadAll(file); err != nil {
			return err
		}
	}
	if !isWAV(sound) {
		return errSound
	}
	return call.Record(c.UserContext(), sound)
}

var errSound = errors.New("softphone: not a WAV sound")

func (p *Page) held(c *fiber.Ctx) *held {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.calls[c.Cookies("call")]
	if h != nil {
		h.used = server.Now(c)
	}
	return h
}

func (p *Page) dial(c *fiber.Ctx) error {
	config := p.Config()
	config.Wait = pause
	call, err := Dial(c.UserContext(), config)
	if call == nil {
		return err
	}
	key, now := random(""), server.Now(c)
	p.mu.Lock()
	for k, h := range p.calls {
		if now.Sub(h.used) > heldFor || len(p.calls) >= maxCalls {
			delete(p.calls, k)
		}
	}
	p.calls[key] = &held{call: call, used: now}
	p.mu.Unlock()
	c.Cookie(&fiber.Cookie{Name: "call", Value: key, Path: "/", HTTPOnly: true, SameSite: "Lax"})
	c.Request().Header.SetCookie("call", key)
	return p.answer(c, err)
}

// pause passes the time that the hotline asks for.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(min(d, 5*time.Second)):
	}
}

// press takes one key of the keypad, or several at once. Single keys of an entry are collected until it is whole, as a telephone network does.
func press(c *fiber.Ctx, h *held) error {
	key, keys := form(c, "key"), strings.TrimSpace(form(c, "keys"))
	most, finish, several := h.call.Entry()
	if key == "" || !several {
		keys, h.typed = h.typed+keys+key, ""
		return h.call.Press(c.UserContext(), keys)
	}
	h.typed += key
	if len(h.typed) == most || strings.Contains(finish, key) {
		keys, h.typed = h.typed, ""
		return h.call.Press(c.UserContext(), keys)
	}
	return nil
}

// silence lets the time run out; what was typed until then counts.
func silence(c *fiber.Ctx, h *held) error {
	keys := h.typed
	if h.typed = ""; keys != "" {
		return h.call.Press(c.UserContext(), keys)
	}
	return h.call.Silence(c.UserContext())
}

func (p *Page) with(do func(c *fiber.Ctx, h *held) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		h := p.held(c)
		if h == nil {
			return p.answer(c, nil)
		}
		h.turn.Lock()
		err := do(c, h)
		h.turn.Unlock()
		return p.answer(c, err)
	}
}

// answer is JSON for the script and a page for everybody else; what went well leads back to the page.
func (p *Page) answer(c *fiber.Ctx, err error) error {
	if strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		v := p.view(c, err)
		return c.JSON(fiber.Map{"heard": v.Heard, "awaits": v.Awaits, "inCall": v.InCall, "error": v.Error, "status": v.Status(), "wait": v.Wait})
	}
	if err != nil {
		return p.show(c, err)
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

func (p *Page) view(c *fiber.Ctx, failed error) pages.View {
	page := layout.Page{Site: "site.softphone", Lang: lang(c), Path: "/", Demo: true, Scripts: []string{"softphone.js"}, Elder: c.Cookies("ui") == "elder", Failed: failed != nil}
	if theme := c.Cookies("theme"); theme == "dark" || theme == "light" {
		page.Theme = theme
	}
	page.Title = page.T("site.softphone")
	v := pages.View{Page: page, Hints: p.Hints, Awaits: "nothing"}
	if h := p.held(c); h != nil {
		h.turn.Lock()
		for _, line := range h.call.Lines() {
			v.Heard = append(v.Heard, pages.Line{Text: line.Text, Lang: line.Lang})
		}
		v.Awaits, v.InCall, v.Wait, v.Typed = h.call.Awaits(), !h.call.Ended(), int(h.call.Patience()/time.Second), h.typed
		h.turn.Unlock()
	}
	if p.Inbox != nil {
		for _, text := range p.Inbox.Received() {
			v.Texts = append(v.Texts, pages.Text{To: text.To, When: text.At.In(calendar.Zone).Format("15:04:05"), Body: text.Body})
		}
	}
	v.Agent = p.agentPhone()
	switch {
	case errors.Is(failed, ErrNotAwaited):
		v.Error = page.T("softphone.notawaited")
	case errors.Is(failed, errSound):
		v.Error = page.T("softphone.notsound")
	case failed != nil:
		v.Error = page.T("softphone.failed", failed.Error()) // what the carrier would report; it holds no personal data
	}
	return v
}

func (p *Page) show(c *fiber.Ctx, failed error) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return pages.Phone(p.view(c, failed)).Render(c.UserContext(), c.Response().BodyWriter())
}
