package ledger

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
	"shebao/shared/seal"
)

// The benchmarks run on a server that keeps what it has committed, and measure limit and project in turn on the same data: only ratios of one run count.
// go test -run '^$' -bench . -benchtime 1x ./shared/ledger

const (
	benchPersons = 5000
	benchMonths  = 12 // times five insurances: 300,000 rows
	benchRounds  = 3
)

var benchNow = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func benchLedger(b *testing.B) (*Ledger, *pgxpool.Pool, string) {
	b.Helper()
	ctx := b.Context()
	dir, err := os.MkdirTemp("", "shebao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user than root
		b.Fatal(err)
	}
	server, err := embedded.Start(ctx, embedded.Options{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop() })
	url := server.URL("postgres")
	pool, err := postgres.Open(ctx, url, "", "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if err := postgres.Migrate(ctx, pool, Migrations); err != nil {
		b.Fatal(err)
	}
	field, err1 := seal.NewFieldKey(make([]byte, 32), "ledger")
	hash, err2 := seal.NewHashKey(make([]byte, 32), "ledger")
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	statements, err := NewStatementKeys([][]byte{make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	return New(pool, Keys{Field: field, Hash: hash, Statements: statements}), pool, url
}

// benchFiles writes employers, persons and contributions and returns the last one's path.
func benchFiles(b testing.TB, l *Ledger, persons, months int) string {
	b.Helper()
	dir := b.TempDir()
	code := "91350100M000100Y43"
	write := func(name string, rows func(w *csv.Writer)) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		w := csv.NewWriter(f)
		rows(w)
		w.Flush()
		if err := errors.Join(w.Error(), f.Close()); err != nil {
			b.Fatal(err)
		}
		return path
	}
	run := func(kind Kind, path string) {
		if _, err := l.Import(b.Context(), kind, path, Options{Now: benchNow}); err != nil {
			b.Fatal(err)
		}
	}
	run(Employers, write("employers.csv", func(w *csv.Writer) {
		_ = w.Write([]string{"uscc", "name", "region"})
		_ = w.Write([]string{code, "南湖电子有限公司", "330402"})
	}))
	numbers := make([]string, persons)
	run(Persons, write("persons.csv", func(w *csv.Writer) {
		_ = w.Write([]string{"id_number", "name", "opening_balance", "opening_on"})
		for i := range numbers {
			numbers[i] = benchNumber(i)
			_ = w.Write([]string{numbers[i], "吕勇军", "4621.93", "2022-12-31"})
		}
	}))
	return write("contributions.csv", func(w *csv.Writer) {
		_ = w.Write([]string{"id_number", "uscc", "insurance", "period", "base", "employer_due", "employer_paid", "person_due", "person_paid", "paid_on"})
		for i, number := range numbers {
			for m := range months {
				base := money.Fen(450000 + i%900*1000)
				period := calendar.NewPeriod(2023, time.Month(1+m))
				for _, k := range [...]struct {
					kind          string
					employer, own money.Fen
				}{{"110", 1600, 800}, {"210", 50, 50}, {"310", 800, 200}, {"410", 40, 0}, {"510", 70, 0}} {
					due, own := (base * k.employer / 10000).String(), (base * k.own / 10000).String()
					_ = w.Write([]string{number, code, k.kind, strconv.Itoa(int(period)), base.String(), due, due, own, own, period.FirstDay().AddDays(i % 25).String()})
				}
			}
		}
	})
}

func benchNumber(n int) string {
	body := fmt.Sprintf("0701%02d%s%03d", 1+n/25200%90, calendar.NewDate(1960, 1, 1).AddDays(n / 1000 % 25).String()[:4]+fmt.Sprintf("%02d%02d", 1+n/2100%12, 1+n/75%28), n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

// wanted fails the benchmark whose share of its limit is smaller than wanted, and tells it in any case: a failed benchmark reports no metrics.
func wanted(b *testing.B, what string, share, wanted float64) {
	b.Helper()
	b.Logf("%s: %.2f, wanted %.2f", what, share, wanted)
	if share < wanted {
		b.Errorf("%s: %.2f, wanted %.2f", what, share, wanted)
	}
}

// memoryWithin fails the benchmark that took more memory than the largest file may.
func memoryWithin(b *testing.B, peak uint64) {
	b.Helper()
	if peak > 128<<20 {
		b.Errorf("%d MiB of memory, at most 128 wanted", peak>>20)
	}
}

// timed runs work several times, after prepare, and returns the median.
func timed(b *testing.B, prepare, work func()) time.Duration {
	b.Helper()
	var took []time.Duration
	for range benchRounds {
		prepare()
		began := time.Now()
		work()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func exec1(b *testing.B, pool *pgxpool.Pool, sql string) {
	b.Helper()
	if _, err := pool.Exec(b.Context(), sql); err != nil {
		b.Fatal(err)
	}
}

const (
	benchRaw = `CREATE UNLOGGED TABLE IF NOT EXISTS raw (id_number text, uscc text, insurance text, period text, base text,
		employer_due text, employer_paid text, person_due text, person_paid text, paid_on text)`
	benchPlain = `DROP TABLE IF EXISTS plain; CREATE TABLE plain (LIKE ledger.contribution, PRIMARY KEY (person_id, period, insurance, employer_id))`
	benchKeep  = `DROP TABLE IF EXISTS kept; CREATE UNLOGGED TABLE kept AS SELECT * FROM ledger.staged_contribution`
	benchClear = `TRUNCATE ledger.contribution, ledger.contribution_history, ledger.person_year, ledger.employment`
)

// BenchmarkImport: reading into staging against psql \copy of the same file as text; a new file merged, and the same file again, each with accounts, against one plain
// INSERT of the staged rows.
func BenchmarkImport(b *testing.B) {
	l, pool, url := benchLedger(b)
	file := benchFiles(b, l, benchPersons, benchMonths)
	rows := float64(benchPersons * benchMonths * 5)
	exec1(b, pool, benchRaw)
	for b.Loop() {
		limit := timed(b, func() { exec1(b, pool, "TRUNCATE raw") }, func() { copyRaw(b, pool, url, file) })
		staged := timed(b, func() {}, func() {
			run, _ := stageOnly(b, l, file)
			run.conn.Release()
		})
		exec1(b, pool, benchKeep)
		insert := timed(b, func() { exec1(b, pool, benchPlain+"; CHECKPOINT") }, func() {
			exec1(b, pool, `INSERT INTO plain (person_id, period, insurance, employer_id, `+mergeValues+`, run_id)
				SELECT person_id, period, insurance, employer_id, `+mergeValues+`, 1 FROM kept`)
		})
		whole := func() {
			if _, err := l.Import(b.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
				b.Fatal(err)
			}
		}
		fresh := timed(b, func() { exec1(b, pool, benchClear); exec1(b, pool, "CHECKPOINT") }, whole)
		again := timed(b, func() { exec1(b, pool, "CHECKPOINT") }, whole)
		wanted(b, "staged, of \\copy", limit.Seconds()/staged.Seconds(), 0.8)
		wanted(b, "merged, of a plain INSERT", insert.Seconds()/(fresh-staged).Seconds(), 0.6)
		wanted(b, "merged again, of a plain INSERT", insert.Seconds()/(again-staged).Seconds(), 1.5)
		b.ReportMetric(rows/limit.Seconds(), "copy-rows/s")
		b.ReportMetric(rows/staged.Seconds(), "staged-rows/s")
		b.ReportMetric(limit.Seconds()/staged.Seconds(), "staged/copy")
		b.ReportMetric(rows/insert.Seconds(), "insert-rows/s")
		b.ReportMetric(rows/(fresh-staged).Seconds(), "merged-rows/s")
		b.ReportMetric(insert.Seconds()/(fresh-staged).Seconds(), "merged/insert")
		b.ReportMetric(insert.Seconds()/(again-staged).Seconds(), "again/insert")
		b.ReportMetric(rows/fresh.Seconds(), "whole-rows/s")
	}
}

// BenchmarkMillion imports a million rows, the worst order included, and prints the most memory that the process took.
func BenchmarkMillion(b *testing.B) {
	l, pool, _ := benchLedger(b)
	byPerson := benchFiles(b, l, 16_700, benchMonths)
	byMonth := inMonths(b, byPerson)
	for _, tc := range []struct{ name, file string }{{"by-person", byPerson}, {"by-month", byMonth}} {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				exec1(b, pool, benchClear)
				debug.FreeOSMemory()
				peak := watchMemory()
				began := time.Now()
				report, err := l.Import(b.Context(), Contributions, tc.file, Options{Now: benchNow})
				if err != nil || report.Added != report.Rows {
					b.Fatalf("%+v, %v", report, err)
				}
				b.ReportMetric(float64(report.Rows)/time.Since(began).Seconds(), "rows/s")
				most := peak()
				b.ReportMetric(float64(most)/(1<<20), "peak-MiB")
				memoryWithin(b, most)
			}
		})
	}
}

// inMonths writes a file's rows in the order of months, as monthly exports put together are.
func inMonths(b *testing.B, file string) string {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte{'\n'})
	slices.SortStableFunc(lines[1:], func(x, y []byte) int {
		if len(x) == 0 || len(y) == 0 {
			return len(y) - len(x)
		}
		return bytes.Compare(x[42:48], y[42:48])
	})
	path := filepath.Join(b.TempDir(), "months.csv")
	if err := os.WriteFile(path, bytes.Join(lines, nil), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// watchMemory looks at what the process has from the system until the peak is asked for.
func watchMemory() (peak func() uint64) {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		var most uint64
		for {
			metrics.Read(samples)
			most = max(most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-stop:
				done <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-done }
}

// copyRaw is the limit: psql's \copy, or, where there is no psql, the same COPY through pgx.
func copyRaw(b *testing.B, pool *pgxpool.Pool, url, file string) {
	b.Helper()
	if psql, err := exec.LookPath("psql"); err == nil {
		out, err := exec.CommandContext(b.Context(), psql, "-q", "-d", url, "-c", `\copy raw FROM '`+file+`' WITH (FORMAT csv, HEADER true)`).CombinedOutput()
		if err != nil {
			b.Fatalf("psql: %v: %s", err, out)
		}
		return
	}
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := conn.Conn().PgConn().CopyFrom(b.Context(), f, "COPY raw FROM STDIN WITH (FORMAT csv, HEADER true)"); err != nil {
		b.Fatal(err)
	}
}

// stageOnly reads a file into the staging table; the run's connection is still held.
func stageOnly(b testing.TB, l *Ledger, file string) (*importRun, *stagedCounts) {
	b.Helper()
	ctx := b.Context()
	in, err := openRows(file)
	if err != nil {
		b.Fatal(err)
	}
	defer in.close()
	columns, err := columnsOf(Contributions, in.header)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	run := &importRun{ledger: l, conn: conn, file: in, columns: columns, today: calendar.DateOf(benchNow), now: benchNow,
		report: Report{Reasons: map[Reason]int64{}}, progress: newProgress(nil, in)}
	if err := run.clearStage(ctx); err != nil {
		b.Fatal(err)
	}
	employers, err := run.loadEmployers(ctx)
	if err != nil {
		b.Fatal(err)
	}
	counts, err := run.stageContributions(ctx, newContributionReader(columns, run.today, employers))
	if err != nil {
		b.Fatal(err)
	}
	return run, counts
}

// BenchmarkParse is reading and checking alone, without a database.
func BenchmarkParse(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("id_number,uscc,insurance,period,base,employer_due,employer_paid,person_due,person_paid,paid_on\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "%s,91350100M000100Y43,%d,2023%02d,18823.00,3011.68,3011.68,1505.84,1505.84,2023-%02d-21\n", benchNumber(i/60), 110+100*(i%5/4), 1+i/5%12, 1+i/5%12)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		reader := newCSVReader(bytes.NewReader(text.Bytes()))
		header, err := reader.next()
		if err != nil {
			b.Fatal(err)
		}
		var names []string
		for _, cell := range header.cells {
			names = append(names, string(cell))
		}
		columns, err := columnsOf(Contributions, names)
		if err != nil {
			b.Fatal(err)
		}
		check := newContributionReader(columns, calendar.DateOf(benchNow), map[string]int32{"91350100M000100Y43": 1})
		var row stagedRow
		var buffer []byte
		for {
			rec, err := reader.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if bad := check.read(rec.cells, &row); bad == nil {
				buffer = appendStaged(buffer[:0], &row)
			}
		}
	}
}

// BenchmarkPersonYear: one person's year, read and unpacked, against the bare query on the same connection.
func BenchmarkPersonYear(b *testing.B) {
	l, pool, _ := benchLedger(b)
	file := benchFiles(b, l, 500, benchMonths)
	if _, err := l.Import(b.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		b.Fatal(err)
	}
	b.Run("bare", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			var packed []byte
			if err := pool.QueryRow(context.Background(), `SELECT packed FROM ledger.person_year WHERE person_id = $1 AND year = $2`, 1+i%500, 2023).Scan(&packed); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ledger", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := l.PersonYear(context.Background(), int64(1+i%500), 2023); err != nil {
				b.Fatal(err)
			}
		}
	})
	var packed []byte
	if err := pool.QueryRow(b.Context(), `SELECT packed FROM ledger.person_year WHERE person_id = 1 AND year = 2023`).Scan(&packed); err != nil {
		b.Fatal(err)
	}
	b.Run("unpack", func(b *testing.B) {
		b.ReportMetric(float64(len(packed)), "packed-bytes")
		for b.Loop() {
			if _, err := unpackYear(1, 2023, packed); err != nil {
				b.Fatal(err)
			}
		}
	})
}
