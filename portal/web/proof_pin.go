package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/server"
)

func (s *Site) showNewPIN(c *fiber.Ctx) error {
	p, _, ok, err := s.proofOf(c)
	if !ok {
		return err
	}
	if !p.Proven {
		return c.Redirect("/proof/code", fiber.StatusSeeOther)
	}
	return s.newPINPage(c, p, nil)
}

func (s *Site) newPINPage(c *fiber.Ctx, p Proof, errors []layout.FieldError) error {
	v := pages.ProofPIN{Shared: form(c, "shared") != "", Page: s.page(c, locale.Text(lang(c), "proof.pin"), "/sign-in"), Errors: errors, Purpose: p.Purpose, Name: identity.MaskName(p.Person.Name)}
	v.Page.Back, v.Page.Failed = "/proof/pin", len(errors) > 0
	return render(c, pages.ProofPINPage(v))
}

// setNewPIN takes the PIN, twice alike, and signs the person in: ID number, card, mobile and PIN have just been proved.
func (s *Site) setNewPIN(c *fiber.Ctx) error {
	p, token, ok, err := s.proofOf(c)
	if !ok {
		return err
	}
	if !p.Proven {
		return c.Redirect("/proof/code", fiber.StatusSeeOther)
	}
	pin, again := strings.TrimSpace(form(c, "pin")), strings.TrimSpace(form(c, "again"))
	wrong := func(errors ...layout.FieldError) error {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.newPINPage(c, p, errors)
	}
	if f := fault.Of(s.PINs.Check(pin, OwnerOf(p.Person))); f != nil {
		return wrong(fieldErrors(lang(c), f.Fields)...)
	}
	if pin != again {
		return wrong(layout.FieldError{ID: "again", Text: locale.Text(lang(c), "portal.me.pin.differs")})
	}
	who, err := s.Proofs.Finish(c.UserContext(), token, pin, lang(c), server.Now(c))
	if fault.Is(err, fault.Limited) || fault.Is(err, fault.Unavailable) {
		f, err := s.refusal(c, err)
		if err != nil {
			return err
		}
		return s.newPINPage(c, p, []layout.FieldError{{ID: "pin", Text: locale.Fault(lang(c), f)}})
	}
	if err != nil {
		return err
	}
	s.forget(c, cookieProof)
	if err := s.enter(c, who.ID, who.Name, form(c, "shared") != ""); err != nil {
		return err
	}
	return c.Redirect("/proof/done?was="+p.Purpose, fiber.StatusSeeOther)
}

// showProofDone says that the account is open, and where to go on.
func (s *Site) showProofDone(c *fiber.Ctx) error {
	was := "activate"
	if c.Query("was") == "recover" {
		was = "recover"
	}
	p := s.page(c, locale.Text(lang(c), "proof.done."+was), "/")
	helpers, err := s.Helpers.Of(c.UserContext(), visitor(c).id, server.Now(c))
	if err != nil {
		return err
	}
	return render(c, pages.ProofDonePage(p, was, len(helpers))) // whoever had the PIN before may have let somebody in
}
