package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// KeepForm keeps what was typed, encrypted by the caller. Error: fault.Unavailable.
func (s *Store) KeepForm(ctx context.Context, idHash, content []byte, until time.Time) error {
	if _, err := s.pool.Exec(ctx, `INSERT INTO portal.kept_form (id_hash, content, expires_at) VALUES ($1, $2, $3)`, idHash, content, until); err != nil {
		return postgres.Classify(fmt.Errorf("keep form: %w", err))
	}
	return nil
}

// TakeForm hands out what was kept, once. Errors: fault.NotFound, fault.Unavailable.
func (s *Store) TakeForm(ctx context.Context, idHash []byte, now time.Time) (content []byte, err error) {
	err = s.pool.QueryRow(ctx, `DELETE FROM portal.kept_form WHERE id_hash = $1 AND expires_at > $2 RETURNING content`, idHash, now).Scan(&content)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "fault.page")
	}
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("take form: %w", err))
	}
	return content, nil
}

// PersonOf is whose session it is or was; 0 for nobody's. Error: fault.Unavailable.
func (s *Store) PersonOf(ctx context.Context, session string) (id int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT coalesce((SELECT person_id FROM portal.session WHERE id = $1), 0)`, session).Scan(&id)
	if err != nil {
		return 0, postgres.Classify(fmt.Errorf("find session: %w", err))
	}
	return id, nil
}
