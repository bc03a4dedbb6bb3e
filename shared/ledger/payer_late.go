package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/postgres"
)

// Late is how many employers stand behind what a span tells of earlier arrears.
type Late struct {
	Span                        int                    // index of the span
	Region                      string                 // rolled up to so many digits; empty: all together
	Insurance                   contribution.Insurance // 0: any
	Opening, Recovered, Closing int                    // owed when it began, paid for earlier months within it, owed when it ended
}

// Fewest is the smallest of the numbers that is not nobody; 0 when nobody stands behind any.
func (l Late) Fewest() (n int) {
	for _, m := range [...]int{l.Opening, l.Recovered, l.Closing} {
		if m > 0 && (n == 0 || m < n) {
			n = m
		}
	}
	return n
}

// LatePayers counts them as Payers does. What was paid within its own month stands behind none. Error: fault.Unavailable.
func (l *Ledger) LatePayers(ctx context.Context, region string, digits int, spans [][2]calendar.Period) ([]Late, error) {
	from, to := make([]int32, len(spans)), make([]int32, len(spans))
	for i, s := range spans {
		from[i], to[i] = int32(s[0]), int32(s[1])
	}
	rows, err := l.pool.Query(ctx, `
		SELECT s.n - 1, coalesce(left(e.region, $2), ''), coalesce(c.insurance, 0),
			count(DISTINCT c.employer_id) FILTER (WHERE c.period < s.first AND (c.open OR c.received >= s.first)),
			count(DISTINCT c.employer_id) FILTER (WHERE c.period < s.first AND c.received BETWEEN s.first AND s.last),
			count(DISTINCT c.employer_id) FILTER (WHERE c.period <= s.last AND (c.open OR c.received > s.last))
		FROM (SELECT DISTINCT employer_id, insurance, period, employer_paid + person_paid < employer_due + person_due AS open,
				CASE WHEN employer_paid + person_paid = 0 THEN 0 ELSE coalesce((date_part('year', paid_on) * 100 + date_part('month', paid_on))::integer, period) END AS received
			FROM ledger.contribution WHERE employer_paid + person_paid < employer_due + person_due OR (date_part('year', paid_on) * 100 + date_part('month', paid_on))::integer > period) AS c
		JOIN ledger.employer e ON e.id = c.employer_id AND starts_with(e.region, $1)
		CROSS JOIN unnest($3::integer[], $4::integer[]) WITH ORDINALITY AS s (first, last, n)
		GROUP BY GROUPING SETS ((s.n), (s.n, left(e.region, $2)), (s.n, c.insurance))
		ORDER BY 1, 2, 3`, region, digits, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count late payers: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Late])
	return list, postgres.Classify(err)
}
