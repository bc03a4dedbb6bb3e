package ledger_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"shebao/shared/fault"
	"shebao/shared/ledger"
)

// Many readings at once share queries: each gets its own person's record and statement, or its own failure.
func TestReadingsUnderLoadGetWhatTheyAskedFor(t *testing.T) {
	l, pool := newLedger(t)
	dir, ctx := smallSample(t), t.Context()
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		mustImport(t, l, kind, filepath.Join(dir, string(kind)+".csv"))
	}
	issueAll(t, l, now)
	const nobody = 1 << 40
	type answer struct {
		record ledger.Record
		year   ledger.YearRecord
	}
	want := map[int64]answer{}
	for id := int64(1); id <= 12; id++ {
		year, err := l.YearRecord(ctx, id, issuedYear)
		if err != nil || year.Issued.Issue != 1 || !year.Current {
			t.Fatal(id, year.Issued.Issue, year.Current, err)
		}
		record, err := l.Record(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		want[id] = answer{record, year}
	}
	const damaged = 12 // one person's row is spoiled: only that one may notice
	if _, err := pool.Exec(ctx, `UPDATE ledger.person_year SET packed = '\x00' WHERE person_id = $1`, damaged); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 400 {
		all.Go(func() {
			id := int64(1 + n%13)
			if id == 13 {
				id = nobody
			}
			got := want[id]
			var err error
			if n%2 == 0 {
				got.record, err = l.Record(ctx, id)
			} else {
				got.year, err = l.YearRecord(ctx, id, issuedYear)
			}
			switch {
			case id == nobody:
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("nobody: %v", err)
				}
			case id == damaged:
				if err == nil {
					t.Error("a damaged row was read")
				}
			case err != nil || !reflect.DeepEqual(got, want[id]):
				t.Errorf("person %d: another's, or %v", id, err)
			}
		})
	}
	all.Wait()
}

// Who gives up gets away at once; an outage is told to everybody who waits.
func TestReadingsUnderLoadEnd(t *testing.T) {
	l, pool := newLedger(t)
	importTwoPeople(t, l)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := l.Record(gone, 1); !errors.Is(fault.Of(err).Cause, context.Canceled) && !errors.Is(err, context.Canceled) {
				t.Errorf("given up: %v", err)
			}
		})
	}
	all.Wait()
	pool.Close()
	for range 50 {
		all.Go(func() {
			if _, err := l.Record(t.Context(), 1); err == nil {
				t.Error("read from a closed pool")
			}
		})
	}
	all.Wait()
}
