package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// under is the ledger with keys, the newest first; 0 is that of insideLedger.
func under(t *testing.T, pool *pgxpool.Pool, letters ...byte) *Ledger {
	t.Helper()
	var masters [][]byte
	for _, letter := range letters {
		masters = append(masters, slices.Repeat([]byte{letter}, 32))
	}
	field, err1 := seal.FieldKeyOf(masters, "ledger")
	hash, err2 := seal.HashKeyOf(masters, "ledger")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return New(pool, Keys{Field: field, Hash: hash})
}

// twiceImported has more persons than a batch of a rotation, of whom two were changed by a second file. It gives the files.
func twiceImported(t *testing.T) (pool *pgxpool.Pool, persons, changed, contributions string) {
	t.Helper()
	l, pool := insideLedger(t)
	contributions = benchFiles(t, l, personsAtOnce+100, 1)
	changed = filepath.Join(t.TempDir(), "changed.csv")
	lines := "id_number,name,mobile,opening_balance,opening_on\n"
	for _, mobile := range []string{"10000005704", "10000005799"} {
		lines += benchNumber(7) + ",吕永军," + mobile + ",4621.93,2022-12-31\n" + benchNumber(personsAtOnce+7) + ",吕勇君," + mobile + ",4621.93,2022-12-31\n"
	}
	if err := os.WriteFile(changed, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := imported(t, l, Persons, changed); report.Changed != 4 {
		t.Fatalf("%+v", report)
	}
	return pool, filepath.Join(filepath.Dir(contributions), "persons.csv"), changed, contributions
}

func imported(t *testing.T, l *Ledger, kind Kind, file string) Report {
	t.Helper()
	report, err := l.Import(t.Context(), kind, file, Options{Now: benchNow})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// tally sums what a look at all rows says.
func tally(t *testing.T, l *Ledger) (all rekey.Tally) {
	t.Helper()
	lines, err := rekey.Run(t.Context(), l.pool, l.Rekeyed(), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		all = rekey.Tally{Rows: all.Rows + line.Rows, Old: all.Old + line.Old, Lost: all.Lost + line.Lost}
	}
	return all
}

// A rotation that is killed goes on; in its middle everybody is found; after it the old key opens and finds nobody, and files that were imported before say nothing new.
func TestTheLedgersKeyRotates(t *testing.T) {
	pool, persons, changed, contributions := twiceImported(t)
	before, both, after := under(t, pool, 0), under(t, pool, 'b', 0), under(t, pool, 'b')
	const rows = personsAtOnce + 100 + 4
	if got := tally(t, before); got != (rekey.Tally{Rows: rows}) {
		t.Errorf("before: %+v", got)
	}
	if got := tally(t, both); got != (rekey.Tally{Rows: rows, Old: rows}) {
		t.Errorf("with a new key: %+v", got)
	}
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	if _, err := rekey.Run(ctx, pool, both.Rekeyed(), true, func(done, whole int64) {
		if done != personsAtOnce || whole != rows {
			t.Errorf("%d of %d", done, whole)
		}
		kill()
	}); err == nil {
		t.Fatal("it was not killed")
	}
	if got := tally(t, both); got != (rekey.Tally{Rows: rows, Old: rows - personsAtOnce}) {
		t.Errorf("in the middle: %+v", got)
	}
	for _, i := range []int{7, personsAtOnce + 7} {
		if p, err := both.PersonByDocument(t.Context(), benchNumber(i)); err != nil || p.Mobile != "10000005799" {
			t.Errorf("in the middle: %v", err)
		}
	}
	lines, err := rekey.Run(t.Context(), pool, both.Rekeyed(), true, nil)
	if err != nil || lines[0].Renewed != 100 || lines[1].Renewed != 4 {
		t.Errorf("continued: %+v, %v", lines, err)
	}
	if got := tally(t, after); got != (rekey.Tally{Rows: rows}) {
		t.Errorf("after: %+v", got)
	}
	if got := tally(t, before); got.Lost != rows {
		t.Errorf("the old key still opens: %+v", got)
	}
	// The first file's two changed rows change back, and the second changes them again, as ever; nobody else.
	if report := imported(t, after, Persons, changed); report.Unchanged != 4 || report.Added+report.Changed != 0 {
		t.Errorf("the same file: %+v", report)
	}
	if report := imported(t, after, Persons, persons); report.Added != 0 || report.Changed != 2 || report.Unchanged != personsAtOnce+98 {
		t.Errorf("the first file: %+v", report)
	}
	if report := imported(t, after, Contributions, contributions); report.Rejected != 0 || report.Added != report.Rows {
		t.Errorf("contributions: %+v", report)
	}
	for _, kind := range []Kind{Persons, Contributions} {
		file := map[Kind]string{Persons: persons, Contributions: contributions}[kind]
		if _, err := before.Import(t.Context(), kind, file, Options{Now: benchNow}); fault.Of(err).Key != "import.key" {
			t.Errorf("%s under the old key: %v", kind, err)
		}
	}
	if checked, differ, err := after.Verify(t.Context()); err != nil || checked != personsAtOnce+100 || differ != nil {
		t.Errorf("Verify: %d, %v, %v", checked, differ, err)
	}
}

// An import brings the persons that it meets under the newest key, and takes nobody for another; so does one in a rotation's middle.
func TestAnImportDuringARotation(t *testing.T) {
	pool, persons, changed, contributions := twiceImported(t)
	both := under(t, pool, 'b', 0)
	if report := imported(t, both, Contributions, contributions); report.Rejected != 0 {
		t.Errorf("%+v", report)
	}
	if report := imported(t, both, Persons, changed); report.Unchanged != 4 || report.Added+report.Changed != 0 {
		t.Errorf("%+v", report)
	}
	if got := tally(t, both); got != (rekey.Tally{Rows: personsAtOnce + 104, Old: personsAtOnce + 98}) {
		t.Errorf("%+v", got)
	}
	if report := imported(t, both, Persons, persons); report.Added != 0 || report.Changed != 2 || report.Unchanged != personsAtOnce+98 {
		t.Errorf("%+v", report)
	}
	if got := tally(t, under(t, pool, 'b')); got != (rekey.Tally{Rows: personsAtOnce + 106}) {
		t.Errorf("%+v", got)
	}
	former, err := under(t, pool, 'b').formerPersons(t.Context(), 8)
	if err != nil || len(former) != 3 {
		t.Errorf("%d former values, %v", len(former), err)
	}
}

// While an import runs there is no rotation, and the other way round; reading goes on.
func TestARotationWaitsForNoImport(t *testing.T) {
	l, pool := insideLedger(t)
	file := benchFiles(t, l, 1, 1)
	both := under(t, pool, 'b', 0)
	unlock, err := l.lockForRekey(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rekey.Run(t.Context(), pool, both.Rekeyed(), true, nil); fault.Of(err).Key != "import.running" {
		t.Errorf("%v", err)
	}
	if _, err := both.Import(t.Context(), Contributions, file, Options{Now: benchNow}); fault.Of(err).Key != "import.running" {
		t.Errorf("%v", err)
	}
	if got := tally(t, both); got.Old != 1 {
		t.Errorf("a look: %+v", got)
	}
	unlock()
	if _, err := rekey.Run(t.Context(), pool, both.Rekeyed(), true, nil); err != nil {
		t.Error(err)
	}
}
