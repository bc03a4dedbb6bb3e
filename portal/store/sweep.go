package store

import (
	"context"
	"fmt"
	"time"

	"shebao/shared/postgres"
)

// How long what is over stays: sign-ins and grants for questions about them (the audit log has both for good), proofs for the limit of a day.
const (
	sessionsKept = 90 * 24 * time.Hour
	grantsKept   = 365 * 24 * time.Hour
	proofsKept   = 48 * time.Hour
)

// Sweep removes what is over and old. Error: fault.Unavailable.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	for query, before := range map[string]time.Time{
		`DELETE FROM portal.session WHERE expires_at < $1`:                 now.Add(-sessionsKept),
		`DELETE FROM portal.helper WHERE least(expires_at, ended_at) < $1`: now.Add(-grantsKept),
		`DELETE FROM portal.proof WHERE started_at < $1`:                   now.Add(-proofsKept),
		`DELETE FROM portal.kept_form WHERE expires_at < $1`:               now,
	} {
		if _, err := s.pool.Exec(ctx, query, before); err != nil {
			return postgres.Classify(fmt.Errorf("sweep: %w", err))
		}
	}
	return nil
}
