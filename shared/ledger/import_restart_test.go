package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/seal"
)

func insideLedger(t testing.TB) (*Ledger, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, Migrations)
	field, err1 := seal.NewFieldKey(make([]byte, 32), "ledger")
	hash, err2 := seal.NewHashKey(make([]byte, 32), "ledger")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return New(pool, Keys{Field: field, Hash: hash}), pool
}

// digest is everything that people can read out of the ledger, whichever run brought it.
func digest(t testing.TB, pool *pgxpool.Pool) string {
	t.Helper()
	var sum string
	err := pool.QueryRow(t.Context(), `
		SELECT coalesce((SELECT md5(string_agg(concat_ws(',', person_id, period, insurance, employer_id, base, employer_due, employer_paid, person_due, person_paid, paid_on), ';'
				ORDER BY person_id, period, insurance, employer_id)) FROM ledger.contribution), '')
			|| coalesce((SELECT md5(string_agg(concat_ws(',', person_id, year, encode(packed, 'hex')), ';' ORDER BY person_id, year)) FROM ledger.person_year), '')
			|| coalesce((SELECT md5(string_agg(concat_ws(',', employer_id, person_id), ';' ORDER BY employer_id, person_id)) FROM ledger.employment), '')`).Scan(&sum)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// An import that was killed between two of its transactions is run again, and the ledger is as if it had not been killed.
func TestAKilledImportCanBeRunAgain(t *testing.T) {
	whole, wholePool := insideLedger(t)
	file := benchFiles(t, whole, 1100, 12) // 66,000 rows: more than one part
	if _, err := whole.Import(t.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		t.Fatal(err)
	}
	killed, killedPool := insideLedger(t)
	file = benchFiles(t, killed, 1100, 12)
	ctx := t.Context()
	run, counts := stageOnly(t, killed, file)
	parts := counts.parts()
	if len(parts) < 2 {
		t.Fatalf("%d parts: nothing to be killed between", len(parts))
	}
	if err := errors.Join(run.indexStage(ctx, counts, len(parts)), run.extendReach(ctx, counts.lastPeriod, counts.lastPaid)); err != nil {
		t.Fatal(err)
	}
	rules, err := loadRules(ctx, run.conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.mergePart(ctx, run.conn, parts[0], rules); err != nil {
		t.Fatal(err)
	}
	run.conn.Release()
	if digest(t, killedPool) == digest(t, wholePool) {
		t.Fatal("the killed import had already done everything")
	}
	report, err := killed.Import(ctx, Contributions, file, Options{Now: benchNow})
	if err != nil || report.Added+parts[0].rows != report.Rows || report.Unchanged != parts[0].rows {
		t.Errorf("%+v, %v", report, err)
	}
	if digest(t, killedPool) != digest(t, wholePool) {
		t.Error("the ledger is not what it would be")
	}
}

// Two imports at once: the second is told so, and changes nothing.
func TestOneImportAtATime(t *testing.T) {
	l, pool := insideLedger(t)
	file := benchFiles(t, l, 1, 1)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_lock($1)`, importLock); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), Contributions, file, Options{Now: benchNow}); fault.Of(err).Kind != fault.Conflict || fault.Of(err).Key != "import.running" {
		t.Errorf("%v", err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_unlock($1)`, importLock); err != nil {
		t.Fatal(err)
	}
	if report, err := l.Import(t.Context(), Contributions, file, Options{Now: benchNow}); err != nil || report.Added != 5 {
		t.Errorf("%+v, %v", report, err)
	}
}

// What is bad at a file's very end changes nothing of what came before, in any kind of file.
func TestAnUnreadableEndChangesNothing(t *testing.T) {
	l, pool := insideLedger(t)
	good := benchFiles(t, l, 300, 12)
	before := digest(t, pool)
	for kind, head := range map[Kind]string{
		Employers: "uscc,name,region\n91070102MAXG612DD9,杭城纺织有限公司,330106\n",
		Persons:   "id_number,name,opening_balance,opening_on\n" + benchNumber(0) + ",吕勇军,999999.00,2022-12-31\n",
	} {
		for key, tail := range map[string]string{"import.truncated": "9107", "import.quote": "\"9107", "import.nul": "a\x00,b,c\n", "import.encoding": "\xff\xff,b,c\n"} {
			path := filepath.Join(t.TempDir(), "bad.csv")
			if err := os.WriteFile(path, []byte(head+tail), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Import(t.Context(), kind, path, Options{Now: benchNow}); fault.Of(err).Key != key {
				t.Errorf("%s: %v, want %s", kind, err, key)
			}
		}
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.csv")
	if err := os.WriteFile(cut, text[:len(text)-30], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), Contributions, cut, Options{Now: benchNow}); fault.Of(err).Key != "import.truncated" {
		t.Errorf("%v", err)
	}
	var employers, changed int
	if err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM ledger.employer), (SELECT count(*) FROM ledger.person WHERE opening_balance = 99999900)`).Scan(&employers, &changed); err != nil {
		t.Fatal(err)
	}
	if employers != 1 || changed != 0 || digest(t, pool) != before {
		t.Errorf("%d employers, %d persons changed", employers, changed)
	}
}
