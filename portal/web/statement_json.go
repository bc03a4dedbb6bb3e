package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// statementJSON is the statement for programs: the figures of the page, money as texts in yuan, dates and months of Asia/Shanghai, insurances and statuses by their codes.
func (s *Site) statementJSON(c *fiber.Ctx) error {
	r, st, err := s.yearOfPerson(c)
	if err != nil {
		return err
	}
	back, err := s.recoveriesOf(c.UserContext(), r.Person.ID, &st, calendar.DateOf(server.Now(c)))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	answer := c.Response()
	answer.SwapBody(documentOf(answer.SwapBody(nil)[:0], &r, &st, back)) // its memory is that of an answer before
	return nil
}

// documentOf appends the statement to b.
func documentOf(b []byte, r *yearRecord, st *statement.Statement, back map[calendar.Period]statement.Recovery) []byte {
	d := document{b: b}
	d.open('{')
	d.number("year", st.Year)
	d.date("data_date", st.DataDate)
	if r.Issued.Issue > 0 {
		d.issued(r.Issued, r.Current)
	}
	d.name("person")
	d.open('{')
	d.text("name", r.Person.Name)
	d.text("masked_id", identity.MaskNumber(r.Person.IDNumber))
	d.text("sex", string(r.Person.Sex))
	d.date("birth", r.Person.BirthDate)
	d.period("insured_since", st.InsuredSince)
	d.number("status", int(r.Person.Status))
	d.close('}')
	d.name("employers")
	d.open('[')
	for _, e := range st.Employers {
		d.open('{')
		d.text("name", e.Name)
		d.word("uscc", e.USCC)
		d.period("from", e.From)
		d.period("to", e.To)
		d.close('}')
	}
	d.close(']')
	d.name("insurances")
	d.open('[')
	for _, line := range st.Insurances {
		d.open('{')
		d.number("kind", int(line.Insurance))
		d.number("months_this_year", line.MonthsThisYear)
		d.number("months_total", line.MonthsTotal)
		d.number("arrears_months", line.MonthsOwed)
		d.close('}')
	}
	d.close(']')
	d.name("months")
	d.open('[')
	for i := range st.Months {
		d.month(r, st, &st.Months[i], back)
	}
	d.close(']')
	if st.Account != nil {
		d.account(st.Account)
	}
	d.fen("owed", st.Owed)
	d.name("objection") // 社会保险个人权益记录管理办法 art. 16
	d.open('{')
	d.word("how", "written application with proof to the agency")
	d.word("hotline", "12333")
	d.close('}')
	d.close('}')
	return d.b
}

// issued is the valid statement that was issued of the year; current tells whether the record still says what it says.
func (d *document) issued(issued ledger.Statement, current bool) {
	d.name("issued")
	d.open('{')
	d.word("number", statementNumber(issued))
	d.word("verify_code", issued.Code.String())
	d.number("issue", issued.Issue)
	d.word("issued_at", issued.IssuedAt.Format(time.RFC3339))
	d.date("data_date", issued.DataDate)
	d.truth("current", current)
	d.close('}')
}

func (d *document) month(r *yearRecord, st *statement.Statement, m *statement.Month, back map[calendar.Period]statement.Recovery) {
	d.open('{')
	d.period("ym", m.Period)
	d.word("status", m.Status.String())
	d.fen("base", m.Base)
	d.fen("employer_due", m.EmployerDue)
	d.fen("employer_paid", m.EmployerPaid)
	d.fen("person_due", m.PersonDue)
	d.fen("person_paid", m.PersonPaid)
	d.fen("credited", m.Credited)
	d.name("rows")
	d.open('[')
	d.rows(r, st, m.Rows)
	d.close(']')
	if coming, ok := back[m.Period]; ok {
		d.recovery(coming)
	}
	d.close('}')
}

// rows are nearly all of a document's values: their names stand whole in front of them.
func (d *document) rows(r *yearRecord, st *statement.Statement, rows []contribution.Row) {
	b, code := d.b, ""
	for i := range rows {
		row := &rows[i]
		if i == 0 || row.EmployerID != rows[i-1].EmployerID {
			code = r.employers[row.EmployerID].USCC
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"insurance":`...), int64(row.Insurance), 10)
		b = append(append(b, `,"employer":"`...), code...)
		b = append(append(b, `","status":"`...), contribution.StatusOf(*row, st.Due.Of(row.EmployerID), st.DataDate).String()...)
		b = row.Base.Append(append(b, `","base":"`...))
		b = row.EmployerDue.Append(append(b, `","employer_due":"`...))
		b = row.EmployerPaid.Append(append(b, `","employer_paid":"`...))
		b = row.PersonDue.Append(append(b, `","person_due":"`...))
		b = row.PersonPaid.Append(append(b, `","person_paid":"`...))
		b = append(row.PaidOn.Append(append(b, `","paid_on":"`...)), `"}`...)
	}
	d.b = b
}

// recovery is how the arrears of a month come back: the fields of /api/v1/recovery.
func (d *document) recovery(back statement.Recovery) {
	d.name("recovery")
	d.open('{')
	d.fen("owed", back.Owed)
	d.name("steps")
	d.open('[')
	for _, step := range back.Steps {
		d.open('{')
		d.word("kind", string(step.Kind))
		d.date("on", step.On)
		d.date("pay_by", step.By)
		d.text("number", step.Number)
		d.fen("amount", step.Amount)
		d.close('}')
	}
	d.close(']')
	d.close('}')
}

// rates are those of the parts of a year.
func (d *document) rates(a *account.Year) {
	d.name("rates")
	d.open('[')
	for _, p := range a.Rates {
		d.open('{')
		d.period("from", calendar.Period(a.Year*100+p.First))
		d.period("to", calendar.Period(a.Year*100+p.Last))
		d.word("rate_percent", p.Rate.Percent())
		d.truth("provisional", p.Provisional)
		d.text("rate_document", p.Document)
		d.close('}')
	}
	d.close(']')
}

func (d *document) account(a *account.Year) {
	d.name("account")
	d.open('{')
	d.fen("opening", a.Opening)
	d.fen("credited_personal", a.CreditedPersonal)
	d.fen("credited_employer", a.CreditedEmployer)
	d.fen("interest_on_opening", a.InterestOnOpening)
	d.fen("interest_on_current", a.InterestOnCurrent)
	d.fen("adjustments", a.Adjustments)
	d.fen("closing", a.Closing)
	d.fen("closing_employer", a.ClosingEmployer)
	d.name("events") // what the adjustments are made of
	d.open('[')
	for _, e := range a.Events {
		d.open('{')
		d.word("kind", e.Kind.String())
		d.date("on", e.On)
		d.fen("amount", e.Amount)
		d.text("note", e.Note)
		d.close('}')
	}
	d.close(']')
	d.truth("settled", a.Settled)
	d.word("rate_percent", a.Rate.Percent())
	status := "final"
	if a.Provisional {
		status = "provisional"
	}
	d.word("rate_status", status)
	d.text("rate_document", a.RateDocument)
	if len(a.Rates) > 0 { // the rate changed within the year
		d.rates(a)
	}
	if a.Region != "" {
		d.word("kept_by", a.Region)
	}
	d.name("rule_versions")
	d.open('[')
	for _, id := range a.Shares {
		d.element(id)
	}
	d.close(']')
	d.close('}')
}
