package ledger_test

import (
	"testing"
	"time"

	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// A rule that changes moves all of a year to another: who had a statement of that year gets an issue that says so, once; the old one says that it is replaced, and when figures come back
// they supersede in their turn.
func TestAYearThatHoldsNothingAnyMoreReplacesItsStatement(t *testing.T) {
	l := twoPeople(t)
	ctx := t.Context()
	// The account ended in 2023; a month of it was made good in 2025, to which policy A books it.
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202303", "2025-03-20")+contributionLine(otherPerson, "202512", "2025-12-20")))
	mustImport(t, l, ledger.Events, writeFile(t, "e.csv", eventHeader+knownPerson+",E1,死亡,2023-08-15,,,,,\n"))
	gone, stays := personID(t, l, knownPerson), personID(t, l, otherPerson)
	if report := issueAll(t, l, now); report.Issued != 2 || report.Emptied != 0 {
		t.Fatalf("%+v", report)
	}
	first, err := l.Statement(ctx, gone, issuedYear)
	if err != nil || first.PersonYear.Account.Credited() != 40000 || first.Emptied() {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := l.MarkSent(ctx, first, now); err != nil {
		t.Fatal(err)
	}
	later := now.Add(time.Hour)
	mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+"330000,B,月积数法,\n"))
	if y, err := l.PersonYear(ctx, gone, issuedYear); !fault.Is(err, fault.NotFound) {
		t.Fatalf("policy B books the month in 2023, and 2025 is empty: %+v, %v", y, err)
	}
	record, err := l.YearRecord(ctx, gone, issuedYear)
	if err != nil || record.Has() || record.Current || record.Issued.Issue != 1 {
		t.Errorf("before the next issue: %+v, %v", record.Issued, err)
	}
	if report := issueAll(t, l, later); report.Persons != 1 || report.Emptied != 1 || report.Issued+report.Unchanged != 1 {
		t.Errorf("after the change: %+v", report)
	}
	if report := issueAll(t, l, later.Add(time.Hour)); report.Emptied != 0 || report.Issued != 0 || report.Unchanged != 1 {
		t.Errorf("once more: %+v", report)
	}
	list, err := l.Statements(ctx, gone)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d statements, %v", len(list), err)
	}
	if s := list[0]; !s.Emptied() || s.Issue != 2 || s.SupersededBy() != 0 || s.Owed() != 0 || s.MaskedID != first.MaskedID || s.DataDate != first.DataDate {
		t.Errorf("the new issue: %+v", s)
	}
	if old, err := l.StatementByCode(ctx, first.Code); err != nil || old.SupersededBy() != 2 || !old.SupersededAt.Equal(later) || old.Emptied() {
		t.Errorf("the old one's code: %+v, %v", old, err)
	}
	if s, err := l.StatementByCode(ctx, list[0].Code); err != nil || !s.Emptied() {
		t.Errorf("the new one's code: %v", err)
	}
	if record, err = l.YearRecord(ctx, gone, issuedYear); err != nil || record.Has() || !record.Current || record.Issued.Issue != 2 {
		t.Errorf("after it: %+v, %v", record.Issued, err)
	}
	if s, err := l.IssueStatement(ctx, gone, ledger.IssueOptions{Year: issuedYear, Now: later}); err != nil || s.Issue != 2 || !s.Emptied() {
		t.Errorf("on request: %+v, %v", s, err)
	}
	if duties, err := l.StatementDuty(ctx, issuedYear, "33"); err != nil || len(duties) != 1 || duties[0].Insured != 1 || duties[0].Issued != 1 || duties[0].Sent != 0 || duties[0].Emptied != 1 {
		t.Errorf("%+v, %v", duties, err)
	}
	if s, err := l.LatestStatement(ctx, gone); !fault.Is(err, fault.NotFound) {
		t.Errorf("the hotline would text a link to %d: %v", s.Year, err)
	}
	if years, err := l.UnopenedSince(ctx, gone, now.Add(time.Minute)); err != nil || len(years) != 1 {
		t.Errorf("home tells of %v, %v", years, err)
	}
	mustImport(t, l, ledger.Rules, writeFile(t, "rules.csv", ruleHeader+"330000,A,月积数法,\n"))
	if report := issueAll(t, l, later.Add(2*time.Hour)); report.Superseded != 1 || report.Emptied != 0 || report.Persons != 2 {
		t.Errorf("the figures are back: %+v", report)
	}
	if s, err := l.Statement(ctx, gone, issuedYear); err != nil || s.Issue != 3 || s.Emptied() || s.PersonYear.Account.Closing != first.PersonYear.Account.Closing {
		t.Errorf("%+v, %v", s, err)
	}
	if duties, err := l.StatementDuty(ctx, issuedYear, "33"); err != nil || len(duties) != 1 || duties[0].Insured != 2 || duties[0].Emptied != 0 {
		t.Errorf("%+v, %v", duties, err)
	}
	if record, err = l.YearRecord(ctx, stays, issuedYear); err != nil || record.Issued.Issue != 1 {
		t.Errorf("whose record is the same keeps the first issue: %+v, %v", record.Issued, err)
	}
}
