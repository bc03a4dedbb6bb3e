package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// SignIn is one sign-in that has not ended.
type SignIn struct {
	Ref     string // names it to EndSignIn
	Account string
	Name    string
	Device  string
	Started time.Time
	Seen    time.Time
	Own     bool
}

// Person is an account as the administrator sees it.
type Person struct {
	ID       int32
	Account  string
	Name     string
	Role     lifecycle.Role
	Region   string
	Disabled bool
	Locked   bool
	SignedIn time.Time
	Cases    int
}

// PeopleDesk is what the pages of accounts and sign-ins call.
type PeopleDesk interface {
	SignIn(ctx context.Context, account, password, code, device string, now time.Time) (session string, err error)
	SignOut(ctx context.Context, session string, now time.Time) error
	// Member is who asks, and the context for the rest of the request, in which the other methods know it.
	Member(ctx context.Context, session string, now time.Time) (Member, context.Context, error)
	ChangePassword(ctx context.Context, session, old, password string, now time.Time) error
	// SignIns lists the asker's own, or all whose end is theirs to decide.
	SignIns(ctx context.Context, session string, own bool, now time.Time) ([]SignIn, error)
	EndSignIn(ctx context.Context, session, ref string, now time.Time) error
	People(ctx context.Context, session string, now time.Time) ([]Person, error)
	AddPerson(ctx context.Context, session string, p Person, password string, now time.Time) (secret string, err error)
	ChangePerson(ctx context.Context, session string, p Person, now time.Time) error
	DisablePerson(ctx context.Context, session, account string, disable bool, now time.Time) error
	ResetPerson(ctx context.Context, session, account string, now time.Time) (password, secret string, err error)
}

func (s *Site) showMe(c *fiber.Ctx) error { return s.mePage(c, nil, "") }

// mePage is the own account: the password, the sign-ins.
func (s *Site) mePage(c *fiber.Ctx, wrong []layout.FieldError, notice string) error {
	list, err := s.Desk.SignIns(c.UserContext(), c.Cookies(cookieSession), true, server.Now(c))
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "people.me"))
	p.Path, p.Failed, p.Wide = "/me", len(wrong) > 0, false
	who := member(c)
	region := who.Region
	if region == "" {
		region = p.T("people.region.all")
	}
	v := pages.Me{Page: p, Errors: wrong, Notice: notice, MustChange: who.MustChange, Keys: c.Cookies(cookieKeys) != "off",
		Facts: []pages.Pair{{Term: p.T("desk.account"), Value: who.Account}, {Term: p.T("people.role"), Value: p.T("people.role." + string(who.Role))}, {Term: p.T("people.region"), Value: region}}}
	for _, n := range list {
		v.SignIns = append(v.SignIns, signInView(p, n))
	}
	return render(c, pages.MePage(v))
}

func signInView(p layout.Page, n SignIn) pages.SignInRow {
	when := func(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04") }
	device := n.Device
	if device == "" {
		device = p.T("people.device.unknown")
	}
	return pages.SignInRow{Ref: n.Ref, Name: n.Name, Account: n.Account, Device: device, Started: when(n.Started), Seen: when(n.Seen), Own: n.Own}
}

func (s *Site) changePassword(c *fiber.Ctx) error {
	var err error
	if form(c, "password") != form(c, "again") {
		err = fault.InvalidFields(fault.Field{Name: "again", Key: "fault.people.password.again"})
	} else {
		err = s.Desk.ChangePassword(c.UserContext(), c.Cookies(cookieSession), form(c, "old"), form(c, "password"), server.Now(c))
	}
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.mePage(c, wrong, "")
	}
	who := member(c)
	who.MustChange = false
	c.Locals("member", who)
	return s.mePage(c, nil, locale.Text(lang(c), "people.password.changed"))
}

// fields turns a refusal of a form into lines for its error summary and sets the status; every other error comes back.
func (s *Site) fields(c *fiber.Ctx, err error) ([]layout.FieldError, error) {
	f := fault.Of(err)
	if f == nil {
		return nil, nil
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return nil, err
	}
	c.Status(server.Status(f.Kind))
	if len(f.Fields) == 0 {
		return []layout.FieldError{{ID: "main", Text: locale.Fault(lang(c), f)}}, nil
	}
	var wrong []layout.FieldError
	for _, field := range f.Fields {
		wrong = append(wrong, layout.FieldError{ID: field.Name, Text: locale.Text(lang(c), field.Key, field.Args...)})
	}
	return wrong, nil
}

// endSignIn ends one of the sign-ins that are the asker's to end, and goes back to where they are listed.
func (s *Site) endSignIn(c *fiber.Ctx) error {
	if err := s.Desk.EndSignIn(c.UserContext(), c.Cookies(cookieSession), form(c, "ref"), server.Now(c)); err != nil {
		return err
	}
	if form(c, "back") == "all" {
		return c.Redirect("/sign-ins", fiber.StatusSeeOther)
	}
	return c.Redirect("/me", fiber.StatusSeeOther)
}

// setKeys switches the keyboard's single-letter keys off and on (WCAG 2.1.4).
func (s *Site) setKeys(c *fiber.Ctx) error {
	value := "off"
	if form(c, "keys") == "on" {
		value = "on"
	}
	c.Cookie(&fiber.Cookie{Name: cookieKeys, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax", HTTPOnly: true, Secure: s.Secure})
	return c.Redirect("/me", fiber.StatusSeeOther)
}

func (s *Site) showSignIns(c *fiber.Ctx) error {
	list, err := s.Desk.SignIns(c.UserContext(), c.Cookies(cookieSession), false, server.Now(c))
	if err != nil {
		return err
	}
	v := pages.SignIns{Page: s.page(c, locale.Text(lang(c), "people.signins"))}
	for _, n := range list {
		v.Rows = append(v.Rows, signInView(v.Page, n))
	}
	return render(c, pages.SignInsPage(v))
}
