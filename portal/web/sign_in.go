package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/audit"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/server"
)

// How often an address and a number may try to sign in. An address is often many people behind one gateway; the person's own PIN lock is the tighter limit.
const (
	signInWindow     = 15 * time.Minute
	signInsByAddress = 100
	signInsByNumber  = 15
)

func (s *Site) showSignIn(c *fiber.Ctx) error {
	v := pages.SignIn{Next: localPath(c.Query("next"))}
	if c.Query("ended") != "" {
		v.Notice = locale.Text(lang(c), "portal.ended")
	}
	return s.signInPage(c, v)
}

func (s *Site) signInPage(c *fiber.Ctx, v pages.SignIn) error {
	v.Page = s.page(c, locale.Text(lang(c), "portal.signin"), "/sign-in")
	v.Page.Back = "/sign-in?next=" + url.QueryEscape(v.Next)
	v.Page.Failed, v.Hints = len(v.Errors) > 0, s.DemoHints
	return render(c, pages.SignInPage(v))
}

// signIn checks ID number and PIN. The limits fail closed: with Redis down nobody signs in, and is told so; who is signed in stays so.
func (s *Site) signIn(c *fiber.Ctx) error {
	number, next := form(c, "number"), localPath(form(c, "next"))
	document, pin, wrong := checkSignIn(number, form(c, "pin"))
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.signInPage(c, pages.SignIn{Number: number, Next: next, Errors: fieldErrors(lang(c), wrong)})
	}
	id, name, err := s.prove(c.UserContext(), document, pin, c.IP(), server.Now(c))
	if f := fault.Of(err); f != nil {
		if f.Kind != fault.Denied && f.Kind != fault.Limited {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.signInPage(c, pages.SignIn{Number: number, Next: next, Errors: []layout.FieldError{{ID: "pin", Text: locale.Fault(lang(c), f)}}})
	}
	session, refresh, err := s.Sessions.Begin(c.UserContext(), id, deviceName(c.Get(fiber.HeaderUserAgent)), server.Now(c))
	if err != nil {
		return err
	}
	if err := s.remember(c, id, session, refresh); err != nil {
		return err
	}
	who, err := s.seal(c, cookieName, identity.MaskName(name), 24*time.Hour)
	if err != nil {
		return err
	}
	s.cookie(c, cookieName, who)
	return c.Redirect(next, fiber.StatusSeeOther)
}

// checkSignIn catches slips that cannot be anybody's number or PIN before they cost an attempt.
func checkSignIn(number, pin string) (document, digits string, wrong []fault.Field) {
	number = strings.TrimSpace(number)
	id, err := identity.ParseCitizenID(number)
	document = string(id)
	if length := len([]rune(number)); err != nil && length != 15 && length != 18 {
		document, err = identity.ParseDocument("其他", number) // a passport or a travel permit
	}
	switch {
	case number == "":
		wrong = append(wrong, fault.Field{Name: "number", Key: "portal.number.empty"})
	case err != nil:
		wrong = append(wrong, fault.Field{Name: "number", Key: "portal.number.wrong"})
	}
	digits = strings.TrimSpace(pin)
	if len(digits) != credential.PINLength || strings.Trim(digits, "0123456789") != "" {
		wrong = append(wrong, fault.Field{Name: "pin", Key: "fault.pin.digits"})
	}
	return document, digits, wrong
}

// fieldErrors are the fields' faults in words, for the summary and beside each field.
func fieldErrors(l string, fields []fault.Field) []layout.FieldError {
	var list []layout.FieldError
	for _, f := range fields {
		list = append(list, layout.FieldError{ID: f.Name, Text: locale.Text(l, f.Key, f.Args...)})
	}
	return list
}

// limitKey hides what is counted: no limit's key holds an address or an ID number.
func (s *Site) limitKey(what, value string) string {
	return what + ":" + hex.EncodeToString(s.Hash.Sum(what, value)[:12])
}

// prove checks the PIN of a document's holder. Errors: fault.Denied with the same words for a wrong number and a wrong PIN, fault.Limited, fault.Unavailable.
func (s *Site) prove(ctx context.Context, document, pin, address string, now time.Time) (id int64, name string, err error) {
	if err := s.Limiter.Allow(ctx, s.limitKey("signin-address", address), signInsByAddress, signInWindow); err != nil {
		return 0, "", err
	}
	if err := s.Limiter.Allow(ctx, s.limitKey("signin-number", document), signInsByNumber, signInWindow); err != nil {
		return 0, "", err
	}
	who, err := s.Ledger.PersonByDocument(ctx, document)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, "", err
	}
	err = s.PINs.Verify(ctx, who.ID, pin, now)
	if err == nil {
		return who.ID, who.Name, nil
	}
	if who.ID != 0 && (fault.Is(err, fault.Denied) || fault.Is(err, fault.Limited)) {
		note := audit.Entry{At: now, Actor: s.limitKey("address", address), Role: "visitor", Action: "sign in", Subject: fmt.Sprintf("person:%d", who.ID), Refused: true}
		if noted := s.Sessions.Note(ctx, note); noted != nil {
			return 0, "", noted
		}
	}
	return 0, "", err
}

func (s *Site) signOut(c *fiber.Ctx) error {
	if who := visitor(c); who != nil {
		if err := s.Sessions.End(c.UserContext(), who.session, server.Now(c)); err != nil {
			return err
		}
	}
	s.forget(c, cookieAccess, cookieRefresh, cookieName, cookieMailbox, cookieReceipt)
	return c.Redirect("/", fiber.StatusSeeOther)
}
