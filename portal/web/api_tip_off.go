package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/intake"
)

type employerJSON struct {
	Code string `json:"code"` // 统一社会信用代码
	Name string `json:"name"`
}

// searchEmployersJSON finds employers of the register by a part of the name or by credit code. What is looked for stands in the body: an address may be logged on its way.
func (s *Site) searchEmployersJSON(c *fiber.Ctx) error {
	var body struct {
		Name string `json:"name"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	name := strings.TrimSpace(clean(body.Name))
	switch {
	case name == "":
		return fault.InvalidFields(fault.Field{Name: "name", Key: "fault.tipoff.employer"})
	case len([]rune(name)) > mostNameRunes:
		return fault.InvalidFields(fault.Field{Name: "name", Key: "fault.tipoff.words", Args: []any{mostNameRunes}})
	}
	if err := s.allowForm(c); err != nil {
		return err
	}
	found, err := s.searchEmployers(c, name)
	if err != nil {
		return err
	}
	rows := make([]employerJSON, 0, len(found))
	for _, e := range found {
		rows = append(rows, employerJSON{string(e.USCC), e.Name})
	}
	return c.JSON(fiber.Map{"employers": rows})
}

// tipOffBody is the form of the tip-off page as one object.
type tipOffBody struct {
	Key      string `json:"key"`
	Kind     string `json:"kind"`
	Own      *bool  `json:"own"`           // the reporter's own contributions; has to be said
	Code     string `json:"employer_code"` // of an employer of the register
	Employer string `json:"employer"`      // else its name
	AsNamed  bool   `json:"as_named"`      // none of those found by the name
	From     string `json:"from"`
	To       string `json:"to"`
	Words    string `json:"words"`
	Named    bool   `json:"named"`
	Safe     bool   `json:"safe_to_contact"`
}

// apiNames are the fields that the object names otherwise than the page's form.
var apiNames = map[string]string{"choice": "employer", "who": "named"}

// form is the same tip-off as the page's form, so that one set of rules judges both.
func (b tipOffBody) form() tipOffForm {
	yes := map[bool]string{true: "yes", false: "no"}
	fields := map[string]string{"key": b.Key, "kind": b.Kind, "choice": b.Code, "words": b.Words, "named": yes[b.Named], "safe": yes[b.Safe]}
	if b.Own != nil {
		fields["own"] = yes[*b.Own]
	}
	if b.Code == "" {
		fields["employer"] = b.Employer
	}
	if b.Code == "" && b.AsNamed {
		fields["choice"], fields["seen"] = typedChoice, b.Employer
	}
	from, to := monthFieldOfText(b.From), monthFieldOfText(b.To)
	fields["from_year"], fields["from_month"], fields["to_year"], fields["to_month"] = from.year, from.month, to.year, to.month
	return readTipOff(func(name string) string { return fields[name] })
}

// fileTipOffJSON files a tip-off, named (with the token of the reporter) or anonymous. Errors: fault.Invalid field by field, fault.Limited, fault.Unavailable.
func (s *Site) fileTipOffJSON(c *fiber.Ctx) error {
	var body tipOffBody
	if err := readJSON(c, &body); err != nil {
		return err
	}
	var key intake.Key
	if !s.unseal(c, useFiling, body.Key, &key) {
		return fault.InvalidFields(fault.Field{Name: "key", Key: "portal.tipoff.stale"})
	}
	if err := s.allowForm(c); err != nil {
		return err
	}
	t, _, wrong, err := s.checkTipOff(c, body.form())
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		for i := range wrong {
			if name, other := apiNames[wrong[i].Name]; other {
				wrong[i].Name = name
			}
		}
		return fault.InvalidFields(wrong...)
	}
	t.Language = apiLang(c)
	kept, err := s.submitTipOff(c, key, t, body.Safe)
	if err != nil {
		return err
	}
	return answerReceipt(c, kept)
}

// answerReceipt hands out a receipt. It goes in bodies only, never into an address.
func answerReceipt(c *fiber.Ctx, kept keptReceipt) error {
	c.Status(fiber.StatusCreated)
	return c.JSON(fiber.Map{"receipt": kept.Code.String(), "promised_by": kept.Promised.String(), "provisional": kept.Provisional})
}
