package store

import (
	"context"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Overdue counts the cases whose limit has passed, and when the first of them ran out. Whose they are does not matter: the operator sees no case.
func (s *Store) Overdue(ctx context.Context, now time.Time) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, s.pool, `SELECT count(*), min(sort_due)::timestamptz FROM complaints.complaint WHERE sort_due < $1`, calendar.DateOf(now).Time())
}

// Unclaimed counts the cases that nobody has taken, and when the first of them was received.
func (s *Store) Unclaimed(ctx context.Context) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, s.pool, `SELECT count(*), min(received_at) FROM complaints.complaint WHERE owner_id IS NULL AND due IS NOT NULL AND state <> 'merged'`)
}
