package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// Seen is an access to a person's record.
type Seen struct {
	At                           time.Time
	Role, Action, Reason, CaseNo string
	Helper                       int64 // the person who helped, when the role is helper
}

const seenColumns = `at, role, action, reason, case_no, coalesce(nullif(substr(helper, 8), '')::bigint, 0)` // after "person:"

// SeenByOthers lists what others did with a person's record, the latest first. Error: fault.Unavailable.
func (s *Store) SeenByOthers(ctx context.Context, personID int64, limit int) ([]Seen, error) {
	return s.seen(ctx, `SELECT `+seenColumns+` FROM audit.seen WHERE subject = $1 AND role NOT IN ('citizen', 'caller') ORDER BY at DESC LIMIT $2`, personID, limit)
}

// SeenBySelf lists what was done with the person's own PIN, on the portal and the telephone, the latest first. Error: fault.Unavailable.
func (s *Store) SeenBySelf(ctx context.Context, personID int64, limit int) ([]Seen, error) {
	return s.seen(ctx, `SELECT `+seenColumns+` FROM audit.seen WHERE subject = $1 AND role IN ('citizen', 'caller') ORDER BY at DESC LIMIT $2`, personID, limit)
}

func (s *Store) seen(ctx context.Context, query string, personID int64, limit int) ([]Seen, error) {
	rows, err := s.pool.Query(ctx, query, fmt.Sprintf("person:%d", personID), limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list accesses: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Seen])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list accesses: %w", err))
	}
	return list, nil
}
