// Package rekey brings what is stored under the newest key of a secret, batch by batch, while everybody goes on working, and counts what still needs an older one. Rooms name their kinds
// of rows; nothing is remembered of how far a run came, since a row says by itself whether it is done.
package rekey

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres"
)

// Kind is one kind of rows that depend on a secret.
type Kind struct {
	Secret string // the setting that holds the keys
	What   string // the rows, in words
	// Walk looks at the next rows after a place, within a transaction of its own, and writes those anew that an older key made, unless it is told only to look. First is the place before all.
	Walk  func(ctx context.Context, tx pgx.Tx, after any, write bool) (Batch, error)
	First any
	// Rows estimates how many rows there are to walk.
	Rows func(ctx context.Context, db Querier) (int64, error)
	// Lock keeps others from writing these rows during the walk; nil where nothing is in the way.
	Lock func(ctx context.Context, pool *pgxpool.Pool) (unlock func(), err error)
	// Count, instead of Walk, counts what nobody can write anew; Until says what ends their need.
	Count func(ctx context.Context, db Querier) (Tally, error)
	Until string
}

// Querier is a pool or a transaction.
type Querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Tally counts rows.
type Tally struct {
	Rows int64 `json:"rows"`
	Old  int64 `json:"old"`  // that still need a key other than the newest
	Lost int64 `json:"lost"` // that no key of the list opens
}

// Batch is what became of some rows.
type Batch struct {
	Tally
	Last any // the place to go on after
	More bool
}

// Line is what a run says of a kind.
type Line struct {
	Secret string `json:"secret"`
	What   string `json:"what"`
	Tally
	Renewed int64  `json:"renewed"`
	Until   string `json:"until,omitempty"`
}

// Run walks the kinds in their order, or only looks. tell is told how far it is; it may be nil. Killed, it can be run again. Errors: those of the kinds; fault.Unavailable.
func Run(ctx context.Context, pool *pgxpool.Pool, kinds []Kind, write bool, tell func(done, whole int64)) ([]Line, error) {
	var done, whole int64
	for _, k := range kinds {
		if k.Rows == nil {
			continue
		}
		n, err := k.Rows(ctx, pool)
		if err != nil {
			return nil, postgres.Classify(fmt.Errorf("count %s: %w", k.What, err))
		}
		whole += n
	}
	var lines []Line
	for _, k := range kinds {
		line := Line{Secret: k.Secret, What: k.What, Until: k.Until}
		var err error
		if k.Count != nil {
			line.Tally, err = k.Count(ctx, pool)
		} else {
			err = k.walk(ctx, pool, write, &line, func(rows int64) {
				if done += rows; tell != nil {
					tell(done, max(done, whole))
				}
			})
		}
		if err != nil {
			return lines, postgres.Classify(fmt.Errorf("%s: %w", k.What, err))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (k Kind) walk(ctx context.Context, pool *pgxpool.Pool, write bool, line *Line, tell func(rows int64)) error {
	if k.Lock != nil && write {
		unlock, err := k.Lock(ctx, pool)
		if err != nil {
			return err
		}
		defer unlock()
	}
	for after, more := k.First, true; more; {
		var b Batch
		err := postgres.Tx(ctx, pool, func(tx pgx.Tx) (err error) {
			b, err = k.Walk(ctx, tx, after, write)
			return err
		})
		if err != nil {
			return err
		}
		line.Rows, line.Lost = line.Rows+b.Rows, line.Lost+b.Lost
		if write {
			line.Renewed += b.Old
		} else {
			line.Old += b.Old
		}
		after, more = b.Last, b.More
		tell(b.Rows)
	}
	return nil
}
