package backup_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/backup"
	grants "shebao/deploy/postgres"
	"shebao/shared/audit"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

// What comes back is every row of every table and every sequence's place; migrating and granting then changes nothing and lets a process work.
func TestEverythingComesBack(t *testing.T) {
	address := postgrestest.URL(t, grants.Migrations()...)
	before := open(t, address)
	for _, sql := range []string{
		`INSERT INTO ledger.person (id_hash, id_sealed, id_type, name, sex, card_number, status, opening_balance, content_hash) VALUES ('\x00ff', '\x0102', '居民身份证', '赵𬭎', '女', '', 1, 12345, '')`,
		audit.Insert + `VALUES ('desk', now(), 'staff:1', 'investigator', 'view case', 'case:1', '', '', 'done'); SELECT audit.chain(10, true)`,
		`INSERT INTO ledger.import_run (kind, file, started_at) SELECT 'persons', 'a"b\c' || n, now() FROM generate_series(1, 3) n`,
	} {
		if _, err := before.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "shebao.backup")
	if err := backup.WriteFile(t.Context(), address+"&pool_max_conns=3", path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if err := backup.WriteFile(t.Context(), address, path); !errors.Is(err, backup.ErrExists) {
		t.Errorf("a second backup over the first: %v", err)
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	elsewhere := postgrestest.URL(t)
	after := open(t, elsewhere)
	if err := backup.Read(t.Context(), elsewhere, after, bytes.NewReader(kept[:len(kept)/2])); err == nil {
		t.Error("half a backup came back")
	}
	if err := backup.Read(t.Context(), elsewhere, after, bytes.NewReader(kept)); err != nil {
		t.Fatal(err) // half of one left nothing behind
	}
	was, is := rows(t, before), rows(t, after)
	if len(was) < 100 {
		t.Errorf("only %d tables were compared", len(was))
	}
	for table, sum := range was {
		if is[table] != sum {
			t.Errorf("%s came back as %s, it was %s", table, is[table], sum)
		}
	}
	if err := backup.Read(t.Context(), elsewhere, after, bytes.NewReader(kept)); !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("into a database that is in use: %v", err)
	}
	if err := postgres.Migrate(t.Context(), after, grants.Migrations()...); err != nil {
		t.Error(err)
	}
	if err := grants.Grant(t.Context(), after); err != nil {
		t.Error(err)
	}
	if checked, breaks, err := audit.Verify(t.Context(), after); err != nil || checked != 1 || len(breaks) > 0 {
		t.Errorf("%d entries, %v, %v", checked, breaks, err)
	}
	desk, err := postgres.Open(t.Context(), elsewhere, "shebao_complaints", "test")
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	var next int64
	if err := desk.QueryRow(t.Context(), `SELECT count(*) FROM ledger.import_run`).Scan(&next); err != nil || next != 3 {
		t.Errorf("the desk sees %d runs, %v", next, err)
	}
	if err := after.QueryRow(t.Context(), `INSERT INTO ledger.import_run (kind, file, started_at) VALUES ('persons', 'next', now()) RETURNING id`).Scan(&next); err != nil || next != 4 {
		t.Errorf("the next run is %d, %v", next, err)
	}
}

// A backup that fails leaves no file, and says what PostgreSQL says without the password.
func TestAFailedBackupLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	err := backup.WriteFile(t.Context(), "postgres://nobody:secret-word@127.0.0.1:1/none", filepath.Join(dir, "b"))
	if err == nil || strings.Contains(err.Error(), "secret-word") || !strings.Contains(err.Error(), "pg_dump") {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
	if err := backup.WriteFile(t.Context(), "postgres://nobody:secret-word@127.0.0.1:x/none", filepath.Join(dir, "b")); err == nil || strings.Contains(err.Error(), "secret-word") {
		t.Error(err)
	}
}

func open(t *testing.T, address string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), address, "", "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// rows sums up every table's rows, and where every sequence stands.
func rows(t *testing.T, pool *pgxpool.Pool) map[string]string {
	t.Helper()
	var tables []string
	if err := pool.QueryRow(t.Context(), `
		SELECT array_agg(format('%I.%I', schemaname, tablename)) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`).Scan(&tables); err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, table := range tables {
		var sum string
		if err := pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT count(*) || ' rows ' || md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '')) FROM %s r`, table)).Scan(&sum); err != nil {
			t.Fatal(table, err)
		}
		sums[table] = sum
	}
	var sequences string
	if err := pool.QueryRow(t.Context(), `SELECT string_agg(schemaname || '.' || sequencename || '=' || coalesce(last_value, 0), ' ' ORDER BY schemaname, sequencename) FROM pg_sequences`).Scan(&sequences); err != nil {
		t.Fatal(err)
	}
	sums["sequences"] = sequences
	return sums
}
