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

// How many helpers a person may have at once, and how many people one may help: a family, not a trade.
const (
	helpersAtMost = 3
	helpedAtMost  = 10
)

// Helper is what a person allows another.
type Helper struct {
	ID        int64
	PersonID  int64 // whose record it is
	HelperID  int64
	MayFile   bool
	GrantedAt time.Time
	ExpiresAt time.Time
}

const helperColumns = `id, person_id, helper_id, may_file, granted_at, expires_at`

// GrantHelper lets a helper in; an earlier grant to the same one ends. Errors: fault.Conflict with helper.many (the person has enough) or helper.helps (the helper has).
func (s *Store) GrantHelper(ctx context.Context, tx pgx.Tx, h Helper) error {
	for _, id := range []int64{min(h.PersonID, h.HelperID), max(h.PersonID, h.HelperID)} { // always in the same order
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('portal.helper', $1))`, id); err != nil {
			return fmt.Errorf("lock helpers: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE portal.helper SET ended_at = $3 WHERE person_id = $1 AND helper_id = $2 AND ended_at IS NULL`, h.PersonID, h.HelperID, h.GrantedAt); err != nil {
		return fmt.Errorf("end earlier grant: %w", err)
	}
	var helpers, helped int
	err := tx.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE person_id = $1), count(*) FILTER (WHERE helper_id = $2) FROM portal.helper
		WHERE (person_id = $1 OR helper_id = $2) AND ended_at IS NULL AND expires_at > $3`, h.PersonID, h.HelperID, h.GrantedAt).Scan(&helpers, &helped)
	switch {
	case err != nil:
		return fmt.Errorf("count helpers: %w", err)
	case helpers >= helpersAtMost:
		return fault.New(fault.Conflict, "helper.many", helpersAtMost)
	case helped >= helpedAtMost:
		return fault.New(fault.Conflict, "helper.helps", helpedAtMost)
	}
	_, err = tx.Exec(ctx, `INSERT INTO portal.helper (person_id, helper_id, may_file, granted_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		h.PersonID, h.HelperID, h.MayFile, h.GrantedAt, h.ExpiresAt)
	if err != nil {
		return fmt.Errorf("grant helper: %w", err)
	}
	return nil
}

// EndHelper ends a grant, whichever of the two asks. Error: fault.NotFound (helper.ended) when it was neither's, or has ended.
func (s *Store) EndHelper(ctx context.Context, tx pgx.Tx, id, by int64, now time.Time) (h Helper, err error) {
	err = tx.QueryRow(ctx, `UPDATE portal.helper SET ended_at = $3 WHERE id = $1 AND (person_id = $2 OR helper_id = $2) AND ended_at IS NULL AND expires_at > $3 RETURNING `+helperColumns, id, by, now).
		Scan(&h.ID, &h.PersonID, &h.HelperID, &h.MayFile, &h.GrantedAt, &h.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.New(fault.NotFound, "helper.ended")
	}
	if err != nil {
		return h, fmt.Errorf("end helper: %w", err)
	}
	return h, nil
}

// Helpers lists whom a person lets in now, the latest first. Error: fault.Unavailable.
func (s *Store) Helpers(ctx context.Context, personID int64, now time.Time) ([]Helper, error) {
	return s.listHelpers(ctx, `SELECT `+helperColumns+` FROM portal.helper WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC`, personID, now)
}

// Helped lists who lets a person in now, the latest first. Error: fault.Unavailable.
func (s *Store) Helped(ctx context.Context, helperID int64, now time.Time) ([]Helper, error) {
	return s.listHelpers(ctx, `SELECT `+helperColumns+` FROM portal.helper WHERE helper_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC`, helperID, now)
}

func (s *Store) listHelpers(ctx context.Context, query string, args ...any) ([]Helper, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list helpers: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Helper])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list helpers: %w", err))
	}
	return list, nil
}

// HelperGrant is a grant that holds at this moment. Errors: fault.NotFound (helper.ended), fault.Unavailable.
func (s *Store) HelperGrant(ctx context.Context, id, helperID int64, now time.Time) (h Helper, err error) {
	err = s.pool.QueryRow(ctx, `SELECT `+helperColumns+` FROM portal.helper WHERE id = $1 AND helper_id = $2 AND ended_at IS NULL AND expires_at > $3`, id, helperID, now).
		Scan(&h.ID, &h.PersonID, &h.HelperID, &h.MayFile, &h.GrantedAt, &h.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.New(fault.NotFound, "helper.ended")
	}
	if err != nil {
		return h, postgres.Classify(fmt.Errorf("look up helper: %w", err))
	}
	return h, nil
}
