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

// showProof asks for what is on record. A proof under way goes on where it was, unless another is wanted.
func (s *Site) showProof(purpose string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := pages.ProofBegin{}
		switch {
		case c.Query("gone") != "":
			v.Notice = locale.Text(lang(c), "proof.gone")
		case c.Query("new") == "":
			if begun, token := proofToken(c); begun == purpose && token != "" {
				if _, err := s.Proofs.Of(c.UserContext(), token, server.Now(c)); err == nil {
					return c.Redirect("/proof/code", fiber.StatusSeeOther)
				}
			}
		}
		return s.proofPage(c, purpose, v)
	}
}

func (s *Site) proofPage(c *fiber.Ctx, purpose string, v pages.ProofBegin) error {
	v.Page = s.page(c, locale.Text(lang(c), "proof."+purpose), "/sign-in")
	v.Page.Back, v.Page.Failed, v.Purpose = "/"+purpose+"?new=1", len(v.Errors) > 0, purpose
	if s.Demo {
		v.Hints = s.DemoHints
	}
	return render(c, pages.ProofBeginPage(v))
}

// beginProof checks what is on record and sends a code. Wrong data is answered alike, whichever piece was wrong.
func (s *Site) beginProof(purpose string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := pages.ProofBegin{Number: form(c, "number"), Name: clean(form(c, "name")), Card: strings.TrimSpace(form(c, "card"))}
		token, err := s.claim(c, Claim{Purpose: purpose, Document: v.Number, Name: v.Name, Card: v.Card, Lang: lang(c)})
		if err == nil {
			s.cookie(c, cookieProof, purpose+"."+token)
			return c.Redirect("/proof/code", fiber.StatusSeeOther)
		}
		if fault.Is(err, fault.Invalid) {
			c.Status(fiber.StatusUnprocessableEntity)
			v.Errors = fieldErrors(lang(c), fault.Of(err).Fields)
			return s.proofPage(c, purpose, v)
		}
		f, err := s.refusal(c, err)
		if err != nil {
			return err
		}
		v.Errors = []layout.FieldError{{ID: "number", Text: locale.Fault(lang(c), f)}}
		v.NoMobile = f.Key == "proof.nomobile"
		return s.proofPage(c, purpose, v)
	}
}

// claim begins a proof for pages and programs alike. Errors: fault.Invalid field by field; fault.Denied, fault.Limited, fault.Unavailable.
func (s *Site) claim(c *fiber.Ctx, claim Claim) (token string, err error) {
	document, wrong := checkDocument(claim.Document)
	if strings.TrimSpace(claim.Name) == "" {
		wrong = append(wrong, fault.Field{Name: "name", Key: "proof.name.empty"})
	}
	if strings.TrimSpace(claim.Card) == "" {
		wrong = append(wrong, fault.Field{Name: "card", Key: "proof.card.empty"})
	}
	if len(wrong) > 0 {
		return "", fault.InvalidFields(wrong...)
	}
	if err := s.proofLimits(c, document); err != nil {
		return "", err
	}
	claim.Document, claim.From = document, s.limitKey("address", c.IP())
	return s.Proofs.Begin(c.UserContext(), claim, server.Now(c))
}
