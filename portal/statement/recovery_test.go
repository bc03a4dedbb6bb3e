package statement

import (
	"reflect"
	"testing"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

func TestAMonthComesBackStepByStep(t *testing.T) {
	day := func(d int) calendar.Date { return calendar.NewDate(2026, 11, d) }
	demand := RecoveryStep{Kind: Demanded, On: day(3), By: day(10), Number: "催1"}
	first, second := RecoveryStep{Kind: PartPaid, On: day(5), Amount: 100}, RecoveryStep{Kind: PartPaid, On: day(8), Amount: 900}
	made := RecoveryStep{Kind: MadeGood, On: day(8), Amount: 900}
	month := func(s contribution.Status, paid int) *Month {
		m := &Month{Period: 202503, Status: s, EmployerDue: 1000}
		if paid > 0 {
			m.PaidOn = day(paid)
		}
		if s == contribution.Part {
			m.EmployerPaid = 100
		}
		return m
	}
	for name, c := range map[string]struct {
		m     *Month
		steps []RecoveryStep
		want  []RecoveryStep
		ok    bool
	}{
		"nothing done yet":          {month(contribution.Arrears, 0), nil, nil, true},
		"demanded":                  {month(contribution.Arrears, 0), []RecoveryStep{demand}, []RecoveryStep{demand}, true},
		"partly paid":               {month(contribution.Part, 5), []RecoveryStep{first, demand}, []RecoveryStep{demand, first}, true},
		"made good":                 {month(contribution.BackPaid, 8), []RecoveryStep{demand, first, second}, []RecoveryStep{demand, first, made}, true},
		"made good by an import":    {month(contribution.BackPaid, 8), []RecoveryStep{demand}, []RecoveryStep{demand, {Kind: MadeGood, On: day(8)}}, true},
		"paid and never owed":       {month(contribution.Paid, 2), nil, nil, false},
		"demanded, but not owed":    {month(contribution.Paid, 2), []RecoveryStep{demand}, []RecoveryStep{demand}, false},
		"paid before it was served": {month(contribution.BackPaid, 2), []RecoveryStep{demand}, []RecoveryStep{{Kind: MadeGood, On: day(2)}, demand}, true},
	} {
		r, ok := RecoveryOf(c.m, contribution.Dues{}, c.steps)
		if ok != c.ok || ok && !reflect.DeepEqual(r.Steps, c.want) || ok && (r.Open() != (r.Owed > 0) || r.Due != contribution.DueDate(202503)) {
			t.Errorf("%s: %v %+v", name, ok, r)
		}
	}
	a, _ := RecoveryOf(month(contribution.Arrears, 0), contribution.Dues{}, []RecoveryStep{demand})
	b, _ := RecoveryOf(&Month{Period: 202504, Status: contribution.Arrears, EmployerDue: 7}, contribution.Dues{}, []RecoveryStep{demand})
	if !a.Alike(b) || a.Last() != day(3) {
		t.Error("two months of one demand are told apart")
	}
	if c, _ := RecoveryOf(month(contribution.Part, 5), contribution.Dues{}, []RecoveryStep{demand}); c.Alike(a) {
		t.Error("a partly paid month is told as one of which nothing came")
	}
}
