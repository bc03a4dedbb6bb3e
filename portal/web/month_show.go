package web

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showMonth shows what was due and paid in one month, insurance by insurance.
func (s *Site) showMonth(c *fiber.Ctx) error {
	month, err := strconv.Atoi(c.Params("month"))
	if err != nil || month < 1 || month > 12 {
		return fault.New(fault.NotFound, "fault.page")
	}
	r, st, err := s.statementOf(c)
	if err != nil {
		return err
	}
	p := s.page(c, monthWords(lang(c), calendar.NewPeriod(st.Year, time.Month(month))), "/statement")
	v := monthView(p, r, &st, month)
	m, today := &st.Months[month-1], calendar.DateOf(server.Now(c))
	if m.Status.Owing() || m.Status == contribution.BackPaid {
		events, err := s.Recovery.Recovery(c.UserContext(), r.Person.ID)
		if err != nil {
			return err
		}
		if back, ok := statement.RecoveryOf(m, st.Due, stepsOfMonth(events, m.Period, today)); ok {
			v.Recovery = recoverySteps(p, []statement.Recovery{back})
		}
	}
	return render(c, pages.MonthPage(v))
}

func monthView(p layout.Page, r record, st *statement.Statement, month int) pages.Month {
	l, m := p.Lang, &st.Months[month-1]
	own := "/statement/" + strconv.Itoa(st.Year)
	v := pages.Month{
		Page: p, Heading: p.Title, Status: cellOfMonth(l, m, m.Status), Explained: explain(p, m), DataDate: p.T("portal.data", dateWords(l, r.DataDate)),
		Statement: pages.Link{Text: p.T("portal.month.back", st.Year), Href: own},
	}
	if month > 1 {
		v.Before = pages.Link{Text: monthShort(l, m.Period.Add(-1)), Href: own + "/" + strconv.Itoa(month-1)}
	}
	if month < 12 {
		v.After = pages.Link{Text: monthShort(l, m.Period.Add(1)), Href: own + "/" + strconv.Itoa(month+1)}
	}
	if len(m.Rows) > 0 && oneEmployer(m.Rows) {
		v.Employer = r.employers[m.Rows[0].EmployerID].Name
	}
	for _, row := range m.Rows {
		v.Rows = append(v.Rows, monthPart(p, r, row, st.Due.Of(row.EmployerID), v.Employer == ""))
	}
	if len(m.Rows) == 0 {
		return v
	}
	v.Underpaid = "/tip-off?kind=underpaid&employer=" + r.employers[m.Rows[0].EmployerID].USCC + "&from=" + m.Period.String() + "&to=" + m.Period.String()
	v.Objection = "/objection?from=" + m.Period.String() + "&to=" + m.Period.String()
	v.Totals = []pages.Pair{{Term: p.T("portal.due"), Value: amount(l, m.EmployerDue+m.PersonDue)}, {Term: p.T("portal.paid"), Value: amount(l, m.EmployerPaid+m.PersonPaid)}}
	if m.Owed() != 0 {
		v.Totals = append(v.Totals, pages.Pair{Term: p.T("portal.owed"), Value: amount(l, m.Owed()), Strong: true})
	}
	if st.Account != nil {
		v.Totals = append(v.Totals, pages.Pair{Term: p.T("portal.credited"), Value: amount(l, m.Credited)})
	}
	if m.Status.Owing() {
		one := statement.Build(statement.Input{Year: st.Year, Rows: m.Rows, Employers: r.employers, DataDate: st.DataDate})
		v.Alert = alertOf(l, &one)
	}
	return v
}

func oneEmployer(rows []contribution.Row) bool {
	return !slices.ContainsFunc(rows, func(r contribution.Row) bool { return r.EmployerID != rows[0].EmployerID })
}

func monthPart(p layout.Page, r record, row contribution.Row, due contribution.Due, named bool) pages.MonthPart {
	part := pages.MonthPart{
		Insurance: insuranceName(p.Lang, row.Insurance), Status: cellOf(p.Lang, contribution.StatusOf(row, due, r.DataDate)),
		EmployerDue: row.EmployerDue.Grouped(), EmployerPaid: row.EmployerPaid.Grouped(), PersonDue: row.PersonDue.Grouped(), PersonPaid: row.PersonPaid.Grouped(),
	}
	if named {
		part.Notes = append(part.Notes, r.employers[row.EmployerID].Name)
	}
	part.Notes = append(part.Notes, p.T("portal.month.base", row.Base.Grouped()))
	if !row.PaidOn.IsZero() {
		part.Notes = append(part.Notes, p.T("portal.month.arrived", dateWords(p.Lang, row.PaidOn)))
	}
	return part
}

// explain says what the month's status means for the person.
func explain(p layout.Page, m *statement.Month) string {
	switch {
	case m.Ahead && len(m.Rows) == 0:
		return p.T("portal.month.ahead")
	case m.Status == contribution.None && len(m.Rows) > 0:
		return p.T("portal.month.void")
	case m.Status == contribution.Pending:
		return p.T("portal.month.pending", dateWords(p.Lang, contribution.DueDate(m.Period).AddDays(contribution.PostingLag)))
	}
	return p.T("portal.month." + m.Status.String())
}
