package ledger_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"shebao/shared/account"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// The mover works in 330402 and from June 2025 on in 440106, where accounts are counted by the year, late months are booked as if they had come on time, and the rate is the region's own.
const (
	farCode  = "91070102MAXG612DD9"
	farRules = ruleHeader + "440000,B,年度计算法,次月15日\n"
)

func lineAt(person, code, period, paid string) string {
	return strings.ReplaceAll(contributionLine(person, period, paid), knownCode, code)
}

func farEmployer(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	mustImport(t, l, ledger.Employers, writeFile(t, "far.csv", employerHeader+farCode+",越秀纺织有限公司,440106,2006-02-10,正常,有限责任公司\n"))
	mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", farRules))
	mustImport(t, l, ledger.Rates, writeFile(t, "rates.csv", rateHeader+"440000,2023,9,否,广东省公布\n440000,2024,9,否,广东省公布\n440000,2025,9,否,广东省公布\n"))
}

func yearsOf(t *testing.T, l *ledger.Ledger, number string) []ledger.PersonYear {
	t.Helper()
	years, err := l.PersonYears(t.Context(), personID(t, l, number))
	if err != nil {
		t.Fatal(err)
	}
	if checked, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 || checked == 0 {
		t.Errorf("verify: %d checked, %v differ, %v", checked, differ, err)
	}
	for _, y := range years {
		if a := y.Account; a.Closing != a.Opening+a.Credited()+a.Interest()+a.Adjustments {
			t.Errorf("%d does not add up: %+v", y.Year, a)
		}
	}
	return years
}

func issueOf(t *testing.T, l *ledger.Ledger, year int, at time.Time) ledger.IssueReport {
	t.Helper()
	report, err := l.IssueStatements(t.Context(), ledger.IssueOptions{Year: year, Now: at})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// A new employer elsewhere changes nothing of the years that are over, nor a statement of them; the year of the move is the new region's, whole.
func TestAMoveLeavesTheYearsThatAreOverAlone(t *testing.T) {
	l := twoPeople(t)
	ctx := t.Context()
	farEmployer(t, l)
	late := lineAt(knownPerson, knownCode, "202402", "2024-04-20") // booked in April here; it would be February there
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+late+lineAt(knownPerson, knownCode, "202312", "2023-12-20")+lineAt(knownPerson, knownCode, "202505", "2025-05-20")+
		lineAt(otherPerson, farCode, "202312", "2023-12-20")+lineAt(otherPerson, farCode, "202512", "2025-12-20")))
	before := yearsOf(t, l, knownPerson)
	for year := 2023; year <= 2025; year++ {
		issueOf(t, l, year, now)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+lineAt(knownPerson, farCode, "202506", "2025-06-20")+lineAt(knownPerson, farCode, "202507", "2025-08-14")+lineAt(knownPerson, farCode, "202508", "2025-12-14")))
	after := yearsOf(t, l, knownPerson)
	if len(before) != 3 || len(after) != 3 || !reflect.DeepEqual(before[:2], after[:2]) {
		t.Fatalf("was %+v\nis %+v", before, after)
	}
	a := after[2].Account
	// 18,??? × 9 %, and four credits by the year: A × 9 % × 1.083 ÷ 2.
	interest, err1 := money.MulDiv(a.Opening, 9, 100)
	current, err2 := money.MulDiv(160000, 9*1083, 200000)
	if err1 != nil || err2 != nil || a.Region != "440106" || a.Rate.Percent() != "9.00" || a.InterestOnOpening != interest || a.InterestOnCurrent != current || a.Credits != [12]money.Fen{4: 40000, 5: 40000, 6: 40000, 7: 40000} {
		t.Errorf("the year of the move: %+v", a)
	}
	if b := before[2].Account; b.Region != "" || b.Rate.Percent() != "1.50" {
		t.Errorf("before it: %+v", b)
	}
	reach, err := l.DataDate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []contribution.Status{contribution.Paid, contribution.Paid, contribution.Paid, contribution.BackPaid} {
		row := after[2].Rows[i]
		if got := contribution.StatusOf(row, after[2].Due.Of(row.EmployerID), reach); got != want {
			t.Errorf("%s is %s, want %s", row.Period, got, want)
		}
	}
	later := now.Add(time.Hour)
	for year, superseded := range map[int]int64{2023: 0, 2024: 0, 2025: 1} {
		if report := issueOf(t, l, year, later); report.Superseded != superseded || report.Unchanged != 2-superseded {
			t.Errorf("%d: %+v", year, report)
		}
	}
	for year, want := range map[int]string{2024: "full-month-1998 share-8-2006 month-product-1998 back-payment-a", 2025: "full-month-1998 share-8-2006 annual-1998 back-payment-b"} {
		s, err := l.Statement(ctx, personID(t, l, knownPerson), year)
		if err != nil || strings.Join(s.Rules, " ") != want {
			t.Errorf("%d was made by %q, %v", year, s.Rules, err)
		}
	}
}

// What a region sets later, final rates in place of provisional ones and another method, runs the years again that it kept, those of people who have moved away too, and no others.
func TestARegionRunsItsYearsAgainForWhoeverHasMoved(t *testing.T) {
	l := twoPeople(t)
	farEmployer(t, l)
	mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+"330400,2023,3,是,嘉兴市暂定\n"))
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+lineAt(knownPerson, knownCode, "202303", "2023-03-20")+lineAt(knownPerson, farCode, "202403", "2024-03-20")+
		lineAt(otherPerson, farCode, "202303", "2023-03-20")+lineAt(otherPerson, farCode, "202512", "2025-12-20")))
	for year := 2023; year <= 2025; year++ {
		issueOf(t, l, year, now)
	}
	mover, other := yearsOf(t, l, knownPerson), yearsOf(t, l, otherPerson)
	if a := mover[0].Account; a.Region != "330402" || a.Rate.Percent() != "3.00" || !a.Provisional || mover[1].Account.Region != "440106" {
		t.Fatalf("%+v", mover)
	}
	report := mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+"330400,2023,4,否,嘉兴市公布\n"))
	if report.AccountsRun != 1 {
		t.Errorf("%d accounts are run for one who has ever worked there", report.AccountsRun)
	}
	again := yearsOf(t, l, knownPerson)
	if a := again[0].Account; a.Rate.Percent() != "4.00" || a.Provisional || a.InterestOnOpening != 65968 || again[1].Account.Opening != a.Closing || again[1].Account.Rate.Percent() != "9.00" {
		t.Errorf("%+v", again)
	}
	if !reflect.DeepEqual(other, yearsOf(t, l, otherPerson)) {
		t.Error("the one who never worked there has another account")
	}
	for year := 2023; year <= 2025; year++ {
		if report := issueOf(t, l, year, now.Add(time.Hour)); report.Superseded != 1 || report.Unchanged != 1 {
			t.Errorf("%d: %+v", year, report)
		}
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+"330000,A,年度计算法,\n"))
	byYear := yearsOf(t, l, knownPerson)
	if got, want := byYear[0].Account.InterestOnCurrent, again[0].Account.InterestOnCurrent; got == want {
		t.Errorf("2023 by the year earns %s, as by the month", got)
	}
	if got, want := byYear[1].Account.InterestOnCurrent, again[1].Account.InterestOnCurrent; got != want { // by the year there too, but by its own rule as ever
		t.Errorf("2024 is the new region's: %s, was %s", got, want)
	}
	if !reflect.DeepEqual(other, yearsOf(t, l, otherPerson)) {
		t.Error("the one who never worked there has another account")
	}
}

// A rate of everywhere runs everybody again, and an import that died between a rate and the accounts is made good by the next.
func TestARateOfEverywhereRunsEverybody(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	farEmployer(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+lineAt(knownPerson, knownCode, "202512", "2025-12-20")))
	if report := mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+",2024,5,否,示例\n")); report.AccountsRun != 2 {
		t.Errorf("%d accounts run", report.AccountsRun)
	}
	if a := accountOf(t, l, knownPerson, 2024); a.Rate.Percent() != "5.00" || a.Region != "" {
		t.Errorf("%+v", a)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO ledger.credited_rate (region, scheme, valid_from, valid_to, rate, provisional, source) VALUES ('33', 0, '2024-01-01', '2024-12-31', 60000000, false, '浙江省公布');
		UPDATE ledger.reach SET accounts_filled = NULL`); err != nil {
		t.Fatal(err)
	}
	if report := mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", rateHeader+"110000,2024,7,否,北京市公布\n")); report.AccountsRun != 2 {
		t.Errorf("%d accounts run", report.AccountsRun)
	}
	if a := accountOf(t, l, knownPerson, 2024); a.Rate.Percent() != "6.00" || a.Region != "330402" {
		t.Errorf("%+v", a)
	}
}

// A contribution from before all others brings the years that it began with, though the file reaches no further back.
func TestAnEarlierContributionBringsTheYearsBeforeIt(t *testing.T) {
	l := twoPeople(t)
	farEmployer(t, l)
	medical := func(period string) string {
		return strings.Replace(lineAt(knownPerson, knownCode, period, period[:4]+"-"+period[4:]+"-20"), ",110,", ",310,", 1)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+medical("202301")+lineAt(knownPerson, knownCode, "202512", "2025-12-20")+lineAt(otherPerson, farCode, "202512", "2025-12-20")))
	if a := accountOf(t, l, knownPerson, 2023); a.Rate.Percent() != "3.97" {
		t.Errorf("%+v", a)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+lineAt(knownPerson, farCode, "202502", "2025-02-20")))
	if a := accountOf(t, l, knownPerson, 2023); a.Rate.Percent() != "9.00" || a.Region != "440106" {
		t.Errorf("the years before February 2025 were kept by its region: %+v", a)
	}
	if a := accountOf(t, l, knownPerson, 2025); a.Rate.Percent() != "1.50" || a.Region != "" {
		t.Errorf("%+v", a)
	}
	if y := yearsOf(t, l, knownPerson)[0]; len(y.Rows) != 1 {
		t.Errorf("2023 has %d rows", len(y.Rows))
	}
}

// The statement of a year with two rates has both, with their documents, and is provisional when one of them is; a final one in its place supersedes it.
func TestAStatementOfTwoRates(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202503", "2025-03-20")+contributionLine(knownPerson, "202512", "2025-12-20")))
	const head = "行政区划代码,起始日期,终止日期,记账利率,是否暂定,依据\n"
	mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", head+"330400,2025-01-01,2025-06-30,3,否,上半年\n330400,2025-07-01,2025-12-31,2,是,下半年暂定\n"))
	issueOf(t, l, issuedYear, now)
	s, err := l.Statement(t.Context(), personID(t, l, knownPerson), issuedYear)
	if err != nil {
		t.Fatal(err)
	}
	a := s.PersonYear.Account
	want := []account.RatePart{{Months: account.Months{First: 1, Last: 6}, Rate: 30_000_000, Document: "上半年"}, {Months: account.Months{First: 7, Last: 12}, Rate: 20_000_000, Document: "下半年暂定", Provisional: true}}
	// March: four months at 3 %, six at 2 %; December one at 2 %.
	if !reflect.DeepEqual(a.Rates, want) || !a.Provisional || a.Rate.Percent() != "2.00" || a.Region != "330402" || a.InterestOnCurrent != 867 {
		t.Errorf("%+v", a)
	}
	mustImport(t, l, ledger.Rates, writeFile(t, "r.csv", head+"330400,2025-07-01,2025-12-31,2,否,下半年公布\n"))
	if report := issueOf(t, l, issuedYear, now.Add(time.Hour)); report.Superseded != 1 {
		t.Errorf("%+v", report)
	}
	if a := accountOf(t, l, knownPerson, issuedYear); a.Provisional || len(a.Rates) != 2 || a.Rates[1].Document != "下半年公布" {
		t.Errorf("%+v", a)
	}
}
