package arrears_test

import (
	"testing"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
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
