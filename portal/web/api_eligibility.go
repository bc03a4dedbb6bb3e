package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

type confirmationJSON struct {
	Year int    `json:"year"`
	On   string `json:"on"`
	Way  string `json:"way"`
	Met  bool   `json:"met"`
}

// showEligibilityJSON tells whether this year's confirmation that the pension's conditions are met is asked for, and lists the earlier ones.
func (s *Site) showEligibilityJSON(c *fiber.Ctx) error {
	who, err := s.Ledger.Person(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	list, err := s.Confirmations.Of(c.UserContext(), who.ID)
	if err != nil {
		return err
	}
	year := calendar.DateOf(server.Now(c)).Year
	asked, rows := who.Status == ledger.Retired, make([]confirmationJSON, 0, len(list))
	for _, one := range list {
		rows = append(rows, confirmationJSON{one.Year, one.On.String(), string(one.Way), one.Met})
		asked = asked && one.Year != year
	}
	return c.JSON(fiber.Map{"year": year, "pensioner": who.Status == ledger.Retired, "asked": asked, "confirmations": rows})
}

// confirmEligibilityJSON takes the pensioner's own word. Errors: fault.Invalid when it is not given, fault.Conflict for whoever draws no pension.
func (s *Site) confirmEligibilityJSON(c *fiber.Ctx) error {
	var body struct {
		Confirmed bool `json:"confirmed"` // it is me, and I still meet the conditions
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if !body.Confirmed {
		return fault.InvalidFields(fault.Field{Name: "confirmed", Key: "eligibility.tick"})
	}
	if err := s.keepConfirmation(c); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
