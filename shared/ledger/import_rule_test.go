package ledger_test

import (
	"testing"

	"shebao/shared/ledger"
	"shebao/shared/money"
)

// A rate that is published later, a region's own rate and a region's own rules run the accounts again; the same file twice runs nothing.
func TestRatesAndRulesRunAccountsAgain(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+
		knownPerson+","+knownCode+",110,202403,5000.00,800.00,800.00,400.00,400.00,2025-01-20\n"+ // ten months late
		otherPerson+","+knownCode+",110,202512,5000.00,800.00,800.00,400.00,400.00,2025-12-20\n"))
	account := func(year int) (opening, credited, interest money.Fen, rate string, provisional bool) {
		t.Helper()
		p, err := l.PersonByDocument(t.Context(), knownPerson)
		if err != nil {
			t.Fatal(err)
		}
		y, err := l.PersonYear(t.Context(), p.ID, year)
		if err != nil {
			t.Fatal(err)
		}
		if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 {
			t.Errorf("verify: %v, %v", differ, err)
		}
		return y.Account.Opening, y.Account.Credited(), y.Account.InterestOnOpening, y.Account.Rate.Percent(), y.Account.Provisional
	}
	if opening, credited, _, rate, _ := account(2023); opening != 1649192 || credited != 0 || rate != "3.97" {
		t.Errorf("2023: %s %s %s", opening, credited, rate)
	}
	if _, credited, _, _, _ := account(2024); credited != 0 {
		t.Errorf("policy A books the late month in 2024: %s", credited)
	}
	rates := writeFile(t, "r.csv", rateHeader+"330400,2023,10,是,嘉兴市公布\n440000,2023,20,否,广东省公布\n")
	report := mustImport(t, l, ledger.Rates, rates)
	if report.Added != 2 || report.Rejected != 0 {
		t.Fatalf("%+v", report)
	}
	if _, _, interest, rate, provisional := account(2023); interest != 164919 || rate != "10.00" || !provisional {
		t.Errorf("2023 at the region's own rate: %s at %s %v", interest, rate, provisional)
	}
	if again := mustImport(t, l, ledger.Rates, rates); again.Unchanged != 2 || again.Changed != 0 {
		t.Errorf("%+v", again)
	}
	final := mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+"330400,2023,10.5,否,嘉兴市公布\n"))
	if final.Changed != 1 {
		t.Errorf("%+v", final)
	}
	if _, _, interest, rate, provisional := account(2023); interest != 173165 || rate != "10.50" || provisional {
		t.Errorf("2023, final: %s at %s %v", interest, rate, provisional)
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+"330000,B,年度计算法,\n"))
	if _, credited, _, _, _ := account(2024); credited != 40000 {
		t.Errorf("policy B books the late month in its own year: %s", credited)
	}
	mustImport(t, l, ledger.Employers, writeFile(t, "e.csv", employerHeader+knownCode+",南湖电子有限公司,110101,2005-01-10,正常,有限责任公司\n"))
	if _, credited, _, rate, _ := account(2023); credited != 0 || rate != "3.97" {
		t.Errorf("the employer has moved out of the region: %s at %s", credited, rate)
	}
}

// Until when a payment is on time is the region's own: what came by then is booked in its own month, and what came later in the month of payment.
func TestADueDayOfTheRegion(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+
		knownPerson+","+knownCode+",110,202503,5000.00,800.00,800.00,400.00,400.00,2025-03-20\n"+
		knownPerson+","+knownCode+",110,202504,5000.00,800.00,800.00,400.00,400.00,2025-05-15\n"+
		otherPerson+","+knownCode+",110,202512,5000.00,800.00,800.00,400.00,400.00,2025-12-20\n"))
	person := personID(t, l, knownPerson)
	for _, tc := range []struct {
		rules string
		want  [3]money.Fen // booked in March, April, May
	}{
		{"", [3]money.Fen{40000, 0, 40000}},
		{"330000,A,月积数法,次月15日\n", [3]money.Fen{40000, 40000, 0}},
		{"330000,A,月积数法,next-14\n", [3]money.Fen{40000, 0, 40000}},
		{"330000,A,月积数法,当月15日\n", [3]money.Fen{40000, 0, 40000}}, // late within its own month is booked there all the same
		{"330000,A,月积数法,次月末\n", [3]money.Fen{40000, 40000, 0}},
		{"330000,A,月积数法,this-end\n", [3]money.Fen{40000, 0, 40000}},
	} {
		if report := mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+tc.rules)); report.Rejected != 0 {
			t.Fatalf("%s: %+v", tc.rules, report)
		}
		y, err := l.PersonYear(t.Context(), person, 2025)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]money.Fen(y.Account.Credits[2:5]); got != tc.want {
			t.Errorf("%q books %v, want %v", tc.rules, got, tc.want)
		}
		if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 {
			t.Errorf("verify: %v, %v", differ, err)
		}
	}
}
