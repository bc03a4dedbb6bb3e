package ledger_test

import (
	"testing"
	"time"

	"shebao/shared/contribution"
	"shebao/shared/ledger"
)

// Whether a month was paid late goes by the region's due date: on the packed year, in the export, and on a statement, which only a month that is called otherwise supersedes.
func TestARegionsDueDateSaysWhatWasLate(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202502", "2025-03-12")+contributionLine(knownPerson, "202503", "2025-03-28")+
		contributionLine(otherPerson, "202503", "2025-03-10")+contributionLine(otherPerson, "202512", "2025-12-20")))
	statuses := func() (list []contribution.Status) {
		t.Helper()
		y, err := l.PersonYear(t.Context(), personID(t, l, knownPerson), 2025)
		if err != nil {
			t.Fatal(err)
		}
		reach, err := l.DataDate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range y.Rows {
			list = append(list, contribution.StatusOf(r, y.Due.Due, reach))
		}
		if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 {
			t.Errorf("verify: %v, %v", differ, err)
		}
		return list
	}
	if got := statuses(); got[0] != contribution.BackPaid || got[1] != contribution.Paid {
		t.Errorf("by the month's end: %v", got)
	}
	if report := issueAll(t, l, now); report.Issued != 2 {
		t.Fatalf("%+v", report)
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "r.csv", ruleHeader+"330400,A,月积数法,次月15日\n"))
	if got := statuses(); got[0] != contribution.Paid || got[1] != contribution.Paid {
		t.Errorf("by the 15th of the next month: %v", got)
	}
	if report := issueAll(t, l, now.Add(time.Hour)); report.Superseded != 1 || report.Unchanged != 1 {
		t.Errorf("whose months are called otherwise: %+v", report)
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "r.csv", ruleHeader+"330400,A,月积数法,当月25日\n"))
	if got := statuses(); got[0] != contribution.BackPaid || got[1] != contribution.BackPaid {
		t.Errorf("by the 25th: %v", got)
	}
	tables, err := l.ExportPerson(t.Context(), personID(t, l, knownPerson))
	if err != nil || tables[1].Rows[1][11] != "已补缴" {
		t.Errorf("%v, %v", tables, err)
	}
	record, err := l.YearRecord(t.Context(), personID(t, l, knownPerson), issuedYear)
	if err != nil || record.Current {
		t.Errorf("a statement that calls them paid passes for current: %v", err)
	}
}
