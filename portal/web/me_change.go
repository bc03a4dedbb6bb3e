package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// useSignIn is the use of a sealed session number: pages never show the number itself.
const useSignIn = "sign-in"

// ownUse binds a sealed value to who is signed in: somebody else's opens nothing.
func ownUse(c *fiber.Ctx, use string) string { return use + "." + subjectOf(visitor(c).id) }

// endSignIns ends one other sign-in of the person, or all others.
func (s *Site) endSignIns(c *fiber.Ctx) error {
	who, now := visitor(c), server.Now(c)
	if form(c, "others") != "" {
		if err := s.Sessions.EndOthers(c.UserContext(), who.id, who.session, now); err != nil {
			return err
		}
		return c.Redirect("/me?done=ended", fiber.StatusSeeOther)
	}
	var session string
	if !s.unseal(c, ownUse(c, useSignIn), form(c, "sign-in"), &session) {
		return fault.New(fault.Invalid, "fault.request")
	}
	if err := s.Sessions.End(c.UserContext(), session, now); err != nil {
		return err
	}
	return c.Redirect("/me?done=ended", fiber.StatusSeeOther)
}

// changePIN takes another PIN from who knows the current one, and ends every other sign-in. Wrong ones count for this session alone: strangers cannot lock the person
// out of it.
func (s *Site) changePIN(c *fiber.Ctx) error {
	who, now, l := visitor(c), server.Now(c), lang(c)
	current, pin, again := strings.TrimSpace(form(c, "current")), strings.TrimSpace(form(c, "pin")), strings.TrimSpace(form(c, "again"))
	wrong := func(id, key string, args ...any) error {
		return s.mePage(c, pages.Me{Errors: []layout.FieldError{{ID: id, Text: locale.Text(l, key, args...)}}})
	}
	record, err := s.Ledger.Person(c.UserContext(), who.id)
	if err != nil {
		return err
	}
	if f := fault.Of(s.PINs.Check(pin, OwnerOf(record))); f != nil {
		return wrong("pin", f.Fields[0].Key)
	}
	if pin != again {
		return wrong("again", "portal.me.pin.differs")
	}
	err = s.PINs.Verify(c.UserContext(), credential.Known(who.session), who.id, current, now)
	switch f := fault.Of(err); {
	case fault.Is(err, fault.Denied):
		return wrong("current", "portal.me.pin.wrong")
	case fault.Is(err, fault.Limited):
		return wrong("current", f.Key, f.Args...)
	case err != nil:
		return err
	}
	if err := s.PINs.Change(c.UserContext(), record, pin, who.session, l, now); err != nil {
		return err
	}
	return c.Redirect("/me?done=pin", fiber.StatusSeeOther)
}

// OwnerOf is what of a person's data a PIN may not be.
func OwnerOf(p ledger.Person) credential.Owner {
	return credential.Owner{Birth: p.BirthDate, Numbers: []string{p.IDNumber, p.Mobile, p.CardNumber}}
}
