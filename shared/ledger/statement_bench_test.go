package ledger

import (
	"bytes"
	"context"
	"runtime/debug"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	issueSetBased = `INSERT INTO annual (person_id, insurance, months, base, employer_due, employer_paid, person_due, person_paid)
		SELECT person_id, insurance, count(*) FILTER (WHERE employer_paid = employer_due AND person_paid = person_due), max(base),
			sum(employer_due::integer), sum(employer_paid::integer), sum(person_due::integer), sum(person_paid::integer)
		FROM ledger.contribution WHERE period BETWEEN 202501 AND 202512 GROUP BY person_id, insurance`
	issueAnnual = `DROP TABLE IF EXISTS annual; CREATE TABLE annual (person_id bigint, insurance smallint, months integer, base bigint, employer_due bigint,
		employer_paid bigint, person_due bigint, person_paid bigint, PRIMARY KEY (person_id, insurance)); CHECKPOINT`
	issueClear = `TRUNCATE ledger.statement, ledger.statement_seal, ledger.statement_delivery; CHECKPOINT`
	issueOwn   = `DROP TABLE IF EXISTS own; CREATE TABLE own (LIKE ledger.statement INCLUDING ALL); CHECKPOINT`
)

// BenchmarkIssue: statements of a year for everybody, signed, against one set-based INSERT … SELECT over the contribution rows; against writing that statement's ready result rows, one for
// each person and insurance, without computing anything (the floor); and, told without a limit, against writing our own ready rows, one for each person.
//
//	go test -run - -bench Issue -benchtime 1x ./shared/ledger
func BenchmarkIssue(b *testing.B) {
	l, pool, _ := benchLedger(b)
	file := benchFiles(b, l, benchPersons*2, 36)
	if _, err := l.Import(b.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		b.Fatal(err)
	}
	exec1(b, pool, "VACUUM ANALYZE")
	var report IssueReport
	var peak uint64
	for b.Loop() {
		set := timed(b, func() { exec1(b, pool, issueAnnual) }, func() { exec1(b, pool, issueSetBased) })
		issue := timed(b, func() { exec1(b, pool, issueClear); debug.FreeOSMemory() }, func() {
			watch := watchMemory()
			var err error
			if report, err = l.IssueStatements(b.Context(), IssueOptions{Year: 2025, Now: benchNow}); err != nil || report.Issued != benchPersons*2 {
				b.Fatalf("%+v, %v", report, err)
			}
			peak = max(peak, watch())
		})
		again := timed(b, func() {}, func() {
			if _, err := l.IssueStatements(b.Context(), IssueOptions{Year: 2025, Now: benchNow}); err != nil {
				b.Fatal(err)
			}
		})
		results := readyResults(b, pool)
		floor := timed(b, func() { exec1(b, pool, issueAnnual) }, func() { copyReady(b, pool, `COPY annual FROM STDIN (FORMAT binary)`, results) })
		ready := readyStatements(b, pool)
		own := timed(b, func() { exec1(b, pool, issueOwn) }, func() {
			copyReady(b, pool, `COPY own (person_id, number, issued_at, data_date, year, issue, region, code, content) FROM STDIN (FORMAT binary)`, ready)
		})
		persons := float64(report.Persons)
		wanted(b, "issued, of the set-based statement", set.Seconds()/issue.Seconds(), 2.5)
		wanted(b, "issued, of writing ready result rows", floor.Seconds()/issue.Seconds(), 0.9)
		memoryWithin(b, peak)
		b.ReportMetric(persons/set.Seconds(), "set-based/s")
		b.ReportMetric(persons/issue.Seconds(), "issued/s")
		b.ReportMetric(persons/floor.Seconds(), "floor/s")
		b.ReportMetric(set.Seconds()/issue.Seconds(), "issued/set-based")
		b.ReportMetric(floor.Seconds()/issue.Seconds(), "issued/floor")
		b.ReportMetric(own.Seconds()/issue.Seconds(), "issued/own-rows")
		b.ReportMetric(persons/again.Seconds(), "unchanged/s")
		b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	}
}

// readyStatements are the issued rows as the bytes that write them, in parts as large as a range's.
func readyStatements(b *testing.B, pool *pgxpool.Pool) [][]byte {
	b.Helper()
	rows, err := pool.Query(b.Context(), `SELECT person_id, number, issued_at, data_date, year, issue, region, code, content FROM ledger.statement ORDER BY person_id`)
	if err != nil {
		b.Fatal(err)
	}
	var parts [][]byte
	n := 0
	for ; rows.Next(); n++ {
		part := n / personsInRange
		if part == len(parts) {
			parts = append(parts, append([]byte(nil), copyHeader...))
		}
		parts[part] = append(parts[part], 0, 9)
		for _, value := range rows.RawValues() {
			parts[part] = append(parts[part], byte(len(value)>>24), byte(len(value)>>16), byte(len(value)>>8), byte(len(value)))
			parts[part] = append(parts[part], value...)
		}
	}
	for i := range parts {
		parts[i] = append(parts[i], 0xFF, 0xFF)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return parts
}

// readyResults are the set-based statement's rows as the bytes that write them.
func readyResults(b *testing.B, pool *pgxpool.Pool) [][]byte {
	b.Helper()
	var ready bytes.Buffer
	err := pool.AcquireFunc(b.Context(), func(conn *pgxpool.Conn) error {
		_, err := conn.Conn().PgConn().CopyTo(b.Context(), &ready, `COPY annual TO STDOUT (FORMAT binary)`)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return [][]byte{ready.Bytes()}
}

func copyReady(b *testing.B, pool *pgxpool.Pool, copyIn string, parts [][]byte) {
	b.Helper()
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	for _, part := range parts {
		if _, err := conn.Conn().PgConn().CopyFrom(context.Background(), bytes.NewReader(part), copyIn); err != nil {
			b.Fatal(err)
		}
	}
}
