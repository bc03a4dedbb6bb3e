package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// IdentityRequest is a request to see who reported a case, and what became of it. Nothing in it tells who reported.
type IdentityRequest struct {
	ID                     int64
	Number, Employer       string // of the case
	Asker                  string
	Reason, State          string // a state past its time reads as if it had been wiped already
	AskedAt, WaitUntil     time.Time
	Second, Answer         string
	SecondAt, ShownUntil   time.Time // zero: not yet
	Views                  int
	Own, Answerable, Holds bool // asked by whoever reads; may be answered by them; a part of the asker's was handed to them
}

const identityColumns = `q.id, c.number, c.employer_name, a.name, q.reason,
	CASE WHEN q.state = 'waiting' AND q.wait_until <= $3 THEN 'expired' WHEN q.state = 'agreed' AND q.shown_until <= $3 THEN 'over' ELSE q.state END,
	q.asked_at, q.wait_until, coalesce(b.name, ''), q.answer, coalesce(q.second_at, '0001-01-01'), coalesce(q.shown_until, '0001-01-01'), q.views, q.asker_id = $2,
	q.asker_id <> $2 AND q.state = 'waiting' AND q.wait_until > $3, EXISTS (SELECT FROM complaints.identity_request_share h WHERE h.request_id = q.id AND h.staff_id = $2)`

const identityTables = `complaints.identity_request q JOIN complaints.complaint c ON c.id = q.complaint_id JOIN complaints.staff a ON a.id = q.asker_id LEFT JOIN complaints.staff b ON b.id = q.second_id`

// IdentityRequests of a case, the newest first; none of a case outside the asker's scope.
func (s *Store) IdentityRequests(ctx context.Context, who Staff, number string, now time.Time) ([]IdentityRequest, error) {
	return s.identities(ctx, `SELECT `+identityColumns+` FROM `+identityTables+` WHERE `+scoped+` AND c.number = $4 ORDER BY q.id DESC LIMIT 50`, who.Region, who.reader(), now, number)
}

// IdentityWork is what waits for a keyholder: others' requests that they may answer, and what they asked themselves and has not ended.
func (s *Store) IdentityWork(ctx context.Context, who Staff, now time.Time) ([]IdentityRequest, error) {
	return s.identities(ctx, `SELECT `+identityColumns+` FROM `+identityTables+` WHERE `+scoped+` AND coalesce(q.shown_until, q.wait_until) > $3
		AND (q.state IN ('waiting', 'agreed') AND q.asker_id = $2 OR q.state = 'waiting' AND EXISTS (SELECT FROM complaints.identity_request_share h WHERE h.request_id = q.id AND h.staff_id = $2))
		ORDER BY q.id LIMIT 100`, who.Region, who.reader(), now)
}

func (s *Store) identities(ctx context.Context, sql string, args ...any) ([]IdentityRequest, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list identity requests: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[IdentityRequest])
	return list, postgres.Classify(err)
}

// KeyholderOf says how the asker stands to the identity key, how many others could agree with them, and who has left with a part of it.
func (s *Store) KeyholderOf(ctx context.Context, who Staff) (own Keyholder, others int, left []string, err error) {
	list, err := s.Keyholders(ctx, nil)
	if err != nil {
		return own, 0, nil, err
	}
	own = Keyholder{Account: who.Account, Name: who.Name, Role: who.Role}
	for _, k := range list {
		switch {
		case k.Account == who.Account:
			own = k
		case k.Left():
			left = append(left, k.Name)
		case k.Holds:
			others++
		}
	}
	return own, others, left, nil
}
