package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// useSignIn is the use of a sealed session number: pages never show the number itself.
const useSignIn = "sign-in"

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
	if !s.unseal(c, useSignIn, form(c, "sign-in"), &session) {
		return fault.New(fault.Invalid, "fault.request")
	}
	if err := s.Sessions.End(c.UserContext(), session, now); err != nil {
		return err
	}
	return c.Redirect("/me?done=ended", fiber.StatusSeeOther)
}

// changePIN takes another PIN from who knows the current one, and ends every other sign-in. Wrong ones count against the same lock as a sign-in.
func (s *Site) changePIN(c *fiber.Ctx) error {
	who, now, l := visitor(c), server.Now(c), lang(c)
	current, pin, again := strings.TrimSpace(form(c, "current")), strings.TrimSpace(form(c, "pin")), strings.TrimSpace(form(c, "again"))
	wrong := func(id, key string) error {
		return s.mePage(c, pages.Me{Errors: []layout.FieldError{{ID: id, Text: locale.Text(l, key)}}})
	}
	if f := fault.Of(s.PINs.Check(pin)); f != nil {
		return wrong("pin", f.Fields[0].Key)
	}
	if pin != again {
		return wrong("again", "portal.me.pin.differs")
	}
	r, err := s.Ledger.Record(c.UserContext(), who.id)
	if err != nil {
		return err
	}
	if strings.Contains(r.Person.IDNumber, pin) { // the birthday stands in it too
		return wrong("pin", "portal.me.pin.guessed")
	}
	err = s.PINs.Verify(c.UserContext(), who.id, current, now)
	if fault.Is(err, fault.Denied) {
		return wrong("current", "portal.me.pin.wrong")
	}
	if err != nil {
		return err
	}
	if err := s.PINs.Change(c.UserContext(), who.id, pin, now); err != nil {
		return err
	}
	if err := s.Sessions.EndOthers(c.UserContext(), who.id, who.session, now); err != nil {
		return err
	}
	return c.Redirect("/me?done=pin", fiber.StatusSeeOther)
}
