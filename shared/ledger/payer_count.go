package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/postgres"
)

// Payers is how many employers had something due in a span of months: behind a figure of few of them stand too few to publish it.
type Payers struct {
	Span      int                    // index of the span
	Region    string                 // rolled up to so many digits; empty: all together
	Insurance contribution.Insurance // 0: any
	Employers int
}

// Payers counts the employers below a region's leading digits for every span (first and last month), by region of so many digits, by insurance, and in all. It reads the
// contributions of those months once. Error: fault.Unavailable.
func (l *Ledger) Payers(ctx context.Context, region string, digits int, spans [][2]calendar.Period) ([]Payers, error) {
	from, to := make([]int32, len(spans)), make([]int32, len(spans))
	for i, s := range spans {
		from[i], to[i] = int32(s[0]), int32(s[1])
	}
	rows, err := l.pool.Query(ctx, `
		SELECT s.n - 1, coalesce(left(e.region, $2), ''), coalesce(c.insurance, 0), count(DISTINCT c.employer_id)
		FROM (SELECT DISTINCT employer_id, insurance, period FROM ledger.contribution
			WHERE employer_due + person_due > 0 AND period BETWEEN (SELECT min(f) FROM unnest($3::integer[]) f) AND (SELECT max(t) FROM unnest($4::integer[]) t)) AS c
		JOIN ledger.employer e ON e.id = c.employer_id AND starts_with(e.region, $1)
		JOIN unnest($3::integer[], $4::integer[]) WITH ORDINALITY AS s (first, last, n) ON c.period BETWEEN s.first AND s.last
		GROUP BY GROUPING SETS ((s.n), (s.n, left(e.region, $2)), (s.n, c.insurance))
		ORDER BY 1, 2, 3`, region, digits, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count payers: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Payers])
	return list, postgres.Classify(err)
}
