package web

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/publication"
)

// leftOutPart tells the desk why each figure of an edition is left out; nothing of it is published.
func leftOutPart(p layout.Page, e EditionFile) []pages.Section {
	if len(e.LeftOut) == 0 {
		return nil
	}
	t := layout.Table{ID: "left-out", Caption: p.T("publication.left.caption"), Head: []layout.Column{{Text: p.T("publication.change.what")}, {Text: p.T("publication.left.figures"), Wide: true}, {Text: p.T("publication.left.why")}}}
	for _, c := range e.LeftOut {
		t.Rows = append(t.Rows, []layout.Cell{{Text: placeName(p, c.Place)}, {Text: whatIsLeft(p, e.Subject, c.Arrears)}, {Text: causeText(p, e.Subject, c)}})
	}
	return []pages.Section{{ID: "left", Title: p.T("publication.left"), Note: p.T("publication.left.note"), Table: t}}
}

// causeText is why a figure is left out.
func causeText(p layout.Page, subject publication.Subject, c supervision.Cause) string {
	switch {
	case c.Few > 0 && c.Arrears:
		return p.N("publication.left.few.arrears", c.Few, supervision.SmallCell)
	case c.Few > 0:
		return p.N("publication.left.few", c.Few, supervision.SmallCell)
	case c.Beside && c.Secret == nil:
		return p.T("publication.left.beside")
	case c.Beside:
		return p.T("publication.left.beside.of", placeName(p, *c.Secret))
	}
	return p.T("publication.left.computed", placeNames(p, c.By), placeName(p, *c.Secret), whatIsLeft(p, subject, c.Owed))
}

func whatIsLeft(p layout.Page, subject publication.Subject, arrears bool) string {
	switch {
	case subject == publication.Audit:
		return p.T("publication.left.audit")
	case arrears:
		return p.T("publication.left.arrears")
	}
	return p.T("publication.left.amounts")
}

// placeName is where a figure stands: 嘉兴市 2026 年第 3 季度失业保险.
func placeName(p layout.Page, at supervision.Place) string {
	return placeNames(p, []supervision.Place{at})
}

// regionsNamed is how many regions are named before the others are counted.
const regionsNamed = 3

// placeNames are places in words; those of the same span and insurance share them.
func placeNames(p layout.Page, places []supervision.Place) string {
	if len(places) == 0 {
		return p.T("publication.left.total")
	}
	groups := map[supervision.Place][]string{}
	var order []supervision.Place
	for _, at := range places {
		k := at
		k.Region = ""
		if groups[k] == nil {
			order = append(order, k)
		}
		name := regionName(at.Region)
		if len(at.Region) > 2 { // all are of one province
			name = strings.TrimPrefix(name, regionName(at.Region[:2]))
		}
		groups[k] = append(groups[k], name)
	}
	slices.SortFunc(order, func(a, b supervision.Place) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Insurance, b.Insurance))
	})
	var texts []string
	for _, k := range order {
		regions := groups[k]
		named := strings.Join(regions[:min(len(regions), regionsNamed)], p.T("publication.left.comma"))
		if more := len(regions) - regionsNamed; more > 0 {
			named = p.T("publication.left.regions", named, len(regions))
		}
		span := spanName(p, supervision.Span{From: k.From, To: k.To})
		if k.Insurance == 0 {
			texts = append(texts, p.T("publication.left.place", named, span))
			continue
		}
		texts = append(texts, p.T("publication.left.place.insurance", named, span, p.T("insurance."+strconv.Itoa(int(k.Insurance)))))
	}
	return strings.Join(texts, p.T("publication.left.semicolon"))
}

// editionErrors are those of a refused edition: one that would give something away says what, and from which figures.
func editionErrors(lang string, f *fault.Error) []layout.FieldError {
	var d supervision.Disclosed
	if !errors.As(f, &d) || d.Secret == nil {
		return fieldErrors(lang, f)
	}
	p, subject := layout.Page{Lang: lang}, publication.Collection
	if d.Audit {
		subject = publication.Audit
	}
	return []layout.FieldError{{ID: "main", Text: p.T("publication.left.refused", placeNames(p, d.By), placeName(p, *d.Secret), whatIsLeft(p, subject, d.Owed)) + locale.Text(lang, "publication.left.refused.next")}}
}
