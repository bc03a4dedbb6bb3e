package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/server"
)

const registerLength = 50

var debtorStates = []string{"running", "stopped", "bankrupt", "merged"}

func registerFilter(c *fiber.Ctx) supervision.DebtorFilter {
	after, _ := strconv.ParseInt(c.Query("after"), 10, 32) // what is no number is the first page
	level, _ := strconv.Atoi(c.Query("level"))
	return supervision.DebtorFilter{Search: strings.TrimSpace(c.Query("q")), Region: digitsOf(c.Query("region")), Level: level, State: c.Query("state"), Plan: planAsked(c.Query("plan")), Cleared: c.Query("cleared") == "1",
		After: int32(after), Limit: registerLength}
}

// digitsOf keeps the digits of an address's region: leading digits of a division's code.
func digitsOf(s string) string {
	if len(s) > 6 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return s
}

// showRegister lists the employers in arrears, the most owed first.
func (s *Site) showRegister(c *fiber.Ctx) error {
	now, f := server.Now(c), registerFilter(c)
	list, count, total, err := s.Register.Debtors(c.UserContext(), session(c), f, now)
	if err != nil {
		return err
	}
	byLevel, byInsurance, err := s.Register.DebtorTotals(c.UserContext(), session(c), now)
	if err != nil {
		return err
	}
	data, _, err := s.Register.Supervised(c.UserContext())
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, locale.Text(lang(c), "supervision.tab.register"))
	v := pages.Register{Page: p, Tabs: tabs(p, "/supervision/register"), Search: f.Search, DataDate: p.T("supervision.data", data),
		Sentence: p.T("supervision.register.sentence", count, total.Grouped())}
	v.Filters = s.registerFilters(p, f)
	v.Export = "/supervision/register.csv?" + registerQuery(f, 0)
	v.Workbook = "/supervision/register.xlsx?" + registerQuery(f, 0)
	v.Table = s.registerTable(p, list)
	if len(list) == registerLength {
		v.Next = "/supervision/register?" + registerQuery(f, list[len(list)-1].EmployerID)
	}
	v.Levels = layout.Table{ID: "levels", Caption: p.T("supervision.levels"), Empty: p.T("supervision.register.empty"), Head: []layout.Column{{Text: p.T("supervision.level")}, {Text: p.T("supervision.employers"), Number: true},
		{Text: p.T("supervision.owed"), Number: true}, {Text: p.T("supervision.fee"), Number: true, Wide: true}}}
	for _, t := range byLevel {
		v.Levels.Rows = append(v.Levels.Rows, []layout.Cell{s.levelCell(p, t.Key), number(t.Count), yuan(t.Owed), yuan(t.LateFee)})
	}
	v.Branches = layout.Table{ID: "branches", Caption: p.T("supervision.branches"), Empty: p.T("supervision.register.empty"), Head: []layout.Column{{Text: p.T("supervision.insurance")}, {Text: p.T("supervision.employers"), Number: true},
		{Text: p.T("supervision.owed"), Number: true}, {Text: p.T("supervision.fee"), Number: true, Wide: true}}}
	for _, t := range byInsurance {
		v.Branches.Rows = append(v.Branches.Rows, []layout.Cell{{Text: p.T("insurance." + strconv.Itoa(t.Key))}, number(t.Count), yuan(t.Owed), yuan(t.LateFee)})
	}
	return render(c, pages.RegisterPage(v))
}

func registerQuery(f supervision.DebtorFilter, after int32) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Search, "region": f.Region, "state": f.State, "plan": f.Plan} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Level > 0 {
		q.Set("level", strconv.Itoa(f.Level))
	}
	if f.Cleared {
		q.Set("cleared", "1")
	}
	if after > 0 {
		q.Set("after", strconv.Itoa(int(after)))
	}
	return q.Encode()
}

func (s *Site) registerFilters(p layout.Page, f supervision.DebtorFilter) []layout.FormField {
	field := func(id, value string, choices ...layout.Pair) layout.FormField {
		return layout.FormField{Input: layout.Input{ID: id, Label: p.T("supervision.filter." + id), Value: value}, Choices: append([]layout.Pair{{Term: p.T("supervision.any"), Value: ""}}, choices...)}
	}
	var levels, states []layout.Pair
	for i, l := range s.Register.Levels() {
		levels = append(levels, layout.Pair{Term: p.T("supervision.level.from", s.levelName(p, i+1), l.Amount.Grouped()), Value: strconv.Itoa(i + 1)})
	}
	for _, state := range debtorStates {
		states = append(states, layout.Pair{Term: p.T("supervision.state." + state), Value: state})
	}
	level, cleared := "", ""
	if f.Level > 0 {
		level = strconv.Itoa(f.Level)
	}
	if f.Cleared {
		cleared = "1"
	}
	return []layout.FormField{field("level", level, levels...), field("state", f.State, states...), field("plan", f.Plan, planStates(p)...),
		{Input: layout.Input{ID: "cleared", Label: p.T("supervision.filter.cleared"), Value: cleared}, Choices: []layout.Pair{{Term: p.T("supervision.owing"), Value: ""}, {Term: p.T("supervision.cleared"), Value: "1"}}}}
}

func (s *Site) levelName(p layout.Page, level int) string {
	levels := s.Register.Levels()
	if level < 1 || level > len(levels) {
		return p.T("supervision.level.none")
	}
	if key := "supervision.level." + levels[level-1].Name; locale.Has(p.Lang, key) {
		return p.T(key)
	}
	return levels[level-1].Name
}

func (s *Site) levelCell(p layout.Page, level int) layout.Cell {
	if level == 0 {
		return layout.Cell{Text: p.T("supervision.level.none")}
	}
	return layout.Cell{Text: s.levelName(p, level), Tag: "owe", Glyph: strings.Repeat("▲", level)}
}

func stateCell(p layout.Page, d supervision.Debtor) layout.Cell {
	switch {
	case !d.ClearedOn.IsZero():
		return layout.Cell{Text: p.T("supervision.cleared.on", d.ClearedOn), Tag: "paid", Glyph: "✓"}
	case d.State == "running":
		return layout.Cell{Text: p.T("supervision.state.running"), Tag: "none", Glyph: "▷"}
	}
	return layout.Cell{Text: p.T("supervision.state." + d.State), Tag: "wait", Glyph: "■"}
}

func (s *Site) registerTable(p layout.Page, list []supervision.Debtor) layout.Table {
	t := layout.Table{ID: "register", Caption: p.T("supervision.register.caption"), Empty: p.T("supervision.register.empty"),
		Head: []layout.Column{{Text: p.T("supervision.employer")}, {Text: p.T("supervision.owed"), Number: true}, {Text: p.T("supervision.level"), Wide: true}, {Text: p.T("supervision.state")},
			{Text: p.T("supervision.before"), Number: true, Wide: true}, {Text: p.T("supervision.fee"), Number: true, Wide: true}, {Text: p.T("supervision.headcount"), Number: true, Wide: true},
			{Text: p.T("supervision.months"), Wide: true}, {Text: p.T("supervision.owner"), Wide: true}}}
	for _, d := range list {
		t.Rows = append(t.Rows, []layout.Cell{{Text: d.Name, Href: "/supervision/register/" + d.USCC, Note: regionName(d.Region)}, owedCell(p, d), s.levelCell(p, d.Level), stateCell(p, d),
			yuan(d.OwedBefore), yuan(d.LateFee), number(d.Headcount), {Text: d.FirstPeriod.String() + " – " + d.LastPeriod.String()}, {Text: dashes(d.OwnerName)}})
	}
	return t
}

// planStandings are how a running repayment plan may stand.
var planStandings = []supervision.PlanState{supervision.PlanRunning, supervision.PlanLate, supervision.PlanBroken}

func planAsked(text string) string {
	for _, s := range planStandings {
		if string(s) == text {
			return text
		}
	}
	return ""
}

func planStates(p layout.Page) []layout.Pair {
	var list []layout.Pair
	for _, s := range planStandings {
		list = append(list, layout.Pair{Term: p.T("supervision.plan." + string(s)), Value: string(s)})
	}
	return list
}

// owedCell says below what is owed what was written off, and what is due of a plan that was not kept.
func owedCell(p layout.Page, d supervision.Debtor) layout.Cell {
	cell := yuan(d.Owed())
	if d.WrittenOff > 0 {
		cell.Note = p.T("audit.writtenoff", d.WrittenOff.Grouped())
	}
	if d.PlanState == supervision.PlanLate || d.PlanState == supervision.PlanBroken {
		cell.Note = p.T("audit.plandue."+string(d.PlanState), d.PlanDue.Grouped())
	}
	return cell
}

// showDebtor is one employer: what it owes line by line, how it stands, its plan, what was written off, and every change.
func (s *Site) showDebtor(c *fiber.Ctx) error { return s.debtorPage(c, "", nil) }

func (s *Site) debtorPage(c *fiber.Ctx, form string, wrong []layout.FieldError) error {
	now := server.Now(c)
	d, err := s.Register.Debtor(c.UserContext(), session(c), c.Params("uscc"), now)
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, d.Name)
	p.Failed = len(wrong) > 0
	v := pages.Debtor{Page: p, Errors: wrong, Tabs: s.tabsOf(c, p, ""), Name: d.Name, Status: stateCell(p, d.Debtor), Level: s.levelCell(p, d.Level)}
	v.Facts = s.debtorFacts(p, d)
	v.Lines = debtorLines(p, d)
	v.Papers = debtorPapers(p, d)
	for _, plan := range d.Plans {
		v.Plans = append(v.Plans, planView(p, plan))
	}
	for _, w := range d.WriteOffs {
		v.WriteOffs = append(v.WriteOffs, writeOffTable(p, w))
	}
	if member(c).Role == supervisors[0] {
		v.Forms = typedAgain(c, s.debtorForms(p, d, calendar.DateOf(now), form, wrong))
	}
	v.History = layout.Table{ID: "history", Caption: p.T("supervision.history"), Empty: p.T("supervision.history.none"),
		Head: []layout.Column{{Text: p.T("supervision.when")}, {Text: p.T("supervision.what")}, {Text: p.T("supervision.from"), Wide: true}, {Text: p.T("supervision.to")}, {Text: p.T("supervision.who")}}}
	for _, e := range d.Events {
		who := e.By
		if who == "" {
			who = p.T("supervision.byledger")
		}
		v.History.Rows = append(v.History.Rows, []layout.Cell{{Text: e.At.In(calendar.Zone).Format("2006-01-02 15:04")}, {Text: p.T("supervision.event." + e.What)},
			{Text: s.eventValue(p, e.What, e.Before)}, {Text: s.eventValue(p, e.What, e.After)}, {Text: who}})
	}
	return render(c, pages.DebtorPage(v))
}

// eventValue says a value of the history in words; amounts are stored in fen or yuan as the event's kind has it.
func (s *Site) eventValue(p layout.Page, what, value string) string {
	switch what {
	case "listed", "owed", "cleared":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return money.Fen(n).Grouped()
		}
	case "level":
		if n, err := strconv.Atoi(value); err == nil {
			return s.levelName(p, n)
		}
	case "write_off_approved":
		if locale.Has(p.Lang, "supervision.authority."+value) {
			return p.T("supervision.authority." + value)
		}
	case "state":
		word, rest, _ := strings.Cut(value, " ")
		parts := []string{p.T("supervision.state." + word)}
		for part := range strings.FieldsSeq(rest) {
			name, of, _ := strings.Cut(part, "=")
			parts = append(parts, p.T("supervision.part."+name, of))
		}
		return strings.Join(parts, p.T("supervision.part.comma"))
	case "plan":
		if count, sum, ok := strings.Cut(value, " "); ok {
			return p.T("supervision.plan.value", count, groupedText(sum))
		}
	case "plan_running", "plan_late", "plan_broken", "plan_kept":
		if locale.Has(p.Lang, "supervision.plan."+value) {
			return p.T("supervision.plan." + value)
		}
	}
	return groupedText(value)
}

// groupedText writes an amount as people read it; another text stays.
func groupedText(text string) string {
	if f, err := money.Parse(text); err == nil && strings.Contains(text, ".") {
		return f.Grouped()
	}
	return text
}

func (s *Site) debtorFacts(p layout.Page, d DebtorFile) []layout.Pair {
	facts := []layout.Pair{{Term: p.T("supervision.uscc"), Value: d.USCC}, {Term: p.T("supervision.region"), Value: regionName(d.Region)}, {Term: p.T("supervision.ownership"), Value: d.Ownership},
		{Term: p.T("supervision.headcount"), Value: strconv.Itoa(d.Headcount)}, {Term: p.T("supervision.owed"), Value: d.Owed().Grouped()}, {Term: p.T("supervision.before"), Value: d.OwedBefore.Grouped()},
		{Term: p.T("supervision.after"), Value: d.OwedAfter.Grouped()}, {Term: p.T("supervision.fee"), Value: d.LateFee.Grouped()}, {Term: p.T("supervision.since"), Value: d.Since.String()},
		{Term: p.T("supervision.owner"), Value: dashes(d.OwnerName)}}
	if d.WrittenOff > 0 {
		facts = append(facts, layout.Pair{Term: p.T("audit.writeoff.sum"), Value: d.WrittenOff.Grouped()}, layout.Pair{Term: p.T("audit.writeoff.rest"), Value: d.Open().Grouped()})
	}
	if d.FeeUnruled > 0 {
		facts = append(facts, layout.Pair{Term: p.T("supervision.unruled"), Value: d.FeeUnruled.Grouped()})
	}
	for _, f := range []struct {
		key string
		on  calendar.Date
	}{{"stopped_on", d.StoppedOn}, {"accepted_on", d.AcceptedOn}, {"declared_on", d.DeclaredOn}, {"merged_on", d.MergedOn}} {
		if !f.on.IsZero() {
			facts = append(facts, layout.Pair{Term: p.T("supervision." + f.key), Value: f.on.String()})
		}
	}
	if d.Successor != "" {
		facts = append(facts, layout.Pair{Term: p.T("supervision.successor"), Value: d.Successor})
	}
	return facts
}

func debtorLines(p layout.Page, d DebtorFile) layout.Table {
	t := layout.Table{ID: "lines", Caption: p.T("supervision.lines"), Empty: p.T("supervision.lines.none"), Head: []layout.Column{{Text: p.T("supervision.month")}, {Text: p.T("supervision.insurance")},
		{Text: p.T("supervision.owed"), Number: true}, {Text: p.T("supervision.fee"), Number: true}, {Text: p.T("supervision.persons"), Number: true, Wide: true}}}
	for _, l := range d.Lines {
		fee := l.LateFee.Grouped()
		if !l.FeeKnown {
			fee = p.T("supervision.localrule")
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: l.Period.String()}, {Text: insuranceName(p, l.Insurance)}, yuan(l.Owed), {Text: fee}, number(l.Persons)})
	}
	if len(t.Rows) > 0 {
		t.Foot = []layout.Cell{{Text: p.T("supervision.sum")}, {}, yuan(d.Owed()), yuan(d.LateFee), {}}
	}
	return t
}

// debtorPapers are the documents served on the employer, the money that came in, and the late fee's own ledger.
func debtorPapers(p layout.Page, d DebtorFile) []layout.Table {
	notices := layout.Table{ID: "notices", Caption: p.T("audit.notices"), Empty: p.T("audit.notices.none"), Head: []layout.Column{{Text: p.T("audit.notice")}, {Text: p.T("audit.notice.issued")}, {Text: p.T("audit.notice.served")}, {Text: p.T("audit.notice.state"), Wide: true}}}
	for _, n := range d.Notices {
		served := layout.Cell{Text: "--"}
		if n.Service != nil {
			served.Text = n.Service.ServedOn.String()
		}
		notices.Rows = append(notices.Rows, []layout.Cell{{Text: n.Kind.Title(), Note: n.Number}, {Text: n.IssuedOn.String()}, served, {Text: p.T("notice.state." + n.State)}})
	}
	payments := layout.Table{ID: "payments", Caption: p.T("audit.payments"), Empty: p.T("audit.payments.none"), Head: []layout.Column{{Text: p.T("audit.payment.day")}, {Text: p.T("audit.payment.amount"), Number: true}, {Text: p.T("audit.payment.principal"), Number: true}, {Text: p.T("audit.payment.fee"), Number: true, Wide: true}, {Text: p.T("audit.payment.voucher"), Wide: true}}}
	interest := slices.ContainsFunc(d.Payments, func(x Payment) bool { return x.InterestPaid > 0 })
	if interest {
		payments.Head = slices.Insert(payments.Head, 4, layout.Column{Text: p.T("audit.payment.interest"), Number: true, Wide: true})
	}
	for _, x := range d.Payments {
		voucher := x.Voucher
		if !x.ReversedAt.IsZero() {
			voucher += " " + p.T("audit.payment.reversed")
		}
		row := []layout.Cell{{Text: x.PaidOn.String()}, yuan(x.Amount), yuan(x.Principal), yuan(x.FeePaid), {Text: voucher}}
		if interest {
			row = slices.Insert(row, 4, yuan(x.InterestPaid))
		}
		payments.Rows = append(payments.Rows, row)
	}
	fees := layout.Table{ID: "fees", Caption: p.T("audit.fees"), Empty: p.T("audit.fees.none"), Head: []layout.Column{{Text: p.T("supervision.month")}, {Text: p.T("supervision.insurance")}, {Text: p.T("audit.fees.charged"), Number: true}, {Text: p.T("audit.fees.paid"), Number: true}}}
	for _, f := range d.Fees {
		fees.Rows = append(fees.Rows, []layout.Cell{{Text: f.Period.String()}, {Text: insuranceName(p, f.Insurance)}, yuan(f.Charged), yuan(f.Paid)})
	}
	return []layout.Table{notices, payments, fees}
}
