package statement_test

import (
	"testing"

	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

func TestAYearWithAGapALateMonthAndAPendingOne(t *testing.T) {
	var rows []contribution.Row
	for p := calendar.Period(202501); p <= 202510; p++ {
		for _, insurance := range []contribution.Insurance{contribution.EmployeePension, contribution.EmployeeMedical} {
			r := contribution.Row{Period: p, Insurance: insurance, EmployerID: 1, Base: 500000, EmployerDue: 80000, EmployerPaid: 80000, PersonDue: 40000, PersonPaid: 40000, PaidOn: p.LastDay()}
			switch {
			case p == 202503 && insurance == contribution.EmployeePension:
				r.EmployerPaid, r.PersonPaid, r.PaidOn = 0, 0, calendar.Date{}
			case p == 202505:
				r.PaidOn = calendar.NewDate(2025, 8, 2)
			case p == 202510:
				r.EmployerPaid, r.PersonPaid, r.PaidOn = 0, 0, calendar.Date{}
			}
			rows = append(rows, r)
		}
	}
	years, err := account.Run(account.Input{Rates: account.NationalRates(), OpeningOn: calendar.NewDate(2024, 12, 31), Rows: rows, Through: calendar.NewDate(2025, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	s := statement.Build(statement.Input{Year: 2025, Rows: rows, Earlier: []contribution.Row{{Period: 202412, Insurance: contribution.EmployeePension}}, Account: &years[0],
		Employers: map[int32]statement.Employer{1: {Name: "南湖电子有限公司", USCC: "91350100M000100Y43"}}, DataDate: calendar.NewDate(2025, 11, 5)})
	sum := s.Summarize()
	if sum.Paid != 7 || sum.BackPaid != 1 || sum.Pending != 1 || len(sum.Owing) != 1 || sum.Owing[0] != 202503 || sum.Insured != 9 {
		t.Errorf("summary %+v", sum)
	}
	if s.Owed != 120000 {
		t.Errorf("owed %s", s.Owed)
	}
	if line := s.Insurances[0]; line.MonthsThisYear != 8 || line.MonthsTotal != 9 || line.MonthsOwed != 1 {
		t.Errorf("pension %+v", line)
	}
	var credited money.Fen
	for _, m := range s.Months {
		credited += m.Credited
	}
	if credited != s.Account.Credited() || s.Account.Closing != s.Account.Opening+credited+s.Account.Interest()+s.Account.Adjustments {
		t.Error("the statement does not add up")
	}
	owing := s.OwingEmployers(map[int32]statement.Employer{1: {Name: "南湖电子有限公司"}})
	if len(owing) != 1 || owing[0].From != 202503 || owing[0].To != 202503 {
		t.Errorf("owing %+v", owing)
	}
}
