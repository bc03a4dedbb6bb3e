package web

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

func (s *Site) signInPage(c *fiber.Ctx, account string, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "desk.signin"))
	p.Path, p.Failed, p.Wide = "/sign-in", len(wrong) > 0, false
	v := pages.SignIn{Page: p, Errors: wrong, Account: account}
	if s.DemoHints != nil {
		v.Hints = s.DemoHints()
	}
	return render(c, pages.SignInPage(v))
}

func (s *Site) signIn(c *fiber.Ctx) error {
	session, err := s.Desk.SignIn(c.UserContext(), form(c, "account"), form(c, "password"), form(c, "code"), device(c.Get(fiber.HeaderUserAgent)), server.Now(c))
	if f := fault.Of(err); f != nil {
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.signInPage(c, form(c, "account"), []layout.FieldError{{ID: "code", Text: locale.Fault(lang(c), f)}})
	}
	c.Cookie(&fiber.Cookie{Name: cookieSession, Value: session, Path: "/", SameSite: "Strict", HTTPOnly: true, Secure: s.Secure, SessionOnly: true})
	return c.Redirect("/", fiber.StatusSeeOther)
}

func (s *Site) signOut(c *fiber.Ctx) error {
	err := s.Desk.SignOut(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	c.Cookie(&fiber.Cookie{Name: cookieSession, Path: "/", MaxAge: -1, Expires: time.Unix(0, 0), HTTPOnly: true, Secure: s.Secure})
	return errors.Join(err, c.Redirect("/sign-in", fiber.StatusSeeOther))
}

// device is what a person recognises a browser by: program and system, and never more.
func device(userAgent string) string {
	first := func(names ...string) string {
		for _, name := range names {
			if strings.Contains(userAgent, name) {
				return name
			}
		}
		return ""
	}
	return strings.TrimSpace(first("Edg", "Firefox", "Chrome", "Safari") + " " + first("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"))
}
