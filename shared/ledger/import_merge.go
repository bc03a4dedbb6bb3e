package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// rowsInPart is about how many staged rows one transaction merges: truth, history, packed rows and accounts of its persons change together or not at
// all, and an import that is killed goes on where it was when it is run again, since what is merged already says nothing new.
const rowsInPart = 60_000

// mergers is how many parts are merged at a time: while one waits for the disk or computes accounts in Go, the other keeps the database busy.
const mergers = 2

// part is a range of persons: first <= id < end.
type part struct {
	first, end int64
	rows       int64
}

// parts cuts the staged rows into parts of whole persons.
func (c *stagedCounts) parts() []part {
	var parts []part
	var current part
	for at, rows := range c.byPersons {
		if current.rows > 0 && current.rows+rows > rowsInPart {
			parts = append(parts, current)
			current = part{first: current.end}
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
	if len(parts) > 1 {
		if _, err := r.conn.Exec(ctx, `CREATE INDEX staged_by_person ON ledger.staged_contribution (person_id)`); err != nil {
			return fmt.Errorf("index the staging table: %w", err)
		}
	}
	if _, err := r.conn.Exec(ctx, `ANALYZE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("analyze the staging table: %w", err)
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
			done.into(&r.report)
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

// merged counts what became of a part.
type merged struct {
	duplicates, superseded, added, changed, accounts int64
}

func (m merged) into(report *Report) {
	report.Duplicates += m.duplicates
	report.Superseded += m.superseded
	report.Added += m.added
	report.Changed += m.changed
	report.AccountsRun += m.accounts
}

func (r *importRun) mergePart(ctx context.Context, conn *pgxpool.Conn, p part, rules *rules) (merged, error) {
	var m merged
	tx, err := conn.Begin(ctx)
	if err != nil {
		return m, fmt.Errorf("merge: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	// The sort stays in memory.
	if _, err := tx.Exec(ctx, `SET LOCAL work_mem = '64MB'`); err != nil {
		return m, fmt.Errorf("merge: %w", err)
	}
	persons, err := r.mergeRows(ctx, tx, p, &m)
	if err != nil {
		return m, err
	}
	if err := r.ledger.runAccounts(ctx, tx, rules, persons); err != nil {
		return m, err
	}
	m.accounts = int64(len(persons))
	if err := tx.Commit(ctx); err != nil {
		return m, fmt.Errorf("merge: commit: %w", err)
	}
	return m, nil
}

// mergeValues are the columns that a row may change.
const mergeValues = "base, employer_due, employer_paid, person_due, person_paid, paid_on"

func valuesOf(table string) string {
	return table + "." + strings.ReplaceAll(mergeValues, ", ", ", "+table+".")
}

// mergeRows merges a part of the staged rows in one statement and returns the persons of whom it changed something, ascending. The last row of the file wins
// its key. What says nothing new falls out by comparing with the truth, so that the same file again writes nothing.
func (r *importRun) mergeRows(ctx context.Context, tx pgx.Tx, p part, m *merged) ([]int64, error) {
	within := fmt.Sprintf("person_id >= %d AND person_id < %d", p.first, p.end) // written in: the planner shall know the range
	withinC := strings.ReplaceAll(within, "person_id", "c.person_id")
	rows, err := tx.Query(ctx, `
		WITH incoming AS MATERIALIZED (
			SELECT DISTINCT ON (person_id, period, insurance, employer_id) person_id, period, insurance, employer_id, `+mergeValues+`
			FROM ledger.staged_contribution
			WHERE `+within+`
			ORDER BY person_id, period, insurance, employer_id, line DESC),
		news AS MATERIALIZED (
			SELECT i.person_id, i.period, i.insurance, i.employer_id, `+valuesOf("i")+`, c.run_id AS old_run_id
			FROM incoming i
			LEFT JOIN (SELECT person_id, period, insurance, employer_id, `+mergeValues+`, run_id FROM ledger.contribution WHERE `+within+`) AS c
				USING (person_id, period, insurance, employer_id)
			WHERE c.run_id IS NULL OR (`+valuesOf("c")+`) IS DISTINCT FROM (`+valuesOf("i")+`)),
		kept AS (
			INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, `+mergeValues+`, replaced_at)
			SELECT c.person_id, c.period, c.insurance, c.employer_id, $1, c.run_id, `+valuesOf("c")+`, $2
			FROM ledger.contribution c
			JOIN news n USING (person_id, period, insurance, employer_id)
			WHERE n.old_run_id IS NOT NULL AND `+withinC+`),
		corrected AS (
			UPDATE ledger.contribution c SET base = n.base, employer_due = n.employer_due, employer_paid = n.employer_paid,
				person_due = n.person_due, person_paid = n.person_paid, paid_on = n.paid_on, run_id = $1
			FROM news n
			WHERE n.old_run_id IS NOT NULL AND `+withinC+`
				AND (c.person_id, c.period, c.insurance, c.employer_id) = (n.person_id, n.period, n.insurance, n.employer_id)),
		added AS (
			INSERT INTO ledger.contribution (person_id, period, insurance, employer_id, `+mergeValues+`, run_id)
			SELECT person_id, period, insurance, employer_id, `+mergeValues+`, $1 FROM news WHERE old_run_id IS NULL),
		employed AS (
			INSERT INTO ledger.employment (employer_id, person_id)
			SELECT DISTINCT employer_id, person_id FROM news WHERE old_run_id IS NULL
			ON CONFLICT DO NOTHING)
		SELECT person_id, count(*) FILTER (WHERE old_run_id IS NULL), count(old_run_id), 0
		FROM news
		GROUP BY person_id
		UNION ALL
		SELECT 0, 0, 0, count(*) FROM incoming
		ORDER BY person_id`, r.id, r.now)
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	var persons []int64
	var id, added, changed, incoming, distinct int64
	_, err = pgx.ForEachRow(rows, []any{&id, &added, &changed, &incoming}, func() error {
		if id != 0 {
			persons = append(persons, id)
		}
		distinct += incoming
		m.added += added
		m.changed += changed
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	if repeats := p.rows - distinct; repeats > 0 {
		err := tx.QueryRow(ctx, `
			SELECT coalesce(sum(times - 1), 0)::bigint
			FROM (SELECT count(*) AS times FROM ledger.staged_contribution WHERE `+within+`
				GROUP BY person_id, period, insurance, employer_id, `+mergeValues+` HAVING count(*) > 1) AS repeated`).Scan(&m.duplicates)
		if err != nil {
			return nil, fmt.Errorf("count repeated rows: %w", err)
		}
		m.superseded = repeats - m.duplicates
	}
	return persons, nil
}
