package supervision_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

func TestFiguresOfAQuarter(t *testing.T) {
	q := supervision.Quarter(2026, 3)
	if q != (supervision.Span{From: 202607, To: 202609}) || q.Number() != 3 || q.Before() != supervision.Quarter(2026, 2) || supervision.QuarterOf(202608) != q {
		t.Fatalf("the third quarter is %v", q)
	}
	flows := []supervision.Flow{
		{Period: 202607, Received: 202607, Due: 1000, Paid: 1000},
		{Period: 202608, Received: 202609, Due: 500, Paid: 300},   // late by a month, within the quarter, and only in part
		{Period: 202609, Received: 202606, Due: 100, Paid: 100},   // in advance
		{Period: 202609, Received: 202610, Due: 400, Paid: 400},   // after the quarter
		{Period: 202609, Due: 1000},                               // not at all
		{Period: 202512, Received: 202608, Due: 250, Paid: 250},   // recovered
		{Period: 202512, Received: 202512, Due: 9000, Paid: 9000}, // long ago
		{Period: 202601, Received: 202611, Due: 70, Paid: 60},     // recovered later: still owed when the quarter began
		{Period: 202602, Due: 30},
		{Period: 202610, Received: 202609, Due: 800, Paid: 800}, // the next quarter's
	}
	f := supervision.Of(q, flows)
	if want := (supervision.Figures{Due: 3000, Collected: 1400, Recovered: 250, Opening: 250 + 70 + 30}); f != want {
		t.Fatalf("figures %+v, want %+v", f, want)
	}
	if a, b := f.Rate(supervision.Current).Percent(), f.Rate(supervision.WithRecovered).Percent(); a != "46.67" || b != "55.00" {
		t.Errorf("rates %s and %s", a, b)
	}
	if r := f.RecoveryRate().Percent(); r != "71.43" {
		t.Errorf("recovery %s", r)
	}
	if supervision.Of(q, nil).Rate(supervision.Current).Known {
		t.Error("nothing due has a rate")
	}
}

func TestTheLineIsExact(t *testing.T) {
	for _, c := range []struct {
		collected, due int64
		below          bool
		shown          string
	}{{90, 100, false, "90.00"}, {899_999, 1_000_000, true, "90.00"}, {900_001, 1_000_000, false, "90.00"}, {0, 5, true, "0.00"}, {0, 0, false, ""}, {1, 3, true, "33.33"}, {2, 3, true, "66.67"}, {8_999_99_999, 1_000_000_000, true, "90.00"}} {
		f := supervision.Figures{Due: money.Fen(c.due), Collected: money.Fen(c.collected)}
		if f.Below(supervision.Current, supervision.SubsidyLine) != c.below || f.Rate(supervision.Current).Percent() != c.shown {
			t.Errorf("%d of %d: below %v, shown %q", c.collected, c.due, f.Below(supervision.Current, supervision.SubsidyLine), f.Rate(supervision.Current).Percent())
		}
	}
}

func flows(t *rapid.T) []supervision.Flow {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) supervision.Flow {
		f := supervision.Flow{Period: calendar.NewPeriod(2025, 1).Add(rapid.IntRange(0, 23).Draw(t, "period")), Due: money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "due"))}
		if rapid.Bool().Draw(t, "paid") {
			f.Received, f.Paid = f.Period.Add(rapid.IntRange(-1, 12).Draw(t, "after")), money.Fen(rapid.Int64Range(0, int64(f.Due)).Draw(t, "part"))
		}
		return f
	}), 0, 30).Draw(t, "flows")
}

// What a quarter took in is the sum of its months; figures of regions add up; and the rate is the exact quotient, rounded once.
func TestFiguresAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := flows(t)
		q := supervision.Quarter(2025, rapid.IntRange(1, 8).Draw(t, "quarter"))
		whole := supervision.Of(q, all)
		var months supervision.Figures
		for p := q.From; p <= q.To; p = p.Add(1) {
			months = months.Plus(supervision.Of(supervision.Span{From: p, To: p}, all))
		}
		if months.Due != whole.Due || months.Collected+months.Recovered != whole.Collected+whole.Recovered {
			t.Fatalf("months %+v, quarter %+v", months, whole)
		}
		if months.Collected > whole.Collected {
			t.Fatalf("months collected %d on time, the quarter only %d", months.Collected, whole.Collected)
		}
		at := rapid.IntRange(0, len(all)).Draw(t, "cut")
		if parts := supervision.Of(q, all[:at]).Plus(supervision.Of(q, all[at:])); parts != whole {
			t.Fatalf("parts %+v, whole %+v", parts, whole)
		}
		if whole.Collected > whole.Due || whole.Recovered > whole.Opening {
			t.Fatalf("more than all: %+v", whole)
		}
		rate := whole.Rate(supervision.Current)
		if !rate.Known {
			return
		}
		exact := new(big.Rat).Mul(big.NewRat(int64(whole.Collected), int64(whole.Due)), big.NewRat(10_000, 1))
		gap := new(big.Rat).Sub(exact, big.NewRat(rate.Hundredths, 1))
		if gap.Abs(gap).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%s is not %s rounded", rate.Percent(), exact.FloatString(6))
		}
	})
}
