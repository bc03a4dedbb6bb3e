package web

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/publication"
	"shebao/shared/server"
)

// changesShown bounds the difference on the page; a list that changed in more lines is read whole in its own table.
const changesShown = 200

func editionID(c *fiber.Ctx) (int32, error) {
	n, err := strconv.ParseInt(c.Params("id"), 10, 32)
	if err != nil {
		return 0, fault.New(fault.NotFound, "fault.publication.none")
	}
	return int32(n), nil
}

// showPublication is one edition: how it stands, what it changes, its figures, objections, and everything that happened.
func (s *Site) showPublication(c *fiber.Ctx) error { return s.publicationPage(c, "", nil) }

func (s *Site) publicationPage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	id, err := editionID(c)
	if err != nil {
		return err
	}
	e, err := s.Publications.Edition(c.UserContext(), session(c), id, server.Now(c))
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, "")
	p.Title, p.Failed = editionTitle(p, e.Edition), len(wrong) > 0
	at := "/supervision/publications/" + strconv.Itoa(int(id))
	head := pages.Section{Terms: editionTerms(p, e), Texts: []string{bodySentence(p, e.Body)}}
	now := "publication.now." + string(e.State)
	if e.Body.Arrears != nil && e.State == supervision.Published {
		now += ".names"
	}
	head.Good, head.Warning = p.T(now), editionWarning(p, e)
	head.Forms, head.Buttons = editionForms(p, e, at, open, wrong)
	if e.Body.Arrears != nil && e.Approver != 0 && member(c).Role == Supervisor {
		head.Links = []pages.Link{{Text: p.T("publication.letters"), Href: at + "/letters"}}
	}
	parts := []pages.Section{head, {ID: "changes", Title: p.T("publication.changes"), Note: changesNote(p, e), Table: changesTable(p, e)}}
	parts = append(parts, objectionParts(p, e, at, open, wrong)...)
	parts = append(parts, bodyParts(p, e.Body)...)
	parts = append(parts, leftOutPart(p, e)...)
	parts = append(parts, pages.Section{Table: editionHistory(p, e)})
	return render(c, pages.SectionPage(pages.Sections{Page: p, Errors: wrong, Tabs: tabs(p, "/supervision/publications"), Parts: parts}))
}

func editionTerms(p layout.Page, e EditionFile) []layout.Pair {
	terms := []layout.Pair{{Term: p.T("publication.state"), Value: p.T("publication.state." + string(e.State))}, {Term: p.T("publication.author"), Value: e.AuthorName}, {Term: p.T("publication.approver"), Value: dashes(e.ApproverName)},
		{Term: p.T("publication.data"), Value: e.DataDate.String()}}
	if !e.ObjectionsTo.IsZero() {
		terms = append(terms, layout.Pair{Term: p.T("publication.window"), Value: e.ObjectionsTo.String()})
	}
	if e.Revision > 0 {
		terms = append(terms, layout.Pair{Term: p.T("publication.published"), Value: calendar.DateOf(e.PublishedAt).String()},
			layout.Pair{Term: p.T("publication.address"), Value: "/open/" + string(e.Subject) + "/" + e.Region + "/" + e.Span})
	}
	return terms
}

func editionWarning(p layout.Page, e EditionFile) string {
	switch {
	case e.State == supervision.Published && e.WithdrawBy != 0:
		return p.T("publication.withdraw.asked", e.WithdrawName, e.WithdrawReason)
	case e.State == supervision.Objection && e.Body.Arrears.Count == 0:
		return p.T("publication.emptied")
	case e.State == supervision.Objection && e.Unserved > 0:
		return p.N("publication.unserved", e.Unserved)
	case e.State == supervision.Objection && e.OpenObjections > 0:
		return p.N("publication.waiting", e.OpenObjections)
	}
	return ""
}

// editionForms are what this member of staff may do now; an action without a reason is one click.
func editionForms(p layout.Page, e EditionFile, at, open string, wrong []layout.FieldError) (forms, buttons []layout.Form) {
	version := layout.Pair{Term: "version", Value: strconv.Itoa(e.Version)}
	for _, action := range e.Actions {
		f := layout.Form{Title: p.T("publication.do." + string(action)), Action: at + "/act", Button: p.T("publication.do." + string(action)), Hidden: []layout.Pair{version, {Term: "action", Value: string(action)}}, Open: open == string(action)}
		if !supervision.EditionNeeds(e.State, action) {
			buttons = append(buttons, f)
			continue
		}
		f.Fields = []layout.FormField{{Input: layout.Input{ID: "reason-" + string(action), Label: p.T("publication.reason"), Rows: 2, Errors: wrong}, Name: "reason"}}
		forms = append(forms, f)
	}
	if e.State == supervision.Draft && len(e.Actions) > 0 {
		buttons = append(buttons, layout.Form{Action: at + "/redraft", Button: p.T("publication.do.redraft"), Hidden: []layout.Pair{version}})
	}
	return forms, buttons
}

func changesNote(p layout.Page, e EditionFile) string {
	switch {
	case !e.Compared:
		return p.T("publication.changes.first")
	case len(e.Changes) > changesShown:
		return p.T("publication.changes.many", changesShown, len(e.Changes))
	}
	return p.T("publication.changes.note")
}

func changesTable(p layout.Page, e EditionFile) layout.Table {
	t := layout.Table{ID: "difference", Caption: p.T("publication.changes.caption"), Empty: p.T("publication.changes.none"), Head: []layout.Column{{Text: p.T("publication.change.what")}, {Text: p.T("publication.change.before"), Number: true}, {Text: p.T("publication.change.after"), Number: true}}}
	for i, change := range e.Changes {
		if i == changesShown {
			break
		}
		t.Rows = append(t.Rows, []layout.Cell{changeName(p, change), {Text: changeValue(p, change.Before)}, {Text: changeValue(p, change.After)}})
	}
	return t
}

func changeName(p layout.Page, c publication.Change) layout.Cell {
	field := ""
	if c.Field != "" {
		field = p.T("publication.field." + c.Field)
	}
	switch c.What {
	case "total":
		return layout.Cell{Text: p.T("publication.total"), Note: field}
	case "insurance":
		return layout.Cell{Text: p.T("insurance." + c.Code), Note: field}
	case "audit":
		return layout.Cell{Text: p.T("publication.audit." + c.Code)}
	case "employer":
		note := c.Code
		switch {
		case c.Before == "":
			note += " · " + p.T("publication.change.added")
		case c.After == "":
			note += " · " + p.T("publication.change.removed")
		}
		return layout.Cell{Text: c.Name, Note: note}
	}
	return layout.Cell{Text: c.Name, Note: field}
}

func changeValue(p layout.Page, value string) string {
	switch value {
	case "":
		return "--"
	case "*":
		return p.T("publication.suppressed")
	}
	return value
}

// bodyParts are the figures as the public will read them.
func bodyParts(p layout.Page, b publication.Body) []pages.Section {
	switch {
	case b.Collection != nil:
		return []pages.Section{
			{ID: "figures", Title: p.T("publication.figures"), Note: p.T("publication.suppressed.note"), Table: collectionTable(p, "regions", p.T("publication.byregion"), b.Collection.Regions, func(f publication.Figure) string { return f.Name })},
			{Table: collectionTable(p, "insurances", p.T("publication.byinsurance"), b.Collection.Insurances, func(f publication.Figure) string { return p.T("insurance." + f.Code) })},
			{Table: collectionTable(p, "course", p.T("publication.course"), b.Collection.Course, func(f publication.Figure) string {
				span, _, _ := parseSpan(f.Code)
				return spanName(p, span)
			})},
		}
	case b.Arrears != nil:
		t := layout.Table{ID: "employers", Caption: p.T("publication.employers"), Empty: p.T("publication.employers.none"), Head: []layout.Column{{Text: p.T("supervision.employer")}, {Text: p.T("supervision.owed"), Number: true}, {Text: p.T("supervision.months")}, {Text: p.T("supervision.headcount"), Number: true, Wide: true}}}
		for _, d := range b.Arrears.Employers {
			t.Rows = append(t.Rows, []layout.Cell{{Text: d.Name, Note: d.USCC}, yuan(d.Owed), {Text: d.From.String() + " – " + d.To.String()}, {Text: headcountText(p, d)}})
		}
		return []pages.Section{{ID: "figures", Title: p.T("publication.figures"), Note: p.T("publication.arrears.note", b.Arrears.Through), Table: t}}
	case b.Audit != nil:
		return []pages.Section{{ID: "figures", Title: p.T("publication.figures"), Terms: auditTerms(p, *b.Audit)}}
	}
	return nil
}

func headcountText(p layout.Page, d publication.Debtor) string {
	if d.Headcount == 0 {
		return p.T("publication.few")
	}
	return strconv.Itoa(d.Headcount)
}

func collectionTable(p layout.Page, id, caption string, figures []publication.Figure, name func(publication.Figure) string) layout.Table {
	t := layout.Table{ID: id, Caption: caption, Empty: p.T("publication.figures.none"), Head: []layout.Column{{Text: p.T("publication.change.what")}, {Text: p.T("supervision.due"), Number: true, Wide: true}, {Text: p.T("supervision.collected"), Number: true, Wide: true},
		{Text: p.T("supervision.rate"), Number: true}, {Text: p.T("supervision.recovered"), Number: true, Wide: true}, {Text: p.T("supervision.rate.with"), Number: true}}}
	for _, f := range figures {
		if f.Amounts == nil {
			hidden := layout.Cell{Text: p.T("publication.suppressed")}
			t.Rows = append(t.Rows, []layout.Cell{{Text: name(f)}, hidden, hidden, hidden, hidden, hidden})
			continue
		}
		back, with := layout.Cell{Text: p.T("publication.suppressed")}, layout.Cell{Text: p.T("publication.suppressed")}
		if f.Arrearage != nil {
			back, with = yuan(f.Recovered), shareCell(p, f.RateWith, f.BelowWith)
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: name(f)}, yuan(f.Due), yuan(f.Collected), shareCell(p, f.Rate, f.Below), back, with})
	}
	return t
}

func shareCell(p layout.Page, rate string, below bool) layout.Cell {
	switch {
	case rate == "":
		return layout.Cell{Text: "--"}
	case below:
		return layout.Cell{Text: rate + "% " + p.T("supervision.below"), Tag: "owe", Glyph: "!"}
	}
	return layout.Cell{Text: rate + "%", Tag: "paid", Glyph: "✓"}
}

func auditTerms(p layout.Page, a publication.AuditFigures) []layout.Pair {
	term := func(name, value string) layout.Pair {
		return layout.Pair{Term: p.T("publication.audit." + name), Value: value}
	}
	share := func(rate string) string {
		if rate == "" {
			return "--"
		}
		return rate + "%"
	}
	terms := []layout.Pair{term("on_site", strconv.Itoa(a.OnSite)), term("insured", strconv.Itoa(a.Insured)), term("on_site_rate", share(a.OnSiteRate)), term("pensioners_verified", strconv.Itoa(a.Verified)),
		term("pensioners", strconv.Itoa(a.Pensioners)), term("pensioners_rate", share(a.VerifiedRate)), term("audits_ended", strconv.Itoa(a.Audits)), term("violations", strconv.Itoa(a.Violations))}
	if a.AuditAmounts == nil {
		return append(terms, term("found", p.T("publication.suppressed")))
	}
	return append(terms, term("employers_audited", strconv.Itoa(a.Employers)), term("found", a.Found.Grouped()), term("recovered", a.Recovered.Grouped()))
}

// objectionParts are the objections, each with its decision or the form to decide.
func objectionParts(p layout.Page, e EditionFile, at, open string, wrong []layout.FieldError) []pages.Section {
	var parts []pages.Section
	for i, o := range e.Objections {
		id := strconv.FormatInt(o.ID, 10)
		part := pages.Section{ID: "objection-" + id, Title: p.T("publication.objection", o.Name), Texts: []string{o.Words}, Terms: []layout.Pair{{Term: p.T("supervision.uscc"), Value: o.USCC},
			{Term: p.T("publication.objection.filed"), Value: o.FiledAt.In(calendar.Zone).Format("2006-01-02 15:04")}}}
		for _, f := range o.Attached {
			part.Links = append(part.Links, pages.Link{Text: f.Name, Href: at + "/objections/" + id + "/files/" + hex.EncodeToString(f.SHA256)})
		}
		switch {
		case o.Decision != "":
			part.Terms = append(part.Terms, layout.Pair{Term: p.T("publication.objection.decision"), Value: p.T("publication.event." + o.Decision)}, layout.Pair{Term: p.T("publication.objection.reply"), Value: o.Reply})
		case e.MayDecide:
			part.Forms = []layout.Form{{Title: p.T("publication.decide"), Action: at + "/objections/" + id, Button: p.T("publication.decide"), Open: open == "objection-"+id || open == "" && i == 0, Fields: []layout.FormField{
				{Input: layout.Input{ID: "decision-" + id, Label: p.T("publication.objection.decision")}, Name: "decision", Choices: []layout.Pair{{Term: p.T("publication.refuse"), Value: "refused"}, {Term: p.T("publication.uphold"), Value: "upheld"}}},
				{Input: layout.Input{ID: "reply-" + id, Label: p.T("publication.objection.reply"), Hint: p.T("publication.objection.reply.hint"), Rows: 3, Errors: wrong}, Name: "reply"}}}}
		case e.State == supervision.Objection:
			part.Note = p.T("publication.decide.other")
		}
		parts = append(parts, part)
	}
	if len(e.Objections) == 0 && e.State == supervision.Objection {
		parts = append(parts, pages.Section{ID: "objections", Title: p.T("publication.objections"), Texts: []string{p.T("publication.objections.none")}})
	}
	return parts
}

func editionHistory(p layout.Page, e EditionFile) layout.Table {
	t := layout.Table{ID: "history", Caption: p.T("publication.history"), Empty: p.T("supervision.history.none"), Head: []layout.Column{{Text: p.T("supervision.when")}, {Text: p.T("supervision.what")}, {Text: p.T("publication.note")}, {Text: p.T("supervision.who")}}}
	for _, v := range e.Events {
		by := v.By
		if by == "" {
			by = p.T("publication.system")
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: v.At.In(calendar.Zone).Format("2006-01-02 15:04")}, {Text: p.T("publication.event." + v.What)}, {Text: strings.TrimSpace(v.Employer + " " + v.Note)}, {Text: by}})
	}
	return t
}
