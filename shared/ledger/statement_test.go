package ledger_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/seal"
	"shebao/shared/verification"
)

func statementKeys(t testing.TB, seeds ...byte) ledger.StatementKeys {
	t.Helper()
	var list [][]byte
	for _, seed := range seeds {
		list = append(list, bytes.Repeat([]byte{seed}, 32))
	}
	keys, err := ledger.NewStatementKeys(list)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// withKeys is another process's ledger on the same database.
func withKeys(t testing.TB, pool *pgxpool.Pool, statements ledger.StatementKeys) *ledger.Ledger {
	t.Helper()
	field, err1 := seal.NewFieldKey(make([]byte, 32), "ledger")
	hash, err2 := seal.NewHashKey(make([]byte, 32), "ledger")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return ledger.New(pool, ledger.Keys{Field: field, Hash: hash, Statements: statements})
}

const issuedYear = 2025

func issueAll(t testing.TB, l *ledger.Ledger, at time.Time) ledger.IssueReport {
	t.Helper()
	report, err := l.IssueStatements(t.Context(), ledger.IssueOptions{Year: issuedYear, Now: at})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func personID(t testing.TB, l *ledger.Ledger, number string) int64 {
	t.Helper()
	p, err := l.PersonByDocument(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func contributionLine(person, period, paid string) string {
	return person + "," + knownCode + ",110," + period + ",5000.00,800.00,800.00,400.00,400.00," + paid + "\n"
}

func owedLine(person, period string) string {
	return person + "," + knownCode + ",110," + period + ",5000.00,800.00,0.00,400.00,0.00,\n"
}

// One person paid, one in arrears: both are issued; a correction supersedes the one statement, and only that.
func TestIssueSupersedesWhatWasCorrected(t *testing.T) {
	l := twoPeople(t)
	file := contributionHeader + contributionLine(knownPerson, "202411", "2024-11-20") + contributionLine(knownPerson, "202503", "2025-03-20") + contributionLine(knownPerson, "202512", "2025-12-20") +
		owedLine(otherPerson, "202503") + contributionLine(otherPerson, "202604", "2026-04-20")
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", file))
	ctx, paid, owing := t.Context(), personID(t, l, knownPerson), personID(t, l, otherPerson)
	if report := issueAll(t, l, now); report.Persons != 2 || report.Issued != 2 || report.Superseded != 0 {
		t.Fatalf("%+v", report)
	}
	first, err := l.Statement(ctx, paid, issuedYear)
	if err != nil {
		t.Fatal(err)
	}
	if first.Issue != 1 || first.SupersededBy() != 0 || !first.IssuedAt.Equal(now) || first.InsuredSince != 202411 || first.MonthsBefore[0] != 1 || first.MonthsPaid()[0] != 2 ||
		len(first.PersonYear.Rows) != 2 || len(first.Employers) != 1 || first.Employers[0].Name == "" || !strings.Contains(first.MaskedID, "*") || first.Region == "" || first.Agency == "" ||
		strings.Join(first.Rules, " ") != "full-month-1998 share-8-2006 month-product-1998 back-payment-a" {
		t.Errorf("%+v", first)
	}
	year, err := l.PersonYear(ctx, paid, issuedYear)
	if err != nil || year.Account.Closing != first.PersonYear.Account.Closing || !year.HasAccount {
		t.Errorf("%+v, %v", year.Account, err)
	}
	if s, err := l.Statement(ctx, owing, issuedYear); err != nil || s.Owed() != 120000 {
		t.Errorf("whoever is owed has a statement all the same: %s, %v", s.Owed(), err)
	}
	later := now.Add(time.Hour)
	if report := issueAll(t, l, later); report.Issued != 0 || report.Unchanged != 2 {
		t.Errorf("again: %+v", report)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+contributionLine(otherPerson, "202503", "2026-05-11")))
	if report := issueAll(t, l, later); report.Issued != 1 || report.Superseded != 1 || report.Unchanged != 1 {
		t.Errorf("after a correction: %+v", report)
	}
	list, err := l.Statements(ctx, owing)
	if err != nil || len(list) != 2 || list[0].Issue != 2 || list[0].Owed() != 0 || list[1].Issue != 1 || list[1].Owed() != 120000 {
		t.Fatalf("%+v, %v", list, err)
	}
	if !list[1].SupersededAt.Equal(later) || list[1].SupersededBy() != 2 || list[0].SupersededBy() != 0 || list[0].Code == list[1].Code {
		t.Errorf("superseded %v by %d", list[1].SupersededAt, list[1].SupersededBy())
	}
	if s, err := l.StatementByCode(ctx, list[1].Code); err != nil || s.SupersededBy() != 2 {
		t.Errorf("the code of the superseded one: %+v, %v", s, err)
	}
}

func TestIssueOnRequest(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202603", "2026-03-20")))
	id, opt := personID(t, l, knownPerson), ledger.IssueOptions{Year: 2026, Now: now, Agency: "嘉兴市社会保险事业管理中心"}
	first, err := l.IssueStatement(t.Context(), id, opt)
	if err != nil || first.Issue != 1 || first.Agency != opt.Agency || first.PersonYear.Account.Settled {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := l.IssueStatement(t.Context(), id, opt); err != nil || again.Code != first.Code {
		t.Errorf("nothing has changed, yet it is another: %v, %v", again.Code, err)
	}
	stillSays := func(want bool) {
		t.Helper()
		record, err := l.YearRecord(t.Context(), id, 2026)
		if err != nil || record.Current != want || len(record.Years) == 0 {
			t.Errorf("issue %d says what the record says: %v, want %v (%v)", record.Issued.Issue, !want, want, err)
		}
	}
	stillSays(true)
	if none, err := l.YearRecord(t.Context(), id, 2031); err != nil || none.Issued.Issue != 0 || none.Has() {
		t.Errorf("a year without a statement: %+v, %v", none, err)
	}
	if _, err := l.YearRecord(t.Context(), id+1000, 2026); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+contributionLine(knownPerson, "202604", "2026-04-20")))
	stillSays(false)
	if second, err := l.IssueStatement(t.Context(), id, opt); err != nil || second.Issue != 2 || second.Code == first.Code {
		t.Errorf("%+v, %v", second, err)
	}
	opt.Year = 2011
	if _, err := l.IssueStatement(t.Context(), id, opt); !fault.Is(err, fault.NotFound) {
		t.Errorf("a year without a record: %v", err)
	}
	if _, err := l.IssueStatements(t.Context(), ledger.IssueOptions{Year: 2026, Now: now}); !fault.Is(err, fault.Invalid) {
		t.Errorf("for everybody, in a year that is not over: %v", err)
	}
}

// A month that was still pending is owed by the next run: nothing was imported for it, yet the statement says something else.
func TestTimeAloneMakesAMonthOwed(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+owedLine(knownPerson, "202512")))
	if s := issueAll(t, l, now); s.Issued == 0 {
		t.Fatalf("%+v", s)
	}
	id := personID(t, l, knownPerson)
	if s, err := l.Statement(t.Context(), id, issuedYear); err != nil || s.DataDate.String() != "2025-12-31" || s.Owed() != 0 {
		t.Errorf("data of %s, owed %s, %v", s.DataDate, s.Owed(), err)
	}
	mustImport(t, l, ledger.Contributions, writeFile(t, "d.csv", contributionHeader+contributionLine(otherPerson, "202604", "2026-04-20")))
	issueAll(t, l, now)
	if s, err := l.Statement(t.Context(), id, issuedYear); err != nil || s.Issue != 2 || s.Owed() != 120000 {
		t.Errorf("issue %d, owed %s, %v", s.Issue, s.Owed(), err)
	}
}

func TestStatementSignatures(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202512", "2025-12-20")))
	issueAll(t, l, now)
	ctx := t.Context()
	s, err := l.Statement(ctx, personID(t, l, knownPerson), issuedYear)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		keys    ledger.StatementKeys
		genuine bool
	}{
		{"the same key", statementKeys(t, 7), true},
		{"a newer key, the old one kept", statementKeys(t, 8, 7), true},
		{"the old key gone", statementKeys(t, 8), false},
		{"no key at all", ledger.StatementKeys{}, false},
	} {
		_, err := withKeys(t, pool, tc.keys).StatementByCode(ctx, s.Code)
		if tc.genuine != (err == nil) || err != nil && !errors.Is(err, ledger.ErrForged) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if _, err := l.StatementByCode(ctx, verification.Code{1}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown code: %v", err)
	}
	if _, err := pool.Exec(ctx, `UPDATE ledger.statement SET region = '330000'`); err == nil {
		t.Error("an issued statement was changed")
	}
	if _, err := pool.Exec(ctx, `DELETE FROM ledger.statement`); err == nil {
		t.Error("an issued statement was removed")
	}
	for _, change := range []string{
		`data_date = data_date + 1`, `region = '000000'`, `issued_at = issued_at + interval '1 second'`, `year = 2024`, `number = number + 1`,
		`content = overlay(content PLACING '\x01'::bytea FROM length(content))`,
	} {
		if _, err := pool.Exec(ctx, `ALTER TABLE ledger.statement DISABLE TRIGGER statement_is_final; CREATE TABLE kept AS SELECT * FROM ledger.statement; UPDATE ledger.statement SET `+change); err != nil {
			t.Fatal(change, err)
		}
		if _, err := l.StatementByCode(ctx, s.Code); !errors.Is(err, ledger.ErrForged) {
			t.Errorf("%s: %v", change, err)
		}
		if _, err := pool.Exec(ctx, `DELETE FROM ledger.statement; INSERT INTO ledger.statement SELECT * FROM kept; DROP TABLE kept`); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.StatementByCode(ctx, s.Code); err != nil {
		t.Errorf("put back as it was: %v", err)
	}
	if _, err := withKeys(t, pool, ledger.StatementKeys{}).IssueStatement(ctx, s.PersonID, ledger.IssueOptions{Year: 2024, Now: now}); err == nil {
		t.Error("issued without a key")
	}
}

func TestDutyCountsByRegion(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+contributionLine(knownPerson, "202512", "2025-12-20")+contributionLine(otherPerson, "202503", "2025-03-20")))
	ctx, id := t.Context(), personID(t, l, knownPerson)
	without, err := l.WithoutStatement(ctx, issuedYear, "", 0, 10)
	if err != nil || len(without) != 2 || without[0].Name == "" || without[0].Employer == "" {
		t.Errorf("%+v, %v", without, err)
	}
	s, err := l.IssueStatement(ctx, id, ledger.IssueOptions{Year: issuedYear, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(l.MarkSent(ctx, s, now), l.MarkOpened(ctx, s, now.Add(time.Minute))); err != nil {
			t.Fatal(err)
		}
		s.OpenedAt = time.Time{}
	}
	if err := l.MarkOpened(ctx, s, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if s, err = l.Statement(ctx, id, issuedYear); err != nil || !s.SentAt.Equal(now) || !s.OpenedAt.Equal(now.Add(time.Minute)) {
		t.Errorf("sent %v, opened %v, %v", s.SentAt, s.OpenedAt, err)
	}
	duties, err := l.StatementDuty(ctx, issuedYear, "")
	if err != nil || len(duties) != 1 || duties[0].Insured != 2 || duties[0].Issued != 1 || duties[0].Sent != 1 || duties[0].Opened != 1 || duties[0].Region != s.Region {
		t.Errorf("%+v, %v", duties, err)
	}
	if without, err = l.WithoutStatement(ctx, issuedYear, s.Region, 0, 10); err != nil || len(without) != 1 || without[0].PersonID == id {
		t.Errorf("%+v, %v", without, err)
	}
	if duties, err = l.StatementDuty(ctx, issuedYear, "99"); err != nil || len(duties) != 0 {
		t.Errorf("another region: %+v, %v", duties, err)
	}
	if report, err := l.IssueStatements(ctx, ledger.IssueOptions{Year: issuedYear, Region: "99", Now: now}); err != nil || report.Persons != 0 {
		t.Errorf("another region: %+v, %v", report, err)
	}
}

// The months before, counted in packed bytes, are those that the rows give.
func TestSampleStatementsCountAsTheLedgerDoes(t *testing.T) {
	l := sampleLedger(t)
	issueAll(t, l, now)
	for id := int64(1); ; id++ {
		years, err := l.PersonYears(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if len(years) == 0 {
			break
		}
		s, err := l.Statement(t.Context(), id, issuedYear)
		if err != nil {
			t.Fatal(err)
		}
		var before, in [len(contribution.Insurances)]int
		for _, y := range years {
			for at, insurance := range contribution.Insurances {
				months := map[int]bool{}
				for _, row := range y.Rows {
					if row.Insurance == insurance {
						full, seen := months[int(row.Period)]
						months[int(row.Period)] = row.PaidInFull() && (full || !seen)
					}
				}
				for _, full := range months {
					switch {
					case full && y.Year < issuedYear:
						before[at]++
					case full && y.Year == issuedYear:
						in[at]++
					}
				}
			}
		}
		if s.MonthsBefore != before || s.MonthsPaid() != in {
			t.Errorf("person %d: before %v, in the year %v; by the rows %v and %v", id, s.MonthsBefore, s.MonthsPaid(), before, in)
		}
	}
}
