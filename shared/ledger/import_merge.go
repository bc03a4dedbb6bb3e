package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
)

// personsAtOnce is how many persons one transaction merges: truth, history, packed rows and accounts change together or not at all, and an import that is killed
// goes on with the next persons when it is run again.
const personsAtOnce = 5000

func (r *importRun) merge(ctx context.Context) error {
	if _, err := r.conn.Exec(ctx, `DROP INDEX IF EXISTS ledger.staged_by_person`); err != nil {
		return fmt.Errorf("index the staging table: %w", err)
	}
	if _, err := r.conn.Exec(ctx, `CREATE INDEX staged_by_person ON ledger.staged_contribution (person_id)`); err != nil {
		return fmt.Errorf("index the staging table: %w", err)
	}
	if _, err := r.conn.Exec(ctx, `ANALYZE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("index the staging table: %w", err)
	}
	if err := r.extendReach(ctx); err != nil {
		return err
	}
	var total int64
	if err := r.conn.QueryRow(ctx, `SELECT count(DISTINCT person_id) FROM ledger.staged_contribution`).Scan(&total); err != nil {
		return fmt.Errorf("count staged persons: %w", err)
	}
	for after, done := int64(0), int64(0); done < total; done += personsAtOnce {
		var last int64
		err := r.conn.QueryRow(ctx, `
			SELECT max(person_id) FROM (SELECT DISTINCT person_id FROM ledger.staged_contribution WHERE person_id > $1 ORDER BY person_id LIMIT $2) AS part`,
			after, personsAtOnce).Scan(&last)
		if err != nil {
			return fmt.Errorf("pick staged persons: %w", err)
		}
		if err := r.mergePersons(ctx, after, last); err != nil {
			return err
		}
		after = last
		r.progress.merging(min(done+personsAtOnce, total), total)
	}
	if _, err := r.conn.Exec(ctx, `TRUNCATE ledger.staged_contribution`); err != nil {
		return fmt.Errorf("empty the staging table: %w", err)
	}
	return r.fillAccounts(ctx)
}

func (r *importRun) mergePersons(ctx context.Context, after, last int64) error {
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	// The last row of the file wins a key. What says nothing new is left out by comparing with the truth.
	_, err = tx.Exec(ctx, `
		CREATE TEMPORARY TABLE news ON COMMIT DROP AS
		SELECT s.*, c.person_id IS NOT NULL AS replaces, c.person_id IS NULL OR (`+prefixed("c.")+`) IS DISTINCT FROM (`+prefixed("s.")+`) AS differs
		FROM (
			SELECT *, row_number() OVER (PARTITION BY person_id, period, insurance, employer_id ORDER BY line DESC) AS from_last,
				row_number() OVER (PARTITION BY person_id, period, insurance, employer_id, `+prefixed("")+` ORDER BY line) AS repeats
			FROM ledger.staged_contribution WHERE person_id > $1 AND person_id <= $2) AS s
		LEFT JOIN ledger.contribution c USING (person_id, period, insurance, employer_id)`, after, last)
	if err != nil {
		return fmt.Errorf("merge: compare: %w", err)
	}
	var duplicates, superseded, added, changed int64
	err = tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE repeats > 1), count(*) FILTER (WHERE repeats = 1) - count(DISTINCT (person_id, period, insurance, employer_id)),
			count(*) FILTER (WHERE from_last = 1 AND NOT replaces), count(*) FILTER (WHERE from_last = 1 AND replaces AND differs) FROM news`).
		Scan(&duplicates, &superseded, &added, &changed)
	if err != nil {
		return fmt.Errorf("merge: count: %w", err)
	}
	steps := []string{
		`INSERT INTO ledger.contribution_history (person_id, period, insurance, employer_id, replaced_run_id, run_id, ` + prefixed("") + `, replaced_at)
		SELECT c.person_id, c.period, c.insurance, c.employer_id, $1, c.run_id, ` + prefixed("c.") + `, now()
		FROM ledger.contribution c JOIN news n USING (person_id, period, insurance, employer_id) WHERE n.from_last = 1 AND n.replaces AND n.differs
		ON CONFLICT DO NOTHING`,
		`INSERT INTO ledger.contribution (person_id, period, insurance, employer_id, ` + prefixed("") + `, run_id)
		SELECT person_id, period, insurance, employer_id, ` + prefixed("") + `, $1 FROM news WHERE from_last = 1 AND differs ORDER BY person_id, period, insurance, employer_id
		ON CONFLICT (person_id, period, insurance, employer_id) DO UPDATE SET base = excluded.base, employer_due = excluded.employer_due, employer_paid = excluded.employer_paid,
			person_due = excluded.person_due, person_paid = excluded.person_paid, paid_on = excluded.paid_on, run_id = excluded.run_id`,
		`INSERT INTO ledger.employment (employer_id, person_id) SELECT DISTINCT employer_id, person_id FROM news WHERE differs AND $1 > 0 ON CONFLICT DO NOTHING`,
	}
	for _, step := range steps {
		if _, err := tx.Exec(ctx, step, r.id); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id FROM news WHERE differs ORDER BY person_id`)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	touched, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if err := r.ledger.runAccounts(ctx, tx, touched); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("merge: commit: %w", err)
	}
	r.report.Duplicates += duplicates
	r.report.Superseded += superseded
	r.report.Added += added
	r.report.Changed += changed
	r.report.AccountsRun += int64(len(touched))
	return nil
}

// extendReach moves the day that the data reaches. Accounts run through the last day of a whole year, or the first of one that is under way: nothing
// between changes them.
func (r *importRun) extendReach(ctx context.Context) error {
	var lastPeriod *int32
	var lastPaid, before civilDate
	if err := r.conn.QueryRow(ctx, `SELECT max(period), max(paid_on) FROM ledger.staged_contribution`).Scan(&lastPeriod, &lastPaid); err != nil {
		return fmt.Errorf("find the data's reach: %w", err)
	}
	if lastPeriod == nil {
		return nil
	}
	reach := calendar.Period(*lastPeriod).LastDay()
	if paid := calendar.Date(lastPaid); paid.After(reach) {
		reach = paid
	}
	if reach.After(r.today) {
		reach = r.today
	}
	if err := r.conn.QueryRow(ctx, `SELECT data_date FROM ledger.reach`).Scan(&before); err != nil {
		return fmt.Errorf("read the data's reach: %w", err)
	}
	if !reach.After(calendar.Date(before)) {
		return nil
	}
	through := calendar.Date{Year: reach.Year, Month: 1, Day: 1}
	if reach == reach.Period().LastDay() && reach.Month == 12 {
		through = reach
	}
	_, err := r.conn.Exec(ctx, `UPDATE ledger.reach SET data_date = $1, accounts_through = $2`, civilDate(reach), civilDate(through))
	if err != nil {
		return fmt.Errorf("extend the data's reach: %w", err)
	}
	return nil
}

// fillAccounts runs everybody's account again once the data has reached another year, those without news too: their balance earned interest.
func (r *importRun) fillAccounts(ctx context.Context) error {
	var stale bool
	if err := r.conn.QueryRow(ctx, `SELECT accounts_through IS DISTINCT FROM accounts_filled FROM ledger.reach`).Scan(&stale); err != nil {
		return fmt.Errorf("read the data's reach: %w", err)
	}
	if !stale {
		return nil
	}
	for after := int64(0); ; {
		rows, err := r.conn.Query(ctx, `SELECT id FROM ledger.person WHERE id > $1 ORDER BY id LIMIT $2`, after, personsAtOnce)
		if err != nil {
			return fmt.Errorf("fill accounts: %w", err)
		}
		persons, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("fill accounts: %w", err)
		}
		if len(persons) == 0 {
			break
		}
		tx, err := r.conn.Begin(ctx)
		if err != nil {
			return fmt.Errorf("fill accounts: %w", err)
		}
		err = r.ledger.runAccounts(ctx, tx, persons)
		if err == nil {
			err = tx.Commit(ctx)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("fill accounts: %w", err), tx.Rollback(context.WithoutCancel(ctx)))
		}
		after = persons[len(persons)-1]
	}
	if _, err := r.conn.Exec(ctx, `UPDATE ledger.reach SET accounts_filled = accounts_through`); err != nil {
		return fmt.Errorf("fill accounts: %w", err)
	}
	return nil
}
