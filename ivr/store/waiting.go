package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/ivr/callflow"
	"shebao/shared/postgres"
)

// countedFor is how long a waiting call counts after it was last seen: a round of the wait document lasts about twenty seconds.
const countedFor = time.Minute

// usualTalk is what a talk is taken to last until some have been measured, in seconds.
const usualTalk = 180

// Waiting is a caller's place in the line.
type Waiting struct {
	Position int       // 1 is next
	RungAt   time.Time // when people were last rung for the caller; zero when they were not
	Talk     time.Duration
}

// Wait puts a call into the line, or notes that it is still there. Talk is the mean of the last twenty talks.
func (s *Store) Wait(ctx context.Context, callSID string, now time.Time) (Waiting, error) {
	var w Waiting
	var rung *time.Time
	var talk float64
	err := s.pool.QueryRow(ctx, `
		WITH own AS (
			INSERT INTO ivr.waiting (call_sid, since, seen_at) VALUES ($1, $2, $2)
			ON CONFLICT (call_sid) DO UPDATE SET seen_at = $2, wish = NULL, ended_at = NULL, since = CASE WHEN waiting.ended_at IS NULL THEN waiting.since ELSE $2 END
			RETURNING since, rung_at)
		SELECT own.rung_at,
		       1 + (SELECT count(*) FROM ivr.waiting o WHERE o.ended_at IS NULL AND o.call_sid <> $1 AND (o.since, o.call_sid) < (own.since, $1) AND o.seen_at > $3),
		       coalesce((SELECT avg(talk_seconds) FROM (SELECT talk_seconds FROM ivr.waiting WHERE talk_seconds IS NOT NULL AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 20) AS last), $4)::float8
		FROM own`, callSID, now, now.Add(-countedFor), usualTalk).Scan(&rung, &w.Position, &talk)
	if err != nil {
		return w, postgres.Classify(fmt.Errorf("wait in the line: %w", err))
	}
	if rung != nil {
		w.RungAt = *rung
	}
	w.Talk = time.Duration(talk * float64(time.Second))
	return w, nil
}

// Rung notes that people are rung for a waiting call.
func (s *Store) Rung(ctx context.Context, callSID string, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE ivr.waiting SET rung_at = $2, seen_at = $2 WHERE call_sid = $1`, callSID, now)
	if err != nil {
		return postgres.Classify(fmt.Errorf("note ringing: %w", err))
	}
	return nil
}

// Wish keeps what a waiting caller wants instead; the call then leaves the queue and its next step finds it.
func (s *Store) Wish(ctx context.Context, callSID string, wish callflow.Wish) error {
	_, err := s.pool.Exec(ctx, `UPDATE ivr.waiting SET wish = $2 WHERE call_sid = $1 AND ended_at IS NULL`, callSID, string(wish))
	if err != nil {
		return postgres.Classify(fmt.Errorf("keep a wish: %w", err))
	}
	return nil
}

// Wished is what a waiting caller wants; none when the caller did not choose.
func (s *Store) Wished(ctx context.Context, callSID string) (callflow.Wish, error) {
	var wish *string
	err := s.pool.QueryRow(ctx, `SELECT wish FROM ivr.waiting WHERE call_sid = $1 AND ended_at IS NULL`, callSID).Scan(&wish)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && wish == nil {
		return callflow.NoWish, nil
	}
	if err != nil {
		return callflow.NoWish, postgres.Classify(fmt.Errorf("look up a wish: %w", err))
	}
	return callflow.Wish(*wish), nil
}

// LeaveLine takes a call out of the line; seconds is how long the talk lasted, 0 for none. Who is not in it leaves nothing.
func (s *Store) LeaveLine(ctx context.Context, callSID string, seconds int, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE ivr.waiting SET ended_at = $2, talk_seconds = nullif($3, 0) WHERE call_sid = $1 AND ended_at IS NULL`, callSID, now, seconds)
	if err != nil {
		return postgres.Classify(fmt.Errorf("leave the line: %w", err))
	}
	return nil
}
