package complaints

import (
	"slices"
	"strings"
	"testing"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// What is shown of the reporter's months is lacked by a crowd, all of it together: no month of few, and no combination of few.
func TestOwnMonthsLeaveACrowd(t *testing.T) {
	gap := func(months ...calendar.Period) (list []contribution.Gap) {
		for _, m := range months {
			list = append(list, contribution.Gap{Period: m, Insurance: 110})
		}
		return list
	}
	own := gap(202603, 202607, 202608, 202609)
	for name, tc := range map[string]struct {
		sets []ledger.GapSet
		want []contribution.Gap
	}{
		"nobody":                      {nil, nil},
		"few":                         {[]ledger.GapSet{{Gaps: own, Persons: 5}}, nil},
		"all alike":                   {[]ledger.GapSet{{Gaps: own, Persons: 6}}, own},
		"one month of one":            {[]ledger.GapSet{{Gaps: own, Persons: 1}, {Gaps: gap(202607, 202608, 202609), Persons: 20}}, gap(202607, 202608, 202609)},
		"each common, together few":   {[]ledger.GapSet{{Gaps: own, Persons: 1}, {Gaps: gap(202603), Persons: 9}, {Gaps: gap(202607), Persons: 30}}, gap(202607)},
		"of another insurance or few": {[]ledger.GapSet{{Gaps: []contribution.Gap{{Period: 202607, Insurance: 310}}, Persons: 50}}, nil},
	} {
		if got := common(own, tc.sets, 5); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The reporter's months stand as evidence, but for one that only one person lacks.
func TestOwnMonthsAreShownToTheInvestigator(t *testing.T) {
	x := newTill(t, func(c *Config) { c.smallEmployer = 2 })
	x.exec(`UPDATE ledger.contribution c SET employer_paid = 0, person_paid = 0, paid_on = NULL FROM (SELECT min(person_id) AS id FROM ledger.contribution) p WHERE c.person_id = p.id AND c.period = 202606`)
	x.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.OwnMonths = debtor, "202606/110/arrears 202607/110/arrears 202608/110/part 202608/310/arrears junk 202608/999"
	})
	page := x.get(x.li, "/cases/2026-000002/evidence")
	x.want(page, 200, "own-months", "只列出有足够多职工同样欠缴的月份")
	table := page.body[strings.Index(page.body, `id="own-months"`):]
	table = table[:strings.Index(table, "</table>")]
	for month, shown := range map[string]bool{"2026-06": false, "2026-07": true, "2026-08": true, "2026-09": false} {
		if strings.Contains(table, month) != shown {
			t.Errorf("%s is shown: %t", month, !shown)
		}
	}
	if strings.Contains(x.get(x.li, first+"/evidence").body, "own-months") {
		t.Error("months of a reporter whose record was not asked")
	}
}
