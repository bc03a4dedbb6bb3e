package web

import (
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/publication"
	"shebao/shared/server"
)

// openLength is how many employers a page lists.
const openLength = 50

// showOpen leads to what is published: the last edition of each subject, and all others.
func (s *Site) showOpen(c *fiber.Ctx) error {
	p := s.openPage(c, locale.Text(lang(c), "open.title"))
	v := pages.Open{Page: p}
	for _, subject := range publication.Subjects {
		list, err := s.Open.List(c.UserContext(), subject)
		if err != nil {
			return err
		}
		part := pages.OpenSubject{Title: p.T("open.subject." + string(subject)), Text: p.T("open.about." + string(subject))}
		for _, h := range list {
			part.Editions = append(part.Editions, layout.Link{Href: openPath(h.Key), Text: openTitle(p.Lang, h.Key)})
		}
		if len(list) > 0 {
			last, err := s.Open.Open(c.UserContext(), list[0].Key)
			if err != nil {
				return err
			}
			part.Sentence = openSentence(p, last.Edition)
		} else {
			part.Expected = expected(p.Lang, publication.NextExpected(calendar.DateOf(server.Now(c))))
		}
		v.Subjects = append(v.Subjects, part)
	}
	return render(c, pages.OpenPage(v))
}

// showOpenSubject leads to the last edition of a subject.
func (s *Site) showOpenSubject(c *fiber.Ctx) error {
	list, err := s.Open.List(c.UserContext(), publication.Subject(c.Params("subject")))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return notYet(c, publication.NextExpected(calendar.DateOf(server.Now(c))))
	}
	return c.Redirect(openPath(list[0].Key), fiber.StatusFound)
}

// recovered is the recovered arrears of a figure in words, where they may be told.
func recovered(p layout.Page, f publication.Figure) string {
	if f.Arrearage == nil {
		return p.T("open.suppressed")
	}
	return large(p, f.Recovered)
}

// expected says by when a span's figures are to be published.
func expected(l, span string) string {
	return locale.Text(l, "open.expected", openSpan(l, span), dateWords(l, publication.ExpectedBy(span)))
}

// notYet is the answer for a span whose figures are not published: when they are expected, if that is still to come.
func notYet(c *fiber.Ctx, span string) error {
	if by := publication.ExpectedBy(span); !by.Before(calendar.DateOf(server.Now(c))) {
		return fault.New(fault.NotFound, "fault.publication.expected", openSpan(lang(c), span), dateWords(lang(c), by))
	}
	return fault.New(fault.NotFound, "fault.publication.none")
}

// openSentence is an edition in one sentence, from the figures that stand below it.
func openSentence(p layout.Page, e publication.Edition) string {
	where, when := e.RegionName, openSpan(p.Lang, e.Span)
	switch {
	case e.Withdrawn != nil:
		return p.T("open.withdrawn", dateWords(p.Lang, e.Withdrawn.On), e.Withdrawn.Reason)
	case e.Collection != nil && e.Collection.Total.Amounts != nil:
		t := e.Collection.Total
		key := "open.sentence.collection"
		if t.Below {
			key = "open.sentence.collection.low"
		}
		return p.T(key, where, when, t.Rate, large(p, t.Due), large(p, t.Collected), recovered(p, t))
	case e.Arrears != nil && e.Arrears.Count == 0:
		return p.T("open.sentence.nobody", where, when)
	case e.Arrears != nil:
		return p.N("open.sentence.arrears", e.Arrears.Count, where, when, large(p, e.Arrears.Owed), large(p, e.Arrears.Minimum))
	case e.Audit != nil:
		return p.N("open.sentence.audit", e.Audit.Audits, where, when, share(e.Audit.OnSiteRate), share(e.Audit.VerifiedRate))
	}
	return ""
}

// large is a public total as people read it: 1.28 亿元, or CNY 128.46 million; exact figures are in the tables.
func large(p layout.Page, f money.Fen) string {
	units := []struct {
		fen money.Fen
		key string
	}{{1_0000_0000_00, "open.amount.yi"}, {1_0000_00, "open.amount.wan"}}
	if p.Lang == locale.English {
		units = units[:0]
		units = append(units, struct {
			fen money.Fen
			key string
		}{1_000_000_00, "open.amount.million"})
	}
	for _, u := range units {
		if f >= u.fen {
			return p.T(u.key, money.Fen((int64(f)+int64(u.fen)/200)/(int64(u.fen)/100)).String())
		}
	}
	return amount(p.Lang, f)
}

func share(rate string) string {
	if rate == "" {
		return "--"
	}
	return rate + "%"
}

// showEdition is one published edition.
func (s *Site) showEdition(c *fiber.Ctx) error {
	k, err := openKey(c)
	if err != nil {
		return err
	}
	published, err := s.Open.Open(c.UserContext(), k)
	if fault.Is(err, fault.NotFound) {
		return notYet(c, k.Span)
	}
	if err != nil {
		return err
	}
	e := published.Edition
	p := s.openPage(c, openTitle(lang(c), k))
	v := pages.OpenEdition{Page: p, Sentence: openSentence(p, e), SHA256: hex.EncodeToString(published.SHA256)}
	v.Facts = []layout.Pair{{Term: p.T("open.published"), Value: dateWords(p.Lang, e.PublishedOn)}, {Term: p.T("open.data"), Value: dateWords(p.Lang, e.DataDate)}, {Term: p.T("open.revision"), Value: strconv.Itoa(e.Revision)}}
	if e.Agency != "" {
		v.Facts = append([]layout.Pair{{Term: p.T("open.agency"), Value: e.Agency}}, v.Facts...)
	}
	switch {
	case e.Collection != nil:
		collectionView(p, e, &v)
	case e.Arrears != nil:
		arrearsView(c, p, e, &v)
	case e.Audit != nil:
		auditView(p, e, &v)
	}
	v.Downloads = []layout.Link{{Href: openPath(k) + ".csv", Text: p.T("open.csv")}, {Href: openPath(k) + ".json", Text: p.T("open.json", sizeWords(int64(len(published.Content))))}}
	v.Corrections = layout.Table{ID: "corrections", Caption: p.T("open.corrections"), Empty: p.T("open.corrections.none"), Head: []layout.Column{{Text: p.T("open.corrections.on")}, {Text: p.T("open.corrections.what")}, {Text: p.T("open.revision"), Number: true, Wide: true}}}
	for _, correction := range e.Corrections {
		v.Corrections.Rows = append(v.Corrections.Rows, []layout.Cell{{Text: dateWords(p.Lang, correction.On)}, {Text: p.N("open.correction."+string(correction.Kind), max(1, correction.Count)), Note: correction.Reason}, {Text: strconv.Itoa(correction.Revision)}})
	}
	list, err := s.Open.List(c.UserContext(), k.Subject)
	if err != nil {
		return err
	}
	for _, h := range list {
		if h.Key != k {
			v.Others = append(v.Others, layout.Link{Href: openPath(h.Key), Text: openTitle(p.Lang, h.Key)})
		}
	}
	return render(c, pages.OpenEditionPage(v))
}

func rateValue(p layout.Page, rate string, below bool) layout.Cell {
	switch {
	case rate == "":
		return layout.Cell{Text: "--"}
	case below:
		return layout.Cell{Text: rate + "% " + p.T("open.below"), Tag: "owe", Glyph: "!"}
	}
	return layout.Cell{Text: rate + "%", Tag: "paid", Glyph: "✓"}
}

func ratePoint(label string, f publication.Figure) layout.Point {
	if f.Amounts == nil || f.Rate == "" {
		return layout.Point{Label: label, Shown: "--"}
	}
	hundredths, err := money.Parse(f.Rate)
	point := layout.Point{Label: label, Shown: f.Rate + "%", Hundredths: int64(hundredths), Known: err == nil, Low: f.Below}
	if f.Below {
		point.Shown += " !" // the words are in the table; beside a bar there is no room for them
	}
	return point
}

func figureTable(p layout.Page, id, caption, first string, list []publication.Figure, name func(publication.Figure) string) layout.Table {
	t := layout.Table{ID: id, Caption: caption, Empty: p.T("open.none"), Head: []layout.Column{{Text: first}, {Text: p.T("open.rate"), Number: true}, {Text: p.T("open.due"), Number: true, Wide: true}, {Text: p.T("open.collected"), Number: true, Wide: true},
		{Text: p.T("open.recovered"), Number: true, Wide: true}, {Text: p.T("open.rate_with"), Number: true, Wide: true}}}
	for _, f := range list {
		if f.Amounts == nil {
			hidden := layout.Cell{Text: p.T("open.suppressed")}
			t.Rows = append(t.Rows, []layout.Cell{{Text: name(f)}, hidden, hidden, hidden, hidden, hidden})
			continue
		}
		back, with := layout.Cell{Text: p.T("open.suppressed")}, layout.Cell{Text: p.T("open.suppressed")}
		if f.Arrearage != nil {
			back, with = layout.Cell{Text: f.Recovered.Grouped()}, rateValue(p, f.RateWith, f.BelowWith)
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: name(f)}, rateValue(p, f.Rate, f.Below), {Text: f.Due.Grouped()}, {Text: f.Collected.Grouped()}, back, with})
	}
	return t
}

func collectionView(p layout.Page, e publication.Edition, v *pages.OpenEdition) {
	figures := e.Collection
	line := int64(figures.Line) * 100
	var bars []layout.Point
	hidden := false
	part := func(name string) string { return strings.TrimPrefix(name, e.RegionName) }
	for _, f := range figures.Regions {
		hidden = hidden || f.Suppressed || f.Arrearage == nil
		if f.Amounts != nil {
			bars = append(bars, ratePoint(part(f.Name), f))
		}
	}
	if len(bars) > 0 {
		chart := layout.Bars(layout.Chart{ID: "chart-regions", Title: p.T("open.chart.regions", openSpan(p.Lang, e.Span)), Description: v.Sentence}, line, p.T("open.line"), bars)
		v.Charts = append(v.Charts, pages.OpenChart{Chart: &chart})
	}
	if len(figures.Regions) > 0 {
		v.Charts = append(v.Charts, pages.OpenChart{Table: figureTable(p, "regions", p.T("open.byregion"), p.T("open.region"), figures.Regions, func(f publication.Figure) string { return part(f.Name) })})
	}
	v.Charts = append(v.Charts, pages.OpenChart{Table: figureTable(p, "insurances", p.T("open.byinsurance"), p.T("open.insurance"), figures.Insurances, func(f publication.Figure) string {
		return p.T("insurance." + f.Code)
	})})
	if len(figures.Course) > 1 {
		current := layout.Series{Name: p.T("open.rate")}
		for _, f := range figures.Course {
			current.Points = append(current.Points, ratePoint(shortSpan(f.Code), f))
		}
		chart := layout.Lines(layout.Chart{ID: "chart-course", Title: p.T("open.chart.course"), Description: p.T("open.chart.course.desc", len(figures.Course))}, line, p.T("open.line"), current)
		v.Charts = append(v.Charts, pages.OpenChart{Chart: &chart})
	}
	v.Charts = append(v.Charts, pages.OpenChart{Table: figureTable(p, "course", p.T("open.course"), p.T("open.span"), figures.Course, func(f publication.Figure) string { return openSpan(p.Lang, f.Code) })})
	for _, key := range []string{"rate", "excluded", "recovered", "line", "law"} {
		v.Definition = append(v.Definition, p.T("open.definition.collection."+key))
	}
	if hidden {
		v.Definition = append(v.Definition, p.T("open.definition.suppressed"))
	}
}

// shortSpan is a span where there is little room: 26Q3.
func shortSpan(span string) string {
	if len(span) > 2 {
		return span[2:]
	}
	return span
}

// arrearsView lists employers, searched and paged; the address holds the search.
func arrearsView(c *fiber.Ctx, p layout.Page, e publication.Edition, v *pages.OpenEdition) {
	q := strings.TrimSpace(clean(c.Query("q")))
	page, _ := strconv.Atoi(c.Query("page")) // what is no number is the first page
	var found []publication.Debtor
	for _, d := range e.Arrears.Employers {
		if q == "" || strings.Contains(strings.ToLower(d.Name), strings.ToLower(q)) || strings.EqualFold(d.USCC, q) || strings.Contains(d.RegionName, q) {
			found = append(found, d)
		}
	}
	pagesOf := max(1, (len(found)+openLength-1)/openLength)
	page = min(max(1, page), pagesOf)
	shown := found[(page-1)*openLength : min(page*openLength, len(found))]
	list := pages.OpenList{Search: q, Action: openPath(e.Key()), Count: p.N("open.found", len(found))}
	list.Table = layout.Table{ID: "employers", Caption: p.T("open.employers"), Empty: p.T("open.employers.none"), Head: []layout.Column{{Text: p.T("open.employer")}, {Text: p.T("open.owed"), Number: true}, {Text: p.T("open.months"), Wide: true}, {Text: p.T("open.headcount"), Number: true, Wide: true}, {Text: p.T("open.region"), Wide: true}}}
	for _, d := range shown {
		owed := layout.Cell{Text: d.Left().Grouped()} // the state stands under the name: a column of its own has no room on a phone
		if d.Paid != nil {
			owed.Note = "↻ " + p.T("open.paid.part", d.Paid.Amount.Grouped()) + " " + dateWords(p.Lang, d.Paid.On)
			if d.Left() == 0 {
				owed.Note = "✓ " + p.T("open.paid.full") + " " + dateWords(p.Lang, d.Paid.On)
			}
		}
		headcount := p.T("open.few")
		if d.Headcount > 0 {
			headcount = strconv.Itoa(d.Headcount)
		}
		list.Table.Rows = append(list.Table.Rows, []layout.Cell{{Text: d.Name, Note: p.T("open.state."+d.State) + " " + d.USCC}, owed, {Text: span(p.Lang, d.From, d.To)}, {Text: headcount}, {Text: d.RegionName}})
	}
	at := func(n int) string {
		return list.Action + "?" + url.Values{"q": {q}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if page > 1 {
		list.Previous = at(page - 1)
	}
	if page < pagesOf {
		list.Next = at(page + 1)
	}
	if pagesOf > 1 {
		list.Where = p.T("open.page", page, pagesOf)
	}
	v.List = &list
	v.Definition = []string{p.T("open.definition.arrears.who", amount(p.Lang, e.Arrears.Minimum)), p.T("open.definition.arrears.through", monthWords(p.Lang, e.Arrears.Through)), p.T("open.definition.arrears.fee"), p.T("open.definition.arrears.paid"),
		p.T("open.definition.arrears.few"), p.T("open.definition.arrears.object")}
}

func auditView(p layout.Page, e publication.Edition, v *pages.OpenEdition) {
	a := e.Audit
	t := layout.Table{ID: "audit", Caption: p.T("open.audit.caption"), Head: []layout.Column{{Text: p.T("open.audit.what")}, {Text: p.T("open.audit.value"), Number: true}}}
	row := func(key string, cell layout.Cell) {
		t.Rows = append(t.Rows, []layout.Cell{{Text: p.T("open.audit." + key)}, cell})
	}
	number := func(n int) layout.Cell { return layout.Cell{Text: strconv.Itoa(n)} }
	target := func(rate string, reached bool) layout.Cell {
		if reached {
			return layout.Cell{Text: share(rate) + " " + p.T("open.audit.reached"), Tag: "paid", Glyph: "✓"}
		}
		return layout.Cell{Text: share(rate) + " " + p.T("open.audit.under"), Tag: "wait", Glyph: "!"}
	}
	row("on_site", number(a.OnSite))
	row("insured", number(a.Insured))
	row("on_site_rate", target(a.OnSiteRate, a.OnSiteReached))
	row("pensioners_verified", number(a.Verified))
	row("pensioners", number(a.Pensioners))
	row("pensioners_rate", target(a.VerifiedRate, a.VerifiedReached))
	row("audits_ended", number(a.Audits))
	row("violations", number(a.Violations))
	if a.AuditAmounts != nil {
		row("employers_audited", number(a.Employers))
		row("found", layout.Cell{Text: a.Found.Grouped()})
		row("recovered", layout.Cell{Text: a.Recovered.Grouped()})
	} else {
		row("found", layout.Cell{Text: p.T("open.suppressed")})
	}
	var bars []layout.Point
	for _, b := range []struct {
		key, rate string
		reached   bool
	}{{"open.audit.bar.on_site", a.OnSiteRate, a.OnSiteReached}, {"open.audit.bar.pensioners", a.VerifiedRate, a.VerifiedReached}} {
		if hundredths, err := money.Parse(b.rate); err == nil {
			bars = append(bars, layout.Point{Label: p.T(b.key), Shown: b.rate + "%", Hundredths: int64(hundredths), Known: true, Low: !b.reached})
		}
	}
	if len(bars) > 0 {
		chart := layout.Bars(layout.Chart{ID: "chart-audit", Title: p.T("open.chart.audit"), Description: v.Sentence}, int64(a.OnSiteTarget)*100, p.T("open.audit.line", a.OnSiteTarget), bars)
		v.Charts = append(v.Charts, pages.OpenChart{Chart: &chart})
	}
	v.Charts = append(v.Charts, pages.OpenChart{Table: t})
	for _, key := range []string{"on_site", "pensioners", "found"} {
		v.Definition = append(v.Definition, p.T("open.definition.audit."+key))
	}
}
