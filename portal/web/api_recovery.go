package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/portal/statement"
	"shebao/shared/calendar"
	"shebao/shared/server"
)

// recoveryJSON is how the arrears of one month come back.
type recoveryJSON struct {
	Month  string             `json:"ym"`
	Status string             `json:"status"`
	Due    string             `json:"due_on"`
	Owed   string             `json:"owed"`
	Steps  []recoveryStepJSON `json:"steps"`
}

type recoveryStepJSON struct {
	Kind   string `json:"kind"` // demanded, partpaid, madegood
	On     string `json:"on"`
	PayBy  string `json:"pay_by"`
	Number string `json:"number"`
	Amount string `json:"amount"` // 0.00: only the day is known
}

// listRecoveryJSON lists the months that are or were in arrears, the newest first, with what was done about each.
func (s *Site) listRecoveryJSON(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	list, err := s.recoveries(c.UserContext(), r, calendar.DateOf(server.Now(c)))
	if err != nil {
		return err
	}
	rows := make([]recoveryJSON, 0, len(list))
	for _, back := range list {
		rows = append(rows, recoveryRow(back))
	}
	return c.JSON(fiber.Map{"data_date": r.DataDate.String(), "months": rows})
}

func recoveryRow(back statement.Recovery) recoveryJSON {
	row := recoveryJSON{back.Period.String(), back.Status.String(), back.Due.String(), back.Owed.String(), make([]recoveryStepJSON, 0, len(back.Steps))}
	for _, step := range back.Steps {
		by := ""
		if !step.By.IsZero() {
			by = step.By.String()
		}
		row.Steps = append(row.Steps, recoveryStepJSON{string(step.Kind), step.On.String(), by, step.Number, step.Amount.String()})
	}
	return row
}
