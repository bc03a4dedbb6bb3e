package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/publication"
	"shebao/shared/server"
)

// draftForm is the form of a new draft as it was sent.
type draftForm struct{ subject, region, span, minimum string }

// showPublications lists the editions, with the form for a new draft.
func (s *Site) showPublications(c *fiber.Ctx) error {
	return s.publicationsPage(c, draftForm{subject: string(publication.Collection), region: member(c).Region, minimum: "10000.00"}, nil)
}

func (s *Site) publicationsPage(c *fiber.Ctx, f draftForm, wrong []layout.FieldError) error {
	list, err := s.Publications.Editions(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	data, _, err := s.Register.Supervised(c.UserContext())
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, locale.Text(lang(c), "publication.title"))
	p.Failed = len(wrong) > 0
	intro := pages.Section{Note: p.T("publication.intro")}
	if member(c).Role == Supervisor {
		intro.Forms = []layout.Form{draftFields(p, f, data, wrong)}
	}
	return render(c, pages.SectionPage(pages.Sections{Page: p, Errors: wrong, Tabs: tabs(p, "/supervision/publications"), Parts: []pages.Section{intro, {Table: editionsTable(p, list)}}}))
}

func draftFields(p layout.Page, f draftForm, data calendar.Date, wrong []layout.FieldError) layout.Form {
	var subjects, spans []layout.Pair
	for _, subject := range publication.Subjects {
		subjects = append(subjects, layout.Pair{Term: p.T("publication.subject." + string(subject)), Value: string(subject)})
	}
	if !data.IsZero() {
		q := lastSpan(data)
		for range 4 {
			spans = append(spans, layout.Pair{Term: spanName(p, q), Value: spanValue(q)})
			q = q.Before()
		}
		for i := range 3 {
			m := data.Period().Add(-1 - i)
			spans = append(spans, layout.Pair{Term: m.String(), Value: m.String()})
		}
	}
	field := func(id, value string, choices []layout.Pair) layout.FormField {
		in := layout.FormField{Input: layout.Input{ID: id, Label: p.T("publication.form." + id), Value: value, Errors: wrong}, Choices: choices}
		if locale.Has(p.Lang, "publication.form."+id+".hint") {
			in.Hint = p.T("publication.form." + id + ".hint")
		}
		return in
	}
	return layout.Form{Title: p.T("publication.new"), Action: "/supervision/publications", Button: p.T("publication.new.go"), Open: len(wrong) > 0,
		Fields: []layout.FormField{field("subject", f.subject, subjects), field("region", f.region, nil), field("span", f.span, spans), field("minimum", f.minimum, nil)}}
}

var editionTags = map[supervision.EditionState]layout.Cell{
	supervision.Draft: {Tag: "none", Glyph: "✎"}, supervision.Review: {Tag: "wait", Glyph: "…"}, supervision.Objection: {Tag: "infot", Glyph: "●"},
	supervision.Published: {Tag: "paid", Glyph: "✓"}, supervision.Replaced: {Tag: "none", Glyph: "↻"}, supervision.Dropped: {Tag: "none", Glyph: "✕"}, supervision.Withdrawn: {Tag: "owe", Glyph: "✕"},
}

func editionCell(p layout.Page, e Edition) layout.Cell {
	cell := editionTags[e.State]
	cell.Text = p.T("publication.state." + string(e.State))
	return cell
}

func editionTitle(p layout.Page, e Edition) string {
	span, _, _ := parseSpan(e.Span)
	return p.T("publication.edition", regionName(e.Region), spanName(p, span), p.T("publication.subject."+string(e.Subject)))
}

func editionsTable(p layout.Page, list []Edition) layout.Table {
	t := layout.Table{ID: "editions", Caption: p.T("publication.caption"), Empty: p.T("publication.empty"), Head: []layout.Column{{Text: p.T("publication.what")}, {Text: p.T("publication.state")}, {Text: p.T("publication.main")},
		{Text: p.T("publication.author"), Wide: true}, {Text: p.T("publication.approver"), Wide: true}, {Text: p.T("publication.published"), Wide: true}}}
	for _, e := range list {
		published := "--"
		if e.Revision > 0 {
			published = calendar.DateOf(e.PublishedAt).String()
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: editionTitle(p, e), Href: "/supervision/publications/" + strconv.Itoa(int(e.ID))}, editionCell(p, e), {Text: bodySentence(p, e.Body)}, {Text: e.AuthorName}, {Text: dashes(e.ApproverName)}, {Text: published}})
	}
	return t
}

func dashes(s string) string {
	if s == "" {
		return "--"
	}
	return s
}

// bodySentence is an edition in one line.
func bodySentence(p layout.Page, b publication.Body) string {
	switch {
	case b.Collection != nil && b.Collection.Total.Amounts != nil:
		key := "publication.sentence.collection"
		if b.Collection.Total.Below {
			key = "publication.sentence.collection.low"
		}
		with := p.T("publication.suppressed")
		if b.Collection.Total.Arrearage != nil {
			with = b.Collection.Total.RateWith + "%"
		}
		return p.T(key, b.Collection.Total.Rate, with)
	case b.Arrears != nil:
		return p.T("publication.sentence.arrears", b.Arrears.Count, b.Arrears.Owed.Grouped(), b.Arrears.Minimum.Grouped())
	case b.Audit != nil:
		return p.T("publication.sentence.audit", b.Audit.Audits, dashes(b.Audit.OnSiteRate), dashes(b.Audit.VerifiedRate))
	}
	return "--"
}

// draftPublication makes a draft of the figures of the day.
func (s *Site) draftPublication(c *fiber.Ctx) error {
	f := draftForm{form(c, "subject"), strings.TrimSpace(form(c, "region")), form(c, "span"), strings.TrimSpace(form(c, "minimum"))}
	k := publication.Key{Subject: publication.Subject(f.subject), Region: f.region, Span: f.span}
	span, _, known := parseSpan(f.span)
	minimum, err := money.Parse(strings.NewReplacer(",", "", "，", "").Replace(f.minimum))
	var wrong []fault.Field
	refuse := func(when bool, field, key string) {
		if when {
			wrong = append(wrong, fault.Field{Name: field, Key: key})
		}
	}
	refuse(digitsOf(f.region) == "" || len(f.region)%2 != 0, "region", "fault.publication.digits")
	refuse(!known, "span", "fault.publication.span")
	refuse(k.Subject == publication.Arrears && (err != nil || minimum <= 0), "minimum", "fault.publication.minimum")
	if len(wrong) > 0 {
		return s.refusedDraft(c, f, fault.InvalidFields(wrong...))
	}
	id, err := s.Publications.Draft(c.UserContext(), session(c), k, span, minimum, server.Now(c))
	if err != nil {
		return s.refusedDraft(c, f, err)
	}
	return c.Redirect("/supervision/publications/"+strconv.Itoa(int(id)), fiber.StatusSeeOther)
}

func (s *Site) refusedDraft(c *fiber.Ctx, f draftForm, err error) error {
	refused := fault.Of(err)
	if refused.Kind == fault.Internal || refused.Kind == fault.Unavailable {
		return err
	}
	c.Status(server.Status(refused.Kind))
	return s.publicationsPage(c, f, editionErrors(lang(c), refused))
}
