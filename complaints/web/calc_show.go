package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/server"
)

// showCalc counts what the case's employer owes if it pays today.
func (s *Site) showCalc(c *fiber.Ctx) error { return s.calcPage(c, CalcAsk{}, calcTyped{}, nil) }

// calcTyped is what somebody typed, shown again as it was.
type calcTyped struct{ paidOn, from, to, declared, accepted, findings, search string }

// computeCalc counts anew for what was asked, searches or turns a page of people, or keeps the calculation.
func (s *Site) computeCalc(c *fiber.Ctx) error {
	typed := calcTyped{form(c, "paid_on"), form(c, "from"), form(c, "to"), form(c, "declared"), form(c, "accepted"), form(c, "findings"), strings.TrimSpace(form(c, "search"))}
	ask, err := typed.read()
	if f := fault.Of(err); f != nil {
		return s.calcWrong(c, CalcAsk{}, typed, f)
	}
	ask.Page, _ = strconv.Atoi(form(c, "page")) // anything else is the first page
	if form(c, "do") != "keep" {
		return s.calcPage(c, ask, typed, nil)
	}
	id, err := s.Money.KeepCalculation(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), ask, server.Now(c))
	if f := fault.Of(err); f != nil {
		if shownInPlace(f) {
			return s.calcWrong(c, ask, typed, f)
		}
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/calc/"+strconv.FormatInt(id, 10), fiber.StatusSeeOther)
}

func (t calcTyped) read() (CalcAsk, error) {
	ask := CalcAsk{Search: t.search}
	var wrong []fault.Field
	day := func(name, text string) (d calendar.Date) {
		if text = strings.TrimSpace(text); text != "" {
			var err error
			if d, err = calendar.ParseDate(text); err != nil {
				wrong = append(wrong, fault.Field{Name: name, Key: "fault.date"})
			}
		}
		return d
	}
	month := func(name, text string) (p calendar.Period) {
		if text = strings.TrimSpace(text); text != "" {
			var err error
			if p, err = calendar.ParsePeriod(text); err != nil {
				wrong = append(wrong, fault.Field{Name: name, Key: "fault.money.month"})
			}
		}
		return p
	}
	ask.PaidOn, ask.From, ask.To = day("paid_on", t.paidOn), month("from", t.from), month("to", t.to)
	ask.Declared, ask.Accepted = day("declared", t.declared), day("accepted", t.accepted)
	if ask.From != 0 && ask.To != 0 && ask.To < ask.From {
		wrong = append(wrong, fault.Field{Name: "to", Key: "fault.tipoff.months"})
	}
	var err error
	if ask.Findings, err = arrears.ParseFindings(t.findings); err != nil {
		wrong = append(wrong, fault.Field{Name: "findings", Key: "fault.money.findings"})
	}
	if len(wrong) > 0 {
		return ask, fault.InvalidFields(wrong...)
	}
	return ask, nil
}

func (s *Site) calcWrong(c *fiber.Ctx, ask CalcAsk, typed calcTyped, f *fault.Error) error {
	c.Status(server.Status(f.Kind))
	return s.calcPage(c, ask, typed, fieldErrors(lang(c), f))
}

// shownInPlace reports whether a fault is told on the page where it arose, with nothing lost.
func shownInPlace(f *fault.Error) bool {
	return f.Kind == fault.Invalid || f.Kind == fault.Conflict || f.Kind == fault.Denied
}

func (s *Site) calcPage(c *fiber.Ctx, ask CalcAsk, typed calcTyped, wrong []layout.FieldError) error {
	k, err := s.Money.Calculate(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), ask, server.Now(c))
	if err != nil {
		return err
	}
	v := s.calcView(c, k, wrong)
	p := v.Page
	if typed.paidOn == "" {
		typed.paidOn = k.Input.PaidOn.String()
	}
	v.Inputs = []layout.Input{
		{ID: "paid_on", Label: p.T("money.paid_on"), Hint: p.T("money.paid_on.hint"), Value: typed.paidOn, Errors: wrong},
		{ID: "from", Label: p.T("money.from"), Hint: p.T("money.month.hint"), Value: typed.from, Errors: wrong}, {ID: "to", Label: p.T("money.to"), Hint: p.T("money.to.hint"), Value: typed.to, Errors: wrong},
		{ID: "declared", Label: p.T("money.declared"), Hint: p.T("money.declared.hint"), Value: typed.declared, Errors: wrong},
		{ID: "accepted", Label: p.T("money.accepted"), Hint: p.T("money.accepted.hint"), Value: typed.accepted, Errors: wrong},
	}
	v.Findings = layout.Input{ID: "findings", Label: p.T("money.findings"), Hint: p.T("money.findings.hint"), Value: typed.findings, Rows: 3, Errors: wrong}
	v.Search = typed.search
	for _, d := range k.Deferrals {
		v.Deferrals = append(v.Deferrals, pages.Deferral{ID: strconv.Itoa(int(d.ID)), Text: d.From.String() + " – " + d.To.String() + " " + d.Document})
	}
	for _, name := range []string{"deferral_from", "deferral_to", "deferral_document"} {
		v.DeferralInputs = append(v.DeferralInputs, layout.Input{ID: name, Label: p.T("money." + name), Value: form(c, name), Errors: wrong})
	}
	for _, kept := range k.Kept {
		v.Kept = append(v.Kept, keptLine(p, kept, "/cases/"+k.Case.Number+"/calc/"))
	}
	return render(c, pages.CalcPage(v))
}

func keptLine(p layout.Page, kept KeptCalc, below string) pages.Link {
	return pages.Link{Href: below + strconv.FormatInt(kept.ID, 10), Text: p.T("money.kept.line", strconv.FormatInt(kept.ID, 10), kept.At.In(calendar.Zone).Format("2006-01-02 15:04"), kept.PaidOn, kept.Owed.Grouped(), kept.Fee.Grouped(), kept.Total.Grouped(), kept.By)}
}

// showKeptCalc shows a calculation as it was kept.
func (s *Site) showKeptCalc(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.money.calculation")
	}
	k, err := s.Money.Calculation(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	page, _ := strconv.Atoi(c.Query("page")) // anything else is the first page
	k.People, k.Page, k.Pages = pageOf(k.People, page)
	v := s.calcView(c, k, nil)
	p := v.Page
	v.KeptFacts = []pages.Pair{{Term: p.T("money.kept.at"), Value: k.KeptAt.In(calendar.Zone).Format("2006-01-02 15:04") + " " + k.KeptBy}, {Term: p.T("money.paid_on"), Value: k.Input.PaidOn.String()},
		{Term: p.T("money.findings"), Value: strings.TrimSpace(arrears.FormatFindings(k.Findings))}}
	for _, kind := range notice.Kinds {
		if kind.HasFigures() {
			v.Copies = append(v.Copies, pages.Pair{Term: string(kind), Value: kind.Title()})
		}
	}
	v.Assess = k.Result.Sum.Gap > 0 && member(c).Role != lifecycle.Intake
	return render(c, pages.KeptCalcPage(v))
}

// PeopleAPage is how many lines by person stand on a page.
const PeopleAPage = 50

func pageOf(list []CalcPerson, page int) (some []CalcPerson, at, pages int) {
	pages = max(1, (len(list)+PeopleAPage-1)/PeopleAPage)
	at = min(max(page, 1), pages)
	return list[min(len(list), (at-1)*PeopleAPage):min(len(list), at*PeopleAPage)], at, pages
}

// calcView fills what a calculation shows whether it is kept or not.
func (s *Site) calcView(c *fiber.Ctx, k Calc, wrong []layout.FieldError) pages.Calc {
	v := pages.Calc{CaseHead: s.head(c, k.Case, "/calc", wrong), Found: k.Found, ID: strconv.FormatInt(k.ID, 10), PageNo: k.Page, Pages: k.Pages}
	p := v.Page
	sum := k.Result.Sum
	yuan := func(f money.Fen) string { return f.Grouped() + " " + p.T("site.yuan") }
	v.Facts = []pages.Pair{{Term: p.T("money.employer"), Value: k.Employer}, {Term: p.T("money.owed"), Value: yuan(sum.Owed)}, {Term: p.T("money.fee"), Value: yuan(sum.Fee)},
		{Term: p.T("money.total"), Value: yuan(k.Result.Total())}, {Term: p.T("money.uncapped"), Value: yuan(sum.Uncapped)}, {Term: p.T("money.capped"), Value: yuan(sum.Capped)}}
	if lost := k.Result.Interest; lost.Total() > 0 {
		v.Facts = slices.Insert(v.Facts, 3, pages.Pair{Term: p.T("money.interest"), Value: yuan(lost.Total())})
		if lost.Amount > 0 {
			v.Interest = append(v.Interest, p.T("money.interest.note", lost.Amount.Grouped(), lost.Persons, lost.Months, lost.Through, lost.Basis))
		}
		if lost.Open > 0 {
			v.Interest = append(v.Interest, p.T("money.interest.open.note", lost.Open.Grouped()))
		}
	}
	if open := k.Result.OpenFee; open > 0 {
		v.Facts = slices.Insert(v.Facts, 3, pages.Pair{Term: p.T("money.fee.open"), Value: yuan(open)})
	}
	if sum.Gap > 0 {
		v.Facts = append(v.Facts, pages.Pair{Term: p.T("money.gap"), Value: yuan(sum.Gap)})
	}
	for _, class := range []string{arrears.Current, arrears.PreRegulation, arrears.PostRegulation} {
		if group := k.Result.ByClass(class); group.Owed > 0 {
			v.Facts = append(v.Facts, pages.Pair{Term: p.T("money.class." + class), Value: yuan(group.Owed)})
		}
	}
	if last := contribution.LastJudged(k.DataDate); !slices.ContainsFunc(k.Result.Rows, func(r arrears.Row) bool { return r.Period > last }) {
		v.Facts = append(v.Facts, pages.Pair{Term: p.T("money.judged"), Value: p.T("money.judged.later", last, last.Add(1))})
	}
	v.Rule = p.T("money.rule", k.Rule, p.T("money.end_day."+k.Input.Setting.EndDay), p.T("money.first_day."+k.Input.Setting.FirstDay), p.T("money.order."+k.Input.Setting.Order), k.DataDate)
	for _, g := range k.Result.ByInsurance() {
		v.ByInsurance = append(v.ByInsurance, sumRow(p.T("insurance."+strconv.Itoa(g.Key)), g.Sum))
	}
	for _, g := range k.Result.ByPeriod() {
		v.ByPeriod = append(v.ByPeriod, sumRow(calendar.Period(g.Key).String(), g.Sum))
	}
	v.Total = sumRow(p.T("money.sum"), sum)
	for _, row := range k.Result.Rows {
		v.Lines = append(v.Lines, calcLine(p, row))
	}
	v.PeopleNote = p.T("money.people.note", k.Rows)
	for _, person := range k.People {
		v.People = append(v.People, personRow(p, person))
	}
	return v
}

func sumRow(name string, s arrears.Sum) pages.SumRow {
	return pages.SumRow{Name: name, Due: (s.Due + s.Gap).Grouped(), Paid: s.Paid.Grouped(), Owed: s.Owed.Grouped(), Fee: s.Fee.Grouped(), Total: s.Total().Grouped()}
}

// calcLine is one month and insurance with its fee explained line by line.
func calcLine(p layout.Page, row arrears.Row) pages.CalcLine {
	l := pages.CalcLine{Period: row.Period.String(), Insurance: p.T("insurance." + strconv.Itoa(int(row.Insurance))), Persons: strconv.Itoa(row.Persons), Owed: row.Owed.Grouped(), Fee: row.Fee.Grouped()}
	if row.Why != "" {
		l.Why = p.T("money.why." + row.Why)
	}
	if row.Fee != row.Uncapped {
		l.Why = p.T("money.why.capped", row.Uncapped.Grouped())
	}
	if !row.Stopped.IsZero() {
		l.Stopped = p.T("money.why.stopped", row.Stopped)
	}
	for _, s := range row.Segments {
		l.Steps = append(l.Steps, pages.FeeStep{Text: p.T("money.step", s.Principal.Grouped(), s.Days, s.Rate.PerMille(), s.Amount.Grouped()), Span: s.From.String() + " – " + s.To.String(), Basis: s.Basis})
	}
	return l
}

func personRow(p layout.Page, person CalcPerson) pages.PersonRow {
	r := pages.PersonRow{ID: strconv.FormatInt(person.ID, 10), Name: person.Name, Number: person.Number, Period: person.Period.String(), Insurance: p.T("insurance." + strconv.Itoa(int(person.Insurance))),
		Base: person.Base.Grouped(), Employer: person.EmployerOwed.Grouped(), Own: person.OwnOwed.Grouped(), Owed: (person.EmployerOwed + person.OwnOwed).Grouped()}
	if person.TrueBase > 0 {
		r.TrueBase = person.TrueBase.Grouped()
	}
	if person.NoRate {
		r.TrueBase = p.T("money.norate")
	}
	return r
}

// addDeferral keeps an approved deferral of the employer.
func (s *Site) addDeferral(c *fiber.Ctx) error {
	d := Deferral{Document: strings.TrimSpace(form(c, "deferral_document"))}
	d.From, _ = calendar.ParseDate(strings.TrimSpace(form(c, "deferral_from"))) // none is refused below, and the field named
	d.To, _ = calendar.ParseDate(strings.TrimSpace(form(c, "deferral_to")))
	err := s.Money.AddDeferral(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), d, server.Now(c))
	if f := fault.Of(err); f != nil {
		if shownInPlace(f) {
			return s.calcWrong(c, CalcAsk{}, calcTyped{}, f)
		}
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/calc", fiber.StatusSeeOther)
}

func (s *Site) endDeferral(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 32)
	if err != nil {
		return fault.New(fault.NotFound, "fault.page")
	}
	if err := s.Money.EndDeferral(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), int32(id), server.Now(c)); err != nil {
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/calc", fiber.StatusSeeOther)
}
