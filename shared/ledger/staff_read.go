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

// StaffMonths are an employer's months, both ends included and none left out between the first and the last row. Error: fault.Unavailable.
func (l *Ledger) StaffMonths(ctx context.Context, employerID int32, from, to calendar.Period) ([]StaffMonth, error) {
	rows, err := l.pool.Query(ctx, `
		WITH month AS (
			SELECT c.person_id, c.period, max(c.base) AS base, sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid) AS owed, sum(c.employer_paid + c.person_paid) AS paid
			FROM ledger.employment e JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id
			WHERE e.employer_id = $1 GROUP BY c.person_id, c.period),
		span AS (SELECT person_id, min(period) AS first, max(period) AS last FROM month GROUP BY person_id),
		every AS (SELECT DISTINCT period FROM month WHERE period BETWEEN $2 AND $3),
		floor AS (SELECT period, min(base) AS lowest FROM month WHERE period BETWEEN $2 AND $3 GROUP BY period)
		SELECT p.period, count(m.person_id)::int, count(*) FILTER (WHERE m.person_id IS NULL)::int, coalesce(sum(m.base), 0)::bigint, f.lowest, count(*) FILTER (WHERE m.base = f.lowest)::int,
			count(*) FILTER (WHERE m.owed > 0)::int, count(*) FILTER (WHERE m.owed > 0 AND m.paid = 0)::int
		FROM every p JOIN floor f ON f.period = p.period JOIN span s ON s.first <= p.period AND s.last >= p.period LEFT JOIN month m ON m.person_id = s.person_id AND m.period = p.period
		GROUP BY p.period, f.lowest ORDER BY p.period`, employerID, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read staff months: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[StaffMonth])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read staff months: %w", err))
	}
	return list, nil
}
