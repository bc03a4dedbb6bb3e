package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/server"
)

// codeLength is how many digits a one-time code has.
const codeLength = 6

func (s *Site) showCode(c *fiber.Ctx) error {
	p, _, ok, err := s.proofOf(c)
	if !ok {
		return err
	}
	if p.Proven {
		return c.Redirect("/proof/pin", fiber.StatusSeeOther)
	}
	return s.codePage(c, p, pages.ProofCode{Again: c.Query("again") != ""})
}

func (s *Site) codePage(c *fiber.Ctx, p Proof, v pages.ProofCode) error {
	v.Page = s.page(c, locale.Text(lang(c), "proof.code"), "/sign-in")
	v.Page.Back, v.Page.Failed, v.Purpose = "/proof/code", len(v.Errors) > 0, p.Purpose
	v.Mobile, v.Until = strings.ReplaceAll(identity.MaskMobile(p.Person.Mobile), " ", "\u00a0"), p.CodeUntil.In(calendar.Zone).Format("15:04")
	v.Expired = !p.CodeUntil.After(server.Now(c))
	v.CanResend, v.ResendAt = p.SendsLeft > 0, ""
	if p.ResendAt.After(server.Now(c)) {
		v.ResendAt = p.ResendAt.In(calendar.Zone).Format("15:04:05")
	}
	return render(c, pages.ProofCodePage(v))
}

// tryCode judges the code that was entered; blanks between the digits count for nothing.
func (s *Site) tryCode(c *fiber.Ctx) error {
	p, token, ok, err := s.proofOf(c)
	if !ok {
		return err
	}
	err = s.judgeCode(c, token, form(c, "code"))
	if fault.Is(err, fault.Invalid) {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.codePage(c, p, pages.ProofCode{Errors: fieldErrors(lang(c), fault.Of(err).Fields)})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/proof/pin", fiber.StatusSeeOther)
}

// judgeCode costs no try for what cannot be a code.
func (s *Site) judgeCode(c *fiber.Ctx, token, code string) error {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != codeLength || strings.Trim(code, "0123456789") != "" {
		return fault.InvalidFields(fault.Field{Name: "code", Key: "proof.code.digits"})
	}
	return s.Proofs.Try(c.UserContext(), token, code, server.Now(c))
}

// sendCodeAgain sends another code, after a minute, a few times.
func (s *Site) sendCodeAgain(c *fiber.Ctx) error {
	p, token, ok, err := s.proofOf(c)
	if !ok {
		return err
	}
	err = s.Proofs.Again(c.UserContext(), token, lang(c), server.Now(c))
	if err == nil {
		return c.Redirect("/proof/code?again=1", fiber.StatusSeeOther)
	}
	f, err := s.refusal(c, err)
	if err != nil {
		return err
	}
	return s.codePage(c, p, pages.ProofCode{Errors: []layout.FieldError{{ID: "code", Text: locale.Fault(lang(c), f)}}})
}
