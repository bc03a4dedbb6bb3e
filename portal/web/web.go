// Package web is the citizens' face: pages and the JSON API beside them. One route table; an action parses, calls, renders.
package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/frontend/static"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/receipt"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/token"
)

// Ledger is what the pages read.
type Ledger interface {
	PersonByDocument(ctx context.Context, number string) (ledger.Person, error)
	Person(ctx context.Context, id int64) (ledger.Person, error)
	PersonYears(ctx context.Context, personID int64) ([]ledger.PersonYear, error)
	Employers(ctx context.Context, ids []int32) (map[int32]ledger.Employer, error)
	EmployerByUSCC(ctx context.Context, code identity.USCC) (ledger.Employer, error)
	SearchEmployers(ctx context.Context, name string, limit int) ([]ledger.Employer, error)
	DataDate(ctx context.Context) (calendar.Date, error)
}

// PINs proves who somebody is.
type PINs interface {
	Verify(ctx context.Context, personID int64, pin string, now time.Time) error
}

// Sessions are sign-ins.
type Sessions interface {
	Begin(ctx context.Context, personID int64, now time.Time) (session, refresh string, err error)
	Rotate(ctx context.Context, session, refresh string, now time.Time) (personID int64, next string, err error)
	End(ctx context.Context, session string, now time.Time) error
	Note(ctx context.Context, e audit.Entry) error
}

// Limiter refuses what comes too often.
type Limiter interface {
	Allow(ctx context.Context, key string, limit int, window time.Duration) error
}

// Counter takes tip-offs and opens mailboxes.
type Counter interface {
	SaveDraft(ctx context.Context, channel intake.Channel, key intake.Key, t intake.TipOff, now time.Time) error
	File(ctx context.Context, key intake.Key, t intake.TipOff, reporter *intake.Reporter, promisedBy calendar.Date, now time.Time) (receipt.Code, error)
	Open(ctx context.Context, code receipt.Code) (*intake.Mailbox, error)
	Write(ctx context.Context, m *intake.Mailbox, key intake.Key, text string, now time.Time) error
}

// Site is everything that the pages stand on.
type Site struct {
	Ledger    Ledger
	PINs      PINs
	Sessions  Sessions
	Limiter   Limiter
	Counter   Counter
	Tokens    *token.Keys
	Field     seal.FieldKey // seals short-lived values that the browser carries
	Hash      seal.HashKey  // of addresses and numbers, for limits
	Workdays  *calendar.Workdays
	Log       *slog.Logger
	Secure    bool // cookies only over TLS
	Demo      bool
	DemoHints []string
}

// Routes registers every address; who may is written beside it.
func (s *Site) Routes(app *fiber.App) {
	server.Static(app, static.Prefix, static.Open)
	app.Use(s.identify)
	for _, r := range []struct {
		method, path string
		signedIn     bool
		action       fiber.Handler
	}{
		{"GET", "/", false, s.home},
		{"POST", "/prefs", false, s.setPreferences},
		{"GET", "/sign-in", false, s.showSignIn},
		{"POST", "/sign-in", false, s.signIn},
		{"POST", "/sign-out", false, s.signOut},
		{"GET", "/statement", true, s.latestStatement},
		{"GET", "/statement/:year", true, s.showStatement},
		{"GET", "/account", true, s.showAccount},
		{"GET", "/tip-off", false, s.showTipOff},
		{"POST", "/tip-off", false, s.takeTipOff},
		{"GET", "/tip-off/receipt", false, s.showReceipt},
		{"GET", "/progress", false, s.showProgress},
		{"POST", "/progress", false, s.openProgress},
		{"POST", "/progress/message", false, s.sendMessage},
		{"POST", "/progress/close", false, s.closeProgress},
		{"GET", "/api/v1/statements/:year", true, s.statementJSON},
	} {
		handlers := []fiber.Handler{r.action}
		if r.signedIn {
			handlers = []fiber.Handler{s.mustBeSignedIn, r.action}
		}
		app.Add(r.method, r.path, handlers...)
	}
}

// page is the shell of a page as this visitor wants it.
func (s *Site) page(c *fiber.Ctx, title string) layout.Page {
	p := layout.Page{Site: "site.portal", Lang: lang(c), Title: title, Path: c.Path(), Elder: c.Cookies("ui") == "elder", Demo: s.Demo, SignOut: "/sign-out"}
	if theme := c.Cookies("theme"); theme == "dark" || theme == "light" {
		p.Theme = theme
	}
	p.Nav = []layout.Link{
		{Href: "/statement", Text: p.T("portal.nav.statement"), Always: true}, {Href: "/account", Text: p.T("portal.nav.account")},
		{Href: "/tip-off", Text: p.T("portal.nav.tipoff"), Always: true}, {Href: "/progress", Text: p.T("portal.nav.progress"), Always: true},
	}
	if who := visitor(c); who != nil {
		p.Account = who.name
	}
	return p
}

func lang(c *fiber.Ctx) string { return locale.Known(c.Cookies("lang")) }

func render(c *fiber.Ctx, component templ.Component) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return component.Render(c.UserContext(), c.Response().BodyWriter())
}

// Problem answers a fault: a page for people, a problem document (RFC 9457) for programs.
func (s *Site) Problem(c *fiber.Ctx, status int, f *fault.Error) error {
	if len(c.Path()) >= 5 && c.Path()[:5] == "/api/" {
		err := c.JSON(fiber.Map{"type": "about:blank", "status": status, "title": locale.Fault(locale.English, f), "code": f.Key})
		c.Set(fiber.HeaderContentType, "application/problem+json")
		return err
	}
	p := s.page(c, locale.Text(lang(c), "portal.problem"))
	p.Failed = true
	return render(c, layout.Problem(p, locale.Fault(p.Lang, f), server.RequestID(c)))
}

// setPreferences keeps type size, theme and language in cookies; it works without script.
func (s *Site) setPreferences(c *fiber.Ctx) error {
	for name, values := range map[string]map[string]bool{"ui": {"elder": true, "standard": true}, "theme": {"dark": true, "light": true}, "lang": {locale.Chinese: true, locale.English: true}} {
		if value := form(c, name); values[value] {
			c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax", HTTPOnly: true, Secure: s.Secure})
		}
	}
	return c.Redirect(localPath(form(c, "back")), fiber.StatusSeeOther)
}

// form reads a posted field from the body only.
func form(c *fiber.Ctx, name string) string { return string(c.Request().PostArgs().Peek(name)) }

// localPath keeps a redirect on this site.
func localPath(path string) string {
	if len(path) > 0 && path[0] == '/' && (len(path) == 1 || path[1] != '/' && path[1] != '\\') && len(path) < 300 {
		for _, c := range path {
			if c < '!' || c > '~' || c == '\\' {
				return "/"
			}
		}
		return path
	}
	return "/"
}
