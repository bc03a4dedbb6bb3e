package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Recording is one to be fetched, or to be deleted unheard.
type Recording struct {
	SID     string
	Key     intake.Key // of the matter that it belongs to
	Seconds int        // how long the carrier said that it is; 0 when it did not
	Drop    bool
}

// apply keeps what a step says about recordings, in the step's transaction.
func (s *Store) apply(ctx context.Context, tx pgx.Tx, c Call, change Change, now time.Time) error {
	if change.Made != "" {
		_, err := tx.Exec(ctx, `INSERT INTO ivr.recording (sid, call_sid, filing_key, seconds, due_at, fate) VALUES ($1, $2, $3, $5, $4, 'open')
			ON CONFLICT (sid) DO UPDATE SET seconds = greatest(recording.seconds, excluded.seconds)`,
			change.Made, c.SID, s.field.Seal(placeFiling, c.KeyOf(change.Matter)), now, change.Seconds)
		if err != nil {
			return fmt.Errorf("note recording: %w", err)
		}
	}
	for sid, fate := range map[string]string{change.Keep: "keep", change.Drop: "drop"} {
		if sid == "" {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE ivr.recording SET fate = $3, due_at = $4 WHERE sid = $1 AND call_sid = $2`, sid, c.SID, fate, now); err != nil {
			return fmt.Errorf("decide recording: %w", err)
		}
	}
	return nil
}

// Recorded takes the carrier's notice that a recording is ready. It may come before the step that the recording belongs to, after it, or after the call.
func (s *Store) Recorded(ctx context.Context, callSID, sid, matter string, seconds int, now time.Time) error {
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var key []byte
		var ended bool
		err := tx.QueryRow(ctx, `SELECT filing_key, ended_at IS NOT NULL FROM ivr.call WHERE sid = $1 FOR UPDATE`, callSID).Scan(&key, &ended)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && key == nil {
			return nil // the step or the end of the call has already kept it
		}
		if err != nil {
			return fmt.Errorf("look up call of a recording: %w", err)
		}
		c := Call{SID: callSID}
		if c.key, err = s.field.Open(placeFiling, key); err != nil {
			return fmt.Errorf("open filing key of a call: %w", err)
		}
		change := Change{Made: sid, Matter: matter, Seconds: seconds}
		if ended {
			change.Keep = sid
			if _, err := tx.Exec(ctx, `UPDATE ivr.call SET filing_key = NULL WHERE sid = $1`, callSID); err != nil {
				return fmt.Errorf("wipe filing key: %w", err)
			}
		}
		return s.apply(ctx, tx, c, change, now)
	})
}

// Absent takes the carrier's notice that there is no recording after all.
func (s *Store) Absent(ctx context.Context, callSID, sid string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM ivr.recording WHERE sid = $1 AND call_sid = $2 AND fetched_at IS NULL`, sid, callSID)
	if err != nil {
		return postgres.Classify(fmt.Errorf("forget recording: %w", err))
	}
	return nil
}

// maxFetches with doubling pauses of ten seconds to about an hour and a half: a carrier that is away for half a day loses nothing.
const maxFetches = 20

// FetchNext hands the next recording whose fate is decided to fetch and marks it done when fetch succeeds; a failure is tried again later, with growing pauses. ok is
// false when none is due. Several processes may call it at once: each recording is handed to one.
func (s *Store) FetchNext(ctx context.Context, now time.Time, fetch func(ctx context.Context, r Recording) error) (ok bool, err error) {
	var r Recording
	var key []byte
	var tries int
	var fate string
	err = s.pool.QueryRow(ctx, `
		UPDATE ivr.recording SET tries = tries + 1, due_at = $1::timestamptz + interval '10 seconds' * 2 ^ least(tries, 9)
		WHERE sid = (SELECT sid FROM ivr.recording WHERE fetched_at IS NULL AND fate <> 'open' AND due_at <= $1 AND tries < $2 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING sid, filing_key, tries, fate, seconds`, now, maxFetches).Scan(&r.SID, &key, &tries, &fate, &r.Seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("pick recording: %w", err))
	}
	if r.Key, err = s.field.Open(placeFiling, key); err != nil {
		return true, fmt.Errorf("open filing key of a recording: %w", err)
	}
	r.Drop = fate == "drop"
	if err := fetch(ctx, r); err != nil {
		return true, fmt.Errorf("fetch recording, try %d of %d: %w", tries, maxFetches, err)
	}
	if _, err = s.pool.Exec(ctx, `UPDATE ivr.recording SET fetched_at = $2, filing_key = '' WHERE sid = $1`, r.SID, now); err != nil {
		return true, postgres.Classify(fmt.Errorf("mark recording fetched: %w", err))
	}
	return true, nil
}
