package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	chainBatch = 1000        // entries in one transaction
	chainEvery = time.Second // how long an entry waits at most while the database answers
)

// Chain takes every entry that waits into the chain, after whoever is at it. Whatever reads the chain calls it first, so that nobody misses what has just been committed.
func Chain(ctx context.Context, db Querier) error {
	_, err := chain(ctx, db, true)
	return err
}

func chain(ctx context.Context, db Querier, wait bool) (taken int, err error) {
	for {
		rows, err := db.Query(ctx, `SELECT audit.chain($1, $2)`, chainBatch, wait)
		if err != nil {
			return taken, fmt.Errorf("chain audit log: %w", err)
		}
		n, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		if err != nil {
			return taken, fmt.Errorf("chain audit log: %w", err)
		}
		if taken += n; n < chainBatch {
			return taken, nil
		}
	}
}

// KeepChained takes what waits into the chain every second until ctx ends, and once more then. Every process does: while one of them runs, nothing waits for long, and two never
// do it at once.
func KeepChained(ctx context.Context, db Querier, log *slog.Logger) {
	tick := time.NewTicker(chainEvery)
	defer tick.Stop()
	for {
		_, err := chain(ctx, db, false)
		if err != nil && ctx.Err() == nil {
			log.Error("chaining the audit log failed", "error", err.Error()) // what waits is kept, and taken at the next tick
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
