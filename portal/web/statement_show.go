package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/server"
)

func (s *Site) showLatestStatement(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	year := r.latest()
	if year == 0 { // home says why there is nothing
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	return c.Redirect("/statement/"+strconv.Itoa(year), fiber.StatusSeeOther)
}

func (s *Site) showStatement(c *fiber.Ctx) error {
	r, st, err := s.yearOfPerson(c)
	if fault.Is(err, fault.NotFound) && r.Issued.Issue > 0 {
		return s.showEmptied(c, r)
	}
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "portal.statement.title", st.Year), "/statement")
	back, err := s.recoveriesOf(c.UserContext(), r.Person.ID, &st, calendar.DateOf(server.Now(c)))
	if err != nil {
		return err
	}
	v := statementView(p, r, &st, back, c.Query("only") == "gaps")
	addIssued(&v, r)
	return render(c, pages.StatementPage(v))
}

// showEmptied tells what became of a year that had a statement, and of which the record holds nothing any more.
func (s *Site) showEmptied(c *fiber.Ctx, r yearRecord) error {
	p := s.page(c, locale.Text(lang(c), "portal.statement.title", r.Year.Year), "/statement")
	v := pages.Emptied{Page: p, Text: p.T("issued.emptied.text", r.Year.Year), Issued: issuedView(p, r.Issued)}
	v.Note = p.T("issued.emptied.note")
	if !r.Current { // the last one issued still has figures
		v.Note = p.T("issued.emptied.fresh")
	}
	newest, older, _ := yearLinks(r, r.Year.Year)
	v.Years = append(newest, older...)
	return render(c, pages.EmptiedPage(v))
}

// paperKB is about what a statement's file weighs; a test holds it against real ones.
const paperKB = 80

// addIssued says what was issued of the year, and whether the paper would differ now.
func addIssued(v *pages.Statement, r yearRecord) {
	address := "/statement/" + strconv.Itoa(r.Year.Year) + ".pdf"
	v.PDF, v.EnglishPDF = pages.Link{Text: v.Page.T("issued.pdf.size", paperKB), Href: address}, address+"?lang=en"
	if r.Issued.Issue == 0 {
		v.IssuedNote = v.Page.T("issued.fresh")
		return
	}
	view := issuedView(v.Page, r.Issued)
	v.Issued = &view
	if !r.Current {
		v.IssuedNote = v.Page.T("issued.changed")
	}
}

func statementView(p layout.Page, r yearRecord, st *statement.Statement, back map[calendar.Period]statement.Recovery, onlyGaps bool) pages.Statement {
	l, own := p.Lang, "/statement/"+strconv.Itoa(st.Year)
	v := pages.Statement{
		Page: p, Heading: p.Title, Sentence: sentence(l, st), Alert: alertOf(l, st), Grid: gridOf(l, st), Months: monthRows(l, st, back), OnlyGaps: onlyGaps,
		Insurances: insuranceRows(l, st), Account: accountPairs(l, st.Account), AccountWhy: accountWords(l, st, r.AccountFrom), DataDate: p.T("portal.data", dateWords(l, r.DataDate)),
		JSON: "/api/v1/statements/" + strconv.Itoa(st.Year), Totals: totalsOf(l, st), Notes: notesOf(l, st),
	}
	v.Years, v.Older, v.OldShown = yearLinks(r, st.Year)
	problems := 0
	for i := range st.Months {
		if isProblem(st.Months[i].Status) {
			problems++
		}
	}
	switch {
	case onlyGaps:
		v.Heading, v.Months, v.Filter = p.T("portal.statement.gaps", st.Year), problemsOf(v.Months, st), pages.Link{Text: p.T("portal.filter.all"), Href: own}
		v.Page.Title = v.Heading
	case problems > 0 && problems < len(v.Months):
		v.Filter = pages.Link{Text: p.T("portal.filter.gaps"), Href: own + "?only=gaps"}
	}
	v.Person, v.Hidden = personPairs(l, r, st)
	for _, e := range st.Employers {
		v.Employers = append(v.Employers, pages.Engagement{Name: e.Name, Code: e.USCC, Span: span(l, e.From, e.To)})
	}
	return v
}

// yearsAtOnce is how many years stand in sight; the others are shown on request.
const yearsAtOnce = 5

func yearLinks(r yearRecord, current int) (newest, older []pages.Link, oldShown bool) {
	for i := len(r.Years) - 1; i >= 0; i-- {
		text := strconv.Itoa(r.Years[i])
		link := pages.Link{Text: text, Href: "/statement/" + text, Current: r.Years[i] == current}
		if len(newest) < yearsAtOnce {
			newest = append(newest, link)
			continue
		}
		older, oldShown = append(older, link), oldShown || link.Current
	}
	return newest, older, oldShown
}

func personPairs(l string, r yearRecord, st *statement.Statement) (shown, hidden []pages.Pair) {
	t := func(key string) string { return locale.Text(l, key) }
	shown = []pages.Pair{{Term: t("portal.person.name"), Value: r.Person.Name}, {Term: t("portal.person.status"), Value: t("portal.person.status." + strconv.Itoa(int(r.Person.Status)))}}
	if st.InsuredSince != 0 {
		shown = append(shown, pages.Pair{Term: t("portal.person.since"), Value: monthWords(l, st.InsuredSince)})
	}
	hidden = []pages.Pair{{Term: t("portal.person.number"), Value: identity.MaskNumber(r.Person.IDNumber)}, {Term: t("portal.person.card"), Value: identity.MaskNumber(r.Person.CardNumber)}}
	if r.Person.Sex != "" {
		hidden = append(hidden, pages.Pair{Term: t("portal.person.sex"), Value: t("portal.sex." + string(r.Person.Sex))})
	}
	if !r.Person.BirthDate.IsZero() {
		hidden = append(hidden, pages.Pair{Term: t("portal.person.birth"), Value: dateWords(l, r.Person.BirthDate)})
	}
	return shown, hidden
}

// monthRows are the twelve months of the table; a month without a row has nothing to show but its status. back tells how the arrears of owed and late months come back.
func monthRows(l string, st *statement.Statement, back map[calendar.Period]statement.Recovery) []pages.MonthRow {
	rows := make([]pages.MonthRow, 0, 12)
	var employer, person, base, credited groupedLike // a salary stays what it was for most of a year
	own := "/statement/" + strconv.Itoa(st.Year) + "/"
	for i := range st.Months {
		m := &st.Months[i]
		row := pages.MonthRow{Month: monthShort(l, m.Period), Status: cellOfMonth(l, m, m.Status), Employer: "--", Person: "--", Base: "--", Credited: "--"}
		if len(m.Rows) > 0 {
			row.Link = own + gridMonths[i]
			row.Employer, row.Person, row.Base = employer.of(m.EmployerPaid), person.of(m.PersonPaid), base.of(m.Base)
		}
		if st.Account != nil && (len(m.Rows) > 0 || m.Credited != 0) {
			row.Credited = credited.of(m.Credited)
		}
		if coming, ok := back[m.Period]; ok {
			row.Note = recoveryNote(l, coming)
		}
		rows = append(rows, row)
	}
	return rows
}

// groupedLike writes one amount after another for people, and an amount like the one before only once.
type groupedLike struct {
	amount money.Fen
	text   string
}

func (g *groupedLike) of(amount money.Fen) string {
	if g.text == "" || g.amount != amount {
		g.amount, g.text = amount, amount.Grouped()
	}
	return g.text
}

// isProblem tells the months that are owed, or were made good late.
func isProblem(status contribution.Status) bool {
	return status.Owing() || status == contribution.BackPaid
}

func problemsOf(rows []pages.MonthRow, st *statement.Statement) []pages.MonthRow {
	var list []pages.MonthRow
	for i, row := range rows {
		if isProblem(st.Months[i].Status) {
			list = append(list, row)
		}
	}
	return list
}

func totalsOf(l string, st *statement.Statement) pages.MonthRow {
	var employer, person, credited money.Fen
	for i := range st.Months {
		employer += st.Months[i].EmployerPaid
		person += st.Months[i].PersonPaid
		credited += st.Months[i].Credited
	}
	row := pages.MonthRow{Month: locale.Text(l, "portal.total"), Employer: employer.Grouped(), Person: person.Grouped(), Credited: "--"}
	if st.Account != nil {
		row.Credited = credited.Grouped()
	}
	return row
}

func insuranceRows(l string, st *statement.Statement) []pages.InsuranceRow {
	rows := make([]pages.InsuranceRow, 0, len(st.Insurances))
	for _, line := range st.Insurances {
		rows = append(rows, pages.InsuranceRow{Name: insuranceName(l, line.Insurance), ThisYear: strconv.Itoa(line.MonthsThisYear), Total: strconv.Itoa(line.MonthsTotal), Owed: strconv.Itoa(line.MonthsOwed)})
	}
	return rows
}

// accountPairs roll the account forward: opening, credited, interest, adjustments, closing.
func accountPairs(l string, a *account.Year) []pages.Pair {
	if a == nil {
		return nil
	}
	pair := func(key string, f money.Fen) pages.Pair {
		return pages.Pair{Term: locale.Text(l, key), Value: amount(l, f)}
	}
	list := []pages.Pair{pair("portal.account.opening", a.Opening), pair("portal.account.credited.own", a.CreditedPersonal)}
	if a.CreditedEmployer != 0 {
		list = append(list, pair("portal.account.credited.employer", a.CreditedEmployer))
	}
	closing := "portal.account.closing"
	if a.Settled {
		list = append(list, pair("portal.account.interest.opening", a.InterestOnOpening), pair("portal.account.interest.current", a.InterestOnCurrent))
	}
	if !a.Settled || a.AfterEnd() {
		closing = "portal.account.closing.now"
	}
	last := pair(closing, a.Closing)
	if endedEarly(a) {
		last.Term = locale.Text(l, "event.closing", dateWords(l, a.HeldOn()))
	}
	list = append(list, eventPairs(l, a)...)
	last.Strong = true
	list = append(list, last)
	if a.ClosingEmployer != 0 {
		list = append(list, pair("portal.account.closing.employer", a.ClosingEmployer))
	}
	return list
}

// accountWords say how the account was counted, or why the year has none; begins is the first year after it that has one, 0 where none is known.
func accountWords(l string, st *statement.Statement, begins int) string {
	switch {
	case st.Account != nil:
		return rateWords(l, st.Account)
	case !slices.ContainsFunc(st.Insurances, func(line statement.InsuranceLine) bool { return line.Insurance.IsPension() }):
		return ""
	case begins > 0:
		return locale.Text(l, "accountyear.before", begins)
	case st.InsuredSince < 199801:
		return locale.Text(l, "portal.account.local")
	}
	return locale.Text(l, "accountyear.before.some")
}

func rateWords(l string, a *account.Year) string {
	if a == nil {
		return ""
	}
	reasons := eventReasons(l, a)
	if reasons != "" && a.Settled && a.Interest() == 0 {
		return reasons // the rate was not used
	}
	words := rateOf(l, a)
	if kept := keptWords(l, a); kept != "" {
		words = inARow(l, words, kept)
	}
	if reasons != "" {
		words = inARow(l, reasons, words)
	}
	return words
}

func notesOf(l string, st *statement.Statement) []string {
	a := st.Account
	notes := []string{locale.Text(l, "portal.note.full"), locale.Text(l, "portal.note.never"), locale.Text(l, "portal.note.latefee")}
	if a != nil {
		for _, rule := range []account.RuleVersion{account.Share8, account.Share11, account.TransferRule} {
			for _, used := range a.Shares {
				if used == rule.ID {
					notes = append(notes, locale.Text(l, "portal.note.rule", rule.Document))
				}
			}
		}
		if a.Settled && a.Provisional {
			notes = append(notes, locale.Text(l, "portal.note.provisional"))
		}
	}
	return append(notes, locale.Text(l, "portal.note.objection"), locale.Text(l, "portal.note.hotline"))
}
