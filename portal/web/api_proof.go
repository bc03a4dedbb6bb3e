package web

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/server"
)

// proofJSON is how far a proof is. The token is as secret as a PIN: it goes in bodies only.
type proofJSON struct {
	Proof     string `json:"proof"`
	Mobile    string `json:"mobile"`     // masked
	ExpiresIn int    `json:"expires_in"` // seconds that the code is good
	ResendIn  int    `json:"resend_in"`  // seconds until another may be asked for
	SendsLeft int    `json:"sends_left"`
}

// apiLang is the language of a program's user, for messages: Chinese unless English is asked for.
func apiLang(c *fiber.Ctx) string {
	if c.AcceptsLanguages(locale.Chinese, "zh", locale.English) == locale.English {
		return locale.English
	}
	return locale.Chinese
}

// beginProofJSON is beginProof for programs: the same limits, the same words.
func (s *Site) beginProofJSON(c *fiber.Ctx) error {
	var body struct {
		Purpose string `json:"purpose"`
		Number  string `json:"number"`
		Name    string `json:"name"`
		Card    string `json:"card"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if body.Purpose != "activate" && body.Purpose != "recover" {
		return fault.New(fault.Invalid, "fault.request")
	}
	token, err := s.claim(c, Claim{Purpose: body.Purpose, Document: body.Number, Name: body.Name, Card: body.Card, Lang: apiLang(c)})
	if err != nil {
		return err
	}
	c.Status(fiber.StatusCreated)
	return s.answerProof(c, token)
}

func (s *Site) answerProof(c *fiber.Ctx, token string) error {
	p, err := s.Proofs.Of(c.UserContext(), token, server.Now(c))
	if err != nil {
		return err
	}
	seconds := func(until time.Time) int { return max(0, int(until.Sub(server.Now(c)).Seconds())) }
	return c.JSON(proofJSON{token, identity.MaskMobile(p.Person.Mobile), seconds(p.CodeUntil), seconds(p.ResendAt), p.SendsLeft})
}

// sendCodeAgainJSON sends another code.
func (s *Site) sendCodeAgainJSON(c *fiber.Ctx) error {
	var body struct {
		Proof string `json:"proof"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := s.Proofs.Again(c.UserContext(), body.Proof, apiLang(c), server.Now(c)); err != nil {
		return err
	}
	return s.answerProof(c, body.Proof)
}

// tryCodeJSON judges a code.
func (s *Site) tryCodeJSON(c *fiber.Ctx) error {
	var body struct {
		Proof string `json:"proof"`
		Code  string `json:"code"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if err := s.judgeCode(c, body.Proof, body.Code); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// setNewPINJSON sets the PIN of who has proved to be the person, and signs in.
func (s *Site) setNewPINJSON(c *fiber.Ctx) error {
	var body struct {
		Proof string `json:"proof"`
		PIN   string `json:"pin"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	who, err := s.Proofs.Finish(c.UserContext(), body.Proof, strings.TrimSpace(body.PIN), apiLang(c), server.Now(c))
	if err != nil {
		return err
	}
	return s.beginJSON(c, who.ID)
}
