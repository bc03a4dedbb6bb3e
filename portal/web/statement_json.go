package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
)

// statementDocument is the statement for programs: the figures of the page, money as strings in yuan with two decimals, dates and months of Asia/Shanghai.
type statementDocument struct {
	Year       int                  `json:"year"`
	DataDate   calendar.Date        `json:"data_date"`
	Person     personDocument       `json:"person"`
	Employers  []engagementDocument `json:"employers"`
	Insurances []insuranceDocument  `json:"insurances"`
	Months     [12]monthDocument    `json:"months"`
	Account    *accountDocument     `json:"account"`
	Owed       money.Fen            `json:"owed"`
	Objection  objectionDocument    `json:"objection"`
}

type personDocument struct {
	Name         string          `json:"name"`
	MaskedID     string          `json:"masked_id"`
	Sex          string          `json:"sex"`
	Birth        calendar.Date   `json:"birth"`
	InsuredSince calendar.Period `json:"insured_since"`
	Status       int             `json:"status"`
}

type engagementDocument struct {
	Name string          `json:"name"`
	USCC string          `json:"uscc"`
	From calendar.Period `json:"from"`
	To   calendar.Period `json:"to"`
}

type insuranceDocument struct {
	Kind           int `json:"kind"`
	MonthsThisYear int `json:"months_this_year"`
	MonthsTotal    int `json:"months_total"`
	ArrearsMonths  int `json:"arrears_months"`
}

type monthDocument struct {
	Period       calendar.Period `json:"ym"`
	Status       string          `json:"status"`
	Base         money.Fen       `json:"base"`
	EmployerDue  money.Fen       `json:"employer_due"`
	EmployerPaid money.Fen       `json:"employer_paid"`
	PersonDue    money.Fen       `json:"person_due"`
	PersonPaid   money.Fen       `json:"person_paid"`
	Credited     money.Fen       `json:"credited"`
	Rows         []rowDocument   `json:"rows"`
}

type rowDocument struct {
	Insurance    int           `json:"insurance"`
	EmployerUSCC string        `json:"employer"`
	Status       string        `json:"status"`
	Base         money.Fen     `json:"base"`
	EmployerDue  money.Fen     `json:"employer_due"`
	EmployerPaid money.Fen     `json:"employer_paid"`
	PersonDue    money.Fen     `json:"person_due"`
	PersonPaid   money.Fen     `json:"person_paid"`
	PaidOn       calendar.Date `json:"paid_on"`
}

type accountDocument struct {
	Opening           money.Fen `json:"opening"`
	CreditedPersonal  money.Fen `json:"credited_personal"`
	CreditedEmployer  money.Fen `json:"credited_employer"`
	InterestOnOpening money.Fen `json:"interest_on_opening"`
	InterestOnCurrent money.Fen `json:"interest_on_current"`
	Adjustments       money.Fen `json:"adjustments"`
	Closing           money.Fen `json:"closing"`
	Settled           bool      `json:"settled"`
	RatePercent       string    `json:"rate_percent"`
	RateStatus        string    `json:"rate_status"`
	RateDocument      string    `json:"rate_document"`
	RuleVersions      []string  `json:"rule_versions"`
}

type objectionDocument struct {
	How     string `json:"how"`
	Hotline string `json:"hotline"`
}

func (s *Site) statementJSON(c *fiber.Ctx) error {
	r, st, err := s.statementOf(c)
	if err != nil {
		return err
	}
	return c.JSON(documentOf(r, &st))
}

func documentOf(r record, st *statement.Statement) statementDocument {
	d := statementDocument{
		Year: st.Year, DataDate: st.DataDate, Owed: st.Owed, Account: accountDocumentOf(st.Account),
		Employers: make([]engagementDocument, 0, len(st.Employers)), Insurances: make([]insuranceDocument, 0, len(st.Insurances)),
		Person: personDocument{r.Person.Name, identity.MaskNumber(r.Person.IDNumber), string(r.Person.Sex), r.Person.BirthDate, st.InsuredSince, int(r.Person.Status)},
		// 社会保险个人权益记录管理办法 art. 16
		Objection: objectionDocument{How: "written application with proof to the agency", Hotline: "12333"},
	}
	for _, e := range st.Employers {
		d.Employers = append(d.Employers, engagementDocument{e.Name, e.USCC, e.From, e.To})
	}
	for _, line := range st.Insurances {
		d.Insurances = append(d.Insurances, insuranceDocument{int(line.Insurance), line.MonthsThisYear, line.MonthsTotal, line.MonthsOwed})
	}
	for i := range st.Months {
		d.Months[i] = monthDocumentOf(r, st, &st.Months[i])
	}
	return d
}

func monthDocumentOf(r record, st *statement.Statement, m *statement.Month) monthDocument {
	d := monthDocument{m.Period, m.Status.String(), m.Base, m.EmployerDue, m.EmployerPaid, m.PersonDue, m.PersonPaid, m.Credited, make([]rowDocument, 0, len(m.Rows))}
	for _, row := range m.Rows {
		d.Rows = append(d.Rows, rowDocument{int(row.Insurance), r.employers[row.EmployerID].USCC, contribution.StatusOf(row, st.DataDate).String(), row.Base,
			row.EmployerDue, row.EmployerPaid, row.PersonDue, row.PersonPaid, row.PaidOn})
	}
	return d
}

func accountDocumentOf(a *account.Year) *accountDocument {
	if a == nil {
		return nil
	}
	status := "final"
	if a.Provisional {
		status = "provisional"
	}
	return &accountDocument{a.Opening, a.CreditedPersonal, a.CreditedEmployer, a.InterestOnOpening, a.InterestOnCurrent, a.Adjustments, a.Closing, a.Settled,
		a.Rate.Percent(), status, a.RateDocument, append([]string{}, a.Shares...)}
}
