package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/seal"
	"shebao/shared/verification"
)

// The environment by which a test tells a process of its own what to do before it is killed.
const (
	envKilled     = "LEDGER_TEST_KILLED" // import or issue
	envKilledURL  = "LEDGER_TEST_KILLED_URL"
	envKilledFile = "LEDGER_TEST_KILLED_FILE"
)

// TestMain is also the process that a test starts to kill it.
func TestMain(m *testing.M) {
	work := os.Getenv(envKilled)
	if work == "" {
		os.Exit(m.Run())
	}
	if err := untilKilled(context.Background(), work); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func untilKilled(ctx context.Context, work string) error {
	pool, err := postgres.Open(ctx, os.Getenv(envKilledURL), "", "killed")
	if err != nil {
		return err
	}
	defer pool.Close()
	keys, err := killedKeys()
	if err != nil {
		return err
	}
	l := New(pool, keys)
	if work == "issue" {
		_, err = l.IssueStatements(ctx, IssueOptions{Year: 2025, Now: benchNow})
		return err
	}
	_, err = l.Import(ctx, Contributions, os.Getenv(envKilledFile), Options{Now: benchNow})
	return err
}

func killedKeys() (Keys, error) {
	field, err1 := seal.NewFieldKey(make([]byte, 32), "ledger")
	hash, err2 := seal.NewHashKey(make([]byte, 32), "ledger")
	statements, err3 := NewStatementKeys([][]byte{make([]byte, 32)})
	return Keys{Field: field, Hash: hash, Statements: statements}, errors.Join(err1, err2, err3)
}

// kill starts the work in a process of its own, lets blocker stop it in the middle, waits until done says that a part of the work is committed, and kills it as kill -9 does.
func kill(t *testing.T, pool *pgxpool.Pool, work, file, blocker string, done func() (bool, error)) {
	t.Helper()
	ctx := t.Context()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, blocker); err != nil {
		t.Fatal(err)
	}
	var says bytes.Buffer
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), envKilled+"="+work, envKilledURL+"="+pool.Config().ConnString(), envKilledFile+"="+file)
	process.Stderr = &says
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }()
	for enough := time.After(2 * time.Minute); ; {
		select {
		case err := <-ended:
			t.Fatalf("it ended by itself: %v: %s", err, says.Bytes())
		case <-enough:
			t.Fatal("nothing was committed")
		case <-time.After(5 * time.Millisecond):
		}
		some, err := done()
		if err != nil {
			t.Fatal(err)
		}
		if some {
			break
		}
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || process.ProcessState.ExitCode() != -1 {
		t.Fatalf("it was not killed: %v", process.ProcessState)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	for { // what it had asked the server to commit before it died, the server still commits
		working, err := exists(ctx, pool, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'killed' AND datname = current_database())`)
		if err != nil {
			t.Fatal(err)
		}
		if !working {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// again does the work once more as soon as the server has noticed that the killed process is gone.
func again(t *testing.T, work func() error) {
	t.Helper()
	for enough := time.After(time.Minute); ; {
		err := work()
		if err == nil {
			return
		}
		if fault.Of(err).Key != "import.running" {
			t.Fatal(err)
		}
		select {
		case <-enough:
			t.Fatal("the lock of the killed process was never freed")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func exists(ctx context.Context, tx querier, query string) (there bool, err error) {
	err = tx.QueryRow(ctx, query).Scan(&there)
	return there, err
}

// The process of an import is killed with some parts committed and one on its way: run again, it goes on, and the ledger is as if nothing had happened.
func TestAnImportSurvivesKill9(t *testing.T) {
	whole, wholePool := insideLedger(t)
	file := benchFiles(t, whole, 1100, 12)
	if _, err := whole.Import(t.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		t.Fatal(err)
	}
	l, pool := insideLedger(t)
	file = benchFiles(t, l, 1100, 12)
	// A row of the last person that is not committed: the part that brings the same row waits for it.
	blocker := `INSERT INTO ledger.contribution (person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, run_id, insurance)
		VALUES (1100, 0, 0, 0, 0, 0, 202301, 1, 0, 110)`
	kill(t, pool, "import", file, blocker, func() (bool, error) {
		return exists(t.Context(), pool, `SELECT EXISTS (SELECT FROM ledger.contribution)`)
	})
	if digest(t, pool) == digest(t, wholePool) {
		t.Fatal("the killed process had already done everything")
	}
	again(t, func() error {
		report, err := l.Import(t.Context(), Contributions, file, Options{Now: benchNow})
		if err == nil && (report.Rows != 66_000 || report.Unchanged == 0 || report.Added == 0 || report.Added+report.Unchanged != report.Rows) {
			t.Errorf("%+v", report)
		}
		return err
	})
	if digest(t, pool) != digest(t, wholePool) {
		t.Error("the ledger is not what it would be")
	}
	if _, differ, err := l.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("verify: %v, %v", differ, err)
	}
	if history, err := exists(t.Context(), pool, `SELECT EXISTS (SELECT FROM ledger.contribution_history)`); err != nil || history {
		t.Errorf("something was replaced: %v, %v", history, err)
	}
}

// The process that issues is killed with some statements committed: run again, it issues the rest, and nobody has two.
func TestAnIssueSurvivesKill9(t *testing.T) {
	_, pool := insideLedger(t)
	keys, err := killedKeys()
	if err != nil {
		t.Fatal(err)
	}
	l := New(pool, keys)
	const persons = 2*personsInRange + 100
	file := benchFiles(t, l, persons, 1)
	if _, err := l.Import(t.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE ledger.reach SET data_date = '2026-01-31', accounts_through = '2025-12-31', accounts_filled = NULL`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), Rates, emptyRates(t), Options{Now: benchNow}); err != nil { // runs everybody's account to the end of 2025
		t.Fatal(err)
	}
	blocker := fmt.Sprintf(`INSERT INTO ledger.statement (person_id, number, issued_at, data_date, year, issue, region, code, content)
		VALUES (%d, 0, now(), '2026-01-31', 2025, 1, '', '0123456789', '')`, persons)
	kill(t, pool, "issue", "", blocker, func() (bool, error) {
		return exists(t.Context(), pool, `SELECT EXISTS (SELECT FROM ledger.statement)`)
	})
	var before int64
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM ledger.statement`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	again(t, func() error {
		report, err := l.IssueStatements(t.Context(), IssueOptions{Year: 2025, Now: benchNow})
		if err == nil && (report.Persons != persons || report.Issued != persons-before || report.Unchanged != before || report.Superseded != 0 || before >= persons) {
			t.Errorf("%d were issued before; %+v", before, report)
		}
		return err
	})
	var each, first int64
	if err := pool.QueryRow(t.Context(), `SELECT count(DISTINCT person_id), count(*) FILTER (WHERE issue = 1) FROM ledger.statement`).Scan(&each, &first); err != nil || each != persons || first != persons {
		t.Errorf("%d persons have one, %d are first issues, %v", each, first, err)
	}
	rows, err := pool.Query(t.Context(), `SELECT code FROM ledger.statement WHERE person_id % 97 = 0`)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(codes) != persons/97 {
		t.Fatal(len(codes), err)
	}
	for _, code := range codes {
		if _, err := l.StatementByCode(t.Context(), verification.Code(code)); err != nil {
			t.Errorf("a statement that does not check: %v", err)
		}
	}
}

// emptyRates is a file of rates that says nothing new.
func emptyRates(t testing.TB) string {
	t.Helper()
	path := t.TempDir() + "/rates.csv"
	if err := os.WriteFile(path, []byte("region,year,rate,provisional,source\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
