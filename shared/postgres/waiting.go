package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// CountWaiting asks how much waits and since when: the query gives a count and the oldest instant, which is null when nothing waits.
func CountWaiting(ctx context.Context, db *pgxpool.Pool, query string, args ...any) (n int64, oldest time.Time, err error) {
	var since *time.Time
	if err := db.QueryRow(ctx, query, args...).Scan(&n, &since); err != nil {
		return 0, oldest, Classify(fmt.Errorf("count what waits: %w", err))
	}
	if since != nil {
		oldest = *since
	}
	return n, oldest, nil
}
