package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

const (
	// visitGap is how long somebody stays away until the next look is another visit.
	visitGap = 30 * time.Minute
	// visitKept is how long what was kept counts as seen just now: a page that is opened again and shows the same writes nothing.
	visitKept = 5 * time.Minute
)

// Visit keeps what a person sees of the own record now, and returns what the visit before ended with; at is zero on the first visit. A page that is opened again within a visit changes
// neither. Error: fault.Unavailable.
func (s *Store) Visit(ctx context.Context, personID int64, outline []byte, now time.Time) (before []byte, at time.Time, err error) {
	var kept []byte
	var seen time.Time
	var then *time.Time
	err = s.pool.QueryRow(ctx, `SELECT outline, seen_at, before, before_at FROM portal.visit WHERE person_id = $1`, personID).Scan(&kept, &seen, &before, &then)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (!bytes.Equal(kept, outline) || now.Sub(seen) >= visitKept) {
		err = s.pool.QueryRow(ctx, `
			INSERT INTO portal.visit AS v (person_id, outline, seen_at) VALUES ($1, $2, $3)
			ON CONFLICT (person_id) DO UPDATE SET outline = excluded.outline, seen_at = greatest(v.seen_at, excluded.seen_at),
				before = CASE WHEN v.seen_at < $4 THEN v.outline ELSE v.before END, before_at = CASE WHEN v.seen_at < $4 THEN v.seen_at ELSE v.before_at END
			RETURNING before, before_at`, personID, outline, now, now.Add(-visitGap)).Scan(&before, &then)
	}
	if err != nil {
		return nil, at, postgres.Classify(fmt.Errorf("keep visit: %w", err))
	}
	if then != nil {
		at = *then
	}
	return before, at, nil
}
