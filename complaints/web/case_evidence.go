package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/server"
)

// EvidenceDesk is what the evidence pages call.
type EvidenceDesk interface {
	Evidence(ctx context.Context, session, number string, now time.Time) (Case, Evidence, error)
	KeepEvidence(ctx context.Context, session, number string, now time.Time) (id int64, err error)
	KeptEvidence(ctx context.Context, session, number string, now time.Time) ([]Kept, error)
	EvidenceAsKept(ctx context.Context, session, number string, id int64, now time.Time) (Case, Kept, Evidence, error)
	EnterWages(ctx context.Context, session, number string, list []WageMonth, source string, now time.Time) error
}

// Kept is evidence as it was kept for the file.
type Kept struct {
	ID       int64
	DataDate calendar.Date
	SHA256   []byte
	At       time.Time
	By       string
}

// showEvidence shows what the ledger holds of the employer, as evidence and never as a verdict.
func (s *Site) showEvidence(c *fiber.Ctx) error { return s.evidencePage(c, nil) }

func (s *Site) evidencePage(c *fiber.Ctx, wrong []layout.FieldError) error {
	ctx, session, now := c.UserContext(), c.Cookies(cookieSession), server.Now(c)
	k, e, err := s.Desk.Evidence(ctx, session, c.Params("number"), now)
	if err != nil {
		return err
	}
	kept, err := s.Desk.KeptEvidence(ctx, session, k.Number, now)
	if err != nil {
		return err
	}
	v := pages.CaseParts{CaseHead: s.head(c, k, "/evidence", wrong)}
	p, at := v.Page, "/cases/"+k.Number
	v.Parts = append(v.Parts, evidenceParts(p, k, e, p.T("evidence.source", e.DataDate, when(now)))...)
	v.Parts = append(v.Parts, wagesForm(c, p, at, wrong))
	keep := pages.Section{ID: "kept", Title: p.T("evidence.kept"), Note: p.T("evidence.kept.note"), Buttons: []layout.Form{{Action: at + "/evidence", Button: p.T("evidence.keep")}},
		Table: layout.Table{ID: "kept-list", Quiet: true, Caption: p.T("evidence.kept"), Empty: p.T("evidence.kept.none"), Head: []layout.Column{{Text: p.T("evidence.kept.at")}, {Text: p.T("evidence.kept.by")}, {Text: p.T("material.hash"), Wide: true}}}}
	for _, x := range kept {
		keep.Table.Rows = append(keep.Table.Rows, []layout.Cell{{Text: when(x.At), Href: at + "/evidence/" + strconv.FormatInt(x.ID, 10)}, {Text: x.By}, {Text: hash(x.SHA256)}})
	}
	v.Parts = append(v.Parts, keep)
	return render(c, pages.CaseSections(v))
}

// showKeptEvidence shows evidence as it was kept, whatever the ledger says now.
func (s *Site) showKeptEvidence(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.evidence.none")
	}
	k, x, e, err := s.Desk.EvidenceAsKept(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	v := pages.CaseParts{CaseHead: s.head(c, k, "/evidence", nil)}
	p := v.Page
	v.Parts = append(v.Parts, pages.Section{ID: "kept", Good: p.T("evidence.as_kept", when(x.At), x.By), Terms: []layout.Pair{{Term: p.T("material.hash"), Value: hash(x.SHA256)}},
		Links: []pages.Link{{Text: p.T("evidence.now"), Href: "/cases/" + k.Number + "/evidence"}}})
	v.Parts = append(v.Parts, evidenceParts(p, k, e, p.T("evidence.source", e.DataDate, when(x.At)))...)
	return render(c, pages.CaseSections(v))
}

func (s *Site) keepEvidence(c *fiber.Ctx) error {
	id, err := s.Desk.KeepEvidence(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/evidence/"+strconv.FormatInt(id, 10), fiber.StatusSeeOther)
}

// evidenceParts are the sections of evidence, each with where it comes from.
func evidenceParts(p layout.Page, k Case, e Evidence, source string) []pages.Section {
	yuan := func(f money.Fen) string { return f.Grouped() + " " + p.T("site.yuan") }
	parts := []pages.Section{{ID: "evidence", Title: p.T("desk.evidence"), Note: p.T("desk.evidence.note") + " " + source}}
	if !e.Found {
		parts[0].Terms = []layout.Pair{{Term: p.T("desk.found"), Value: p.T("desk.unknown")}}
		parts[0].Links = []pages.Link{{Text: p.T("employer.link"), Href: "/cases/" + k.Number + "/employer"}}
		return append(parts, earlierPart(p, e))
	}
	parts[0].Terms = []layout.Pair{{Term: p.T("desk.found"), Value: e.Employer}, {Term: p.T("desk.headcount"), Value: strconv.Itoa(e.Headcount)}, {Term: p.T("desk.total"), Value: yuan(e.Total)}, {Term: p.T("desk.latefee"), Value: yuan(e.LateFee)}}
	for _, insurance := range contribution.Insurances {
		if owed := e.ByBranch[insurance]; owed > 0 {
			parts[0].Terms = append(parts[0].Terms, layout.Pair{Term: p.T("insurance." + strconv.Itoa(int(insurance))), Value: yuan(owed)})
		}
	}
	parts = append(parts, ownPart(p, k, e), alikePart(p, e), monthsPart(p, e))
	if len(e.Wages) > 0 {
		parts = append(parts, wagesPart(p, e))
	}
	return append(parts, earlierPart(p, e))
}

// ownPart is what the named reporter's record lacked; too few others with the same, and it is kept back.
func ownPart(p layout.Page, k Case, e Evidence) pages.Section {
	part := pages.Section{ID: "own", Title: p.T("evidence.own"), Note: p.T("evidence.own.note", calendar.DateOf(k.ReceivedAt))}
	switch {
	case e.OwnHidden:
		part.Warning = p.T("evidence.own.hidden")
	case len(e.Own) == 0:
		part.Texts = []string{p.T("evidence.own.none")}
	default:
		t := layout.Table{ID: "own-months", Quiet: true, Caption: p.T("evidence.own"), Head: []layout.Column{{Text: p.T("desk.month")}, {Text: p.T("evidence.insurance")}, {Text: p.T("evidence.status")}}}
		for _, g := range e.Own {
			addInsurance(p, &t, g.Period, g.Insurance, layout.Cell{Text: p.T("evidence.gap." + g.Status.String())})
		}
		part.Table = t
	}
	return part
}

// addInsurance adds a line of month, insurance and what is said of it; what is said of several insurances of a month alike stands on one line.
func addInsurance(p layout.Page, t *layout.Table, month calendar.Period, insurance contribution.Insurance, said layout.Cell) {
	name := p.T("insurance." + strconv.Itoa(int(insurance)))
	for i := len(t.Rows) - 1; i >= 0 && t.Rows[i][0].Text == month.String(); i-- {
		if t.Rows[i][2] == said {
			t.Rows[i][1].Text += p.T("evidence.and") + name
			return
		}
	}
	t.Rows = append(t.Rows, []layout.Cell{{Text: month.String()}, {Text: name}, said})
}

func alikePart(p layout.Page, e Evidence) pages.Section {
	t := layout.Table{ID: "alike", Quiet: true, Caption: p.T("evidence.alike"), Empty: p.T("evidence.alike.none"), Head: []layout.Column{{Text: p.T("desk.month")}, {Text: p.T("evidence.insurance")}, {Text: p.T("evidence.alike.people"), Number: true}}}
	for _, a := range e.Alike {
		addInsurance(p, &t, a.Period, a.Insurance, layout.Cell{Text: p.T("evidence.alike.of", a.Owing, a.Of)})
	}
	return pages.Section{ID: "alike-part", Title: p.T("evidence.alike"), Note: p.T("evidence.alike.note"), Table: t}
}

func monthsPart(p layout.Page, e Evidence) pages.Section {
	t := layout.Table{ID: "months", Quiet: true, Caption: p.T("evidence.months"), Empty: p.T("evidence.months.none"), Head: []layout.Column{{Text: p.T("desk.month")}, {Text: p.T("desk.headcount"), Number: true, Wide: true}, {Text: p.T("evidence.missing"), Number: true, Wide: true},
		{Text: p.T("desk.owing"), Number: true}, {Text: p.T("desk.owed"), Number: true}, {Text: p.T("desk.base"), Number: true, Wide: true}, {Text: p.T("evidence.lowest"), Number: true, Wide: true}}}
	for _, m := range e.Months {
		lowest := layout.Cell{Text: m.Lowest.Grouped()}
		if m.AtLowest > 1 {
			lowest.Note = p.T("evidence.at_lowest", m.AtLowest, m.Headcount)
		}
		month := layout.Cell{Text: m.Period.String()}
		if !contribution.Judged(m.Period, e.DataDate) {
			month.Note = p.T("evidence.pending")
		}
		t.Rows = append(t.Rows, []layout.Cell{month, {Text: strconv.Itoa(m.Headcount)}, {Text: strconv.Itoa(m.Missing)}, {Text: strconv.Itoa(m.Owing)}, {Text: m.Owed.Grouped()}, {Text: m.AverageBase.Grouped()}, lowest})
	}
	return pages.Section{ID: "months-part", Title: p.T("evidence.months"), Note: p.T("evidence.months.note"), Table: t}
}

// wagesPart sets the wage sheets beside the ledger: how many people, and how much on average.
func wagesPart(p layout.Page, e Evidence) pages.Section {
	t := layout.Table{ID: "wages", Quiet: true, Caption: p.T("evidence.wages"), Head: []layout.Column{{Text: p.T("desk.month")}, {Text: p.T("evidence.wages.people"), Number: true, Wide: true}, {Text: p.T("evidence.wages.insured"), Number: true},
		{Text: p.T("evidence.wages.average"), Number: true}, {Text: p.T("desk.base"), Number: true}, {Text: p.T("evidence.wages.source"), Wide: true}}}
	for _, w := range e.Wages {
		base := layout.Cell{Text: "--"}
		if w.Insured > 0 {
			base.Text = (w.BaseSum / money.Fen(w.Insured)).Grouped()
		}
		people := layout.Cell{Text: strconv.Itoa(w.Insured)}
		if more := w.People - w.Insured; more > 0 {
			people.Note = p.T("evidence.wages.fewer", more)
		}
		average := w.Total / money.Fen(w.People)
		if w.Insured > 0 && average > w.BaseSum/money.Fen(w.Insured) {
			base.Note = p.T("evidence.wages.lower", (average - w.BaseSum/money.Fen(w.Insured)).Grouped())
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: w.Period.String()}, {Text: strconv.Itoa(w.People)}, people, {Text: average.Grouped()}, base, {Text: w.Source, Note: w.By}})
	}
	return pages.Section{ID: "wages-part", Title: p.T("evidence.wages"), Note: p.T("evidence.wages.note"), Table: t}
}

func earlierPart(p layout.Page, e Evidence) pages.Section {
	t := layout.Table{ID: "earlier", Quiet: true, Caption: p.T("evidence.earlier"), Empty: p.T("evidence.earlier.none"), Head: []layout.Column{{Text: p.T("evidence.case")}, {Text: p.T("desk.state")}, {Text: p.T("desk.kind"), Wide: true}, {Text: p.T("desk.received"), Wide: true}}}
	for _, x := range e.Earlier {
		state := layout.Cell{Text: p.T("lifecycle.state." + string(x.State))}
		if x.Finding != "" {
			state.Note = p.T("lifecycle.finding." + string(x.Finding))
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: x.Number, Href: "/cases/" + x.Number}, state, {Text: p.T("tipoff.kind." + x.Kind)}, {Text: calendar.DateOf(x.ReceivedAt).String()}})
	}
	return pages.Section{ID: "earlier-part", Title: p.T("evidence.earlier"), Table: t}
}

func wagesForm(c *fiber.Ctx, p layout.Page, at string, wrong []layout.FieldError) pages.Section {
	return pages.Section{Forms: []layout.Form{{Title: p.T("evidence.wages.enter"), Action: at + "/evidence/wages", Note: p.T("evidence.wages.enter.note"), Button: p.T("evidence.wages.save"), Open: len(wrong) > 0, Fields: []layout.FormField{
		{Input: layout.Input{ID: "lines", Label: p.T("evidence.wages.lines"), Hint: p.T("evidence.wages.lines.hint"), Rows: 5, Value: form(c, "lines"), Errors: wrong}},
		{Input: layout.Input{ID: "source", Label: p.T("evidence.wages.source"), Hint: p.T("evidence.wages.source.hint"), Value: form(c, "source"), Errors: wrong}}}}}}
}

// enterWages takes lines of month, people and total from the employer's wage sheets.
func (s *Site) enterWages(c *fiber.Ctx) error {
	list, err := readWages(form(c, "lines"))
	if err == nil {
		err = s.Desk.EnterWages(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), list, strings.TrimSpace(form(c, "source")), server.Now(c))
	}
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/evidence#wages", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.evidencePage(c, fieldErrors(lang(c), f))
}

// maxWageLines is how many months of wage sheets are taken at once.
const maxWageLines = 120

// readWages reads lines such as "2026-07 12 84000.00". Error: fault.Invalid with the number of the first line that is wrong.
func readWages(text string) ([]WageMonth, error) {
	var list []WageMonth
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(strings.ReplaceAll(line, ",", ""))
		if len(words) == 0 {
			continue
		}
		wrong := func(key string) error {
			return fault.InvalidFields(fault.Field{Name: "lines", Key: key, Args: []any{i + 1, maxWageLines}})
		}
		if len(words) != 3 || len(list) == maxWageLines {
			return nil, wrong("fault.wages.line")
		}
		period, err1 := calendar.ParsePeriod(words[0])
		people, err2 := strconv.Atoi(words[1])
		total, err3 := money.Parse(words[2])
		if err1 != nil || err2 != nil || err3 != nil || people < 1 || people > 1_000_000 || total < 0 {
			return nil, wrong("fault.wages.line")
		}
		list = append(list, WageMonth{Period: period, People: people, Total: total})
	}
	if len(list) == 0 {
		return nil, fault.InvalidFields(fault.Field{Name: "lines", Key: "fault.wages.none"})
	}
	return list, nil
}
