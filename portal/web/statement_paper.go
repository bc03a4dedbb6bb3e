package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	official "shebao/shared/document"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// The issued statement on paper: what domain and law ask of it (社会保险个人权益记录管理办法 art. 2, 劳社厅发〔2001〕4号 三(二)), with the figures of the page and the JSON.

// statementOfIssue is the statement as it was issued, judged by the day of its data.
func statementOfIssue(s ledger.Statement) statement.Statement {
	in := statement.Input{Year: s.Year, Rows: s.PersonYear.Rows, Before: &statement.Before{Since: s.InsuredSince, Months: s.MonthsBefore}, Due: s.PersonYear.Due, DataDate: s.DataDate, Employers: map[int32]statement.Employer{}}
	if s.PersonYear.HasAccount {
		in.Account = &s.PersonYear.Account
	}
	for _, e := range s.Employers {
		in.Employers[e.ID] = statement.Employer{Name: e.Name, USCC: string(e.USCC)}
	}
	return statement.Build(in)
}

// statementNumber is what a statement is called by at a counter: region, year, running number. It says nothing of the person.
func statementNumber(s ledger.Statement) string {
	number := fmt.Sprintf("%04d-%08d", s.Year, s.Number)
	if s.Region == "" {
		return number
	}
	return s.Region + "-" + number
}

// verifyAddress is where the code on a document leads.
func (s *Site) verifyAddress(code string) string { return s.PublicURL + "/verify/" + code }

// paper lays the statement out in a language.
func (s *Site) paper(l string, issued ledger.Statement) official.Document {
	t := func(key string, args ...any) string { return locale.Text(l, key, args...) }
	st := statementOfIssue(issued)
	day := dayWords(l, calendar.DateOf(issued.IssuedAt))
	d := official.Document{
		Lang: l, Form: official.Sheet, Agency: issued.Agency, Title: t("paper.title", issued.Year), Created: issued.IssuedAt,
		Facts:  []official.Pair{{Term: t("paper.number"), Value: statementNumber(issued)}, {Term: t("paper.issued"), Value: day}, {Term: t("paper.reach"), Value: dayWords(l, issued.DataDate)}},
		Words:  official.Words{PageOf: t("paper.page"), Missing: t("paper.missing")},
		Verify: &official.Verification{Text: t("paper.verify", issued.Code.Grouped(), s.PublicURL+"/verify"), Address: s.verifyAddress(issued.Code.String()), Figure: t("paper.verify.figure")},
	}
	if !issued.SupersededAt.IsZero() {
		d.Banner = t("paper.superseded", dayWords(l, calendar.DateOf(issued.SupersededAt)))
	}
	signOff := official.SignOff{Agency: issued.Agency, Date: day, Seal: t("paper.seal"), Note: t("paper.seal.note")}
	if issued.Emptied() {
		d.Blocks = append(d.Blocks, official.Pairs{Columns: 3, Items: paperPerson(l, issued)}, official.Paragraph{Text: t("issued.emptied.paper", issued.Year, dayWords(l, issued.DataDate), issued.Issue-1)}, signOff)
		return d
	}
	d.Blocks = append(d.Blocks, official.Pairs{Columns: 3, Items: paperPerson(l, issued)}, official.Paragraph{Text: sentence(l, &st)}, paperEmployers(l, &st), paperMonths(l, &st))
	if parts := paperParts(l, &st); len(parts.Columns) > 1 {
		d.Blocks = append(d.Blocks, parts)
	}
	if owed := paperOwed(l, &st); len(owed.Rows) > 0 {
		d.Blocks = append(d.Blocks, owed, official.Paragraph{Text: t("paper.owed.later"), Small: true}) // a paper stays as it was issued
	}
	d.Blocks = append(d.Blocks, paperCounts(l, &st))
	if st.Account != nil {
		d.Blocks = append(d.Blocks, official.Heading{Text: t("portal.account")}, official.Pairs{Columns: 2, Items: paperPairs(accountPairs(l, st.Account))}, official.Paragraph{Text: rateWords(l, st.Account), Small: true})
	}
	if words := accountWords(l, &st, 0); st.Account == nil && words != "" { // of other years a paper knows nothing
		if st.InsuredSince < 199801 {
			words = inARow(l, words, t("accountyear.before.else"))
		}
		d.Blocks = append(d.Blocks, official.Heading{Text: t("portal.account")}, official.Paragraph{Text: words, Small: true})
	}
	d.Blocks = append(d.Blocks,
		official.Pairs{Columns: 1, Items: []official.Pair{{Term: t("paper.check"), Value: checkLine(l, &st), Strong: true}}},
		official.Clause{Title: t("portal.notes"), Items: append(notesOf(l, &st), paperRules(l, issued)...), Numbered: true, Small: true},
		signOff)
	return d
}

// paperRules are the last notes of a paper: the rules of interest and back payment that made the account, by their documents, and how the paper is checked.
func paperRules(l string, issued ledger.Statement) []string {
	var documents []string
	for _, rule := range []account.RuleVersion{account.MonthProductRule, account.AnnualRule, account.OnPaymentRule, account.AsOnTimeRule} {
		if slices.Contains(issued.Rules, rule.ID) {
			documents = append(documents, rule.Document)
		}
	}
	check := locale.Text(l, "paper.note.verify")
	if len(documents) == 0 {
		return []string{check}
	}
	return []string{locale.Text(l, "accountyear.rules", strings.Join(documents, locale.Text(l, "accountyear.and"))), check}
}

func paperPairs(list []pages.Pair) []official.Pair {
	pairs := make([]official.Pair, len(list))
	for i, p := range list {
		pairs[i] = official.Pair{Term: p.Term, Value: p.Value, Strong: p.Strong}
	}
	return pairs
}

func paperPerson(l string, issued ledger.Statement) []official.Pair {
	t := func(key string) string { return locale.Text(l, key) }
	pairs := []official.Pair{
		{Term: t("portal.person.name"), Value: issued.Name, Strong: true}, {Term: t("portal.person.number"), Value: issued.MaskedID},
		{Term: t("portal.person.status"), Value: t(fmt.Sprintf("portal.person.status.%d", issued.Status))},
	}
	if issued.Sex != "" {
		pairs = append(pairs, official.Pair{Term: t("portal.person.sex"), Value: t("portal.sex." + string(issued.Sex))})
	}
	if !issued.BirthDate.IsZero() {
		pairs = append(pairs, official.Pair{Term: t("portal.person.birth"), Value: dateWords(l, issued.BirthDate)})
	}
	if issued.InsuredSince != 0 {
		pairs = append(pairs, official.Pair{Term: t("portal.person.since"), Value: monthWords(l, issued.InsuredSince)})
	}
	return pairs
}

func paperEmployers(l string, st *statement.Statement) official.Table {
	t := func(key string) string { return locale.Text(l, key) }
	table := official.Table{Caption: t("portal.employers"), Columns: []official.Column{
		{Head: t("paper.employer.name"), Share: 5}, {Head: t("paper.employer.code"), Share: 3, Align: official.Middle}, {Head: t("paper.employer.span"), Share: 4, Align: official.Middle}}}
	for _, e := range st.Employers {
		table.Rows = append(table.Rows, official.Line{Cells: []string{e.Name, e.USCC, span(l, e.From, e.To)}})
	}
	return table
}

// paperMonths is every month over all insurances.
func paperMonths(l string, st *statement.Statement) official.Table {
	t := func(key string) string { return locale.Text(l, key) }
	right := func(group, head string) official.Column {
		return official.Column{Group: group, Head: head, Share: 4, Align: official.End}
	}
	employer, person := t("paper.employer"), t("paper.person")
	table := official.Table{Caption: t("paper.months"), Unit: t("paper.unit"), Columns: []official.Column{
		{Head: t("portal.month"), Share: 2.4, Align: official.Middle}, {Head: t("portal.status"), Share: 4, Align: official.Middle}, right("", t("portal.base")),
		right(t("portal.due"), employer), right(t("portal.due"), person), right(t("portal.paid"), employer), right(t("portal.paid"), person),
		right("", t("portal.credited")), {Head: t("paper.paidon"), Share: 4, Align: official.Middle},
	}}
	var total statement.Month
	for i := range st.Months {
		m := &st.Months[i]
		status := cellOfMonth(l, m, m.Status)
		if m.Status.Owing() {
			status.Word = status.Glyph + " " + status.Word
		}
		cells := []string{monthShort(l, m.Period), status.Word}
		if len(m.Rows) == 0 {
			cells = append(cells, "--", "--", "--", "--", "--")
		} else {
			cells = append(cells, m.Base.Grouped(), m.EmployerDue.Grouped(), m.PersonDue.Grouped(), m.EmployerPaid.Grouped(), m.PersonPaid.Grouped())
		}
		table.Rows = append(table.Rows, official.Line{Cells: append(cells, creditedWords(st, m), orDashes(m.PaidOn.String()))})
		total.EmployerDue += m.EmployerDue
		total.PersonDue += m.PersonDue
		total.EmployerPaid += m.EmployerPaid
		total.PersonPaid += m.PersonPaid
		total.Credited += m.Credited
	}
	sums := []string{t("portal.total"), "", "", total.EmployerDue.Grouped(), total.PersonDue.Grouped(), total.EmployerPaid.Grouped(), total.PersonPaid.Grouped(), "--", ""}
	if st.Account != nil {
		sums[7] = total.Credited.Grouped()
	}
	table.Rows = append(table.Rows, official.Line{Cells: sums, Strong: true})
	return table
}

func creditedWords(st *statement.Statement, m *statement.Month) string {
	if st.Account != nil && (len(m.Rows) > 0 || m.Credited != 0) {
		return m.Credited.Grouped()
	}
	return "--"
}

func orDashes(s string) string {
	if s == "" {
		return "--"
	}
	return s
}

// paperParts is what was paid, insurance by insurance; a month that is owed has its mark.
func paperParts(l string, st *statement.Statement) official.Table {
	t := func(key string) string { return locale.Text(l, key) }
	table := official.Table{Caption: t("paper.parts"), Unit: t("paper.unit"), Small: true, Columns: []official.Column{{Head: t("portal.month"), Share: 2.6, Align: official.Middle}}}
	for _, line := range st.Insured() {
		name := insuranceName(l, line.Insurance)
		table.Columns = append(table.Columns, official.Column{Group: name, Head: t("paper.employer"), Share: 4, Align: official.End}, official.Column{Group: name, Head: t("paper.person"), Share: 4, Align: official.End})
	}
	for i := range st.Months {
		m := &st.Months[i]
		cells := []string{monthShort(l, m.Period)}
		for _, line := range st.Insured() {
			cells = append(cells, partWords(m, line.Insurance)...)
		}
		table.Rows = append(table.Rows, official.Line{Cells: cells})
	}
	return table
}

// partWords are both parts of an insurance's month: amounts, marked when they are owed; dashes when there is no row.
func partWords(m *statement.Month, insurance contribution.Insurance) []string {
	var employer, person money.Fen
	insured := false
	for _, row := range m.Rows {
		if row.Insurance == insurance {
			insured, employer, person = true, employer+row.EmployerPaid, person+row.PersonPaid
		}
	}
	if !insured {
		return []string{"--", "--"}
	}
	mark := ""
	switch m.Cells.Of(insurance) {
	case contribution.Part, contribution.Arrears:
		mark = "! "
	case contribution.Pending:
		mark = "… "
	}
	return []string{mark + employer.Grouped(), mark + person.Grouped()}
}

// paperOwed is what is owed, both parts, by month and insurance.
func paperOwed(l string, st *statement.Statement) official.Table {
	t := func(key string) string { return locale.Text(l, key) }
	right := func(head string) official.Column { return official.Column{Head: head, Share: 4, Align: official.End} }
	table := official.Table{Caption: t("paper.owed"), Unit: t("paper.unit"), Small: true, Columns: []official.Column{{Head: t("portal.month"), Share: 2.6, Align: official.Middle}}}
	for _, line := range st.Insured() {
		table.Columns = append(table.Columns, right(insuranceName(l, line.Insurance)))
	}
	table.Columns = append(table.Columns, right(t("portal.total")))
	for i := range st.Months {
		m := &st.Months[i]
		if !m.Status.Owing() {
			continue
		}
		cells, total := []string{monthShort(l, m.Period)}, money.Fen(0)
		for _, line := range st.Insured() {
			var owed money.Fen
			for _, row := range m.Rows {
				if row.Insurance == line.Insurance && contribution.Owing(row, st.DataDate) {
					owed += row.Owed()
				}
			}
			cells, total = append(cells, owed.Grouped()), total+owed
		}
		table.Rows = append(table.Rows, official.Line{Cells: append(cells, total.Grouped())})
	}
	if len(table.Rows) > 0 {
		sums := make([]string, len(table.Columns))
		sums[0], sums[len(sums)-1] = t("portal.total"), st.Owed.Grouped()
		table.Rows = append(table.Rows, official.Line{Cells: sums, Strong: true})
	}
	return table
}

func paperCounts(l string, st *statement.Statement) official.Table {
	t := func(key string) string { return locale.Text(l, key) }
	table := official.Table{Caption: t("portal.insurances"), Columns: []official.Column{{Head: t("portal.insurance"), Share: 3}, {Head: t("portal.months.year"), Share: 2, Align: official.Middle},
		{Head: t("portal.months.total"), Share: 2, Align: official.Middle}, {Head: t("portal.months.owed"), Share: 2, Align: official.Middle}}}
	for _, line := range st.Insurances {
		table.Rows = append(table.Rows, official.Line{Cells: []string{insuranceName(l, line.Insurance), strconv.Itoa(line.MonthsThisYear), strconv.Itoa(line.MonthsTotal), strconv.Itoa(line.MonthsOwed)}})
	}
	return table
}

// checkLine are the figures by which a reader of the check page sees whether somebody has altered the paper: they stand on it, word for word as the check page shows them.
func checkLine(l string, st *statement.Statement) string {
	sum, totals := st.Summarize(), totalsOf(l, st)
	line := locale.Text(l, "paper.check.line", sum.Paid+sum.BackPaid, totals.Employer, totals.Person, st.Owed.Grouped())
	if st.Account != nil {
		line += locale.Text(l, "paper.check.account", st.Account.Closing.Grouped())
	}
	return line
}

// dayWords is a date as letters have it: 2026 年 3 月 4 日, or 4 March 2026.
func dayWords(l string, d calendar.Date) string {
	if l == locale.English || d.IsZero() {
		return dateWords(l, d)
	}
	return monthWords(l, d.Period()) + " " + strconv.Itoa(d.Day) + "\u00a0日"
}
