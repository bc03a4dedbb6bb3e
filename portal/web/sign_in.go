package web

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/server"
	"shebao/shared/token"
)

// accessLife is how long a signed token opens pages before it is renewed by the session.
const accessLife = 10 * time.Minute

const (
	cookieAccess  = "access"
	cookieRefresh = "refresh"
)

// person is who is signed in.
type person struct {
	id      int64
	session string
	name    string // masked
}

func visitor(c *fiber.Ctx) *person {
	p, _ := c.Locals("visitor").(*person)
	return p
}

// identify finds out who asks: a bearer token, an access cookie, or a refresh cookie that is exchanged for new ones.
func (s *Site) identify(c *fiber.Ctx) error {
	access, now := c.Cookies(cookieAccess), server.Now(c)
	if bearer, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer "); ok {
		access = bearer
	}
	if claims, err := s.Tokens.Verify(token.Citizen, access, now); err == nil {
		if id, err := strconv.ParseInt(claims.Subject, 10, 64); err == nil {
			c.Locals("visitor", &person{id: id, session: claims.Session, name: c.Cookies("name")})
			return c.Next()
		}
	}
	session, refresh, ok := strings.Cut(c.Cookies(cookieRefresh), ".")
	if !ok {
		return c.Next()
	}
	id, next, err := s.Sessions.Rotate(c.UserContext(), session, refresh, now)
	if fault.Is(err, fault.Denied) {
		s.forget(c)
		return c.Next()
	}
	if err != nil {
		return err
	}
	if next == "" {
		next = refresh
	}
	if err := s.remember(c, id, session, next); err != nil {
		return err
	}
	c.Locals("visitor", &person{id: id, session: session, name: c.Cookies("name")})
	return c.Next()
}

func (s *Site) remember(c *fiber.Ctx, id int64, session, refresh string) error {
	access, err := s.Tokens.Issue(token.Citizen, token.Claims{Subject: strconv.FormatInt(id, 10), Session: session}, server.Now(c), accessLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieAccess, access)
	s.cookie(c, cookieRefresh, session+"."+refresh)
	return nil
}

// cookie lives as long as the browser is open: nothing is remembered on a shared computer.
func (s *Site) cookie(c *fiber.Ctx, name, value string) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", SameSite: "Lax", HTTPOnly: true, Secure: s.Secure, SessionOnly: true})
}

func (s *Site) forget(c *fiber.Ctx) {
	for _, name := range []string{cookieAccess, cookieRefresh, "name", cookieMailbox, cookieReceipt} {
		c.Cookie(&fiber.Cookie{Name: name, Path: "/", MaxAge: -1, Expires: time.Unix(0, 0), SameSite: "Lax", HTTPOnly: true, Secure: s.Secure})
	}
}

// mustBeSignedIn leads people to the sign-in and back; a program gets 403.
func (s *Site) mustBeSignedIn(c *fiber.Ctx) error {
	if visitor(c) != nil {
		return c.Next()
	}
	if strings.HasPrefix(c.Path(), "/api/") {
		return fault.New(fault.Denied, "fault.session")
	}
	return c.Redirect("/sign-in?next="+localPath(c.Path()), fiber.StatusSeeOther)
}

func (s *Site) showSignIn(c *fiber.Ctx) error {
	return s.signInPage(c, "", localPath(c.Query("next")), nil)
}

func (s *Site) signInPage(c *fiber.Ctx, number, next string, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "portal.signin"))
	p.Path, p.Failed = "/sign-in", len(wrong) > 0
	return render(c, pages.SignInPage(pages.SignIn{Page: p, Errors: wrong, Number: number, Next: next, Hints: s.DemoHints}))
}

// signIn checks ID number and PIN. The limits by address and by number fail closed: with Redis down nobody signs in, and is told so.
func (s *Site) signIn(c *fiber.Ctx) error {
	number, next := strings.TrimSpace(form(c, "number")), localPath(form(c, "next"))
	id, err := s.provePerson(c, number, form(c, "pin"))
	if f := fault.Of(err); f != nil {
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.signInPage(c, number, next, []layout.FieldError{{ID: "pin", Text: locale.Fault(lang(c), f)}})
	}
	session, refresh, err := s.Sessions.Begin(c.UserContext(), id, server.Now(c))
	if err != nil {
		return err
	}
	if err := s.remember(c, id, session, refresh); err != nil {
		return err
	}
	return c.Redirect(next, fiber.StatusSeeOther)
}

func (s *Site) provePerson(c *fiber.Ctx, number, pin string) (int64, error) {
	ctx, now := c.UserContext(), server.Now(c)
	document, err := identity.ParseCitizenID(number)
	key := string(document)
	if err != nil {
		key = strings.ToUpper(number)
	}
	for name, value := range map[string]string{"signin-address": c.IP(), "signin-number": key} {
		limit := 30
		if name == "signin-number" {
			limit = 15
		}
		if err := s.Limiter.Allow(ctx, name+":"+hex.EncodeToString(s.Hash.Sum(name, value)[:12]), limit, 15*time.Minute); err != nil {
			return 0, err
		}
	}
	who, err := s.Ledger.PersonByDocument(ctx, key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	err = s.PINs.Verify(ctx, who.ID, pin, now)
	if err == nil {
		s.cookie(c, "name", identity.MaskName(who.Name))
		return who.ID, nil
	}
	if who.ID != 0 && (fault.Is(err, fault.Denied) || fault.Is(err, fault.Limited)) {
		subject := fmt.Sprintf("person:%d", who.ID)
		if noteErr := s.Sessions.Note(ctx, audit.Entry{At: now, Actor: "unknown", Role: "citizen", Action: "sign in", Subject: subject, Refused: true}); noteErr != nil {
			return 0, errors.Join(noteErr, err)
		}
	}
	return 0, err
}

func (s *Site) signOut(c *fiber.Ctx) error {
	if who := visitor(c); who != nil {
		if err := s.Sessions.End(c.UserContext(), who.session, server.Now(c)); err != nil {
			return err
		}
	}
	s.forget(c)
	return c.Redirect("/", fiber.StatusSeeOther)
}
