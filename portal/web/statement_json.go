package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/money"
)

// statementDocument is the statement for programs: the figures of the page, money as strings in yuan with two decimals, dates in Asia/Shanghai.
type statementDocument struct {
	Year     int           `json:"year"`
	DataDate calendar.Date `json:"data_date"`
	Person   struct {
		Name     string `json:"name"`
		MaskedID string `json:"masked_id"`
		Status   string `json:"status"`
	} `json:"person"`
	Employers []struct {
		Name string          `json:"name"`
		USCC string          `json:"uscc"`
		From calendar.Period `json:"from"`
		To   calendar.Period `json:"to"`
	} `json:"employers"`
	Insurances []insuranceDocument `json:"insurances"`
	Months     []monthDocument     `json:"months"`
	Account    *accountDocument    `json:"account,omitempty"`
	Owed       money.Fen           `json:"owed"`
}

type insuranceDocument struct {
	Kind           string `json:"kind"`
	MonthsThisYear int    `json:"months_this_year"`
	MonthsTotal    int    `json:"months_total"`
	ArrearsMonths  int    `json:"arrears_months"`
}

type monthDocument struct {
	Period       calendar.Period   `json:"ym"`
	Status       string            `json:"status"`
	Cells        map[string]string `json:"insurances"`
	Base         money.Fen         `json:"base"`
	EmployerDue  money.Fen         `json:"employer_due"`
	EmployerPaid money.Fen         `json:"employer_paid"`
	PersonDue    money.Fen         `json:"person_due"`
	PersonPaid   money.Fen         `json:"person_paid"`
	Credited     money.Fen         `json:"credited"`
	PaidOn       calendar.Date     `json:"paid_on"`
}

type accountDocument struct {
	Opening           money.Fen `json:"opening"`
	CreditedPersonal  money.Fen `json:"credited_personal"`
	CreditedEmployer  money.Fen `json:"credited_employer"`
	InterestOnOpening money.Fen `json:"interest_on_opening"`
	InterestOnCurrent money.Fen `json:"interest_on_current"`
	Adjustments       money.Fen `json:"adjustments"`
	Closing           money.Fen `json:"closing"`
	RatePercent       string    `json:"rate_percent"`
	RateStatus        string    `json:"rate_status"`
	RateDocument      string    `json:"rate_document"`
	Settled           bool      `json:"settled"`
	RuleVersions      []string  `json:"rule_versions"`
}

func (s *Site) statementJSON(c *fiber.Ctx) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	r, err := s.record(c)
	if err != nil {
		return err
	}
	st, found := r.statement(year)
	if !found {
		return fault.New(fault.NotFound, "ledger.no_year", year)
	}
	d := statementDocument{Year: st.Year, DataDate: st.DataDate, Owed: st.Owed}
	d.Person.Name, d.Person.MaskedID, d.Person.Status = r.person.Name, identity.MaskNumber(r.person.IDNumber), r.person.Status.String()
	for _, e := range st.Employers {
		d.Employers = append(d.Employers, struct {
			Name string          `json:"name"`
			USCC string          `json:"uscc"`
			From calendar.Period `json:"from"`
			To   calendar.Period `json:"to"`
		}{e.Name, e.USCC, e.From, e.To})
	}
	for _, line := range st.Insurances {
		d.Insurances = append(d.Insurances, insuranceDocument{strconv.Itoa(int(line.Insurance)), line.MonthsThisYear, line.MonthsTotal, line.MonthsOwed})
	}
	for _, m := range st.Months {
		month := monthDocument{m.Period, m.Status.String(), map[string]string{}, m.Base, m.EmployerDue, m.EmployerPaid, m.PersonDue, m.PersonPaid, m.Credited, m.PaidOn}
		for insurance, status := range m.Cells {
			month.Cells[strconv.Itoa(int(insurance))] = status.String()
		}
		d.Months = append(d.Months, month)
	}
	if a := st.Account; a != nil {
		status := "final"
		if a.Provisional {
			status = "provisional"
		}
		d.Account = &accountDocument{a.Opening, a.CreditedPersonal, a.CreditedEmployer, a.InterestOnOpening, a.InterestOnCurrent, a.Adjustments, a.Closing, a.Rate.Percent(), status, a.RateDocument, a.Settled, a.Shares}
	}
	return c.JSON(d)
}
