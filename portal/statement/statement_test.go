package statement_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

var employers = map[int32]statement.Employer{1: {Name: "南湖电子有限公司", USCC: "91070101MA00000001"}, 2: {Name: "北山纺织有限公司", USCC: "91070101MA00000002"}}

func paidRow(p calendar.Period, insurance contribution.Insurance, employer int32) contribution.Row {
	return contribution.Row{Period: p, Insurance: insurance, EmployerID: employer, Base: 500000, EmployerDue: 80000, EmployerPaid: 80000, PersonDue: 40000, PersonPaid: 40000, PaidOn: p.LastDay()}
}

func unpaid(r contribution.Row) contribution.Row {
	r.EmployerPaid, r.PersonPaid, r.PaidOn = 0, 0, calendar.Date{}
	return r
}

func runAccount(t interface{ Fatal(...any) }, rows []contribution.Row, year int) *account.Year {
	years, err := account.Run(account.Input{Rates: account.NationalRates(), OpeningOn: calendar.NewDate(year-1, 12, 31), OpeningPersonal: 7827217, Rows: rows,
		Through: calendar.NewDate(year, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	return &years[0]
}

// A month that was corrected to nothing is no month of insurance; one whose payment the state waived is.
func TestAMonthCorrectedToNothing(t *testing.T) {
	void, waived := contribution.Row{Period: 202503, Insurance: contribution.EmployeePension, EmployerID: 2}, contribution.Row{Period: 202504, Insurance: contribution.EmployeePension, EmployerID: 1, Base: 500000}
	s := statement.Build(statement.Input{Year: 2025, Rows: []contribution.Row{paidRow(202502, contribution.EmployeePension, 1), void, waived}, Employers: employers, DataDate: calendar.NewDate(2025, 12, 31),
		Earlier: [][]contribution.Row{{{Period: 202412, Insurance: contribution.EmployeePension}}}})
	if line := s.Insurances[0]; line.MonthsThisYear != 2 || line.MonthsTotal != 2 {
		t.Errorf("%+v", line)
	}
	if sum := s.Summarize(); sum.Insured != 2 || sum.Paid != 2 {
		t.Errorf("%+v", sum)
	}
	if march := s.Months[2]; march.Status != contribution.None || len(march.Rows) != 1 || len(s.Employers) != 1 {
		t.Errorf("March %+v, employers %+v", march, s.Employers)
	}
}

func TestAYearWithAGapALateMonthAndAPendingOne(t *testing.T) {
	var rows []contribution.Row
	for p := calendar.Period(202501); p <= 202510; p++ {
		for _, insurance := range []contribution.Insurance{contribution.EmployeePension, contribution.EmployeeMedical} {
			r := paidRow(p, insurance, 1)
			switch {
			case p == 202503 && insurance == contribution.EmployeePension, p == 202510:
				r = unpaid(r)
			case p == 202505:
				r.PaidOn = calendar.NewDate(2025, 8, 2)
			}
			rows = append(rows, r)
		}
	}
	s := statement.Build(statement.Input{Year: 2025, Rows: rows, Earlier: [][]contribution.Row{{paidRow(202412, contribution.EmployeePension, 1)}},
		Account: runAccount(t, rows, 2025), Employers: employers, DataDate: calendar.NewDate(2025, 11, 5)})
	sum := s.Summarize()
	if sum.Paid != 7 || sum.BackPaid != 1 || sum.Pending != 1 || len(sum.Owing) != 1 || sum.Owing[0] != 202503 || sum.Insured != 9 {
		t.Errorf("summary %+v", sum)
	}
	if s.Owed != 120000 || len(s.Owing) != 1 || s.Owing[0].Owed != 120000 || len(s.Owing[0].Months) != 1 || s.Owing[0].Months[0] != 202503 || s.Owing[0].Name != "南湖电子有限公司" {
		t.Errorf("owed %s %+v", s.Owed, s.Owing)
	}
	if line := s.Insurances[0]; line.MonthsThisYear != 8 || line.MonthsTotal != 9 || line.MonthsOwed != 1 {
		t.Errorf("pension %+v", line)
	}
	if s.InsuredSince != 202412 {
		t.Errorf("insured since %s", s.InsuredSince)
	}
	march := s.Months[2]
	if march.Cells.Of(contribution.EmployeePension) != contribution.Arrears || march.Cells.Of(contribution.EmployeeMedical) != contribution.Paid ||
		march.Cells.Of(contribution.Maternity) != contribution.None || march.Status != contribution.Arrears || len(march.Rows) != 2 {
		t.Errorf("March %+v", march)
	}
	if s.Months[8].Ahead || !s.Months[9].Ahead || !s.Months[11].Ahead {
		t.Error("of September everything has come, of October and later ones it may still come")
	}
	// May came in August and is credited there, beside August's own.
	if s.Months[4].Credited != 0 || s.Months[7].Credited != 80000 {
		t.Errorf("credited in May %s, in August %s", s.Months[4].Credited, s.Months[7].Credited)
	}
}

func TestTwoEmployersInOneMonthCountOnce(t *testing.T) {
	rows := []contribution.Row{paidRow(202506, contribution.EmployeePension, 1), unpaid(paidRow(202506, contribution.EmployeePension, 2)), paidRow(202507, contribution.EmployeePension, 2)}
	s := statement.Build(statement.Input{Year: 2025, Rows: rows, Employers: employers, DataDate: calendar.NewDate(2025, 12, 31)})
	if line := s.Insurances[0]; line.MonthsThisYear != 1 || line.MonthsOwed != 1 {
		t.Errorf("%+v", line)
	}
	if len(s.Employers) != 2 || s.Employers[0].To != 202506 || s.Employers[1].From != 202506 || s.Employers[1].To != 202507 {
		t.Errorf("employers %+v", s.Employers)
	}
	if len(s.Owing) != 1 || s.Owing[0].USCC != employers[2].USCC {
		t.Errorf("owing %+v", s.Owing)
	}
}

func TestAYearOfNothing(t *testing.T) {
	s := statement.Build(statement.Input{Year: 2024, DataDate: calendar.NewDate(2025, 1, 1)})
	if sum := s.Summarize(); sum.Insured != 0 || sum.Pending != 0 || len(s.Insurances) != 0 || s.Account != nil || s.InsuredSince != 0 {
		t.Errorf("%+v %+v", s, sum)
	}
}

// Who has paid nothing this year still reads how many months there are in all.
func TestAYearOfNothingKeepsTheMonthsBefore(t *testing.T) {
	s := statement.Build(statement.Input{Year: 2026, Earlier: [][]contribution.Row{{paidRow(202501, contribution.EmployeePension, 1), paidRow(202502, contribution.EmployeePension, 1)}}, DataDate: calendar.NewDate(2026, 6, 30)})
	if want := (statement.InsuranceLine{Insurance: contribution.EmployeePension, MonthsTotal: 2}); len(s.Insurances) != 1 || s.Insurances[0] != want {
		t.Errorf("%+v", s.Insurances)
	}
}

// Whatever the rows are: the account adds up to the fen, its credits are the months', the months in all are last year's and this year's, and what each employer owes
// adds up to what is owed.
func TestEveryStatementAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dataDate := calendar.NewDate(2025, 1, 1).AddDays(rapid.IntRange(0, 500).Draw(t, "day"))
		rows := drawRows(t)
		s := statement.Build(statement.Input{Year: 2025, Rows: rows, Account: runAccount(t, rows, 2025), Employers: employers, DataDate: dataDate})
		if a := s.Account; a.Closing != a.Opening+a.Credited()+a.InterestOnOpening+a.InterestOnCurrent+a.Adjustments {
			t.Fatal("closing is not opening, credited, interest and adjustments")
		}
		var credited, owed, parts money.Fen
		rowsSeen := 0
		for _, m := range s.Months {
			credited += m.Credited
			rowsSeen += len(m.Rows)
			for _, r := range m.Rows {
				if r.Period != m.Period {
					t.Fatal("a row stands in another month")
				}
				if contribution.Owing(r, dataDate) {
					owed += r.Owed()
				}
			}
		}
		for _, debt := range s.Owing {
			parts += debt.Owed
		}
		if credited != s.Account.Credited() || rowsSeen != len(rows) || owed != s.Owed || parts != s.Owed {
			t.Fatalf("credited %s of %s, rows %d of %d, owed %s %s of %s", credited, s.Account.Credited(), rowsSeen, len(rows), owed, parts, s.Owed)
		}
		next := statement.Build(statement.Input{Year: 2026, Rows: []contribution.Row{paidRow(202601, contribution.EmployeePension, 1)}, Earlier: [][]contribution.Row{rows}, DataDate: dataDate})
		before := 0
		for _, line := range s.Insurances {
			if line.Insurance == contribution.EmployeePension {
				before = line.MonthsThisYear
			}
		}
		if got := next.Insurances[0]; got.MonthsTotal != before+got.MonthsThisYear {
			t.Fatalf("months in all: %d, last year %d, this year %d", got.MonthsTotal, before, got.MonthsThisYear)
		}
	})
}

func drawRows(t *rapid.T) []contribution.Row {
	var rows []contribution.Row
	for p := calendar.Period(202501); p <= 202512; p++ {
		for _, insurance := range []contribution.Insurance{contribution.EmployeePension, contribution.Unemployment} {
			for _, employer := range rapid.SampledFrom([][]int32{{}, {1}, {1}, {2}, {1, 2}}).Draw(t, "employers") {
				r := paidRow(p, insurance, employer)
				switch rapid.IntRange(0, 3).Draw(t, "kind") {
				case 1:
					r = unpaid(r)
				case 2:
					r.EmployerPaid = money.Fen(rapid.Int64Range(1, 79999).Draw(t, "part"))
				case 3:
					r.PaidOn = r.PaidOn.AddDays(rapid.IntRange(1, 200).Draw(t, "late"))
				}
				rows = append(rows, r)
			}
		}
	}
	return rows
}
