package arrears_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

func owing(person int64, p calendar.Period, insurance contribution.Insurance, employer, own money.Fen) arrears.PersonLine {
	return arrears.PersonLine{Declared: arrears.Declared{PersonID: person, Period: p, Insurance: insurance, EmployerDue: employer, PersonDue: own}}
}

func TestAllocateFollowsThePolicy(t *testing.T) {
	const pension, medical = contribution.EmployeePension, contribution.EmployeeMedical
	lines := []arrears.PersonLine{owing(1, 202609, pension, 1600, 800), owing(2, 202609, pension, 3200, 1600), owing(1, 202609, medical, 800, 200),
		owing(1, 202611, pension, 1600, 800), owing(1, 199812, pension, 100, 50)}
	type want struct {
		period    calendar.Period
		insurance contribution.Insurance
		principal money.Fen
		feePaid   money.Fen
	}
	for _, c := range []struct {
		name   string
		amount money.Fen
		set    func(*arrears.Receipt)
		mode   string
		want   []want
		left   money.Fen
	}{
		{"2001: the current month before any arrears", 2000, nil, latefee.ModeNone, []want{{202611, pension, 2000, 0}}, 0},
		{"2001: then those from before the Regulation, then the oldest", 2400 + 150 + 7200 + 300, nil, latefee.ModePartial,
			[]want{{202611, pension, 2400, 0}, {199812, pension, 150, 0}, {202609, pension, 7200, 0}, {202609, medical, 300, 0}}, 0},
		{"1997: the oldest first, the current month last", 150 + 7200 + 1000 + 1, func(r *arrears.Receipt) { r.Setting.Order = arrears.Rolling1997 }, latefee.ModeRolling,
			[]want{{199812, pension, 150, 0}, {202609, pension, 7200, 0}, {202609, medical, 1000, 0}, {202611, pension, 1, 0}}, 0},
		{"all, with the fees of this payment; the rest is left", 2400 + 150 + 7200 + 1000 + 198 + 28 + 5, nil, latefee.ModeAll,
			[]want{{202611, pension, 2400, 0}, {199812, pension, 150, 0}, {202609, pension, 7200, 198}, {202609, medical, 1000, 28}}, 5},
		{"an open fee from earlier goes before the fees of this payment", 2400 + 150 + 7200 + 1000 + 50, func(r *arrears.Receipt) {
			r.Fees = []arrears.FeeOwed{{Period: 202608, Insurance: pension, Amount: 40}}
		}, latefee.ModeAll, []want{{202611, pension, 2400, 0}, {199812, pension, 150, 0}, {202609, pension, 7200, 10}, {202609, medical, 1000, 0}, {202608, pension, 0, 40}}, 0},
		{"each fee with its principal", 2400 + 150 + 3000 + 83, func(r *arrears.Receipt) { r.Setting.FeeOrder = arrears.FeeWithItem }, latefee.ModePartial,
			[]want{{202611, pension, 2400, 0}, {199812, pension, 150, 0}, {202609, pension, 3000, 83}}, 0},
		{"nothing", 0, nil, latefee.ModeNone, nil, 0},
	} {
		r := arrears.Receipt{Amount: c.amount, PaidOn: day(2026, 11, 24), Lines: lines, Setting: arrears.Default()}
		if c.set != nil {
			c.set(&r)
		}
		got, err := arrears.Allocate(r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Mode != c.mode || len(got.Booked) != len(c.want) || got.LeftOver != c.left {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i, w := range c.want {
			if b := got.Booked[i]; b.Period != w.period || b.Insurance != w.insurance || b.Principal != w.principal || b.FeePaid != w.feePaid {
				t.Errorf("%s: line %d is %+v", c.name, i, b)
			}
		}
	}
}

func TestWholePersonsBeforeParts(t *testing.T) {
	const pension = contribution.EmployeePension
	got, err := arrears.Allocate(arrears.Receipt{Amount: 5000, PaidOn: day(2026, 11, 24), Setting: arrears.Default(), Lines: []arrears.PersonLine{
		owing(1, 202601, pension, 4000, 2000), owing(2, 202601, pension, 1600, 800), owing(3, 202601, pension, 1200, 600)}})
	if err != nil {
		t.Fatal(err)
	}
	want := []arrears.Part{{PersonID: 2, Period: 202601, Insurance: pension, Employer: 1600, Person: 800}, {PersonID: 3, Period: 202601, Insurance: pension, Employer: 1200, Person: 600},
		{PersonID: 1, Period: 202601, Insurance: pension, Employer: 0, Person: 800}}
	if len(got.Parts) != len(want) {
		t.Fatalf("%+v", got.Parts)
	}
	for i := range want {
		if got.Parts[i] != want[i] {
			t.Errorf("part %d: %+v, want %+v", i, got.Parts[i], want[i])
		}
	}
}

// A payment is booked whole, never below zero and never beyond what is owed; a later month of the same class gets nothing before an earlier one is paid.
func TestAllocationIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		got, err := arrears.Allocate(r)
		if err != nil {
			t.Fatal(err)
		}
		paid, charged := got.FeePaid()
		interest, _ := got.InterestPaid()
		if got.Principal()+paid+interest+got.LeftOver != r.Amount || got.LeftOver < 0 {
			t.Fatalf("%s: principal %s, fees %s, interest %s, left %s", r.Amount, got.Principal(), paid, interest, got.LeftOver)
		}
		checkInterest(t, r, got)
		var open money.Fen
		for _, f := range r.Fees {
			open += f.Amount
		}
		if paid > charged+open {
			t.Fatalf("fees paid %s of %s charged and %s open", paid, charged, open)
		}
		checkParts(t, r, got)
		for i, b := range got.Booked {
			if b.Principal < 0 || b.Principal > b.Owed || b.Charged < 0 || b.FeePaid < 0 || b.Interest < 0 || b.InterestPaid < 0 {
				t.Fatalf("%+v", b)
			}
			for _, later := range got.Booked[i+1:] {
				if len(r.Fees)+len(r.Interest) == 0 && later.Class == b.Class && later.Principal > 0 && b.Principal > 0 && later.Period < b.Period {
					t.Fatalf("%s was booked after %s", later.Period, b.Period)
				}
				if len(r.Fees)+len(r.Interest) == 0 && later.Class == b.Class && later.Principal > 0 && b.Principal > 0 && b.Principal < b.Owed {
					t.Fatalf("%s was begun before %s was paid", later.Period, b.Period)
				}
			}
		}
	})
}

func checkParts(t *rapid.T, r arrears.Receipt, got arrears.Allocation) {
	type key struct {
		person    int64
		period    calendar.Period
		insurance contribution.Insurance
	}
	employer, own := map[key]money.Fen{}, map[key]money.Fen{}
	for _, l := range r.Lines {
		k := key{l.PersonID, l.Period, l.Insurance}
		employer[k] += l.EmployerOwed()
		own[k] += l.PersonOwed()
	}
	var sum money.Fen
	for _, p := range got.Parts {
		k := key{p.PersonID, p.Period, p.Insurance}
		employer[k] -= p.Employer
		own[k] -= p.Person
		if p.Employer < 0 || p.Person < 0 || p.Amount() == 0 || employer[k] < 0 || own[k] < 0 {
			t.Fatalf("%+v leaves %s and %s", p, employer[k], own[k])
		}
		sum += p.Amount()
	}
	if sum != got.Principal() {
		t.Fatalf("persons get %s of %s", sum, got.Principal())
	}
}

func drawReceipt(t *rapid.T) arrears.Receipt {
	r := arrears.Receipt{Amount: money.Fen(rapid.Int64Range(0, 200_000).Draw(t, "amount")), PaidOn: day(2026, 11, 24), Setting: drawSetting(t)}
	seen := map[[3]int64]bool{}
	for range rapid.IntRange(0, 15).Draw(t, "rows") {
		l := owing(rapid.Int64Range(1, 4).Draw(t, "person"), rapid.SampledFrom(somePeriods).Draw(t, "period"), rapid.SampledFrom(contribution.Insurances[:]).Draw(t, "insurance"),
			money.Fen(rapid.Int64Range(0, 20_000).Draw(t, "employer")), money.Fen(rapid.Int64Range(0, 10_000).Draw(t, "own")))
		if k := [3]int64{l.PersonID, int64(l.Period), int64(l.Insurance)}; !seen[k] {
			seen[k] = true
			r.Lines = append(r.Lines, l)
		}
	}
	if rapid.Bool().Draw(t, "asOnTime") {
		for _, l := range r.Lines {
			if l.Insurance.IsPension() && l.Owed() > 0 {
				r.Lost = append(r.Lost, arrears.InterestOf(l.PersonID, l.Period, l.Insurance, money.Fen(rapid.Int64Range(0, 900).Draw(t, "lost"))))
			}
		}
		r.Interest = []arrears.MonthInterest{arrears.InterestOf(1, 202001, contribution.EmployeePension, money.Fen(rapid.Int64Range(0, 900).Draw(t, "open interest")))}
	}
	if rapid.Bool().Draw(t, "open") {
		r.Fees = []arrears.FeeOwed{{Period: 202001, Insurance: contribution.EmployeePension, Amount: money.Fen(rapid.Int64Range(0, 5000).Draw(t, "fee"))}}
	}
	return r
}

// Paying in two parts on one day books and charges what one payment does, but for a rounding per item.
func TestPartPaymentsChangeNoSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		r.Fees, r.Lost, r.Interest, r.Setting.FeeOrder, r.Setting.Capped = nil, nil, nil, arrears.PrincipalFirst, false
		whole, err := arrears.Allocate(r)
		if err != nil {
			t.Fatal(err)
		}
		first := r
		first.Amount = min(r.Amount, whole.Principal()) / 2
		one, err := arrears.Allocate(first)
		if err != nil {
			t.Fatal(err)
		}
		second := r
		second.Amount, second.Lines = whole.Principal()-first.Amount, pay(r.Lines, one.Parts)
		two, err := arrears.Allocate(second)
		if err != nil {
			t.Fatal(err)
		}
		_, c0 := whole.FeePaid()
		_, c1 := one.FeePaid()
		_, c2 := two.FeePaid()
		if one.Principal()+two.Principal() != whole.Principal() {
			t.Fatalf("%s and %s, at once %s", one.Principal(), two.Principal(), whole.Principal())
		}
		if d := c1 + c2 - c0; d > 1 || d < -1 { // one item at most is split, and rounds twice
			t.Fatalf("charged %s and %s, at once %s", c1, c2, c0)
		}
	})
}

func pay(lines []arrears.PersonLine, parts []arrears.Part) []arrears.PersonLine {
	var rest []arrears.PersonLine
	for _, l := range lines {
		for _, p := range parts {
			if p.PersonID == l.PersonID && p.Period == l.Period && p.Insurance == l.Insurance {
				l.EmployerPaid, l.PersonPaid = l.EmployerPaid+p.Employer, l.PersonPaid+p.Person
			}
		}
		rest = append(rest, l)
	}
	return rest
}
