package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/server"
)

// showPlan shows the year's audit plan, how far it has come, who was chosen, and who might be next and why.
func (s *Site) showPlan(c *fiber.Ctx) error { return s.planPage(c, yearAsked(c), "", nil) }

func (s *Site) planPage(c *fiber.Ctx, year int, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	plan, err := s.Audits.Plan(c.UserContext(), session(c), year, now)
	if err != nil {
		return err
	}
	p := s.auditShell(c, "audit.plan")
	p.Failed = len(wrong) > 0
	v := pages.AuditPlan{Page: p, Errors: wrong, Tabs: s.tabsOf(c, p, "/supervision/plan")}
	v.Parts = append(v.Parts, planProgress(p, plan), planChosen(p, plan))
	v.Parts[0].Filter = &layout.Form{Action: "/supervision/plan", Button: p.T("supervision.show"), Fields: []layout.FormField{{Input: layout.Input{ID: "year", Label: p.T("audit.form.year"), Value: strconv.Itoa(year)}, Choices: years(calendar.DateOf(now).Year)}}}
	if isSupervisor(c) {
		v.Parts[0].Forms = append(v.Parts[0].Forms, planForm(c, p, plan, open == "plan" || plan.ID == 0, wrong))
	}
	byHeadcount, search := c.Query("order") == "headcount", strings.TrimSpace(c.Query("q"))
	candidates, err := s.Audits.Candidates(c.UserContext(), session(c), year, byHeadcount, search, now)
	if err != nil {
		return err
	}
	v.Choose = s.chooseView(c, p, plan, candidates, wrong)
	order := "risk"
	if byHeadcount {
		order = "headcount"
	}
	v.Choose.Filter = layout.Form{Action: "/supervision/plan#candidates", Button: p.T("supervision.show"), Hidden: []layout.Pair{{Term: "year", Value: strconv.Itoa(year)}},
		Fields: []layout.FormField{{Input: layout.Input{ID: "order", Label: p.T("audit.form.order"), Value: order}, Choices: []layout.Pair{{Term: p.T("audit.order.risk"), Value: "risk"}, {Term: p.T("audit.order.headcount"), Value: "headcount"}}},
			{Input: layout.Input{ID: "q", Label: p.T("audit.form.q"), Value: search}}}}
	return render(c, pages.AuditPlanPage(v))
}

func planProgress(p layout.Page, plan PlanFile) pages.Section {
	var all supervision.AuditProgress
	t := layout.Table{ID: "progress", Caption: p.T("audit.progress", plan.Year), Head: []layout.Column{{Text: p.T("audit.kind")}, {Text: p.T("audit.planned"), Number: true}, {Text: p.T("audit.chosen"), Number: true, Wide: true},
		{Text: p.T("audit.begun"), Number: true, Wide: true}, {Text: p.T("audit.done"), Number: true}, {Text: p.T("audit.share"), Number: true}}}
	row := func(head string, a supervision.AuditProgress) []layout.Cell {
		return []layout.Cell{{Text: head}, number(a.Planned), number(a.Chosen), number(a.Begun), number(a.Done), coverageCell(p, a.Coverage())}
	}
	for i, kind := range supervision.AuditKinds {
		all = all.Plus(plan.Progress[i])
		t.Rows = append(t.Rows, row(p.T("audit.kind."+string(kind)), plan.Progress[i]))
	}
	t.Foot = row(p.T("supervision.sum"), all)
	part := pages.Section{ID: "plan", Table: t, Texts: []string{p.T("audit.plan.sentence", plan.Year, all.Planned, all.Chosen, all.Done)}}
	if plan.ID == 0 {
		part.Texts = []string{p.T("audit.plan.none", plan.Year)}
	} else {
		part.Note = p.T("audit.plan.set", plan.By, plan.At.In(calendar.Zone).Format("2006-01-02"))
		if plan.Subject != "" {
			part.Terms = []layout.Pair{{Term: p.T("audit.form.subject"), Value: plan.Subject}}
		}
	}
	return part
}

func planChosen(p layout.Page, plan PlanFile) pages.Section {
	t := layout.Table{ID: "chosen", Caption: p.T("audit.chosen.caption"), Empty: p.T("audit.chosen.none"), Head: []layout.Column{{Text: p.T("supervision.employer")}, {Text: p.T("audit.kind"), Wide: true}, {Text: p.T("audit.on")},
		{Text: p.T("supervision.state")}, {Text: p.T("audit.auditors"), Number: true, Wide: true}, {Text: p.T("audit.checked"), Number: true, Wide: true}, {Text: p.T("audit.reasons"), Wide: true}}}
	for _, one := range plan.Chosen {
		t.Rows = append(t.Rows, []layout.Cell{{Text: one.Name, Href: "/cases/" + one.Case, Note: one.Case}, {Text: p.T("audit.kind." + string(one.Kind))}, {Text: one.AuditOn.String()},
			caseState(p, one.State), number(one.Auditors), {Text: strconv.Itoa(one.Checked) + " / " + strconv.Itoa(one.Headcount)}, {Text: reasonWords(p, one.Reasons)}})
	}
	part := pages.Section{Table: t}
	if len(plan.Chosen) > 0 {
		year := strconv.Itoa(plan.Year)
		part.Links = []pages.Link{{Text: p.T("supervision.xlsx"), Href: "/supervision/plan.xlsx?year=" + year}}
	}
	return part
}

func caseState(p layout.Page, state string) layout.Cell {
	cell := layout.Cell{Text: p.T("lifecycle.state." + state), Tag: "infot", Glyph: "…"}
	switch state {
	case "decided", "notified", "closed":
		cell.Tag, cell.Glyph = "paid", "✓"
	case "accepted":
		cell.Tag, cell.Glyph = "none", "▷"
	case "suspended":
		cell.Tag, cell.Glyph = "wait", "■"
	}
	return cell
}

func reasonWords(p layout.Page, reasons []string) string {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = p.T("audit.reason." + r)
	}
	return strings.Join(words, p.T("audit.and"))
}

func planForm(c *fiber.Ctx, p layout.Page, plan PlanFile, open bool, wrong []layout.FieldError) layout.Form {
	f := layout.Form{Title: p.T("audit.plan.change"), Action: "/supervision/plan", Button: p.T("audit.plan.save"), Open: open, Note: p.T("audit.plan.note"),
		Hidden: []layout.Pair{{Term: "version", Value: strconv.Itoa(plan.Version)}, {Term: "year", Value: strconv.Itoa(plan.Year)}}}
	if plan.ID == 0 {
		f.Hidden[0].Value = "0"
	}
	for i, kind := range supervision.AuditKinds {
		one := field(c, p, string(kind), strconv.Itoa(plan.Targets[i]), wrong)
		one.Numeric = true
		f.Fields = append(f.Fields, one)
	}
	f.Fields = append(f.Fields, field(c, p, "subject", plan.Subject, wrong))
	return f
}

// chooseView lists who might be chosen, each with its points and reasons.
func (s *Site) chooseView(c *fiber.Ctx, p layout.Page, plan PlanFile, candidates []supervision.Candidate, wrong []layout.FieldError) pages.Choose {
	v := pages.Choose{Title: p.T("audit.candidates"), Note: p.T("audit.candidates.note"), Empty: p.T("audit.candidates.none"), Hidden: []layout.Pair{{Term: "year", Value: strconv.Itoa(plan.Year)}}, Legend: p.T("audit.candidates.legend"),
		Error: layout.ErrorOf(wrong, "employer")}
	picked := map[string]bool{}
	for _, id := range values(c, "employer") {
		picked[id] = true
	}
	for _, e := range candidates {
		id := strconv.Itoa(int(e.EmployerID))
		one := pages.Candidate{ID: id, Name: e.Name, Picked: picked[id], Points: p.T("audit.points", e.Points),
			Facts: p.T("audit.facts", regionName(e.Region), e.Headcount, money.Fen(e.Owed).Grouped())}
		for _, r := range e.Reasons {
			one.Reasons = append(one.Reasons, p.T("audit.reason."+r.Word)+" +"+strconv.Itoa(r.Points))
		}
		v.Candidates = append(v.Candidates, one)
	}
	if isSupervisor(c) && plan.ID != 0 {
		var kinds []string
		for _, k := range supervision.AuditKinds {
			kinds = append(kinds, string(k))
		}
		v.Button = p.T("audit.choose")
		v.Fields = []layout.FormField{choice(c, p, "kind", "audit.kind.", "routine", wrong, kinds...), field(c, p, "audit_on", calendar.DateOf(server.Now(c)).AddDays(14).String(), wrong)}
	}
	return v
}

// values are all values of a form's field.
func values(c *fiber.Ctx, name string) []string {
	var list []string
	for _, b := range c.Request().PostArgs().PeekMulti(name) {
		list = append(list, string(b))
	}
	return list
}

func formYear(c *fiber.Ctx) int {
	n, _ := strconv.Atoi(form(c, "year")) // no number is no year, which is refused
	return n
}

func (s *Site) setPlan(c *fiber.Ctx) error {
	plan := supervision.YearPlan{Year: formYear(c), Version: formVersion(c), Subject: form(c, "subject")}
	n, wrong := whole(c, string(supervision.Routine), string(supervision.Special), string(supervision.TipOff))
	for i, kind := range supervision.AuditKinds {
		plan.Targets[i] = n[string(kind)]
	}
	var err error = fault.InvalidFields(wrong...)
	if len(wrong) == 0 {
		err = s.Audits.SetPlan(c.UserContext(), session(c), plan, server.Now(c))
	}
	return s.after(c, err, "/supervision/plan?year="+strconv.Itoa(plan.Year), func(wrong []layout.FieldError) error { return s.planPage(c, plan.Year, "plan", wrong) })
}

func (s *Site) chooseAudits(c *fiber.Ctx) error {
	in := ChooseInput{Year: formYear(c), Kind: supervision.AuditKind(form(c, "kind"))}
	for _, text := range values(c, "employer") {
		id, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return fault.New(fault.Invalid, "fault.request")
		}
		in.Employers = append(in.Employers, int32(id))
	}
	on, err := dates(c, "audit_on")
	if err == nil {
		in.AuditOn = on["audit_on"]
		_, err = s.Audits.Choose(c.UserContext(), session(c), in, server.Now(c))
	}
	return s.after(c, err, "/supervision/plan?year="+strconv.Itoa(in.Year), func(wrong []layout.FieldError) error { return s.planPage(c, in.Year, "choose", wrong) })
}

// exportPlan answers with who was chosen.
func (s *Site) exportPlan(c *fiber.Ctx) error {
	year := yearAsked(c)
	plan, err := s.Audits.Plan(c.UserContext(), session(c), year, server.Now(c))
	if err != nil {
		return err
	}
	p := layout.Page{Lang: lang(c)}
	t := ledger.Table{Name: "plan", Title: p.T("audit.plan")}
	for _, key := range []string{"audit.kind", "supervision.employer", "supervision.uscc", "supervision.regionname", "supervision.headcount", "supervision.owed", "audit.reasons", "audit.on", "audit.case", "supervision.state", "audit.auditors", "audit.checked"} {
		t.Header = append(t.Header, p.T(key))
	}
	for _, one := range plan.Chosen {
		t.Rows = append(t.Rows, []any{p.T("audit.kind." + string(one.Kind)), one.Name, one.USCC, regionName(one.Region), one.Headcount, one.Owed, reasonWords(p, one.Reasons), one.AuditOn, one.Case,
			p.T("lifecycle.state." + one.State), one.Auditors, one.Checked})
	}
	return sendTables(c, "audit-plan-"+strconv.Itoa(year), true, t)
}
