package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// rowsInPart is about how many staged rows one transaction merges: truth, history, packed rows and accounts of its persons change together or not at
// all, and an import that is killed goes on where it was when it is run again, since what is merged already says nothing new.
const rowsInPart = 20_000

// mergers is how many parts are merged at a time: while one waits for the disk or computes accounts in Go, the other keeps the database busy.
const mergers = 2

// part is a range of persons: first <= id < end.
type part struct {
	first, end int64
	rows       int64
	repeats    bool // some key may be repeated
}

// parts cuts the staged rows into parts of whole persons.
func (c *stagedCounts) parts() []part {
	var parts []part
	current := part{repeats: c.unordered > 0}
	for at, rows := range c.byPersons {
		if current.rows > 0 && current.rows+rows > rowsInPart {
			parts = append(parts, current)
			current = part{first: current.end, repeats: current.repeats}
		}
		current.rows += rows
		current.end = int64(at+1) << personBits
	}
	if current.rows > 0 {
		parts = append(parts, current)
	}
	return parts
}

// merge brings the staged rows into the ledger, then runs everybody's account on when the data has reached another year.
func (r *importRun) merge(ctx context.Context, counts *stagedCounts) error {
	if counts.rows == 0 {
		return nil
	}
	parts := counts.parts()
	if err := r.indexStage(ctx, counts, len(parts)); err != nil {
		return err
	}
	if err := r.extendReach(ctx, counts.lastPeriod, counts.lastPaid); err != nil {
		return err
	}
	rules, err := loadRules(ctx, r.conn)
	if err != nil {
		return err
	}
	if err := r.mergeParts(ctx, parts, counts.rows, rules); err != nil {
		return err
	}
	if _, err := r.conn.Exec(ctx, `TRUNCATE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("empty the staging table: %w", err)
	}
	if err := r.fillAccounts(ctx, rules); err != nil {
		return err
	}
	return r.showReach(ctx)
}

// indexStage lets a part find its rows: a file in the order of persons needs only a map of which pages hold whom, which costs a fifth of a tree.
func (r *importRun) indexStage(ctx context.Context, counts *stagedCounts, parts int) error {
	statements := `ANALYZE ledger.staged_contribution (person_id, period)`
	switch {
	case parts > 1 && counts.backward < counts.rows/1000:
		statements += `; CREATE INDEX staged_by_person ON ledger.staged_contribution USING brin (person_id) WITH (pages_per_range = 8)`
	case parts > 1:
		statements += `; CREATE INDEX staged_by_person ON ledger.staged_contribution (person_id)`
	}
	if _, err := r.conn.Exec(ctx, statements); err != nil {
		return fmt.Errorf("index the staging table: %w", err)
	}
	return nil
}

func (r *importRun) mergeParts(ctx context.Context, parts []part, rows int64, rules *rules) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan part, len(parts))
	for _, p := range parts {
		queue <- p
	}
	close(queue)
	var lock sync.Mutex // of report, merged and failed
	var merged int64
	var failed error
	work := func(conn *pgxpool.Conn) {
		for p := range queue {
			done, err := r.mergePart(ctx, conn, p, rules)
			lock.Lock()
			if err != nil {
				failed = errors.Join(failed, err)
				cancel() // the other one ends with its part
				lock.Unlock()
				return
			}
			r.report.Duplicates += done.duplicates
			r.report.Superseded += done.superseded
			r.report.Added += done.added
			r.report.Changed += done.changed
			r.report.AccountsRun += done.accounts
			merged += p.rows
			r.progress.merging(merged, rows)
			lock.Unlock()
		}
	}
	var others sync.WaitGroup
	for range min(mergers, len(parts)) - 1 {
		conn, err := r.ledger.pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("merge: %w", err)
		}
		others.Go(func() {
			defer conn.Release()
			work(conn)
		})
	}
	work(r.conn)
	others.Wait()
	return failed
}
