package supervision_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
)

func day(month, d int) calendar.Date {
	return calendar.NewDate(2026, 1, 1).AddDays(30*(month-1) + d - 1)
}

func TestWhatAMissedInstalmentDoes(t *testing.T) {
	plan := []supervision.Instalment{{DueOn: day(2, 1), Amount: 100}, {DueOn: day(3, 1), Amount: 100}, {DueOn: day(4, 1), Amount: 50}}
	for _, c := range []struct {
		name     string
		receipts []supervision.Receipt
		today    calendar.Date
		state    supervision.PlanState
		rest     money.Fen
		dueNow   money.Fen
	}{
		{"before anything is due", nil, day(1, 20), supervision.PlanRunning, 250, 0},
		{"on the day itself", nil, day(2, 1), supervision.PlanRunning, 250, 0},
		{"a day late", nil, day(2, 2), supervision.PlanLate, 250, 100},
		{"on the last day of grace", nil, day(2, 1).AddDays(supervision.Grace), supervision.PlanLate, 250, 100},
		{"grace is over: all is due", nil, day(2, 1).AddDays(supervision.Grace + 1), supervision.PlanBroken, 250, 250},
		{"paid within grace", []supervision.Receipt{{On: day(2, 10), Amount: 100}}, day(2, 20), supervision.PlanRunning, 150, 0},
		{"paid after grace stays broken", []supervision.Receipt{{On: day(2, 28), Amount: 100}}, day(2, 29), supervision.PlanBroken, 150, 150},
		{"in part", []supervision.Receipt{{On: day(2, 1), Amount: 60}}, day(2, 5), supervision.PlanLate, 190, 40},
		{"ahead of time fills the next", []supervision.Receipt{{On: day(1, 5), Amount: 230}}, day(3, 20), supervision.PlanRunning, 20, 0},
		{"more than all", []supervision.Receipt{{On: day(1, 5), Amount: 900}}, day(4, 2), supervision.PlanKept, 0, 0},
		{"what comes later does not count yet", []supervision.Receipt{{On: day(2, 3), Amount: 100}}, day(2, 2), supervision.PlanLate, 250, 100},
	} {
		if s := supervision.Stand(plan, c.receipts, c.today); s.State != c.state || s.Rest != c.rest || s.DueNow != c.dueNow {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
}

func TestAPlanIsChecked(t *testing.T) {
	ok := []supervision.Instalment{{DueOn: day(3, 1), Amount: 40}, {DueOn: day(2, 1), Amount: 60}}
	list, err := supervision.NewPlan(day(1, 1), 100, ok)
	if err != nil || list[0].Amount != 60 {
		t.Fatalf("a good plan: %v %v", list, err)
	}
	for name, bad := range map[string][]supervision.Instalment{
		"fault.register.instalment.none":   nil,
		"fault.register.instalment.amount": {{DueOn: day(2, 1), Amount: 0}, {DueOn: day(3, 1), Amount: 100}},
		"fault.register.instalment.day":    {{DueOn: day(2, 1), Amount: 50}, {DueOn: day(2, 1), Amount: 50}},
		"fault.register.instalment.total":  {{DueOn: day(2, 1), Amount: 99}},
	} {
		_, err := supervision.NewPlan(day(1, 1), 100, bad)
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Fields[0].Key != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlansKeepTheirSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		owed := money.Fen(rapid.Int64Range(1, 1e13).Draw(t, "owed"))
		n := rapid.IntRange(1, 36).Draw(t, "n")
		if owed < money.Fen(n) {
			owed = money.Fen(n)
		}
		first := calendar.NewDate(2026, 1, 31).AddDays(rapid.IntRange(0, 800).Draw(t, "first"))
		list, err := supervision.NewPlan(first, owed, supervision.Spread(owed, first, n))
		if err != nil || len(list) != n {
			t.Fatal(list, err)
		}
		var receipts []supervision.Receipt
		var got money.Fen
		for range rapid.IntRange(0, 10).Draw(t, "receipts") {
			r := supervision.Receipt{On: first.AddDays(rapid.IntRange(-10, 400).Draw(t, "on")), Amount: money.Fen(rapid.Int64Range(1, int64(owed)).Draw(t, "amount"))}
			receipts, got = append(receipts, r), got+r.Amount
		}
		s := supervision.Stand(list, receipts, first.AddDays(2000))
		var paid money.Fen
		for i, p := range s.Paid {
			if p < 0 || p > list[i].Amount || i > 0 && p > 0 && s.Paid[i-1] < list[i-1].Amount {
				t.Fatalf("instalments are not filled in order: %v", s.Paid)
			}
			paid += p
		}
		if paid != min(got, owed) || s.Rest != owed-paid || s.DueNow != s.Rest {
			t.Fatalf("paid %d of %d, rest %d, due now %d", paid, owed, s.Rest, s.DueNow)
		}
	})
}

func TestWriteOffsTakeThreeApprovals(t *testing.T) {
	if err := supervision.ApproveWriteOff(nil, "finance", 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("finance before labour: %v", err)
	}
	if err := supervision.ApproveWriteOff([]int32{1}, "finance", 1); err != nil {
		t.Error(err)
	}
	if err := supervision.ApproveWriteOff([]int32{1, 1}, "government", 1); !fault.Is(err, fault.Denied) {
		t.Errorf("one person registered all three: %v", err)
	}
	if err := supervision.ApproveWriteOff([]int32{1, 1}, "government", 2); err != nil {
		t.Error(err)
	}
	if err := supervision.ApproveWriteOff([]int32{1, 1, 2}, "government", 2); !fault.Is(err, fault.Conflict) {
		t.Errorf("a fourth approval: %v", err)
	}
}
