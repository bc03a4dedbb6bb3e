package eligibility

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Count is how many pensioners of a region were confirmed in a year up to a day. Somebody confirmed in several ways counts once in Persons and once in each way.
type Count struct {
	Region  string
	Persons int
	NotMet  int // of them, whose last finding was that the conditions are not met
	ByWay   map[Way]int
}

// Counts counts by region, ascending, below leading digits. Error: fault.Unavailable.
func (r *Room) Counts(ctx context.Context, year int, region string, upTo calendar.Date) ([]Count, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT region, count(*), count(*) FILTER (WHERE NOT met), sum(portal)::int, sum(phone)::int, sum(counter)::int, sum(assistance)::int, sum(visit)::int
		FROM (
			SELECT person_id, min(region) AS region, (array_agg(met ORDER BY confirmed_on DESC, met))[1] AS met, count(*) FILTER (WHERE way = 'portal') AS portal, count(*) FILTER (WHERE way = 'phone') AS phone,
				count(*) FILTER (WHERE way = 'counter') AS counter, count(*) FILTER (WHERE way = 'assistance') AS assistance, count(*) FILTER (WHERE way = 'visit') AS visit
			FROM eligibility.confirmation WHERE year = $1 AND starts_with(region, $2) AND confirmed_on <= $3 GROUP BY person_id) AS confirmed
		GROUP BY region ORDER BY region`, year, region, upTo.Time())
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count confirmations: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Count, error) {
		c := Count{ByWay: map[Way]int{}}
		n := make([]int, len(Ways))
		err := row.Scan(&c.Region, &c.Persons, &c.NotMet, &n[0], &n[1], &n[2], &n[3], &n[4])
		for i, way := range Ways {
			c.ByWay[way] = n[i]
		}
		return c, err
	})
	return list, postgres.Classify(err)
}

// Pensioners counts who draws a pension by region, ascending. Error: fault.Unavailable.
func (r *Room) Pensioners(ctx context.Context) ([]Count, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT coalesce(e.region, ''), count(*) FROM ledger.person p LEFT JOIN ledger.last_employer l ON l.person_id = p.id LEFT JOIN ledger.employer e ON e.id = l.employer_id
		WHERE p.status = 3 GROUP BY 1 ORDER BY 1`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count pensioners: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Count, error) {
		var c Count
		err := row.Scan(&c.Region, &c.Persons)
		return c, err
	})
	return list, postgres.Classify(err)
}

// SelfConfirmed lists who confirmed a year by their own word and was not visited yet: those of whom a sample is drawn. Ascending. Error: fault.Unavailable.
func (r *Room) SelfConfirmed(ctx context.Context, year int, region string) ([]int64, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT DISTINCT c.person_id FROM eligibility.confirmation c WHERE c.year = $1 AND starts_with(c.region, $2) AND c.way IN ('portal', 'phone')
			AND NOT EXISTS (SELECT FROM eligibility.confirmation v WHERE v.person_id = c.person_id AND v.year = $1 AND v.way = 'visit') ORDER BY 1`, year, region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list who confirmed: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, postgres.Classify(err)
}

// Unconfirmed lists pensioners without a confirmation of a year, by person, after one, at most limit. Error: fault.Unavailable.
func (r *Room) Unconfirmed(ctx context.Context, year int, region string, after int64, limit int) ([]int64, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT p.id FROM ledger.person p LEFT JOIN ledger.last_employer l ON l.person_id = p.id LEFT JOIN ledger.employer e ON e.id = l.employer_id
		WHERE p.status = 3 AND p.id > $3 AND starts_with(coalesce(e.region, ''), $2) AND NOT EXISTS (SELECT FROM eligibility.confirmation c WHERE c.person_id = p.id AND c.year = $1)
		ORDER BY p.id LIMIT $4`, year, region, after, limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list who has not confirmed: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, postgres.Classify(err)
}
