package ledger_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// One query must tell what three tell.
func TestARecordIsThePersonTheYearsAndTheReach(t *testing.T) {
	l, pool := newLedger(t)
	dir, ctx := smallSample(t), t.Context()
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	var id int64
	if err := pool.QueryRow(ctx, `SELECT min(id) FROM ledger.person`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if r, err := l.Record(ctx, id); err != nil || r.Person.ID != id || !r.DataDate.IsZero() {
		t.Errorf("before the first contribution: %v, %d years, %s", err, len(r.Years), r.DataDate)
	}
	mustImport(t, l, ledger.Contributions, filepath.Join(dir, "contributions.csv"))
	r, err := l.Record(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	person, err := l.Person(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	years, err := l.PersonYears(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	date, err := l.DataDate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(years) < 2 || date.IsZero() || r.Person != person || !reflect.DeepEqual(r.Years, years) || r.DataDate != date {
		t.Errorf("the record differs from its parts: %d and %d years, %s and %s", len(r.Years), len(years), r.DataDate, date)
	}
	if _, err := l.Record(ctx, 1<<40); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
}
