package store

import (
	"context"
	"time"

	"shebao/shared/postgres"
)

// RecordingsWaiting counts the recordings that are still to be fetched from the carrier, or to be deleted there, and when the first of their calls began.
func (s *Store) RecordingsWaiting(ctx context.Context) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, s.pool, `SELECT count(*), min(c.started_at) FROM ivr.recording r JOIN ivr.call c ON c.sid = r.call_sid WHERE r.fetched_at IS NULL AND r.fate <> 'open'`)
}

// CallersWaiting counts who waits for a person, and since when the first of them does.
func (s *Store) CallersWaiting(ctx context.Context, now time.Time) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, s.pool, `SELECT count(*), min(since) FROM ivr.waiting WHERE ended_at IS NULL AND seen_at > $1`, now.Add(-countedFor))
}
