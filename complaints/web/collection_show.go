package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/server"
)

// trendQuarters is how many quarters the course shows.
const trendQuarters = 8

// collectionAsk is what the page is asked for.
type collectionAsk struct {
	span      supervision.Span
	month     bool
	insurance contribution.Insurance
	region    string
	digits    int
}

func (s *Site) collectionAsked(c *fiber.Ctx) (collectionAsk, calendar.Date, error) {
	data, _, err := s.Register.Supervised(c.UserContext())
	if err != nil {
		return collectionAsk{}, data, err
	}
	ask := collectionAsk{span: lastSpan(data), region: digitsOf(c.Query("region")), digits: 4}
	if span, month, ok := parseSpan(c.Query("span")); ok {
		ask.span, ask.month = span, month
	}
	if n, err := strconv.Atoi(c.Query("insurance")); err == nil && slices.Contains(contribution.Insurances[:], contribution.Insurance(n)) {
		ask.insurance = contribution.Insurance(n)
	}
	switch {
	case c.Query("level") == "2" && len(ask.region) < 2:
		ask.digits = 2
	case c.Query("level") == "6" || len(ask.region) >= 4:
		ask.digits = 6
	}
	return ask, data, nil
}

// lastSpan is the last quarter whose months the data has reached whole; without data the quarter of no period.
func lastSpan(data calendar.Date) supervision.Span {
	if data.IsZero() {
		return supervision.Quarter(2000, 1)
	}
	q := supervision.QuarterOf(data.Period())
	if data.Before(q.To.LastDay()) {
		q = q.Before()
	}
	return q
}

// parseSpan reads 2026Q3 or 2026-07.
func parseSpan(text string) (span supervision.Span, month, ok bool) {
	if len(text) == 6 && text[4] == 'Q' {
		year, err := strconv.Atoi(text[:4])
		q := int(text[5] - '0')
		if err == nil && year >= 1950 && q >= 1 && q <= 4 {
			return supervision.Quarter(year, q), false, true
		}
	}
	if p, err := calendar.ParsePeriod(text); err == nil {
		return supervision.Span{From: p, To: p}, true, true
	}
	return span, false, false
}

func spanValue(s supervision.Span) string {
	if s.From == s.To {
		return s.From.String()
	}
	return strconv.Itoa(s.From.Year()) + "Q" + strconv.Itoa(s.Number())
}

func spanName(p layout.Page, s supervision.Span) string {
	if s.From == s.To {
		return s.From.String()
	}
	return p.T("supervision.quarter", s.From.Year(), s.Number())
}

// showCollection shows the collection rate both ways of counting.
func (s *Site) showCollection(c *fiber.Ctx) error {
	ask, data, err := s.collectionAsked(c)
	if err != nil {
		return err
	}
	first := ask.span
	for range trendQuarters - 1 {
		first = first.Before()
	}
	flows, err := s.Register.CollectionFlows(c.UserContext(), session(c), ask.region, ask.digits, 0, first.From, server.Now(c))
	if err != nil {
		return err
	}
	p := s.supervisionPage(c, locale.Text(lang(c), "supervision.collection"))
	v := pages.Collection{Page: p, Tabs: tabs(p, "/supervision/collection"), DataDate: p.T("supervision.data", data), Filters: collectionFilters(p, ask, data)}
	regions, byRegion, all := figuresByRegion(flows, ask)
	v.ByRegion = figuresTable(p, "regions", p.T("supervision.byregion", spanName(p, ask.span)), p.T("supervision.region"))
	var bars []layout.Point
	for _, region := range regions {
		v.ByRegion.Rows = append(v.ByRegion.Rows, figuresRow(p, layout.Cell{Text: regionName(region), Note: region}, byRegion[region]))
		bars = append(bars, ratePoint(shortRegion(region), byRegion[region], supervision.Current))
	}
	v.ByRegion.Foot = figuresRow(p, layout.Cell{Text: p.T("supervision.sum")}, all)
	v.ByBranch = figuresTable(p, "branches", p.T("supervision.bybranch", spanName(p, ask.span)), p.T("supervision.insurance"))
	for _, insurance := range contribution.Insurances {
		f := sumFlows(flows, ask.span, func(f supervision.RegionFlow) bool { return f.Insurance == insurance })
		if f.Due > 0 || f.Recovered > 0 {
			v.ByBranch.Rows = append(v.ByBranch.Rows, figuresRow(p, layout.Cell{Text: insuranceName(p, insurance)}, f))
		}
	}
	v.ByTime, v.Trend = s.course(p, flows, ask)
	v.Sentence = collectionSentence(p, ask, all)
	v.Chart = layout.Bars(layout.Chart{ID: "byregion", Title: p.T("supervision.chart.regions", spanName(p, ask.span)), Description: v.Sentence}, supervision.SubsidyLine*100, p.T("supervision.line"), bars)
	for _, key := range []string{"rate", "excluded", "current", "recovered", "line", "pending"} {
		v.Definition = append(v.Definition, p.T("supervision.definition."+key))
	}
	v.Export = "/supervision/collection.csv?span=" + spanValue(ask.span) + "&region=" + ask.region + "&level=" + strconv.Itoa(ask.digits) + "&insurance=" + strconv.Itoa(int(ask.insurance))
	return render(c, pages.CollectionPage(v))
}

func collectionSentence(p layout.Page, ask collectionAsk, all supervision.Figures) string {
	if all.Due == 0 {
		return p.T("supervision.collection.none", spanName(p, ask.span))
	}
	key := "supervision.collection.sentence"
	if all.Below(supervision.Current, supervision.SubsidyLine) {
		key = "supervision.collection.low"
	}
	return p.T(key, spanName(p, ask.span), percent(all.Rate(supervision.Current)), percent(all.Rate(supervision.WithRecovered)), all.Recovered.Grouped())
}

func sumFlows(flows []supervision.RegionFlow, span supervision.Span, want func(supervision.RegionFlow) bool) supervision.Figures {
	var f supervision.Figures
	for _, flow := range flows {
		if want(flow) {
			f.Add(span, flow.Flow)
		}
	}
	return f
}

func (a collectionAsk) wants(f supervision.RegionFlow) bool {
	return a.insurance == 0 || f.Insurance == a.insurance
}

func figuresByRegion(flows []supervision.RegionFlow, ask collectionAsk) (regions []string, by map[string]supervision.Figures, all supervision.Figures) {
	by = map[string]supervision.Figures{}
	for _, flow := range flows {
		if !ask.wants(flow) {
			continue
		}
		f := by[flow.Region]
		f.Add(ask.span, flow.Flow)
		by[flow.Region] = f
	}
	for region, f := range by {
		regions = append(regions, region)
		all = all.Plus(f)
	}
	slices.Sort(regions)
	return regions, by, all
}

func figuresTable(p layout.Page, id, caption, first string) layout.Table {
	return layout.Table{ID: id, Caption: caption, Empty: p.T("supervision.nofigures"), Head: []layout.Column{{Text: first}, {Text: p.T("supervision.due"), Number: true, Wide: true}, {Text: p.T("supervision.collected"), Number: true, Wide: true},
		{Text: p.T("supervision.rate"), Number: true}, {Text: p.T("supervision.recovered"), Number: true, Wide: true}, {Text: p.T("supervision.rate.with"), Number: true}, {Text: p.T("supervision.recovery"), Number: true, Wide: true}}}
}

func figuresRow(p layout.Page, head layout.Cell, f supervision.Figures) []layout.Cell {
	return []layout.Cell{head, yuan(f.Due), yuan(f.Collected), rateCell(p, f, supervision.Current), yuan(f.Recovered), rateCell(p, f, supervision.WithRecovered), {Text: percent(f.RecoveryRate())}}
}

// course is the trend over the last spans of the same length.
func (s *Site) course(p layout.Page, flows []supervision.RegionFlow, ask collectionAsk) (layout.Table, layout.Chart) {
	t := figuresTable(p, "course", p.T("supervision.course"), p.T("supervision.span"))
	spans := make([]supervision.Span, trendQuarters)
	span := ask.span
	for i := trendQuarters - 1; i >= 0; i-- {
		spans[i] = span
		span = span.Before()
	}
	current, with := layout.Series{Name: p.T("supervision.rate")}, layout.Series{Name: p.T("supervision.rate.with")}
	for _, span := range spans {
		f := sumFlows(flows, span, ask.wants)
		if f.Due == 0 && f.Recovered == 0 {
			continue
		}
		short := spanValue(span)[2:]
		current.Points = append(current.Points, ratePoint(short, f, supervision.Current))
		with.Points = append(with.Points, ratePoint(short, f, supervision.WithRecovered))
		t.Rows = append(t.Rows, figuresRow(p, layout.Cell{Text: spanName(p, span)}, f))
	}
	chart := layout.Lines(layout.Chart{ID: "trend", Title: p.T("supervision.chart.course"), Description: p.T("supervision.chart.course.desc", len(t.Rows))}, supervision.SubsidyLine*100, p.T("supervision.line"), current, with)
	return t, chart
}

func ratePoint(label string, f supervision.Figures, by supervision.Counting) layout.Point {
	rate, low := f.Rate(by), f.Below(by, supervision.SubsidyLine)
	shown := percent(rate)
	if low {
		shown += " !" // the words are in the table; beside a bar there is no room for them
	}
	return layout.Point{Label: label, Shown: shown, Hundredths: rate.Hundredths, Known: rate.Known, Low: low}
}

// shortRegion is the last part of a region's name: beside a bar there is little room.
func shortRegion(region string) string {
	name := []rune(regionName(region))
	if len(region) > 2 {
		name = []rune(string(name)[len(regionName(region[:2])):])
	}
	if len(name) > 9 {
		name = name[len(name)-9:]
	}
	return string(name)
}

func collectionFilters(p layout.Page, ask collectionAsk, data calendar.Date) []layout.FormField {
	spans := []layout.Pair{}
	q := supervision.QuarterOf(data.Period())
	for range trendQuarters {
		spans = append(spans, layout.Pair{Term: spanName(p, q), Value: spanValue(q)})
		q = q.Before()
	}
	for i := range 12 {
		m := data.Period().Add(-i)
		spans = append(spans, layout.Pair{Term: m.String(), Value: m.String()})
	}
	branches := []layout.Pair{{Term: p.T("supervision.all"), Value: ""}}
	for _, i := range contribution.Insurances {
		branches = append(branches, layout.Pair{Term: insuranceName(p, i), Value: strconv.Itoa(int(i))})
	}
	insurance := ""
	if ask.insurance != 0 {
		insurance = strconv.Itoa(int(ask.insurance))
	}
	levels := []layout.Pair{{Term: p.T("supervision.level.2"), Value: "2"}, {Term: p.T("supervision.level.4"), Value: "4"}, {Term: p.T("supervision.level.6"), Value: "6"}}
	field := func(id, value string, choices []layout.Pair) layout.FormField {
		return layout.FormField{Input: layout.Input{ID: id, Label: p.T("supervision.filter." + id), Value: value}, Choices: choices}
	}
	level := field("rollup", strconv.Itoa(ask.digits), levels)
	level.Name = "level"
	return []layout.FormField{field("span", spanValue(ask.span), spans), field("insurance", insurance, branches), level}
}
