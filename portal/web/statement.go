package web

import (
	"sort"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// record is what the ledger holds of who is signed in.
type record struct {
	person    ledger.Person
	years     []ledger.PersonYear
	employers map[int32]statement.Employer
	dataDate  calendar.Date
}

func (s *Site) record(c *fiber.Ctx) (record, error) {
	ctx := c.UserContext()
	var r record
	var err error
	if r.person, err = s.Ledger.Person(ctx, visitor(c).id); err != nil {
		return r, err
	}
	if r.years, err = s.Ledger.PersonYears(ctx, r.person.ID); err != nil {
		return r, err
	}
	if r.dataDate, err = s.Ledger.DataDate(ctx); err != nil {
		return r, err
	}
	seen := map[int32]bool{}
	var ids []int32
	for _, y := range r.years {
		for _, row := range y.Rows {
			if !seen[row.EmployerID] {
				seen[row.EmployerID] = true
				ids = append(ids, row.EmployerID)
			}
		}
	}
	found, err := s.Ledger.Employers(ctx, ids)
	if err != nil {
		return r, err
	}
	r.employers = make(map[int32]statement.Employer, len(found))
	for id, e := range found {
		r.employers[id] = statement.Employer{Name: e.Name, USCC: string(e.USCC)}
	}
	return r, nil
}

// statement of a year; ok is false when the ledger has nothing of it.
func (r record) statement(year int) (statement.Statement, bool) {
	in := statement.Input{Year: year, Employers: r.employers, DataDate: r.dataDate}
	found := false
	for i, y := range r.years {
		switch {
		case y.Year < year:
			in.Earlier = append(in.Earlier, y.Rows...)
		case y.Year == year:
			found = true
			in.Rows = y.Rows
			if y.HasAccount {
				in.Account = &r.years[i].Account
			}
		}
	}
	return statement.Build(in), found
}

// latest is the newest year with contributions, or the newest at all.
func (r record) latest() int {
	for i := len(r.years) - 1; i >= 0; i-- {
		if len(r.years[i].Rows) > 0 {
			return r.years[i].Year
		}
	}
	if len(r.years) > 0 {
		return r.years[len(r.years)-1].Year
	}
	return r.dataDate.Year
}

func (s *Site) home(c *fiber.Ctx) error {
	if visitor(c) == nil {
		return render(c, pages.Welcome(s.page(c, locale.Text(lang(c), "portal.welcome.title"))))
	}
	r, err := s.record(c)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "site.portal"))
	st, _ := r.statement(r.latest())
	year := strconv.Itoa(st.Year)
	v := pages.Home{Page: p, Greeting: p.T("portal.greeting", identity.MaskName(r.person.Name)), Sentence: sentence(p.Lang, st), Alert: alertOf(p.Lang, st, r.employers), Year: year,
		DataDate: p.T("portal.data", r.dataDate)}
	if len(st.Insurances) > 0 {
		v.Grid = gridOf(p.Lang, st)
	}
	if st.Account != nil {
		v.BalanceOn, v.Balance = p.T("portal.balance", year), st.Account.Closing.Grouped()+" "+p.T("site.yuan")
	}
	return render(c, pages.HomePage(v))
}

func (s *Site) latestStatement(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	return c.Redirect("/statement/"+strconv.Itoa(r.latest()), fiber.StatusSeeOther)
}

func yearOf(c *fiber.Ctx) (int, error) {
	year, err := strconv.Atoi(c.Params("year"))
	if err != nil || year < 1949 || year > 2999 {
		return 0, fault.New(fault.NotFound, "fault.page")
	}
	return year, nil
}

func (s *Site) showStatement(c *fiber.Ctx) error {
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
	return render(c, pages.StatementPage(s.statementView(c, r, st)))
}

func (s *Site) statementView(c *fiber.Ctx, r record, st statement.Statement) pages.Statement {
	p := s.page(c, locale.Text(lang(c), "portal.statement.title", st.Year))
	v := pages.Statement{Page: p, Heading: p.T("portal.statement.title", st.Year), Sentence: sentence(p.Lang, st), Alert: alertOf(p.Lang, st, r.employers), Grid: gridOf(p.Lang, st),
		DataDate: p.T("portal.data", r.dataDate), JSON: "/api/v1/statements/" + strconv.Itoa(st.Year),
		Notes: []string{p.T("portal.note.never"), p.T("portal.note.objection")}}
	v.Page.Path = "/statement"
	for _, y := range r.years {
		text := strconv.Itoa(y.Year)
		v.Years = append(v.Years, pages.Link{Text: text, Href: "/statement/" + text, Current: y.Year == st.Year})
	}
	v.Person = []pages.Pair{{Term: p.T("portal.person.name"), Value: r.person.Name}, {Term: p.T("portal.person.number"), Value: identity.MaskNumber(r.person.IDNumber)},
		{Term: p.T("portal.person.card"), Value: identity.MaskNumber(r.person.CardNumber)}, {Term: p.T("portal.person.status"), Value: r.person.Status.String()}}
	for _, e := range st.Employers {
		v.Employers = append(v.Employers, p.T("portal.employer.span", e.Name, e.From, e.To))
	}
	for _, m := range st.Months {
		row := pages.MonthRow{Month: p.T("portal.month.short", int(m.Period.Month())), Status: cellOf(p.Lang, m.Status), Employer: m.EmployerPaid.Grouped(), Person: m.PersonPaid.Grouped(),
			Base: m.Base.Grouped(), Credited: m.Credited.Grouped(), Owing: m.Status.Owing()}
		switch {
		case m.Status.Owing():
			row.Note = p.T("portal.month.owed", m.Owed().Grouped())
		case m.Status == contribution.BackPaid:
			row.Note = p.T("portal.month.paidon", m.PaidOn)
		}
		v.Months = append(v.Months, row)
	}
	for _, line := range st.Insurances {
		v.Insurances = append(v.Insurances, []string{insuranceName(p.Lang, line.Insurance), strconv.Itoa(line.MonthsThisYear), strconv.Itoa(line.MonthsTotal), strconv.Itoa(line.MonthsOwed)})
	}
	if a := st.Account; a != nil {
		yuan := func(key string, amount money.Fen) pages.Pair {
			return pages.Pair{Term: p.T(key), Value: amount.Grouped() + " " + p.T("site.yuan")}
		}
		rate := p.T("portal.account.unsettled")
		if a.Settled {
			key := "portal.account.rate.final"
			if a.Provisional {
				key = "portal.account.rate.provisional"
			}
			rate = p.T(key, a.Rate.Percent(), a.RateDocument)
		}
		v.Account = []pages.Pair{yuan("portal.account.opening", a.Opening), yuan("portal.account.credited", a.Credited()), yuan("portal.account.interest.opening", a.InterestOnOpening),
			yuan("portal.account.interest.current", a.InterestOnCurrent), yuan("portal.account.adjustments", a.Adjustments), yuan("portal.account.closing", a.Closing),
			{Term: p.T("portal.account.rate"), Value: rate}}
	}
	return v
}

func insuranceName(lang string, i contribution.Insurance) string {
	return locale.Text(lang, "insurance."+strconv.Itoa(int(i)))
}

func cellOf(lang string, status contribution.Status) pages.Cell {
	class := [...]string{"none", "wait", "paid", "late", "owe", "owe"}[status]
	glyph := [...]string{"–", "…", "✓", "↻", "!", "!"}[status]
	return pages.Cell{Class: class, Glyph: glyph, Word: locale.Text(lang, "status."+status.String())}
}

func gridOf(lang string, st statement.Statement) pages.Grid {
	g := pages.Grid{Caption: locale.Text(lang, "portal.grid", st.Year)}
	for m := 1; m <= 12; m++ {
		g.Months = append(g.Months, strconv.Itoa(m))
	}
	for _, line := range st.Insurances {
		row := pages.GridRow{Name: insuranceName(lang, line.Insurance)}
		for _, m := range st.Months {
			row.Cells = append(row.Cells, cellOf(lang, m.Cells[line.Insurance]))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// sentence says the year in plain words.
func sentence(lang string, st statement.Statement) string {
	sum := st.Summarize()
	var parts []string
	switch {
	case sum.Insured == 0 && sum.Pending == 0:
		return locale.Text(lang, "portal.sentence.none", st.Year)
	case len(sum.Owing) > 0:
		var months []string
		for _, period := range sum.Owing {
			months = append(months, locale.Text(lang, "portal.month.short", int(period.Month())))
		}
		parts = append(parts, locale.Text(lang, "portal.sentence.gap", st.Year, sum.Insured, sum.Paid+sum.BackPaid, strings.Join(months, locale.Text(lang, "portal.months.join"))))
	default:
		parts = append(parts, locale.Text(lang, "portal.sentence.full", st.Year, sum.Insured))
	}
	if sum.BackPaid > 0 {
		parts = append(parts, locale.Text(lang, "portal.sentence.backpaid", sum.BackPaid))
	}
	if sum.Pending > 0 {
		parts = append(parts, locale.Text(lang, "portal.sentence.pending", sum.Pending))
	}
	return strings.Join(parts, " ")
}

func alertOf(lang string, st statement.Statement, employers map[int32]statement.Employer) *pages.Alert {
	owing := st.OwingEmployers(employers)
	sum := st.Summarize()
	if len(owing) == 0 {
		return nil
	}
	var months []string
	for _, period := range sum.Owing {
		months = append(months, period.String())
	}
	e := owing[0]
	return &pages.Alert{Title: locale.Text(lang, "portal.alert.title", len(sum.Owing)), Text: locale.Text(lang, "portal.alert.text", strings.Join(months, locale.Text(lang, "portal.months.join")), e.Name, st.Owed.Grouped()),
		Link: "/tip-off?employer=" + e.USCC + "&from=" + e.From.String() + "&to=" + e.To.String()}
}

func (s *Site) showAccount(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "portal.account"))
	v := pages.Account{Page: p, Title: p.T("portal.account.none")}
	var top money.Fen = 1
	var accounts []ledger.PersonYear
	for _, y := range r.years {
		if y.HasAccount {
			accounts = append(accounts, y)
			top = max(top, y.Account.Closing)
		}
	}
	sort.Slice(accounts, func(i, j int) bool { return accounts[i].Year > accounts[j].Year })
	for _, y := range accounts {
		a := y.Account
		rate := p.T("portal.account.unsettled")
		if a.Settled {
			rate = a.Rate.Percent() + "%"
		}
		v.Rows = append(v.Rows, pages.AccountRow{Year: strconv.Itoa(y.Year), Opening: a.Opening.Grouped(), Credited: a.Credited().Grouped(), Interest: a.Interest().Grouped(), Rate: rate, Closing: a.Closing.Grouped()})
	}
	if len(accounts) > 0 {
		v.Title = p.T("portal.account.title", accounts[0].Year, accounts[0].Account.Closing.Grouped())
	}
	shown := accounts[:min(len(accounts), 10)]
	for i := range shown {
		a := shown[len(shown)-1-i]
		height := int(max(a.Account.Closing, 0) * 190 / top)
		v.Bars = append(v.Bars, pages.Bar{X: strconv.Itoa(8 + i*59), Y: strconv.Itoa(195 - height), Height: strconv.Itoa(height), Label: strconv.Itoa(a.Year)})
	}
	return render(c, pages.AccountPage(v))
}
