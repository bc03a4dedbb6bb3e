package publication

import (
	"sort"
	"strconv"
)

// Change is one line of the difference between two bodies. Before or After is empty for what was not or is no longer there.
type Change struct {
	What          string // a figure: total, region, insurance; employer; audit
	Code, Name    string // of the region, insurance or employer; of an audit figure its JSON name
	Field         string // rate, due, collected, recovered, owed
	Before, After string
}

// Compare lists what a draft changes against what was published last; without anything published every line is new. Lines come in the order of the page: totals first, then by code.
func Compare(last, draft Body) []Change {
	var list []Change
	if draft.Collection != nil {
		before := CollectionFigures{}
		if last.Collection != nil {
			before = *last.Collection
		}
		list = append(list, figures("total", []Figure{before.Total}, []Figure{draft.Collection.Total})...)
		list = append(list, figures("region", before.Regions, draft.Collection.Regions)...)
		list = append(list, figures("insurance", before.Insurances, draft.Collection.Insurances)...)
	}
	if draft.Arrears != nil {
		before := ArrearsList{}
		if last.Arrears != nil {
			before = *last.Arrears
		}
		list = append(list, debtors(before, *draft.Arrears)...)
	}
	if draft.Audit != nil {
		before := map[string]string{}
		if last.Audit != nil {
			before = auditTexts(*last.Audit)
		}
		after := auditTexts(*draft.Audit)
		for _, name := range auditNames {
			list = appendChange(list, Change{What: "audit", Code: name, Before: before[name], After: after[name]})
		}
	}
	return list
}

func appendChange(list []Change, c Change) []Change {
	if c.Before == c.After {
		return list
	}
	return append(list, c)
}

func figures(what string, before, after []Figure) []Change {
	was, is, name := map[string]Figure{}, map[string]Figure{}, map[string]string{}
	var codes []string
	for _, f := range before {
		was[f.Code], name[f.Code] = f, f.Name
		codes = append(codes, f.Code)
	}
	for _, f := range after {
		if _, known := was[f.Code]; !known {
			codes = append(codes, f.Code)
		}
		is[f.Code], name[f.Code] = f, f.Name
	}
	if what == "total" { // one line, whatever the spans are called
		was, is, codes, name = map[string]Figure{"": before[0]}, map[string]Figure{"": after[0]}, []string{""}, nil
	}
	sort.Strings(codes)
	var list []Change
	for _, code := range codes {
		b, a := figureTexts(was[code]), figureTexts(is[code])
		for _, field := range figureFields {
			list = appendChange(list, Change{What: what, Code: code, Name: name[code], Field: field, Before: b[field], After: a[field]})
		}
	}
	return list
}

var figureFields = [...]string{"rate", "due", "collected", "recovered"}

func figureTexts(f Figure) map[string]string {
	switch {
	case f.Suppressed:
		return map[string]string{"rate": "*"} // told apart from one that is not there
	case f.Amounts == nil:
		return nil
	}
	texts := map[string]string{"rate": f.Rate, "due": f.Due.Grouped(), "collected": f.Collected.Grouped(), "recovered": "*"}
	if f.Arrearage != nil {
		texts["recovered"] = f.Recovered.Grouped()
	}
	return texts
}

func debtors(before, after ArrearsList) []Change {
	var list []Change
	if before.Count > 0 || after.Count > 0 {
		list = appendChange(list, Change{What: "total", Field: "count", Before: counted(before.Count), After: counted(after.Count)})
		list = appendChange(list, Change{What: "total", Field: "owed", Before: before.Owed.Grouped(), After: after.Owed.Grouped()})
	}
	was, named := map[string]Debtor{}, map[string]bool{}
	for _, d := range before.Employers {
		was[d.USCC] = d
	}
	for _, d := range after.Employers {
		named[d.USCC] = true
		old := ""
		if b, known := was[d.USCC]; known {
			old = b.Owed.Grouped()
		}
		list = appendChange(list, Change{What: "employer", Code: d.USCC, Name: d.Name, Field: "owed", Before: old, After: d.Owed.Grouped()})
	}
	for _, d := range before.Employers {
		if !named[d.USCC] {
			list = append(list, Change{What: "employer", Code: d.USCC, Name: d.Name, Field: "owed", Before: d.Owed.Grouped()})
		}
	}
	return list
}

func counted(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

var auditNames = [...]string{"on_site", "insured", "on_site_rate", "pensioners_verified", "pensioners", "pensioners_rate", "audits_ended", "violations", "employers_audited", "found", "recovered"}

func auditTexts(a AuditFigures) map[string]string {
	texts := map[string]string{"on_site": strconv.Itoa(a.OnSite), "insured": strconv.Itoa(a.Insured), "on_site_rate": a.OnSiteRate, "pensioners_verified": strconv.Itoa(a.Verified), "pensioners": strconv.Itoa(a.Pensioners),
		"pensioners_rate": a.VerifiedRate, "audits_ended": strconv.Itoa(a.Audits), "violations": strconv.Itoa(a.Violations)}
	if a.AuditAmounts != nil {
		texts["employers_audited"], texts["found"], texts["recovered"] = strconv.Itoa(a.Employers), a.Found.Grouped(), a.Recovered.Grouped()
	}
	return texts
}
