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

// composeCollection makes the published figures of a region: its parts, insurances and course beside the total. spans end with the edition's own; payers and late count who stands behind each figure,
// in spans and, after those, in their months, so that none is shown that would tell of few. What could be computed from published sheets is left out with it; left tells why each line is. Errors:
// fault.Conflict (fault.publication.small) when the region itself is too small to publish, (fault.publication.disclosed, with what would follow from which) when nothing can be left out any more.
func composeCollection(region string, spans []supervision.Span, flows []supervision.RegionFlow, who behind, published supervision.Shelf) (figures *publication.CollectionFigures, left []supervision.Cause, err error) {
	own := spans[len(spans)-1]
	total := who.line(region, "", 0, own)
	if total.Payers < supervision.SmallCell {
		return nil, nil, fault.New(fault.Conflict, "fault.publication.small", strconv.Itoa(supervision.SmallCell))
	}
	total.Amounts, total.Arrears = true, !supervision.Small(total.Late)
	left = ofFew(left, total)
	sheet := supervision.Sheet{Total: total}
	for _, code := range who.regions(own) {
		if code != region {
			sheet.Regions = append(sheet.Regions, who.line(code, code, 0, own))
		}
	}
	left = append(left, withhold(sheet.Regions, total, true)...)
	for _, insurance := range contribution.Insurances {
		if l := who.line(region, "", insurance, own); l.Payers > 0 {
			sheet.Insurances = append(sheet.Insurances, l)
		}
	}
	left = append(left, withhold(sheet.Insurances, total, false)...)
	for _, span := range spans {
		if l := who.line(region, "", 0, span); l.Payers > 0 {
			l.Amounts = !supervision.Small(l.Payers)
			l.Arrears = l.Amounts && !supervision.Small(l.Late)
			sheet.Course = append(sheet.Course, l)
			if span != own { // the total, told of already
				left = ofFew(left, l)
			}
		}
	}
	computed, refused := supervision.Withhold(&sheet, published)
	if refused != nil {
		return nil, nil, fault.New(fault.Conflict, "fault.publication.disclosed").Because(supervision.Disclosed{Cause: *refused})
	}
	left = append(left, computed...)
	sum := func(l supervision.Line, wants func(supervision.RegionFlow) bool) supervision.Figures {
		var f supervision.Figures
		for _, flow := range flows {
			if wants(flow) {
				f.Add(l.Span, flow.Flow)
			}
		}
		return f
	}
	all := func(supervision.RegionFlow) bool { return true }
	v := publication.CollectionFigures{Line: supervision.SubsidyLine, Total: figure(spanName(own), "", sum(sheet.Total, all), sheet.Total), Regions: []publication.Figure{}}
	for _, l := range sheet.Regions {
		v.Regions = append(v.Regions, figure(l.Region, divisionName(l.Region), sum(l, func(f supervision.RegionFlow) bool { return f.Region == l.Region }), l))
	}
	for _, l := range sheet.Insurances {
		v.Insurances = append(v.Insurances, figure(strconv.Itoa(int(l.Insurance)), "", sum(l, func(f supervision.RegionFlow) bool { return f.Insurance == l.Insurance }), l))
	}
	for _, l := range sheet.Course {
		v.Course = append(v.Course, figure(spanName(l.Span), "", sum(l, all), l))
	}
	return &v, left, nil
}

// behind counts who stands behind each figure.
type behind struct {
	spans  []supervision.Span
	payers []ledger.Payers
	late   []ledger.Late
}

// line is a line of a region, counted under a code (none: of all together).
func (w behind) line(region, code string, insurance contribution.Insurance, span supervision.Span) supervision.Line {
	l := supervision.Line{Region: region, Insurance: insurance, Span: span}
	for _, p := range w.payers {
		if p.Region == code && p.Insurance == insurance && w.spans[p.Span] == span {
			l.Payers = p.Employers
		}
	}
	for _, p := range w.late {
		if p.Region == code && p.Insurance == insurance && w.spans[p.Span] == span {
			l.Late = p.Fewest()
		}
	}
	return l
}

// regions are those with payers in a span, in order.
func (w behind) regions(span supervision.Span) (codes []string) {
	for _, p := range w.payers {
		if w.spans[p.Span] == span && p.Region != "" && p.Insurance == 0 {
			codes = append(codes, p.Region)
		}
	}
	return codes
}

// ofFew adds why a line is left out when few stand behind it.
func ofFew(left []supervision.Cause, l supervision.Line) []supervision.Cause {
	switch {
	case !l.Amounts && supervision.Small(l.Payers):
		return append(left, supervision.Cause{Place: l.Place(), Few: l.Payers})
	case l.Amounts && supervision.Small(l.Late):
		return append(left, supervision.Cause{Place: l.Place(), Arrears: true, Few: l.Late})
	}
	return left
}

// withhold marks what the lines of a group may tell beside their total: neither those of few, nor what would be found by subtracting the others. It tells why each is left out.
func withhold(group []supervision.Line, total supervision.Line, disjoint bool) (left []supervision.Cause) {
	payers, late := make([]int, len(group)), make([]int, len(group))
	for i, l := range group {
		payers[i], late[i] = l.Payers, l.Late
	}
	hidden := supervision.Suppressed(payers, nil, disjoint)
	unsaid := supervision.Suppressed(late, hidden, false) // the fewest behind two lines may be the same employers at different times
	for i := range group {
		group[i].Amounts, group[i].Arrears = !hidden[i], !unsaid[i]
	}
	for i, l := range group {
		if !hidden[i] && !unsaid[i] {
			continue
		}
		if n := len(left); len(ofFew(left, l)) > n {
			left = ofFew(left, l)
			continue
		}
		beside := supervision.Cause{Place: l.Place(), Arrears: l.Amounts, Beside: true, Owed: l.Amounts, By: []supervision.Place{total.Place()}}
		for j, other := range group { // who is protected: of few first, else what is hidden with it
			if small := supervision.Small(payers[j]) || l.Amounts && supervision.Small(late[j]); j != i && small {
				at := other.Place()
				beside.Secret = &at
				break
			}
		}
		left = append(left, beside)
	}
	return left
}

// figure is a published line, as much of it as may be told. Arrears at a span's end count too, since the next span begins with them.
func figure(code, name string, f supervision.Figures, l supervision.Line) publication.Figure {
	if !l.Amounts {
		return publication.Figure{Code: code, Name: name, Suppressed: true}
	}
	a := publication.Amounts{Due: f.Due, Collected: f.Collected, Rate: f.Rate(supervision.Current).Percent(), Below: f.Below(supervision.Current, supervision.SubsidyLine)}
	if l.Arrears {
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
	if supervision.Small(f.Employers) {
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
