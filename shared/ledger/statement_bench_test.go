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
	issueFloor = `DROP TABLE IF EXISTS floor; CREATE TABLE floor (LIKE ledger.statement INCLUDING ALL); CHECKPOINT`
)

// BenchmarkIssue: statements of a year for everybody, signed, against one set-based INSERT … SELECT over the contribution rows, and against writing the ready rows alone.
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
		ready := readyStatements(b, pool)
		floor := timed(b, func() { exec1(b, pool, issueFloor) }, func() { copyReady(b, pool, ready) })
		persons := float64(report.Persons)
		wanted(b, "issued, of the set-based statement", set.Seconds()/issue.Seconds(), 2.5)
		wanted(b, "issued, of writing ready rows", floor.Seconds()/issue.Seconds(), 0.9)
		memoryWithin(b, peak)
		b.ReportMetric(persons/set.Seconds(), "set-based/s")
		b.ReportMetric(persons/issue.Seconds(), "issued/s")
		b.ReportMetric(persons/floor.Seconds(), "floor/s")
		b.ReportMetric(set.Seconds()/issue.Seconds(), "issued/set-based")
		b.ReportMetric(floor.Seconds()/issue.Seconds(), "issued/floor")
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

func copyReady(b *testing.B, pool *pgxpool.Pool, parts [][]byte) {
	b.Helper()
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	for _, part := range parts {
		if _, err := conn.Conn().PgConn().CopyFrom(context.Background(), bytes.NewReader(part),
			`COPY floor (person_id, number, issued_at, data_date, year, issue, region, code, content) FROM STDIN (FORMAT binary)`); err != nil {
			b.Fatal(err)
		}
	}
}
