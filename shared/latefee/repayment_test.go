package latefee_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"shebao/shared/calendar"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

func items(t *testing.T, list [][2]string) (items []latefee.Item) {
	t.Helper()
	for _, pair := range list {
		period, err := calendar.ParsePeriod(pair[0])
		if err != nil {
			t.Fatal(err)
		}
		amount, err := money.Parse(pair[1])
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, latefee.Item{Period: period, Amount: amount})
	}
	return items
}

func pairs(lines []latefee.Line) (list [][2]string) {
	for _, l := range lines {
		list = append(list, [2]string{l.Target, l.Amount.String()})
	}
	return list
}

func TestRepaymentVectors(t *testing.T) {
	var vectors struct {
		Order []struct {
			ID       string
			Payment  money.Fen
			Current  money.Fen   `json:"current_due"`
			Pre      [][2]string `json:"pre_regulation_arrears"`
			Post     [][2]string `json:"post_regulation_arrears"`
			Expected struct {
				Mode        string
				Allocations [][2]string
				LeftOver    money.Fen `json:"left_over"`
			}
		} `json:"repayment_order"`
	}
	read(t, &vectors)
	if len(vectors.Order) < 6 {
		t.Fatal("vectors are missing")
	}
	for _, v := range vectors.Order {
		got := latefee.Allocate(latefee.Notice2001, v.Payment, v.Current, items(t, v.Pre), items(t, v.Post))
		if got.Mode != v.Expected.Mode || !reflect.DeepEqual(pairs(got.Lines), v.Expected.Allocations) || got.LeftOver != v.Expected.LeftOver {
			t.Errorf("%s: %+v, want %+v", v.ID, got, v.Expected)
		}
	}
}

func TestRollingBooksArrearsFirst(t *testing.T) {
	pre := []latefee.Item{{Period: 199811, Amount: 20_000}, {Period: 199705, Amount: 30_000}}
	post := []latefee.Item{{Period: 200004, Amount: 30_000}, {Period: 200003, Amount: 50_000}}
	for _, tc := range []struct {
		payment money.Fen
		want    latefee.Allocation
	}{
		{60_000, latefee.Allocation{Mode: latefee.ModeRolling, Lines: []latefee.Line{{"1997-05", 30_000}, {"1998-11", 20_000}, {"2000-03", 10_000}}}},
		{250_000, latefee.Allocation{Mode: latefee.ModeRolling, LeftOver: 20_000,
			Lines: []latefee.Line{{"1997-05", 30_000}, {"1998-11", 20_000}, {"2000-03", 50_000}, {"2000-04", 30_000}, {"current", 100_000}}}},
		{0, latefee.Allocation{Mode: latefee.ModeNone}},
	} {
		if got := latefee.Allocate(latefee.Rolling1997, tc.payment, 100_000, pre, post); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %+v, want %+v", tc.payment, got, tc.want)
		}
	}
	if pre[0].Period != 199811 {
		t.Error("the caller's arrears were put in another order")
	}
	if got := latefee.Allocate(latefee.Rolling1997, 500, 400, nil, nil); got.Mode != latefee.ModeNone || got.LeftOver != 100 {
		t.Errorf("no arrears: %+v", got)
	}
}

func TestAPaymentIsBookedCompletely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.Int64Range(-100, 1e10)
		draw := func(label string, from calendar.Period) (list []latefee.Item) {
			for range rapid.IntRange(0, 6).Draw(t, label) {
				list = append(list, latefee.Item{Period: from.Add(rapid.IntRange(0, 80).Draw(t, "period")), Amount: money.Fen(amounts.Draw(t, "owed"))})
			}
			return list
		}
		payment, current := money.Fen(amounts.Draw(t, "payment")), money.Fen(amounts.Draw(t, "current"))
		pre, post := draw("pre", 199201), draw("post", 199902)
		policy := latefee.Policy(rapid.IntRange(0, 1).Draw(t, "policy"))
		got := latefee.Allocate(policy, payment, current, pre, post)
		owed := max(current, 0)
		for _, item := range append(append([]latefee.Item{}, pre...), post...) {
			owed += max(item.Amount, 0)
		}
		total := got.LeftOver
		for i, line := range got.Lines {
			total += line.Amount
			if line.Amount <= 0 {
				t.Fatalf("line %+v", line)
			}
			if i > 0 && line.Target != latefee.Current && got.Lines[i-1].Target != latefee.Current && line.Target < got.Lines[i-1].Target {
				t.Fatalf("%s after %s", line.Target, got.Lines[i-1].Target)
			}
		}
		if total != max(payment, 0) || got.LeftOver < 0 || got.LeftOver != max(0, max(payment, 0)-owed) {
			t.Fatalf("%s of %s owed became %+v", payment, owed, got)
		}
	})
}
