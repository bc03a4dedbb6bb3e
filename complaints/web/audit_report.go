package web

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/server"
)

// reportLine is one figure of the report, in its group; the value is an int, money, or a share.
type reportLine struct {
	group, word string
	value       any
	target      string
}

// reportLines are the report's figures in order: page and workbook show the same ones.
func reportLines(f supervision.AuditFigures) []reportLine {
	target := func(c supervision.Coverage) string { return strconv.FormatInt(c.Target, 10) + "%" }
	planned := f.Planned()
	return []reportLine{
		{"plan", "planned", planned.Planned, ""}, {"plan", "chosen", planned.Chosen, ""}, {"plan", "begun", planned.Begun, ""}, {"plan", "done", planned.Done, ""}, {"plan", "share", planned.Coverage().Ratio(), "100%"},
		{"cases", "cases.begun", f.Begun, ""}, {"cases", "cases.closed", f.Closed, ""}, {"cases", "cases.clean", f.Clean, ""}, {"cases", "cases.violations", f.Violations, ""}, {"cases", "tipoffs", f.TipOffs, ""},
		{"onsite", "employers", f.Employers, ""}, {"onsite", "persons", f.Checked, ""}, {"onsite", "unregistered", f.Unregistered, ""}, {"onsite", "underreported", f.Underreported, ""},
		{"onsite", "heads.done", f.Headcount.Done, ""}, {"onsite", "heads.of", f.Headcount.Of, ""}, {"onsite", "heads.share", f.Headcount.Ratio(), target(f.Headcount)},
		{"money", "found", f.Found, ""}, {"money", "recovered", f.Recovered, ""}, {"money", "latefees", f.LateFees, ""},
		{"pensioners", "verified", f.Pensioners.Done, ""}, {"pensioners", "retired", f.Pensioners.Of, ""}, {"pensioners", "verified.share", f.Pensioners.Ratio(), target(f.Pensioners)},
		{"pensioners", "byportal", f.ByPortal, ""}, {"pensioners", "byphone", f.ByPhone, ""}, {"pensioners", "byother", f.ByOther, ""}, {"pensioners", "drawn", f.Drawn, ""}, {"pensioners", "visited", f.Visited, ""},
		{"pensioners", "notmet", f.NotMet, ""}, {"pensioners", "overpaid", f.Overpaid, ""}, {"pensioners", "paidback", f.PaidBack, ""},
		{"assistance", "asked.out", f.AskedOut, ""}, {"assistance", "asked.in", f.AskedIn, ""}, {"assistance", "answered", f.Answered, ""}, {"assistance", "answered.late", f.AnsweredLate, ""}, {"assistance", "unanswered", f.Unanswered, ""},
		{"team", "auditors", f.Auditors, ""}, {"team", "fit", f.Fit, ""}, {"team", "trainingdays", f.TrainingDays, ""}, {"team", "examined", f.Examined, ""}, {"team", "passed", f.Passed, ""},
	}
}

// shown is a value as the page writes it.
func (l reportLine) shown() string {
	switch v := l.value.(type) {
	case money.Fen:
		return v.Grouped()
	case supervision.Ratio:
		return percent(v)
	}
	return fmt.Sprint(l.value)
}

// reportAsk is a quarter or a whole year of a region.
type reportAsk struct {
	span   supervision.Span
	year   bool
	region string
}

func reportAsked(c *fiber.Ctx) reportAsk {
	ask := reportAsk{span: lastSpan(calendar.DateOf(server.Now(c))), region: digitsOf(c.Query("region"))}
	text := c.Query("span")
	if span, month, ok := parseSpan(text); ok && !month {
		ask.span = span
	}
	if y, err := strconv.Atoi(text); err == nil && y >= 2003 && y < 2200 {
		ask.span, ask.year = supervision.Span{From: calendar.NewPeriod(y, 1), To: calendar.NewPeriod(y, 12)}, true
	}
	return ask
}

func (a reportAsk) value() string {
	if a.year {
		return strconv.Itoa(a.span.From.Year())
	}
	return spanValue(a.span)
}

func (a reportAsk) name(p layout.Page) string {
	if a.year {
		return p.T("audit.report.year", a.span.From.Year())
	}
	return spanName(p, a.span)
}

// showReport is the quarter's report, or a year's with the evaluation.
func (s *Site) showReport(c *fiber.Ctx) error {
	ask, now := reportAsked(c), server.Now(c)
	f, err := s.Audits.AuditFigures(c.UserContext(), session(c), ask.region, ask.span, now)
	if err != nil {
		return err
	}
	p := s.auditShell(c, "audit.report")
	planned := f.Planned()
	first := pages.Section{Texts: []string{p.T("audit.report.sentence", ask.name(p), planned.Done, planned.Planned, f.Checked, percent(f.Headcount.Ratio()), f.Found.Grouped(), f.Recovered.Grouped())}, Note: p.T("audit.report.note"),
		Filter: reportFilter(p, ask, calendar.DateOf(now))}
	query := "?span=" + ask.value() + "&region=" + ask.region
	first.Links = []pages.Link{{Text: p.T("supervision.xlsx"), Href: "/supervision/report.xlsx" + query}}
	parts := []pages.Section{first, evaluationPart(p, f, ask)}
	group := ""
	for _, l := range reportLines(f) {
		if l.group != group {
			group = l.group
			parts = append(parts, pages.Section{Table: layout.Table{ID: "g" + group, Caption: p.T("audit.group." + group), Head: []layout.Column{{Text: p.T("audit.item")}, {Text: p.T("audit.figure"), Number: true}, {Text: p.T("audit.target"), Number: true, Wide: true}}}})
		}
		t := &parts[len(parts)-1].Table
		t.Rows = append(t.Rows, []layout.Cell{{Text: p.T("audit.line." + l.word)}, {Text: l.shown()}, {Text: l.target}})
	}
	return s.auditPage(c, p, "/supervision/report", nil, parts...)
}

func reportFilter(p layout.Page, ask reportAsk, today calendar.Date) *layout.Form {
	var spans []layout.Pair
	q := supervision.QuarterOf(today.Period())
	for range 8 {
		spans = append(spans, layout.Pair{Term: spanName(p, q), Value: spanValue(q)})
		q = q.Before()
	}
	for y := today.Year; y > today.Year-4; y-- {
		spans = append(spans, layout.Pair{Term: p.T("audit.report.year", y), Value: strconv.Itoa(y)})
	}
	return &layout.Form{Action: "/supervision/report", Button: p.T("supervision.show"), Fields: []layout.FormField{{Input: layout.Input{ID: "span", Label: p.T("supervision.filter.span"), Value: ask.value()}, Choices: spans},
		{Input: layout.Input{ID: "region", Label: p.T("audit.form.region"), Value: ask.region, Numeric: true}}}}
}

// evaluationPart judges by team, skill and effect; within a year it says how far the year has come.
func evaluationPart(p layout.Page, f supervision.AuditFigures, ask reportAsk) pages.Section {
	t := layout.Table{ID: "evaluation", Caption: p.T("audit.evaluation.caption", ask.name(p)), Head: []layout.Column{{Text: p.T("audit.measure")}, {Text: p.T("audit.aspect"), Wide: true}, {Text: p.T("audit.reached"), Number: true, Wide: true}, {Text: p.T("audit.target"), Number: true, Wide: true}, {Text: p.T("audit.result")}}}
	met, judged := 0, 0
	for _, m := range supervision.Evaluation(f) {
		result := layout.Cell{Text: p.T("audit.unjudged"), Tag: "none", Glyph: "–"}
		if m.Judged() {
			judged++
			result = layout.Cell{Text: percent(m.Ratio()) + " " + p.T("audit.result.no"), Tag: "owe", Glyph: "!"}
			if m.Reached() {
				met++
				result = layout.Cell{Text: percent(m.Ratio()) + " " + p.T("audit.result.yes"), Tag: "paid", Glyph: "✓"}
			}
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: p.T("audit.measure." + m.Word)}, {Text: p.T("audit.aspect." + m.Aspect)}, {Text: measured(m)}, {Text: strconv.FormatInt(m.Target, 10) + "%"}, result})
	}
	return pages.Section{ID: "evaluation-title", Title: p.T("audit.evaluation"), Texts: []string{p.T("audit.evaluation.sentence", met, judged)}, Table: t}
}

// shareNumber is a share as a workbook holds it: a number, or as the page says that there is none.
func shareNumber(r supervision.Ratio) any {
	if !r.Known {
		return percent(r)
	}
	return ledger.Share(r.Hundredths)
}

// measured writes what was reached of what; money in yuan.
func measured(m supervision.Measure) string {
	if m.Word == "recovered" || m.Word == "paidback" {
		return money.Fen(m.Done).Grouped() + " / " + money.Fen(m.Of).Grouped()
	}
	return strconv.FormatInt(m.Done, 10) + " / " + strconv.FormatInt(m.Of, 10)
}

// exportReport answers with the report as a workbook: figures, the plan by kind, the evaluation.
func (s *Site) exportReport(c *fiber.Ctx) error {
	ask := reportAsked(c)
	f, err := s.Audits.AuditFigures(c.UserContext(), session(c), ask.region, ask.span, server.Now(c))
	if err != nil {
		return err
	}
	p := layout.Page{Lang: lang(c)}
	figures := ledger.Table{Name: "report", Title: p.T("audit.report"), Header: []string{p.T("audit.group"), p.T("audit.item"), p.T("audit.figure"), p.T("audit.target")}}
	figures.Rows = append(figures.Rows, []any{p.T("supervision.span"), ask.name(p), "", ""}, []any{p.T("supervision.region"), regionWords(p, f.Region), "", ""})
	for _, l := range reportLines(f) {
		value := l.value
		switch v := value.(type) {
		case supervision.Ratio:
			value = shareNumber(v)
		case int64:
			value = int(v)
		}
		figures.Rows = append(figures.Rows, []any{p.T("audit.group." + l.group), p.T("audit.line." + l.word), value, l.target})
	}
	plan := ledger.Table{Name: "plan", Title: p.T("audit.plan"), Header: []string{p.T("audit.kind"), p.T("audit.planned"), p.T("audit.chosen"), p.T("audit.begun"), p.T("audit.done"), p.T("audit.share")}}
	for i, kind := range supervision.AuditKinds {
		a := f.Plan[i]
		plan.Rows = append(plan.Rows, []any{p.T("audit.kind." + string(kind)), a.Planned, a.Chosen, a.Begun, a.Done, shareNumber(a.Coverage().Ratio())})
	}
	judged := ledger.Table{Name: "evaluation", Title: p.T("audit.evaluation"), Header: []string{p.T("audit.aspect"), p.T("audit.measure"), p.T("audit.reached"), p.T("audit.share"), p.T("audit.target"), p.T("audit.result")}}
	for _, m := range supervision.Evaluation(f) {
		result := p.T("audit.unjudged")
		if m.Judged() && m.Reached() {
			result = p.T("audit.result.yes")
		} else if m.Judged() {
			result = p.T("audit.result.no")
		}
		judged.Rows = append(judged.Rows, []any{p.T("audit.aspect." + m.Aspect), p.T("audit.measure." + m.Word), measured(m), shareNumber(m.Ratio()), strconv.FormatInt(m.Target, 10) + "%", result})
	}
	return sendTables(c, "audit-report-"+ask.value(), true, figures, plan, judged)
}
