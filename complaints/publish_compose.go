package complaints

import (
	"slices"
	"strconv"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// courseSpans is how many spans the published course shows, the edition's own among them.
const courseSpans = 8

// spansTo are the spans of the course, oldest first.
func spansTo(last supervision.Span) []supervision.Span {
	spans := make([]supervision.Span, courseSpans)
	for i := courseSpans - 1; i >= 0; i-- {
		spans[i], last = last, last.Before()
	}
	return spans
}

// rowDigits is how deep the lines of a region's edition go: one level below it.
func rowDigits(region string) int { return min(6, len(region)+2) }

// composeCollection makes the published figures of a region: its parts, insurances and course beside the total. spans end with the edition's own; payers count who stands behind
// each figure, so that none is shown that would tell of few. Error: fault.Conflict (fault.publication.small) when the region itself is too small to publish.
func composeCollection(region string, spans []supervision.Span, flows []supervision.RegionFlow, payers []ledger.Payers, late []ledger.Late) (*publication.CollectionFigures, error) {
	own := len(spans) - 1
	count := func(span int, region string, insurance contribution.Insurance) int {
		for _, p := range payers {
			if p.Span == span && p.Region == region && p.Insurance == insurance {
				return p.Employers
			}
		}
		return 0
	}
	if count(own, "", 0) < supervision.SmallCell {
		return nil, fault.New(fault.Conflict, "fault.publication.small", strconv.Itoa(supervision.SmallCell))
	}
	few := func(span int, region string, insurance contribution.Insurance) int {
		for _, l := range late {
			if l.Span == span && l.Region == region && l.Insurance == insurance {
				return l.Fewest()
			}
		}
		return 0
	}
	small := func(n int) bool { return n > 0 && n < supervision.SmallCell }
	total := func(span supervision.Span, wants func(supervision.RegionFlow) bool) supervision.Figures {
		var f supervision.Figures
		for _, flow := range flows {
			if wants(flow) {
				f.Add(span, flow.Flow)
			}
		}
		return f
	}
	all := func(supervision.RegionFlow) bool { return true }
	v := publication.CollectionFigures{Line: supervision.SubsidyLine, Total: figure(spanName(spans[own]), "", total(spans[own], all), false, small(few(own, "", 0))), Regions: []publication.Figure{}}
	var regions []string
	var counts []int
	for _, p := range payers {
		if p.Span == own && p.Region != "" && p.Insurance == 0 && p.Region != region {
			regions, counts = append(regions, p.Region), append(counts, p.Employers)
		}
	}
	hidden := supervision.Suppressed(counts, true)
	unsaid := arrearsUnsaid(hidden, func(i int) int { return few(own, regions[i], 0) })
	for i, code := range regions {
		v.Regions = append(v.Regions, figure(code, divisionName(code), total(spans[own], func(f supervision.RegionFlow) bool { return f.Region == code }), hidden[i], unsaid[i]))
	}
	var insurances []contribution.Insurance
	counts = nil
	for _, insurance := range contribution.Insurances {
		if n := count(own, "", insurance); n > 0 {
			insurances, counts = append(insurances, insurance), append(counts, n)
		}
	}
	hidden = supervision.Suppressed(counts, true)
	unsaid = arrearsUnsaid(hidden, func(i int) int { return few(own, "", insurances[i]) })
	for i, insurance := range insurances {
		v.Insurances = append(v.Insurances, figure(strconv.Itoa(int(insurance)), "", total(spans[own], func(f supervision.RegionFlow) bool { return f.Insurance == insurance }), hidden[i], unsaid[i]))
	}
	for i, span := range spans {
		if n := count(i, "", 0); n > 0 {
			v.Course = append(v.Course, figure(spanName(span), "", total(span, all), n < supervision.SmallCell, small(few(i, "", 0))))
		}
	}
	return &v, nil
}

// arrearsUnsaid marks the lines of a group whose arrears may not be told: too few employers stand behind them, or they would be found by subtracting the others from the total. hidden lines tell
// nothing at all.
func arrearsUnsaid(hidden []bool, few func(i int) int) []bool {
	counts := make([]int, len(hidden))
	for i := range counts {
		if counts[i] = few(i); hidden[i] {
			counts[i] = 1
		}
	}
	return supervision.Suppressed(counts, true)
}

// figure is a published line. With unsaid it tells nothing of earlier arrears. Arrears at a span's end count too, since the next span begins with them.
func figure(code, name string, f supervision.Figures, hidden, unsaid bool) publication.Figure {
	if hidden {
		return publication.Figure{Code: code, Name: name, Suppressed: true}
	}
	a := publication.Amounts{Due: f.Due, Collected: f.Collected, Rate: f.Rate(supervision.Current).Percent(), Below: f.Below(supervision.Current, supervision.SubsidyLine)}
	if !unsaid {
		a.Arrearage = &publication.Arrearage{Recovered: f.Recovered, Opening: f.Opening, RateWith: f.Rate(supervision.WithRecovered).Percent(), RecoveryRate: f.RecoveryRate().Percent(),
			BelowWith: f.Below(supervision.WithRecovered, supervision.SubsidyLine)}
	}
	return publication.Figure{Code: code, Name: name, Amounts: &a}
}

// composeArrears names the employers that owe at least a sum, the most first. Headcounts under five are not told.
func composeArrears(minimum money.Fen, through calendar.Period, debtors []supervision.Debtor) *publication.ArrearsList {
	list := publication.ArrearsList{Minimum: minimum, Through: through, Employers: []publication.Debtor{}}
	for _, d := range debtors {
		if d.Owed() < minimum || d.Owed() <= 0 {
			continue
		}
		line := publication.Debtor{USCC: d.USCC, Name: d.Name, Region: d.Region, RegionName: divisionName(d.Region), From: d.FirstPeriod, To: d.LastPeriod, Owed: d.Owed(), Headcount: d.Headcount, State: d.State}
		if d.Headcount < supervision.SmallCell {
			line.Headcount = 0
		}
		list.Employers = append(list.Employers, line)
	}
	slices.SortFunc(list.Employers, func(a, b publication.Debtor) int {
		if a.Owed != b.Owed {
			return int(min(1, max(-1, b.Owed-a.Owed)))
		}
		return map[bool]int{true: -1, false: 1}[a.USCC < b.USCC]
	})
	list.Sum()
	return &list
}

// composeAudit makes the published audit figures. What was found at fewer than five employers is not told.
func composeAudit(f supervision.AuditFigures) *publication.AuditFigures {
	v := publication.AuditFigures{OnSite: int(f.Headcount.Done), Insured: int(f.Headcount.Of), OnSiteRate: f.Headcount.Ratio().Percent(), OnSiteTarget: supervision.OnSiteTarget, OnSiteReached: f.Headcount.Reached(),
		Verified: int(f.Pensioners.Done), Pensioners: int(f.Pensioners.Of), VerifiedRate: f.Pensioners.Ratio().Percent(), PensionersTarget: supervision.PensionerTarget, VerifiedReached: f.Pensioners.Reached(),
		Audits: f.Closed, Violations: f.Violations}
	if hidden := supervision.Suppressed([]int{f.Employers}, false); hidden[0] {
		v.Suppressed = true
	} else {
		v.AuditAmounts = &publication.AuditAmounts{Employers: f.Employers, Found: f.Found, Recovered: f.Recovered}
	}
	return &v
}

// spanName is the span as addresses write it: 2026Q3 or 2026-07.
func spanName(s supervision.Span) string {
	if s.From == s.To {
		return s.From.String()
	}
	return strconv.Itoa(s.From.Year()) + "Q" + strconv.Itoa(s.Number())
}

func divisionName(code string) string { return ledger.RegionName((code + "0000")[:6]) }
