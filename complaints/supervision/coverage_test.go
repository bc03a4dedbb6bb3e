package supervision_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

func TestTargetsAreExact(t *testing.T) {
	for _, c := range []struct {
		done, of, missing int64
		reached           bool
	}{{60, 100, 0, true}, {59, 100, 1, false}, {599_999, 1_000_000, 1, false}, {0, 0, 0, true}, {1, 3, 1, false}, {2, 3, 0, true}, {0, 1, 1, false}} {
		k := supervision.Coverage{Done: c.done, Of: c.of, Target: supervision.OnSiteTarget}
		if k.Reached() != c.reached || k.Missing() != c.missing {
			t.Errorf("%d of %d: reached %v, missing %d", c.done, c.of, k.Reached(), k.Missing())
		}
	}
}

// A draw is the same for the same seed in any order, holds only those it was drawn from, each once; another seed draws others.
func TestTheSampleCanBeRepeated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		persons := rapid.SliceOfNDistinct(rapid.Int64Range(1, 1e9), 0, 60, rapid.ID).Draw(t, "persons")
		n := rapid.IntRange(0, 70).Draw(t, "n")
		seed := rapid.String().Draw(t, "seed")
		drawn := supervision.Sample(persons, n, seed)
		if len(drawn) != min(n, len(persons)) || !slices.IsSorted(drawn) {
			t.Fatalf("drew %v", drawn)
		}
		for i, p := range drawn {
			if !slices.Contains(persons, p) || i > 0 && drawn[i-1] == p {
				t.Fatalf("drew %v of %v", drawn, persons)
			}
		}
		if again := supervision.Sample(rapid.Permutation(persons).Draw(t, "order"), n, seed); !slices.Equal(drawn, again) {
			t.Fatalf("first %v, then %v", drawn, again)
		}
	})
	var all []int64
	for i := range int64(200) {
		all = append(all, i)
	}
	if slices.Equal(supervision.Sample(all, 20, "2025"), supervision.Sample(all, 20, "2026")) {
		t.Error("two years draw the same people")
	}
}

func TestAssistanceHasAClock(t *testing.T) {
	if due, _ := supervision.AssistanceBy(calendar.NewDate(2026, 9, 24), supervision.AssistanceDays, calendar.China()); due != calendar.NewDate(2026, 10, 29) { // the national holiday lies between
		t.Errorf("due %s", due)
	}
}

func TestWhoMayNotBeAssigned(t *testing.T) {
	good := supervision.Training{Days: 3, ExamPassed: true, Certificate: "稽核2026001", Issued: today, Expires: today}
	for why, change := range map[string]func(*supervision.Training){
		"":            func(*supervision.Training) {},
		"training":    func(f *supervision.Training) { f.Days = 2 },
		"exam":        func(f *supervision.Training) { f.ExamPassed = false },
		"certificate": func(f *supervision.Training) { f.Issued = today.AddDays(1) },
		"expired":     func(f *supervision.Training) { f.Issued, f.Expires = today.AddDays(-9), today.AddDays(-1) },
	} {
		file := good
		change(&file)
		if got := supervision.Unfit(file, today); got != why {
			t.Errorf("unfit %q, want %q", got, why)
		}
		err := supervision.AssignAuditors([]int32{1, 2}, map[int32]supervision.Training{1: good, 2: file}, today)
		if (err == nil) != (why == "") {
			t.Errorf("%q: %v", why, err)
		}
	}
	endless := good
	endless.Expires = calendar.Date{}
	if why := supervision.Unfit(endless, today.AddDays(9999)); why != "" {
		t.Errorf("a certificate without end: %s", why)
	}
	files := map[int32]supervision.Training{1: good}
	for _, few := range [][]int32{nil, {1}, {1, 1}, {1, 7}} {
		if err := supervision.AssignAuditors(few, files, today); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v may go: %v", few, err)
		}
	}
}

// Points are the sum of the reasons' points, and another bad sign never lowers them.
func TestRiskStandsOnItsReasons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := supervision.Signs{Owed: rapid.Int64Range(0, 5).Draw(t, "owed"), MonthsOwed: rapid.IntRange(0, 30).Draw(t, "months"), Headcount: rapid.IntRange(0, 50).Draw(t, "head"),
			HeadcountBefore: rapid.IntRange(0, 50).Draw(t, "before"), AverageBase: rapid.Int64Range(0, 9).Draw(t, "base"), LocalBase: rapid.Int64Range(0, 9).Draw(t, "local"), NeverAudited: rapid.Bool().Draw(t, "never")}
		points, reasons := supervision.Risk(s)
		sum := 0
		for _, r := range reasons {
			sum += r.Points
		}
		if sum != points {
			t.Fatalf("%d points, reasons %v", points, reasons)
		}
		s.TipOffs = 1
		if more, _ := supervision.Risk(s); more <= points {
			t.Fatalf("a tip-off moves %d to %d", points, more)
		}
	})
}
