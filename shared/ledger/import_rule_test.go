package ledger_test

import (
	"testing"

	"shebao/shared/ledger"
	"shebao/shared/money"
)

// Government bodies and enterprises may have rates of their own, for a year that begins in July too.
func TestRatesByScheme(t *testing.T) {
	l := twoPeople(t)
	line := func(person, insurance, period string) string {
		return person + "," + knownCode + "," + insurance + "," + period + ",5000.00,800.00,800.00,400.00,400.00," + period[:4] + "-" + period[4:] + "-20\n"
	}
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", personHeader+"居民身份证,"+knownPerson+",姚文宇,女,1991-09-25,D22198987,,参保缴费,10000.00,2014-09-30\n"+
		"居民身份证,"+otherPerson+",吕勇军,女,1982-01-02,C92083983,,参保缴费,10000.00,2014-09-30\n"))
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+line(knownPerson, "120", "201512")+line(otherPerson, "110", "201512")+line(knownPerson, "110", "202512")))
	interest := func(person string, year int) (string, string, bool) {
		a := accountOf(t, l, person, year)
		return a.InterestOnOpening.String(), a.Rate.Percent(), a.Provisional
	}
	if on, rate, provisional := interest(knownPerson, 2014); on != "125.00" || rate != "5.00" || provisional { // three months of it
		t.Errorf("a government body's 2014: %s at %s, %v", on, rate, provisional)
	}
	if _, rate, provisional := interest(otherPerson, 2015); rate != "3.50" || !provisional {
		t.Errorf("an enterprise's 2015: %s, %v", rate, provisional)
	}
	path := writeFile(t, "r.csv", "行政区划代码,险种,起始日期,终止日期,记账利率,是否暂定,依据\n330000,110,2015-07-01,2016-06-30,4.25,否,浙江省公布\n,120,2024-01-01,2024-12-31,2.7,否,示例文件\n")
	if report := mustImport(t, l, ledger.Rates, path); report.Added != 2 {
		t.Fatalf("%+v", report)
	}
	if _, rate, provisional := interest(otherPerson, 2015); rate != "4.25" || !provisional { // from July; what was before is a reference only
		t.Errorf("the province's own: %s, %v", rate, provisional)
	}
	if _, rate, _ := interest(otherPerson, 2024); rate != "2.62" {
		t.Errorf("an enterprise's 2024: %s", rate)
	}
	if _, rate, _ := interest(knownPerson, 2024); rate != "2.70" {
		t.Errorf("a government body's 2024: %s", rate)
	}
	if _, rate, _ := interest(knownPerson, 2025); rate != "1.50" { // at an enterprise by its end
		t.Errorf("2025: %s", rate)
	}
	if again := mustImport(t, l, ledger.Rates, path); again.Unchanged != 2 {
		t.Errorf("%+v", again)
	}
}

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
