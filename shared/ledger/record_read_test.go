package ledger_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
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
	paid := [len(contribution.Insurances)]int{}
	var since calendar.Period
	for _, y := range r.Years { // a year's own reading tells of the years before what the rows tell
		one, err := l.YearRecord(ctx, id, y.Year)
		if err != nil || !one.Has() || one.Person != person || one.DataDate != date || len(one.Years) != len(years) || !reflect.DeepEqual(one.Year, y) || one.Before.Months != paid || one.Before.Since != since || one.Current {
			t.Errorf("%d: %+v, want %v since %s (%v)", y.Year, one.Before, paid, since, err)
		}
		if since == 0 && len(y.Rows) > 0 {
			since = y.Rows[0].Period
		}
		type month struct {
			contribution.Insurance
			calendar.Period
		}
		full := map[month]bool{}
		for _, row := range y.Rows {
			key := month{row.Insurance, row.Period}
			before, more := full[key]
			full[key] = row.PaidInFull() && (before || !more)
		}
		for i, insurance := range contribution.Insurances {
			for key, whole := range full {
				if whole && key.Insurance == insurance {
					paid[i]++
				}
			}
		}
	}
	if _, err := l.Record(ctx, 1<<40); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
}
