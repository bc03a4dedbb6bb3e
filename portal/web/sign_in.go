package web

import (
	"encoding/hex"
	"net/url"
	"strconv"
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
		if who := visitor(c); who != nil && who.shared { // a page that nobody used any more has left
			if err := s.leave(c, who); err != nil {
				return err
			}
			v.Shared = true
		}
	}
	return s.signInPage(c, v)
}

func (s *Site) signInPage(c *fiber.Ctx, v pages.SignIn) error {
	v.Page = s.page(c, locale.Text(lang(c), "portal.signin"), "/sign-in")
	v.Page.Back = "/sign-in?next=" + url.QueryEscape(v.Next)
	v.Page.Failed, v.Hints = len(v.Errors) > 0, s.DemoHints
	return render(c, pages.SignInPage(v))
}

// signIn checks ID number and PIN. The limits on strangers fail closed: with Redis down nobody new signs in, and is told so; who is signed in stays so, and who has signed in
// with this browser before still can.
func (s *Site) signIn(c *fiber.Ctx) error {
	v := pages.SignIn{Number: form(c, "number"), Next: localPath(form(c, "next")), Shared: form(c, "shared") != ""}
	document, pin, wrong := checkSignIn(v.Number, form(c, "pin"))
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		v.Errors = fieldErrors(lang(c), wrong)
		return s.signInPage(c, v)
	}
	id, name, err := s.prove(c, s.marks(c), document, pin)
	if err == nil {
		err = s.enter(c, id, name, v.Shared)
	}
	if err == nil {
		return c.Redirect(v.Next, fiber.StatusSeeOther)
	}
	f, err := s.refusal(c, err)
	if err != nil {
		return err
	}
	v.Errors = []layout.FieldError{{ID: "pin", Text: locale.Fault(lang(c), f)}}
	return s.signInPage(c, v)
}

// refusal is what a form says itself, keeping what was written: who asks may not, too often, or a part of the house is down. Any other error is returned.
func (s *Site) refusal(c *fiber.Ctx, err error) (*fault.Error, error) {
	f := fault.Of(err)
	switch f.Kind {
	case fault.Unavailable:
		s.Log.Error("a form cannot be taken now", "route", c.Route().Path, "error", f.Error(), "request", server.RequestID(c))
	case fault.Denied, fault.Limited:
	default:
		return nil, err
	}
	c.Status(server.Status(f.Kind))
	if f.Kind != fault.Denied {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(max(f.RetryAfter, time.Second).Seconds())))
	}
	return f, nil
}

// enter begins a session of somebody who has proved who they are. A session that the browser had before ends: nobody goes on in a session that somebody else may know. On a
// shared computer nothing is remembered.
func (s *Site) enter(c *fiber.Ctx, id int64, name string, shared bool) error {
	if before := visitor(c); before != nil {
		if err := s.Sessions.End(c.UserContext(), before.session, server.Now(c)); err != nil {
			return err
		}
	}
	session, refresh, err := s.Sessions.Begin(c.UserContext(), Start{id, deviceName(c.Get(fiber.HeaderUserAgent)), shared}, server.Now(c))
	if err != nil {
		return err
	}
	if err := s.remember(c, &person{id: id, session: session, shared: shared}, refresh); err != nil {
		return err
	}
	who, err := s.seal(c, cookieName, identity.MaskName(name), 24*time.Hour)
	if err != nil {
		return err
	}
	s.cookie(c, cookieName, who)
	if shared {
		return nil
	}
	return s.markDevice(c, id)
}

// checkSignIn catches slips that cannot be anybody's number or PIN before they cost an attempt.
func checkSignIn(number, pin string) (document, digits string, wrong []fault.Field) {
	document, wrong = checkDocument(number)
	digits = strings.TrimSpace(pin)
	if len(digits) != credential.PINLength || strings.Trim(digits, "0123456789") != "" {
		wrong = append(wrong, fault.Field{Name: "pin", Key: "fault.pin.digits"})
	}
	return document, digits, wrong
}

// checkDocument reads an ID number, or the number of a passport or a travel permit.
func checkDocument(number string) (document string, wrong []fault.Field) {
	document, err := identity.ParseNumber(number)
	switch {
	case strings.TrimSpace(number) == "":
		wrong = append(wrong, fault.Field{Name: "number", Key: "portal.number.empty"})
	case err != nil:
		wrong = append(wrong, fault.Field{Name: "number", Key: "portal.number.wrong"})
	}
	return document, wrong
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
func (s *Site) prove(c *fiber.Ctx, marks []mark, document, pin string) (id int64, name string, err error) {
	ctx, now := c.UserContext(), server.Now(c)
	stranger := len(marks) == 0
	if stranger {
		if err := s.allowStranger(c, document); err != nil {
			return 0, "", err
		}
	}
	who, err := s.Ledger.PersonByDocument(ctx, document)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, "", err
	}
	way := wayOf(marks, who.ID)
	if !stranger && way == credential.Portal {
		stranger = true
		if err := s.allowStranger(c, document); err != nil {
			return 0, "", err
		}
	}
	err = s.PINs.Verify(ctx, way, who.ID, pin, now)
	if err == nil {
		if stranger {
			err = s.welcomeStranger(c, document)
		}
		return who.ID, who.Name, err
	}
	if who.ID != 0 && (fault.Is(err, fault.Denied) || fault.Is(err, fault.Limited)) {
		note := audit.Entry{At: now, Actor: s.limitKey("address", c.IP()), Role: "visitor", Action: "sign in", Subject: subjectOf(who.ID), Refused: true}
		if noted := s.Sessions.Note(ctx, note); noted != nil {
			return 0, "", noted
		}
	}
	return 0, "", err
}

// allowStranger counts an attempt from a browser that the person has not used before.
func (s *Site) allowStranger(c *fiber.Ctx, document string) error {
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("signin-address", c.IP()), signInsByAddress, signInWindow); err != nil {
		return err
	}
	return s.Limiter.Allow(c.UserContext(), s.limitKey("signin-number", document), signInsByNumber, signInWindow)
}

// subjectOf is how the audit log names a person.
func subjectOf(personID int64) string { return "person:" + strconv.FormatInt(personID, 10) }

func (s *Site) signOut(c *fiber.Ctx) error {
	if who := visitor(c); who != nil {
		if err := s.leave(c, who); err != nil {
			return err
		}
	}
	s.forget(c, cookieAccess, cookieRefresh, cookieName, cookieMailbox, cookieReceipt, cookieProof, cookieActing, cookieKept)
	c.Set("Clear-Site-Data", `"cache"`) // what the browser keeps for its back button
	return c.Redirect("/", fiber.StatusSeeOther)
}

// leave ends a session and lets the rest of this request know nobody.
func (s *Site) leave(c *fiber.Ctx, who *person) error {
	if err := s.Sessions.End(c.UserContext(), who.session, server.Now(c)); err != nil {
		return err
	}
	s.forget(c, cookieAccess, cookieRefresh, cookieName)
	c.Locals("visitor", nil)
	return nil
}

// welcomeStranger uncounts an attempt that was right: thousands of telephones share a carrier's address.
func (s *Site) welcomeStranger(c *fiber.Ctx, document string) error {
	if err := s.Limiter.TakeBack(c.UserContext(), s.limitKey("signin-address", c.IP())); err != nil {
		return err
	}
	return s.Limiter.TakeBack(c.UserContext(), s.limitKey("signin-number", document))
}
