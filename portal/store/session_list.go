package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// SignIn is one of a person's sign-ins that is still good.
type SignIn struct {
	Session   string
	Device    string
	StartedAt time.Time
	UsedAt    time.Time // to some ten minutes
	Shared    bool
}

// SignIns lists a person's sign-ins, the latest first. Error: fault.Unavailable.
func (s *Store) SignIns(ctx context.Context, personID int64, now time.Time) ([]SignIn, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, device, started_at, rotated_at, shared FROM portal.session
		WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY started_at DESC`, personID, now)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list sign-ins: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SignIn])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list sign-ins: %w", err))
	}
	return list, nil
}

// EndOthers ends every sign-in of a person but one; without one it ends all. Error: fault.Unavailable.
func (s *Store) EndOthers(ctx context.Context, personID int64, but string, now time.Time) error {
	var ended []string
	err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		ended, err = s.EndOthersIn(ctx, tx, personID, but, now)
		return err
	})
	if err != nil {
		return err
	}
	s.MarkEnded(ctx, ended...)
	return nil
}

// EndOthersIn is EndOthers in the caller's transaction. When that has committed, MarkEnded tells the other processes.
func (s *Store) EndOthersIn(ctx context.Context, tx pgx.Tx, personID int64, but string, now time.Time) ([]string, error) {
	rows, err := tx.Query(ctx, `UPDATE portal.session SET ended_at = $3 WHERE person_id = $1 AND id <> $2 AND ended_at IS NULL RETURNING id`, personID, but, now)
	if err != nil {
		return nil, fmt.Errorf("end sign-ins: %w", err)
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("end sign-ins: %w", err)
	}
	return ended, nil
}
