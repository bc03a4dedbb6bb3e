package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/postgres"
)

// GapSet is what some people of an employer lack, all of them exactly the same.
type GapSet struct {
	Gaps    []contribution.Gap // no status: wholly or partly
	Persons int
}

// GapSets are what an employer's people lack in some months, alike put together; whoever lacks nothing in them is in none. Error: fault.Unavailable.
func (l *Ledger) GapSets(ctx context.Context, employerID int32, months []calendar.Period) ([]GapSet, error) {
	periods := make([]int32, len(months))
	for i, m := range months {
		periods[i] = int32(m)
	}
	rows, err := l.pool.Query(ctx, `
		SELECT periods, insurances, count(*)::int FROM (
			SELECT array_agg(period ORDER BY period, insurance) AS periods, array_agg(insurance ORDER BY period, insurance) AS insurances
			FROM ledger.contribution WHERE employer_id = $1 AND period = ANY ($2) AND (employer_paid <> employer_due OR person_paid <> person_due) GROUP BY person_id) person
		GROUP BY periods, insurances`, employerID, periods)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read gaps of staff: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (GapSet, error) {
		var s GapSet
		var periods []calendar.Period
		var insurances []contribution.Insurance
		err := row.Scan(&periods, &insurances, &s.Persons)
		for i := range periods {
			s.Gaps = append(s.Gaps, contribution.Gap{Period: periods[i], Insurance: insurances[i]})
		}
		return s, err
	})
	return list, postgres.Classify(err)
}
