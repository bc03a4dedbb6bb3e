package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/server"
	"shebao/shared/token"
)

// accessLife is how long a signed token opens pages before it is renewed by the session: on a shared computer so short that an idle session ends in time.
const (
	accessLife       = 10 * time.Minute
	sharedAccessLife = 5 * time.Minute
	// sharedIdle is when a page on a shared computer goes away by itself: not later than its session.
	sharedIdle = 15 * time.Minute
)

const (
	cookieAccess  = "access"
	cookieRefresh = "refresh"
	cookieName    = "who"
)

// person is who is signed in; for a helper, whom they read for: id is always whose record it is.
type person struct {
	id      int64
	session string
	shared  bool    // others use the computer too
	acting  *acting // a helper; nil for the person
}

func visitor(c *fiber.Ctx) *person {
	p, _ := c.Locals("visitor").(*person)
	return p
}

// identify finds out who asks: a bearer token, an access cookie, or a refresh cookie that is exchanged for new ones. A bearer token stands alone: when it is no good,
// cookies are not looked at. Nobody is refused here, since most pages are for everybody.
func (s *Site) identify(c *fiber.Ctx) error {
	access := c.Cookies(cookieAccess)
	bearer, isBearer := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if isBearer {
		access = bearer
	}
	if access != "" {
		known, err := s.verify(c, access)
		if err != nil {
			return err
		}
		if known || isBearer {
			return s.goOn(c)
		}
	}
	if session, refresh, ok := strings.Cut(c.Cookies(cookieRefresh), "."); ok && !isBearer {
		if err := s.renew(c, session, refresh); err != nil {
			return err
		}
	}
	return s.goOn(c)
}

// goOn lets a helper be who they read for, and everybody go on.
func (s *Site) goOn(c *fiber.Ctx) error {
	ended, err := s.act(c)
	if err != nil {
		return err
	}
	if ended && !goesOnAlone[c.Path()] {
		return s.grantEnded(c)
	}
	return c.Next()
}

// goesOnAlone are the forms that a helper whose grant has ended still sends, as themselves.
var goesOnAlone = map[string]bool{"/helping": true, "/sign-out": true, "/prefs": true, "/sign-in": true}

// verify takes a signed access token, unless its session was ended.
func (s *Site) verify(c *fiber.Ctx, access string) (known bool, err error) {
	claims, ok := s.verified.of(s.Tokens, access, server.Now(c))
	if !ok { // who it was made for is nobody here
		return false, nil
	}
	id, err := strconv.ParseInt(claims.Subject, 10, 64)
	if err != nil {
		return false, nil
	}
	ended, err := s.Sessions.Ended(c.UserContext(), claims.Session, server.Now(c))
	if err != nil || ended {
		return false, err
	}
	c.Locals("visitor", &person{id: id, session: claims.Session, shared: claims.Shared})
	return true, nil
}

func (s *Site) renew(c *fiber.Ctx, session, refresh string) error {
	r, err := s.Sessions.Rotate(c.UserContext(), session, refresh, server.Now(c))
	if fault.Is(err, fault.Denied) {
		c.Locals("ended", true)
		s.forget(c, cookieAccess, cookieRefresh, cookieName)
		return nil
	}
	if err != nil {
		return err
	}
	who := &person{id: r.PersonID, session: session, shared: r.Shared}
	c.Locals("visitor", who)
	return s.remember(c, who, r.Next)
}

// remember hands out an access token, and the next refresh token when there is one.
func (s *Site) remember(c *fiber.Ctx, who *person, refresh string) error {
	access, _, err := s.issue(c, who)
	if err != nil {
		return err
	}
	s.cookie(c, cookieAccess, access)
	if refresh != "" {
		s.cookie(c, cookieRefresh, who.session+"."+refresh)
	}
	return nil
}

func (s *Site) issue(c *fiber.Ctx, who *person) (access string, life time.Duration, err error) {
	life = accessLife
	if who.shared {
		life = sharedAccessLife
	}
	access, err = s.Tokens.Issue(token.Citizen, token.Claims{Subject: strconv.FormatInt(who.id, 10), Session: who.session, Shared: who.shared}, server.Now(c), life)
	return access, life, err
}

// cookie lives as long as the browser is open: nothing is remembered on a shared computer.
func (s *Site) cookie(c *fiber.Ctx, name, value string) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: s.Secure, SessionOnly: true})
}

func (s *Site) forget(c *fiber.Ctx, names ...string) {
	for _, name := range names {
		c.Cookie(&fiber.Cookie{Name: name, Path: "/", Expires: time.Unix(0, 0), SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: s.Secure})
	}
}

// nameOf is the masked name for the page's head; a page that has read the record needs no such cookie.
func (s *Site) nameOf(c *fiber.Ctx) string {
	var name string
	if !s.unseal(c, cookieName, c.Cookies(cookieName), &name) {
		return ""
	}
	return name
}

// mustBeSignedIn leads people to the sign-in and back; a program is refused.
func (s *Site) mustBeSignedIn(c *fiber.Ctx) error {
	if visitor(c) != nil {
		return c.Next()
	}
	if isAPI(c) {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return fault.New(fault.Denied, "fault.session")
	}
	back := s.signInKeeping(c)
	if back == "" {
		back = leftPage(c)
	}
	address := "/sign-in?next=" + url.QueryEscape(back)
	if c.Locals("ended") != nil {
		address += "&ended=1"
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}

// leftPage is the page that the sign-in leads back to: for a form the page that it stands on, since its own address may show nothing.
func leftPage(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return localPath(c.OriginalURL())
	}
	from, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || from.Path == "" {
		return "/"
	}
	return localPath(from.RequestURI())
}
