package ledger_test

import (
	"strings"
	"testing"

	"shebao/shared/ledger"
)

// Whoever has contributions from before 1998 has no account without a local rule: every import says how many, and the list that it names gives each an account once it is filled in.
func TestWithoutAnAccount(t *testing.T) {
	l, pool := newLedger(t)
	mustImport(t, l, ledger.Employers, writeFile(t, "e.csv", employerHeader+knownCode+",南湖电子有限公司,330402,1985-01-10,正常,有限责任公司\n"))
	persons := personHeader + "居民身份证,070102196801027604,吕勇军,男,1968-01-02,C92083983,,参保缴费,,\n"
	number := "070102196801027604"
	for _, check := range "0123456789X" { // the check digit is whichever is right
		number = number[:17] + string(check)
		path := writeFile(t, "p.csv", strings.ReplaceAll(persons, "070102196801027604", number)+"居民身份证,"+knownPerson+",姚文宇,女,1991-09-25,D22198987,,参保缴费,,\n")
		if report, err := l.Import(t.Context(), ledger.Persons, path, ledger.Options{Now: now}); err == nil && report.Rejected == 0 {
			break
		}
	}
	report := mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(number, "199703", "1997-03-20")+contributionLine(number, "202512", "2025-12-20")+contributionLine(knownPerson, "202512", "2025-12-20")))
	if report.WithoutAccount != 1 {
		t.Fatalf("%+v", report)
	}
	years, err := l.PersonYears(t.Context(), personID(t, l, number))
	if err != nil || len(years) != 2 || years[0].HasAccount || years[1].HasAccount {
		t.Errorf("%+v, %v", years, err)
	}
	if again := mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+"330000,A,月积数法,\n")); again.WithoutAccount != 1 {
		t.Errorf("after other imports: %+v", again)
	}
	verified := func(want int) {
		t.Helper()
		if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) != want {
			t.Errorf("verify: %v differ, %v, want %d", differ, err, want)
		}
	}
	verified(0)
	if _, err := pool.Exec(t.Context(), `DELETE FROM ledger.without_account`); err != nil {
		t.Fatal(err)
	}
	verified(1)
	if err := l.Mend(t.Context(), []int64{personID(t, l, number)}); err != nil {
		t.Fatal(err)
	}
	verified(0)
	tables, err := l.ExportWithoutAccount(t.Context())
	if err != nil || len(tables) != 1 || len(tables[0].Rows) != 1 {
		t.Fatalf("%+v, %v", tables, err)
	}
	file := asCSV(t, tables[0])
	if same := mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", file)); same.Unchanged != 1 {
		t.Errorf("as it was exported: %+v", same)
	}
	filled := strings.Replace(file, ",0.00,0.00,", ",4321.00,0.00,1997-12-31", 1)
	if file == filled {
		t.Fatal(file)
	}
	if done := mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", filled)); done.Changed != 1 || done.WithoutAccount != 0 {
		t.Errorf("with what the account held: %+v", done)
	}
	if a := accountOf(t, l, number, 1998); a.Opening != 432100 || a.Credited() != 0 {
		t.Errorf("%+v", a)
	}
}

// Where an account begins with an opening balance, the record of an earlier year tells from when on it is there.
func TestAYearBeforeTheAccountTellsWhereItBegins(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202103", "2021-03-20")+contributionLine(knownPerson, "202512", "2025-12-20")))
	id := personID(t, l, knownPerson)
	if r, err := l.YearRecord(t.Context(), id, 2021); err != nil || r.Year.HasAccount || r.AccountFrom != 2023 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := l.YearRecord(t.Context(), id, 2024); err != nil || !r.Year.HasAccount || r.AccountFrom != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
