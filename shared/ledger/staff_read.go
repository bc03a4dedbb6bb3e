package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// StaffMonth is what an employer's people have in common in a month: evidence for the desk, not a verdict.
type StaffMonth struct {
	Period    calendar.Period
	Insured   int       // people with a row
	Missing   int       // people without one, who have rows with the same employer both before and after
	BaseSum   money.Fen // of the highest base of each
	Lowest    money.Fen // base
	AtLowest  int       // people who are declared at it
	Owing     int       // people for whom something is owed
	OwingOnly int       // of them, those for whom nothing at all was paid
}

// StaffMonths are an employer's months with a row, both ends included. Whom a month lacks is counted, not joined: a join of everybody with every month took minutes for three thousand people.
// Error: fault.Unavailable.
func (l *Ledger) StaffMonths(ctx context.Context, employerID int32, from, to calendar.Period) ([]StaffMonth, error) {
	rows, err := l.pool.Query(ctx, `
		WITH month AS (
			SELECT c.person_id, c.period, max(c.base) AS base, sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid) AS owed, sum(c.employer_paid + c.person_paid) AS paid
			FROM ledger.employment e JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id
			WHERE e.employer_id = $1 GROUP BY c.person_id, c.period),
		span AS (SELECT min(period) AS first, max(period) AS last FROM month GROUP BY person_id),
		staff AS (
			SELECT period, count(*) AS insured, sum(base) AS bases, lowest, count(*) FILTER (WHERE base = lowest) AS at_lowest, count(*) FILTER (WHERE owed > 0) AS owing,
				count(*) FILTER (WHERE owed > 0 AND paid = 0) AS owing_only
			FROM (SELECT period, base, owed, paid, min(base) OVER (PARTITION BY period) AS lowest FROM month WHERE period BETWEEN $2 AND $3) AS person
			GROUP BY period, lowest)
		SELECT period, insured::int, ((SELECT count(*) FROM span WHERE first <= period AND last >= period) - insured)::int, bases::bigint, lowest, at_lowest::int, owing::int, owing_only::int
		FROM staff ORDER BY period`, employerID, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read staff months: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[StaffMonth])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read staff months: %w", err))
	}
	return list, nil
}
