package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showCoverage shows both targets of the year by region: persons audited on site, and pensioners verified.
func (s *Site) showCoverage(c *fiber.Ctx) error {
	now := server.Now(c)
	year := yearAsked(c)
	file, err := s.Audits.Pensioners(c.UserContext(), session(c), year, now)
	if err != nil {
		return err
	}
	p := s.auditShell(c, "audit.coverage")
	var heads, pensioners supervision.Coverage
	heads.Target, pensioners.Target = supervision.OnSiteTarget, supervision.PensionerTarget
	t := layout.Table{ID: "coverage", Caption: p.T("audit.coverage.caption", year), Empty: p.T("supervision.nofigures"), Head: []layout.Column{{Text: p.T("supervision.region")}, {Text: p.T("audit.insured"), Number: true, Wide: true}, {Text: p.T("audit.onsite"), Number: true, Wide: true},
		{Text: p.T("audit.onsite.share"), Number: true}, {Text: p.T("audit.retired"), Number: true, Wide: true}, {Text: p.T("audit.verified"), Number: true, Wide: true}, {Text: p.T("audit.verified.share"), Number: true}}}
	row := func(head layout.Cell, a, b supervision.Coverage) []layout.Cell {
		return []layout.Cell{head, count64(a.Of), count64(a.Done), coverageCell(p, a), count64(b.Of), count64(b.Done), coverageCell(p, b)}
	}
	for _, r := range file.Coverage {
		heads.Done, heads.Of = heads.Done+r.Headcount.Done, heads.Of+r.Headcount.Of
		pensioners.Done, pensioners.Of = pensioners.Done+r.Pensioners.Done, pensioners.Of+r.Pensioners.Of
		t.Rows = append(t.Rows, row(layout.Cell{Text: regionWords(p, r.Region), Note: r.Region}, r.Headcount, r.Pensioners))
	}
	t.Foot = row(layout.Cell{Text: p.T("supervision.sum")}, heads, pensioners)
	first := pages.Section{Texts: []string{p.T("audit.coverage.heads", year, percent(heads.Ratio()), heads.Done, heads.Of, stillMissing(p, heads)), p.T("audit.coverage.pensioners", percent(pensioners.Ratio()), pensioners.Done, pensioners.Of, stillMissing(p, pensioners))},
		Filter: yearFilter(p, "/supervision/coverage", year, calendar.DateOf(now).Year), Table: t}
	second := pages.Section{ID: "definition", Title: p.T("supervision.definition"), Texts: []string{p.T("audit.definition.heads"), p.T("audit.definition.pensioners")}}
	return s.auditPage(c, p, "/supervision/coverage", nil, first, second)
}

func regionWords(p layout.Page, region string) string {
	if region == "" {
		return p.T("audit.noregion")
	}
	return regionName(region)
}

func yearFilter(p layout.Page, action string, year, now int) *layout.Form {
	return &layout.Form{Action: action, Button: p.T("supervision.show"), Fields: []layout.FormField{{Input: layout.Input{ID: "year", Label: p.T("audit.form.year"), Value: strconv.Itoa(year)}, Choices: years(now)}}}
}

// missingLength is how many a page of who is missing lists.
const missingLength = 50

// showPensioners shows how the year's pensioners were confirmed, the samples that are visited, and who is missing.
func (s *Site) showPensioners(c *fiber.Ctx) error { return s.pensionersPage(c, yearAsked(c), "", nil) }

func (s *Site) pensionersPage(c *fiber.Ctx, year int, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	file, err := s.Audits.Pensioners(c.UserContext(), session(c), year, now)
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // what is no number is the first page
	missing, err := s.Audits.Unconfirmed(c.UserContext(), session(c), year, after, missingLength, now)
	if err != nil {
		return err
	}
	p := s.auditShell(c, "audit.pensioners")
	all := supervision.Coverage{Target: supervision.PensionerTarget}
	for _, r := range file.Coverage {
		all.Done, all.Of = all.Done+r.Pensioners.Done, all.Of+r.Pensioners.Of
	}
	ways := layout.Table{ID: "ways", Caption: p.T("audit.ways"), Head: []layout.Column{{Text: p.T("audit.way")}, {Text: p.T("audit.persons"), Number: true}}}
	for _, way := range eligibility.Ways {
		ways.Rows = append(ways.Rows, []layout.Cell{{Text: p.T("audit.way." + string(way))}, number(file.ByWay[string(way)])})
	}
	first := pages.Section{Texts: []string{p.T("audit.coverage.pensioners", percent(all.Ratio()), all.Done, all.Of, stillMissing(p, all)), p.T("audit.pensioners.notmet", file.NotMet)}, Filter: yearFilter(p, "/supervision/pensioners", year, calendar.DateOf(now).Year), Table: ways, Note: p.T("audit.ways.note")}
	if !isOverseerOnly(c) {
		first.Forms = []layout.Form{{Title: p.T("audit.counter.do"), Action: "/supervision/pensioners/counter", Button: p.T("audit.counter.do"), Note: p.T("audit.counter.note"), Open: open == "counter", Hidden: []layout.Pair{{Term: "year", Value: strconv.Itoa(year)}},
			Fields: []layout.FormField{field(c, p, "id_number", "", wrong), choice(c, p, "counter_met", "audit.met.", "yes", wrong, "yes", "no")}}}
	}
	parts := append([]pages.Section{first}, s.samples(c, p, file, year, open, wrong)...)
	return s.auditPage(c, p, "/supervision/pensioners", wrong, append(parts, missingPensioners(p, missing, year))...)
}

// isOverseerOnly: the system's auditors see figures and change nothing.
func isOverseerOnly(c *fiber.Ctx) bool { return member(c).Role == "auditor" }

// samples lists who was drawn for visits, and takes what the visits found.
func (s *Site) samples(c *fiber.Ctx, p layout.Page, file PensionerFile, year int, open string, wrong []layout.FieldError) []pages.Section {
	head := pages.Section{ID: "samples", Title: p.T("audit.samples"), Texts: []string{p.T("audit.samples.note")}}
	if len(file.Draws) == 0 {
		head.Note = p.T("audit.samples.none")
	}
	if isSupervisor(c) {
		n := field(c, p, "count", "10", wrong)
		n.Numeric = true
		head.Forms = append(head.Forms, layout.Form{Title: p.T("audit.draw.do"), Action: "/supervision/pensioners/draw", Button: p.T("audit.draw.do"), Open: open == "draw", Fields: []layout.FormField{n}, Hidden: []layout.Pair{{Term: "year", Value: strconv.Itoa(year)}}})
	}
	visit := layout.Form{Title: p.T("audit.sample.do"), Action: "/supervision/pensioners/visit", Button: p.T("audit.sample.do"), Open: open == "visit", Hidden: []layout.Pair{{Term: "year", Value: strconv.Itoa(year)}}}
	who := field(c, p, "drawn", "", wrong)
	parts := []pages.Section{}
	for _, d := range file.Draws {
		t := layout.Table{ID: "draw" + strconv.Itoa(int(d.ID)), Caption: p.T("audit.draw.caption", d.At.In(calendar.Zone).Format("2006-01-02"), len(d.Visits), d.Of), Head: []layout.Column{{Text: p.T("audit.person")}, {Text: p.T("audit.visited_on"), Wide: true}, {Text: p.T("audit.result")},
			{Text: p.T("audit.overpaid"), Number: true, Wide: true}, {Text: p.T("audit.paidback"), Number: true, Wide: true}, {Text: p.T("audit.note"), Wide: true}}}
		for _, v := range d.Visits {
			result := layout.Cell{Text: p.T("audit.tovisit"), Tag: "infot", Glyph: "…"}
			on := layout.Cell{Text: "--"}
			if !v.VisitedOn.IsZero() {
				on.Text = v.VisitedOn.String()
				result = layout.Cell{Text: p.T("audit.met.no"), Tag: "owe", Glyph: "✕"}
				if v.Met {
					result = layout.Cell{Text: p.T("audit.met.yes"), Tag: "paid", Glyph: "✓"}
				}
			}
			t.Rows = append(t.Rows, []layout.Cell{{Text: v.Name, Note: v.Number}, on, result, yuan(v.Overpaid), yuan(v.PaidBack), {Text: v.Note}})
			who.Choices = append(who.Choices, layout.Pair{Term: v.Name + " " + v.Number + " " + result.Text, Value: strconv.Itoa(int(d.ID)) + ":" + strconv.FormatInt(v.Person, 10)})
		}
		parts = append(parts, pages.Section{Table: t, Note: p.T("audit.draw.seed", d.By, d.Seed)})
	}
	if len(who.Choices) > 0 && !isOverseerOnly(c) {
		overpaid, back := field(c, p, "overpaid", "", wrong), field(c, p, "paid_back", "", wrong)
		visit.Fields = []layout.FormField{who, field(c, p, "visited_on", calendar.DateOf(server.Now(c)).String(), wrong), choice(c, p, "met", "audit.met.", "yes", wrong, "yes", "no"), overpaid, back, lines(field(c, p, "note", "", wrong), 2)}
		head.Forms = append(head.Forms, visit)
	}
	return append([]pages.Section{head}, parts...)
}

func missingPensioners(p layout.Page, missing []Unconfirmed, year int) pages.Section {
	t := layout.Table{ID: "missing", Caption: p.T("audit.unconfirmed"), Empty: p.T("audit.unconfirmed.none"), Head: []layout.Column{{Text: p.T("audit.person")}, {Text: p.T("audit.employer.last")}, {Text: p.T("supervision.region"), Wide: true}}}
	for _, one := range missing {
		t.Rows = append(t.Rows, []layout.Cell{{Text: one.Name, Note: one.Number}, {Text: one.Employer}, {Text: regionWords(p, one.Region)}})
	}
	part := pages.Section{ID: "unconfirmed", Title: p.T("audit.unconfirmed"), Table: t}
	if len(missing) == missingLength {
		part.Links = []pages.Link{{Text: p.T("supervision.next"), Href: "/supervision/pensioners?year=" + strconv.Itoa(year) + "&after=" + strconv.FormatInt(missing[len(missing)-1].ID, 10) + "#unconfirmed"}}
	}
	return part
}

func (s *Site) drawSample(c *fiber.Ctx) error {
	year := formYear(c)
	n, wrong := whole(c, "count")
	var err error = fault.InvalidFields(fault.Field{Name: "count", Key: "fault.eligible.count"})
	if len(wrong) == 0 {
		err = s.Audits.DrawSample(c.UserContext(), session(c), year, n["count"], server.Now(c))
	}
	return s.after(c, err, pensionersOf(year), func(wrong []layout.FieldError) error { return s.pensionersPage(c, year, "draw", wrong) })
}

func pensionersOf(year int) string { return "/supervision/pensioners?year=" + strconv.Itoa(year) }

func (s *Site) recordSampleVisit(c *fiber.Ctx) error {
	year := formYear(c)
	err := func() error {
		draw, person, ok := drawnOf(form(c, "drawn"))
		if !ok {
			return fault.New(fault.Invalid, "fault.request")
		}
		on, err := dates(c, "visited_on")
		sums, wrong := amounts(c, "overpaid", "paid_back")
		if wrong = append(wrong, fieldsOf(err)...); len(wrong) > 0 {
			return fault.InvalidFields(wrong...)
		}
		v := supervision.SampleVisit{Person: person, VisitedOn: on["visited_on"], Met: form(c, "met") == "yes", Overpaid: sums["overpaid"], PaidBack: sums["paid_back"], Note: form(c, "note")}
		return s.Audits.RecordSampleVisit(c.UserContext(), session(c), draw, v, server.Now(c))
	}()
	return s.after(c, err, pensionersOf(year), func(wrong []layout.FieldError) error { return s.pensionersPage(c, year, "visit", wrong) })
}

// drawnOf reads a sample and a person of it, written with a colon between.
func drawnOf(text string) (draw int32, person int64, ok bool) {
	for i := range text {
		if text[i] != ':' {
			continue
		}
		d, err1 := strconv.ParseInt(text[:i], 10, 32)
		n, err2 := strconv.ParseInt(text[i+1:], 10, 64)
		return int32(d), n, err1 == nil && err2 == nil
	}
	return 0, 0, false
}

func (s *Site) confirmAtCounter(c *fiber.Ctx) error {
	year := formYear(c)
	err := s.Audits.ConfirmAtCounter(c.UserContext(), session(c), form(c, "id_number"), form(c, "counter_met") == "yes", server.Now(c))
	return s.after(c, err, pensionersOf(year), func(wrong []layout.FieldError) error { return s.pensionersPage(c, year, "counter", wrong) })
}

// stillMissing says how many are missing to the target, or that it is reached.
func stillMissing(p layout.Page, k supervision.Coverage) string {
	if n := k.Missing(); n > 0 {
		return p.N("audit.coverage.short", int(n), k.Target)
	}
	return p.T("audit.coverage.reached", k.Target)
}
