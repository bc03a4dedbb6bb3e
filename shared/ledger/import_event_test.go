package ledger_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// accountOf is a person's account of a year, after the packed years were compared with the truth.
func accountOf(t testing.TB, l *ledger.Ledger, number string, year int) account.Year {
	t.Helper()
	y, err := l.PersonYear(t.Context(), personID(t, l, number), year)
	if err != nil {
		t.Fatal(year, err)
	}
	if checked, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 || checked == 0 {
		t.Errorf("verify: %d checked, %v differ, %v", checked, differ, err)
	}
	if a := y.Account; a.Closing != a.Opening+a.Credited()+a.Interest()+a.Adjustments {
		t.Errorf("%d does not add up: %+v", year, a)
	}
	return y.Account
}

// Whatever happens to an account, its record can be read again.
func TestEveryKindOfEventReadsBack(t *testing.T) {
	l, _ := newLedger(t)
	importTwoPeople(t, l)
	for i, kind := range account.EventKinds() {
		amount, number := "", strconv.Itoa(i)
		if kind == account.TransferIn || kind == account.Correction {
			amount = "1.00"
		}
		mustImport(t, l, ledger.Events, writeFile(t, number+".csv", "id_number,number,kind,on,personal,employer,note,state\n"+eventLine(knownPerson, number, kind.String(), "2024-08-20", amount, "事由", "")))
		if a := accountOf(t, l, knownPerson, 2024); len(a.Events) != 1 || a.Events[0].Kind != kind {
			t.Errorf("%s reads back as %+v", kind, a.Events)
		}
		mustImport(t, l, ledger.Events, writeFile(t, number+".csv", "id_number,number,kind,on,personal,employer,note,state\n"+eventLine(knownPerson, number, kind.String(), "2024-08-20", amount, "事由", "撤销")))
	}
}

func eventLine(person, number, kind, on, personal, note, state string) string {
	return strings.Join([]string{person, number, kind, on, personal, "", note, state}, ",") + "\n"
}

// An account moves in within the year, is corrected, and moves on; a corrected row corrects, keeps what it said, and the same file again changes nothing.
func TestEventsComeIntoTheAccount(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202409", "2024-09-20")+contributionLine(knownPerson, "202512", "2025-12-20")))
	before := accountOf(t, l, knownPerson, 2024)
	file := "业务流水号,证件号码,变动类型,变动日期,个人部分,单位部分,1月本金,8月本金,说明\n" +
		"T1," + knownPerson + ",转入,20240903,10000.00,500,160,160.00,自杭城市转入\n" +
		"T2," + knownPerson + ",调整,2024/11/05,-12.30,,,,多记一笔更正\n" +
		"T1," + knownPerson + ",转入,20240903,9000.00,500,160,160.00,自杭城市转入\n" + // the file's last word counts
		"T2," + knownPerson + ",调整,2024/11/05,-12.30,,,,多记一笔更正\n"
	path := writeFile(t, "v.csv", file)
	report := mustImport(t, l, ledger.Events, path)
	if report.Rows != 4 || report.Good != 3 || report.Added != 2 || report.Duplicates != 1 || report.Superseded != 1 || report.Unchanged != 0 || report.AccountsRun != 1 {
		t.Fatalf("%+v", report)
	}
	a := accountOf(t, l, knownPerson, 2024)
	// 9500.00 for the whole year, 160.00 from January and from August, at 2.62 %; the correction begins to earn in the year after.
	if a.Adjustments != 982000-1230 || a.InterestOnOpening-before.InterestOnOpening != 23580+1310 || a.InterestOnCurrent-before.InterestOnCurrent != 594 || a.Credited() != before.Credited() ||
		len(a.Events) != 2 || a.Events[0] != (account.Booked{Kind: account.TransferIn, On: calendar.NewDate(2024, 9, 3), Amount: 982000, Note: "自杭城市转入"}) || a.Events[1].Amount != -1230 {
		t.Errorf("%+v, before %+v", a, before)
	}
	if next := accountOf(t, l, knownPerson, 2025); next.Opening != a.Closing {
		t.Errorf("2025 opens with %s, not %s", next.Opening, a.Closing)
	}
	if again := mustImport(t, l, ledger.Events, path); again.Added+again.Changed+again.AccountsRun != 0 || again.Unchanged != 2 {
		t.Errorf("the same file again: %+v", again)
	}
	corrected := mustImport(t, l, ledger.Events, writeFile(t, "w.csv", "id_number,number,kind,on,personal,employer,note,state\n"+
		eventLine(knownPerson, "T2", "correction", "2024-11-05", "-2.30", "多记一笔更正", "")+eventLine(knownPerson, "T3", "transfer_out", "2025-06-10", "", "转往绍兴市", "valid")))
	if corrected.Changed != 1 || corrected.Added != 1 {
		t.Errorf("%+v", corrected)
	}
	if a := accountOf(t, l, knownPerson, 2024); a.Events[1].Amount != -230 {
		t.Errorf("corrected: %+v", a.Events)
	}
	left := accountOf(t, l, knownPerson, 2025)
	if left.Adjustments != -left.Opening || left.Credited() != 40000 || left.InterestOnCurrent != 50 || left.Closing != 40050 {
		t.Errorf("what December brought stays behind: %+v", left)
	}
	mustImport(t, l, ledger.Events, writeFile(t, "u.csv", "id_number,number,kind,on,personal,employer,note,state\n"+eventLine(knownPerson, "T3", "转出", "2025-06-10", "", "转往绍兴市", "撤销")))
	if back := accountOf(t, l, knownPerson, 2025); back.Adjustments != 0 || len(back.Events) != 0 || back.InterestOnOpening == 0 {
		t.Errorf("a transfer that was entered by mistake: %+v", back)
	}
	var kept int
	var was money.Fen
	if err := pool.QueryRow(t.Context(), `SELECT count(*), min(personal) FROM ledger.account_event_history h JOIN ledger.import_run r ON r.id = h.run_id WHERE r.file = 'v.csv' OR h.kind = 2`).Scan(&kept, &was); err != nil || kept != 2 || was != -1230 {
		t.Errorf("%d former values, %s, %v", kept, was, err)
	}
}

// A record's events that are exported and imported again change nothing.
func TestExportedEventsReadBack(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Events, writeFile(t, "v.csv", eventHeader+knownPerson+",T1,转入,2025-04-01,1.00,0.50,7.25,自杭城市,\n"+
		knownPerson+",C1,调整,2025-05-01,-1.00,,,更正,撤销\n"+knownPerson+",R1,离退休,2025-08-01,,,,,\n"))
	tables, err := l.ExportPerson(t.Context(), personID(t, l, knownPerson))
	if err != nil || tables[3].Name != "events" || len(tables[3].Rows) != 3 {
		t.Fatal(tables, err)
	}
	if again := mustImport(t, l, ledger.Events, writeFile(t, "again.csv", asCSV(t, tables[3]))); again.Rejected != 0 || again.Unchanged != 3 {
		t.Errorf("%+v", again)
	}
}

// Retirement within a year that the contributions have not reached the end of: the year is settled at once, by the last published rate, and no other year follows.
func TestRetirementSettlesItsYear(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202603", "2026-03-20")+contributionLine(otherPerson, "202603", "2026-03-20")))
	open := accountOf(t, l, knownPerson, 2026)
	if open.Settled {
		t.Fatalf("%+v", open)
	}
	mustImport(t, l, ledger.Events, writeFile(t, "v.csv", "id_number,number,kind,on\n"+knownPerson+",R1,离退休,2026-08-31\n"))
	a := accountOf(t, l, knownPerson, 2026)
	interest, err := money.MulDiv(a.Opening, 150*8, 120_000)
	if err != nil || !a.Settled || !a.Provisional || a.InterestOnOpening != interest || a.InterestOnCurrent != 40000*6*150/120_000 || a.Adjustments != 0 || len(a.Events) != 1 {
		t.Errorf("%+v, want %s on the opening", a, interest)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+contributionLine(otherPerson, "202610", "2026-10-20")))
	if b := accountOf(t, l, knownPerson, 2026); b.Closing != a.Closing {
		t.Errorf("a later file moved it: %s, %s", b.Closing, a.Closing)
	}
}

// Whoever is known by a transfer alone has an account; a file of events may come before any contribution.
func TestATransferBeginsAnAccount(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", personHeader+"居民身份证,070106199311038610,崔鹏霞,男,1993-11-03,,,参保缴费,,\n"))
	mustImport(t, l, ledger.Events, writeFile(t, "v.csv", "id_number,number,kind,on,personal\n070106199311038610,T9,转入,2025-05-06,1000.00\n"))
	if a := accountOf(t, l, "070106199311038610", 2025); a.Closing != 100000 || a.Opening != 0 || a.Settled {
		t.Errorf("%+v", a)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202512", "2025-12-20")))
	if a := accountOf(t, l, "070106199311038610", 2025); a.Closing != 101500 || !a.Settled {
		t.Errorf("%+v", a)
	}
}

// An issued statement is superseded once an event changes its year, and says the event.
func TestAnEventSupersedesTheStatement(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202512", "2025-12-20")+contributionLine(otherPerson, "202512", "2025-12-20")))
	issueAll(t, l, now)
	mustImport(t, l, ledger.Events, writeFile(t, "v.csv", "id_number,number,kind,on,personal,note\n"+knownPerson+",C1,调整,2025-04-01,88.00,补记利息\n"))
	id := personID(t, l, knownPerson)
	if record, err := l.YearRecord(t.Context(), id, issuedYear); err != nil || record.Current {
		t.Errorf("the old statement passes for current: %v", err)
	}
	if report := issueAll(t, l, now.Add(time.Hour)); report.Superseded != 1 || report.Unchanged != 1 {
		t.Errorf("%+v", report)
	}
	s, err := l.Statement(t.Context(), id, issuedYear)
	if err != nil || s.Issue != 2 || s.PersonYear.Account.Adjustments != 8800 || len(s.PersonYear.Account.Events) != 1 || s.PersonYear.Account.Events[0].Note != "补记利息" {
		t.Errorf("%+v, %v", s.PersonYear.Account, err)
	}
	if report := issueAll(t, l, now.Add(2*time.Hour)); report.Unchanged != 2 {
		t.Errorf("again: %+v", report)
	}
}

// A file of events that breaks off changes nothing.
func TestABrokenFileOfEventsChangesNothing(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	_, err := l.Import(t.Context(), ledger.Events, writeFile(t, "v.csv", "id_number,number,kind,on,personal\n"+knownPerson+",T1,转入,2025-05-06,1000.00\n"+knownPerson+",T2"), ledger.Options{Now: now})
	var rows int
	if !fault.Is(err, fault.Invalid) || pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.account_event`).Scan(&rows) != nil || rows != 0 {
		t.Errorf("%v, %d events", err, rows)
	}
}
