package arrears_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Pension months of earlier years that are late on the day of payment lose interest; what is on time, paid, of another insurance or not due does not.
func TestWhichMonthsLoseInterest(t *testing.T) {
	line := func(period calendar.Period, insurance contribution.Insurance, paid bool) arrears.PersonLine {
		l := arrears.PersonLine{Declared: arrears.Declared{PersonID: 1, Period: period, Insurance: insurance, EmployerDue: 960, PersonDue: 480}}
		if paid {
			l.EmployerPaid, l.PersonPaid = l.EmployerDue, l.PersonDue
		}
		return l
	}
	lines := []arrears.PersonLine{line(202411, 110, false), line(202411, 310, false), line(202411, 120, false), line(202412, 110, true), line(202512, 110, false), line(202601, 110, false)}
	setting := arrears.Default()
	for name, c := range map[string]struct {
		paidOn, declared calendar.Date
		due              contribution.Due
		want             []int
	}{
		"late":                         {paidOn: calendar.NewDate(2026, 1, 20), want: []int{0, 2, 4}},
		"December is due until 25 Jan": {paidOn: calendar.NewDate(2026, 1, 20), due: contribution.Due{MonthsLater: 1, Day: 25}, want: []int{0, 2}},
		"bankrupt since October 2024":  {paidOn: calendar.NewDate(2026, 1, 20), declared: calendar.NewDate(2024, 10, 8)},
		"paid in the same year":        {paidOn: calendar.NewDate(2024, 12, 20)},
	} {
		setting.Due = c.due
		got := arrears.BearInterest(arrears.Input{PaidOn: c.paidOn, Setting: setting, Facts: arrears.Facts{Declared: c.declared}}, lines)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		for i, at := range c.want {
			if got[i] != lines[at] {
				t.Errorf("%s: line %d is %+v", name, i, got[i])
			}
		}
	}
}

// Lost interest is paid besides principal and fee, and changes neither.
func TestLostInterestIsPaidBesides(t *testing.T) {
	in := arrears.Input{PaidOn: calendar.NewDate(2026, 1, 20), Setting: arrears.Default(), Lines: []arrears.Line{{Period: 202411, Insurance: 110, Persons: 1, Due: 144000}}}
	plain, err := arrears.Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Interest = arrears.Interest{Amount: 1234, Persons: 1, Months: 1}
	with, err := arrears.Compute(in)
	if err != nil || with.Sum != plain.Sum || with.Interest != in.Interest || with.Total() != plain.Total()+1234 || plain.Total() != plain.Sum.Owed+plain.Sum.Fee {
		t.Errorf("%+v and %+v, %v", plain, with, err)
	}
}

// Interest falls due with the payment that makes a month whole. It is paid after the principal and before the fees; with its month where fees are; before the current month where the oldest
// arrears go first; and what is open from earlier before what falls due now.
func TestWhenLostInterestIsPaid(t *testing.T) {
	const pension = contribution.EmployeePension
	lines := []arrears.PersonLine{owing(1, 202509, pension, 1600, 800), owing(2, 202509, pension, 3200, 1600), owing(1, 202510, pension, 1600, 800), owing(1, 202611, pension, 1600, 800)}
	lost := []arrears.MonthInterest{arrears.InterestOf(1, 202509, pension, 30), arrears.InterestOf(2, 202509, pension, 60), arrears.InterestOf(1, 202510, pension, 20)}
	earlier := arrears.InterestOf(1, 202508, pension, 7)
	type want struct {
		period                             calendar.Period
		principal, feePaid, interest, paid money.Fen
	}
	for _, c := range []struct {
		name   string
		amount money.Fen
		set    func(*arrears.Receipt)
		want   []want
		left   money.Fen
	}{
		{"a month that is paid in part loses nothing yet", 2400 + 2000, nil, []want{{202611, 2400, 0, 0, 0}, {202509, 2000, 0, 0, 0}}, 0},
		{"one person's month is whole, and no money is left for its interest", 2400 + 2400 + 1000, nil, []want{{202611, 2400, 0, 0, 0}, {202509, 3400, 0, 30, 0}}, 0},
		{"after all principal what is open from earlier, then what falls due now", 12000 + 7 + 50, func(r *arrears.Receipt) { r.Interest = []arrears.MonthInterest{earlier} },
			[]want{{202611, 2400, 0, 0, 0}, {202509, 7200, 0, 90, 50}, {202510, 2400, 0, 20, 0}, {202508, 0, 0, 0, 7}}, 0},
		{"fees come after it, and only then is something left", 12000 + 110 + 1512 + 467 + 5, nil, []want{{202611, 2400, 0, 0, 0}, {202509, 7200, 1512, 90, 90}, {202510, 2400, 467, 20, 20}}, 5},
		{"1997: before the current month", 9600 + 110 + 1, func(r *arrears.Receipt) { r.Setting.Order = arrears.Rolling1997 },
			[]want{{202509, 7200, 0, 90, 90}, {202510, 2400, 0, 20, 20}, {202611, 1, 0, 0, 0}}, 0},
		{"with its month", 2400 + 7 + 7200 + 1512 + 90 + 1, func(r *arrears.Receipt) {
			r.Setting.FeeOrder, r.Interest = arrears.FeeWithItem, []arrears.MonthInterest{earlier}
		}, []want{{202508, 0, 0, 0, 7}, {202611, 2400, 0, 0, 0}, {202509, 7200, 1512, 90, 90}, {202510, 1, 0, 0, 0}}, 0},
		{"nothing but what is open", 10, func(r *arrears.Receipt) { r.Lines, r.Interest = nil, []arrears.MonthInterest{earlier} }, []want{{202508, 0, 0, 0, 7}}, 3},
	} {
		r := arrears.Receipt{Amount: c.amount, PaidOn: day(2026, 11, 24), Lines: lines, Lost: lost, Setting: arrears.Default()}
		if c.set != nil {
			c.set(&r)
		}
		got, err := arrears.Allocate(r)
		if err != nil || len(got.Booked) != len(c.want) || got.LeftOver != c.left {
			t.Errorf("%s: %+v, %v", c.name, got, err)
			continue
		}
		for i, w := range c.want {
			if b := got.Booked[i]; (want{b.Period, b.Principal, b.FeePaid, b.Interest, b.InterestPaid}) != w {
				t.Errorf("%s: line %d is %+v", c.name, i, b)
			}
		}
	}
}

// Whoever is made good in any order of payments is within reach: the interest of a month that becomes whole is always known.
func TestWhatAPaymentMakesWholeIsInReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		reached := map[arrears.PersonLine]bool{}
		for _, l := range arrears.Reach(r) {
			reached[l] = true
		}
		got, err := arrears.Allocate(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range r.Lines {
			for _, p := range got.Parts {
				if p.PersonID == l.PersonID && p.Period == l.Period && p.Insurance == l.Insurance && p.Amount() == l.Owed() && !reached[l] {
					t.Fatalf("%+v is out of reach", l)
				}
			}
		}
	})
}

// However a debt is paid, each month's interest falls due once, with the payment that makes it whole, and in the end all of it has been paid and nothing more.
func TestPartPaymentsChangeNoInterest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReceipt(t)
		r.Interest = nil
		lost := map[arrears.MonthInterest]bool{}
		for _, m := range r.Lost {
			lost[m] = m.Amount > 0
		}
		open := map[arrears.MonthInterest]money.Fen{} // by its month
		fees := map[[2]int]money.Fen{}
		for rounds := 0; ; rounds++ {
			r.Amount = money.Fen(rapid.Int64Range(5_000, 100_000).Draw(t, "amount"))
			if rounds > 200 {
				t.Fatal("it is never paid")
			}
			got, err := arrears.Allocate(r)
			if err != nil {
				t.Fatal(err)
			}
			checkInterest(t, r, got)
			for _, x := range got.Interest {
				month := arrears.InterestOf(x.PersonID, x.Period, x.Insurance, 0)
				if x.Charged > 0 {
					due := arrears.InterestOf(x.PersonID, x.Period, x.Insurance, x.Charged)
					if !lost[due] {
						t.Fatalf("%+v is charged, of %+v", x, r.Lost)
					}
					delete(lost, due)
				}
				if open[month] += x.Charged - x.Paid; open[month] < 0 {
					t.Fatalf("%+v is paid beyond what is due", x)
				}
			}
			for _, b := range got.Booked {
				fees[[2]int{int(b.Period), int(b.Insurance)}] += b.Charged - b.FeePaid
			}
			if r.Lines = pay(r.Lines, got.Parts); got.LeftOver > 0 {
				break
			}
			r.Fees, r.Interest = nil, nil
			for key, amount := range fees {
				if amount > 0 {
					r.Fees = append(r.Fees, arrears.FeeOwed{Period: calendar.Period(key[0]), Insurance: contribution.Insurance(key[1]), Amount: amount})
				}
			}
			for month, amount := range open {
				if month.Amount = amount; amount > 0 {
					r.Interest = append(r.Interest, month)
				}
			}
		}
		for month, is := range lost {
			if is && owed(r.Lines, month) {
				delete(lost, month) // not due after a bankruptcy, or not within what a fee leaves
			}
		}
		for month, is := range lost {
			if is {
				t.Fatalf("%+v was never charged", month)
			}
		}
		for month, amount := range open {
			if amount != 0 {
				t.Fatalf("%+v: %s is open, and money is left over", month, amount)
			}
		}
	})
}

func owed(lines []arrears.PersonLine, m arrears.MonthInterest) bool {
	for _, l := range lines {
		if l.PersonID == m.PersonID && l.Period == m.Period && l.Insurance == m.Insurance {
			return l.Owed() > 0
		}
	}
	return false
}

// checkInterest: by person and by month the same is charged and paid, never more than is due, and only of months that are whole.
func checkInterest(t *rapid.T, r arrears.Receipt, got arrears.Allocation) {
	t.Helper()
	var paid, charged money.Fen
	for _, x := range got.Interest {
		if paid, charged = paid+x.Paid, charged+x.Charged; x.Paid < 0 || x.Charged < 0 {
			t.Fatalf("%+v", x)
		}
		if x.Charged > 0 && owed(pay(r.Lines, got.Parts), arrears.InterestOf(x.PersonID, x.Period, x.Insurance, 0)) {
			t.Fatalf("%+v is charged of a month that is not whole", x)
		}
	}
	if byMonth, due := got.InterestPaid(); byMonth != paid || due != charged {
		t.Fatalf("by person %s of %s, by month %s of %s", paid, charged, byMonth, due)
	}
	if fees, _ := got.FeePaid(); r.Setting.FeeOrder == arrears.PrincipalFirst && fees > 0 {
		for _, m := range r.Interest {
			charged += m.Amount
		}
		if paid != charged {
			t.Fatalf("fees are paid, and of the interest %s of %s", paid, charged)
		}
	}
}
