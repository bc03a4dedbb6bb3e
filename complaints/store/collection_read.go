package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/postgres"
)

// CollectionFlows are the sums behind the collection rate within the scope: below a region's leading digits, rolled up to so many digits (2, 4 or 6), of one insurance
// or, with 0, of every one. Only what bears on spans from a period on is read: what fell due or arrived before is summed into one flow that keeps the opening arrears.
func (s *Store) CollectionFlows(ctx context.Context, who Staff, region string, digits int, insurance contribution.Insurance, from calendar.Period) ([]supervision.RegionFlow, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT left(region, $4), insurance, CASE WHEN period < $6 THEN 1 ELSE period END, CASE WHEN period < $6 AND received < $6 AND received > 0 THEN 1 ELSE received END,
			sum(due)::bigint, sum(paid)::bigint
		FROM complaints.collection_flow
		WHERE $2 AND starts_with(region, $1) AND starts_with(region, $3) AND ($5 = 0 OR insurance = $5)
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, who.Region, who.seesFigures(), region, digits, int16(insurance), int32(from))
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read collection figures: %w", err))
	}
	flows, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.RegionFlow, error) {
		var f supervision.RegionFlow
		err := row.Scan(&f.Region, &f.Insurance, &f.Period, &f.Received, &f.Due, &f.Paid)
		return f, err
	})
	return flows, postgres.Classify(err)
}
