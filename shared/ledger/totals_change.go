package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// BookedChange is what booked payments, and payments taken out again, have changed.
type BookedChange struct {
	State     State
	Employers []Employer     // whose they are, ascending
	Flows     []Flow         // what is to be added, or with a minus taken off
	Owed      []EmployerOwed // all that these employers owe now through the last period that is judged, ordered as Totals.Owed
}

// underWay is for how long an import that has not ended counts as going on; one that was killed ends never.
const underWay = 24 * time.Hour

// BookedSince tells what has changed since a state when nothing but payments has: what one employer paid needs no reading of everybody's years. ok is false when something else has too, or an import is
// under way, whose rows nobody has summed yet: then Totals tells. Error: fault.Unavailable.
func (l *Ledger) BookedSince(ctx context.Context, since State, through calendar.Period, now time.Time) (change BookedChange, ok bool, err error) {
	tx, err := l.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return change, false, postgres.Classify(fmt.Errorf("read bookings: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // only read
	if change.State, err = stateOf(ctx, tx); err != nil || change.State.DataDate != since.DataDate {
		return change, false, err
	}
	var bookings int
	var importing bool
	err = tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE id > $1 AND finished_at IS NOT NULL AND kind IN ('payment', 'reversal')),
			coalesce(bool_or(finished_at IS NULL AND started_at > $2), false) FROM ledger.import_run`, since.Last, now.Add(-underWay)).Scan(&bookings, &importing)
	if err != nil || importing || since.Run+bookings != change.State.Run {
		return change, false, postgres.Classify(err)
	}
	if err := change.read(ctx, tx, since.Last, through); err != nil {
		return change, false, postgres.Classify(fmt.Errorf("read bookings: %w", err))
	}
	return change, true, nil
}

func (c *BookedChange) read(ctx context.Context, tx pgx.Tx, after int32, through calendar.Period) error {
	rows, err := tx.Query(ctx, `SELECT `+employerColumns+` FROM ledger.employer WHERE id IN (SELECT employer_id FROM ledger.payment WHERE run_id > $1 OR reversed_run_id > $1) ORDER BY id`, after)
	if err != nil {
		return err
	}
	if c.Employers, err = pgx.CollectRows(rows, scanEmployer); err != nil {
		return err
	}
	ids := make([]int32, len(c.Employers))
	for i, e := range c.Employers {
		ids[i] = e.ID
	}
	if rows, err = tx.Query(ctx, bookedFlowsQuery, after); err != nil {
		return err
	}
	if c.Flows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Flow]); err != nil {
		return err
	}
	rows, err = tx.Query(ctx, `
		SELECT employer_id, period, insurance, count(*), sum(employer_due - employer_paid + person_due - person_paid)::bigint
		FROM ledger.contribution
		WHERE employer_id = ANY ($1) AND (employer_paid <> employer_due OR person_paid <> person_due) AND period <= $2
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, ids, through)
	if err != nil {
		return err
	}
	c.Owed, err = pgx.CollectRows(rows, pgx.RowToStructByPos[EmployerOwed])
	return err
}

// bookedFlowsQuery takes off what each booking found and adds what it left, which stands there still or has been replaced in its turn.
const bookedFlowsQuery = `
	WITH booking AS (
		SELECT run_id AS run, employer_id FROM ledger.payment WHERE run_id > $1
		UNION ALL SELECT reversed_run_id, employer_id FROM ledger.payment WHERE reversed_run_id > $1),
	whose AS (SELECT b.run, b.employer_id, m.person_id FROM booking b JOIN ledger.employment m USING (employer_id)),
	part AS (
		SELECT h.employer_id, h.insurance, h.period, h.paid_on, -h.employer_due - h.person_due AS due, -h.employer_paid - h.person_paid AS paid
		FROM whose w JOIN ledger.contribution_history h ON h.person_id = w.person_id AND h.employer_id = w.employer_id AND h.replaced_run_id = w.run
		UNION ALL
		SELECT h.employer_id, h.insurance, h.period, h.paid_on, h.employer_due + h.person_due, h.employer_paid + h.person_paid
		FROM whose w JOIN ledger.contribution_history h ON h.person_id = w.person_id AND h.employer_id = w.employer_id AND h.run_id = w.run
		UNION ALL
		SELECT c.employer_id, c.insurance, c.period, c.paid_on, c.employer_due + c.person_due, c.employer_paid + c.person_paid
		FROM whose w JOIN ledger.contribution c ON c.person_id = w.person_id AND c.employer_id = w.employer_id AND c.run_id = w.run)
	SELECT e.region, p.insurance, p.period, CASE WHEN p.paid = 0 THEN 0 WHEN p.paid_on IS NULL THEN p.period ELSE (date_part('year', p.paid_on) * 100 + date_part('month', p.paid_on))::integer END,
		sum(p.due)::bigint, sum(p.paid)::bigint
	FROM part p JOIN ledger.employer e ON e.id = p.employer_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`
