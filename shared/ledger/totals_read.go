package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Flow is what fell due in a region and insurance for one period and, of it, what arrived in one month: the figure that every collection rate is a sum of.
type Flow struct {
	Region    string // six digits, of the employer
	Insurance contribution.Insurance
	Period    calendar.Period
	Received  calendar.Period // none for rows of which nothing has arrived
	Due, Paid money.Fen
}

// Flows sums every contribution row. A row that was paid without a day counts as paid in its own period. Error: fault.Unavailable.
func (l *Ledger) Flows(ctx context.Context) ([]Flow, error) {
	var flows []Flow
	err := postgres.Tx(ctx, l.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL work_mem = '64MB'; SET LOCAL jit = off`); err != nil { // the sums fit: sorting a million rows on disk costs three times as much
			return err
		}
		rows, err := tx.Query(ctx, flowsQuery)
		if err != nil {
			return err
		}
		flows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Flow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum collection: %w", err)
	}
	return flows, nil
}

// flowsQuery sums by employer first: a join for each contribution row would cost more than the sums. date_part counts in double precision, extract in numeric at three times the cost.
const flowsQuery = `
	SELECT e.region, f.insurance, f.period, f.received, sum(f.due)::bigint, sum(f.paid)::bigint
	FROM (
		SELECT employer_id, insurance, period,
			CASE WHEN employer_paid + person_paid = 0 THEN 0
			     WHEN paid_on IS NULL THEN period
			     ELSE (date_part('year', paid_on) * 100 + date_part('month', paid_on))::integer END AS received,
			sum(employer_due + person_due) AS due, sum(employer_paid + person_paid) AS paid
		FROM ledger.contribution
		GROUP BY 1, 2, 3, 4) AS f
	JOIN ledger.employer e ON e.id = f.employer_id
	GROUP BY 1, 2, 3, 4
	ORDER BY 1, 2, 3, 4`

// EmployerOwed is one line of the register of employers in arrears.
type EmployerOwed struct {
	EmployerID int32
	Period     calendar.Period
	Insurance  contribution.Insurance
	Persons    int
	Owed       money.Fen // both parts
}

// Owed lists what every employer owes by period and insurance through the last period that is judged, ordered by employer, period and insurance. What is
// pending is not owed. Error: fault.Unavailable.
func (l *Ledger) Owed(ctx context.Context, through calendar.Period) ([]EmployerOwed, error) {
	rows, err := l.pool.Query(ctx, owedQuery, through)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list arrears: %w", err))
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[EmployerOwed])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list arrears: %w", err))
	}
	return lines, nil
}

const owedQuery = `
	SELECT employer_id, period, insurance, count(*), sum(employer_due - employer_paid + person_due - person_paid)::bigint
	FROM ledger.contribution
	WHERE (employer_paid <> employer_due OR person_paid <> person_due) AND period <= $1
	GROUP BY employer_id, period, insurance
	ORDER BY employer_id, period, insurance`

// EmployerSize is how many persons an employer had rows for in a month, and on what base.
type EmployerSize struct {
	Headcount   int
	AverageBase money.Fen // of the highest base of each person
}

// Sizes are every employer's size in a month; an employer without a row is absent. Error: fault.Unavailable.
func (l *Ledger) Sizes(ctx context.Context, period calendar.Period) (map[int32]EmployerSize, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT employer_id, count(*), round(avg(base))::bigint
		FROM (SELECT employer_id, person_id, max(base) AS base FROM ledger.contribution WHERE period = $1 GROUP BY employer_id, person_id) AS insured
		GROUP BY employer_id`, period)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count the insured: %w", err))
	}
	sizes := map[int32]EmployerSize{}
	var id int32
	var size EmployerSize
	_, err = pgx.ForEachRow(rows, []any{&id, &size.Headcount, &size.AverageBase}, func() error {
		sizes[id] = size
		return nil
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count the insured: %w", err))
	}
	return sizes, nil
}

// State tells two states of the ledger apart: it changes with every import run that changed something, and with the day that the data reaches.
type State struct {
	Run      int   // how many import runs have finished: the number of the last would miss one that another overtook
	Last     int32 // the last of those, for who wants to see the ledger as it stands now again
	DataDate calendar.Date
}

// State reads it. Error: fault.Unavailable.
func (l *Ledger) State(ctx context.Context) (State, error) {
	var s State
	var date civilDate
	err := l.pool.QueryRow(ctx, `SELECT count(*), coalesce(max(id), 0), (SELECT data_date FROM ledger.reach) FROM ledger.import_run WHERE finished_at IS NOT NULL`).Scan(&s.Run, &s.Last, &date)
	s.DataDate = calendar.Date(date)
	return s, postgres.Classify(err)
}

// AllEmployers reads the register of employers. Error: fault.Unavailable.
func (l *Ledger) AllEmployers(ctx context.Context) ([]Employer, error) {
	rows, err := l.pool.Query(ctx, `SELECT `+employerColumns+` FROM ledger.employer ORDER BY id`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employers: %w", err))
	}
	employers, err := pgx.CollectRows(rows, scanEmployer)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employers: %w", err))
	}
	return employers, nil
}

// Received is money that came in on a day.
type Received struct {
	On     calendar.Date
	Amount money.Fen
}

// ReceivedSince is what an employer's rows of periods up to one have taken in after a day, by the day on which it arrived, ascending. A row that was paid in part
// before counts with the whole of what it holds now, since it keeps its last day only. Error: fault.Unavailable.
func (l *Ledger) ReceivedSince(ctx context.Context, employerID int32, through calendar.Period, after calendar.Date) ([]Received, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT c.paid_on, sum(c.employer_paid + c.person_paid)::bigint
		FROM ledger.employment e JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id
		WHERE e.employer_id = $1 AND c.period <= $2 AND c.paid_on > $3
		GROUP BY c.paid_on ORDER BY c.paid_on`, employerID, through, civilDate(after))
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read receipts: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Received, error) {
		var r Received
		var on civilDate
		err := row.Scan(&on, &r.Amount)
		r.On = calendar.Date(on)
		return r, err
	})
	return list, postgres.Classify(err)
}
