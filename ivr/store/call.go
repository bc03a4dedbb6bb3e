// Package store keeps calls under way: their sealed state, the replies already given, the recordings to be fetched.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema ivr.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "ivr", Files: sub}
}

// Store keeps calls.
type Store struct {
	pool  *pgxpool.Pool
	field seal.FieldKey
}

// New makes the store; field seals what a call holds.
func New(pool *pgxpool.Pool, field seal.FieldKey) *Store { return &Store{pool, field} }

const (
	placeState  = "ivr.call.state"
	placeReply  = "ivr.answer.reply"
	placeFiling = "ivr.filing_key"
)

// Call is a call as its next step finds it.
type Call struct {
	SID   string
	State callflow.State
	Step  int
	Nonce string
	Key   intake.Key
}

// Recording to be fetched.
type Recording struct {
	SID     string
	Call    string
	Seconds int
	Key     intake.Key
	Tries   int
}

func nonce() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Begin keeps a new call; the same call again is found as it is.
func (s *Store) Begin(ctx context.Context, sid string, state callflow.State, now time.Time) (Call, error) {
	b, err := json.Marshal(state)
	if err != nil {
		return Call{}, err
	}
	key := intake.NewKey()
	_, err = s.pool.Exec(ctx, `INSERT INTO ivr.call (sid, state, step, nonce, filing_key, started_at) VALUES ($1, $2, 0, $3, $4, $5) ON CONFLICT (sid) DO NOTHING`,
		sid, s.field.Seal(placeState, b), nonce(), s.field.Seal(placeFiling, key), now)
	if err != nil {
		return Call{}, postgres.Classify(fmt.Errorf("begin call: %w", err))
	}
	return s.Load(ctx, sid)
}

// Load finds a call that has not ended. Error: fault.NotFound.
func (s *Store) Load(ctx context.Context, sid string) (Call, error) {
	c := Call{SID: sid}
	var state, key []byte
	err := s.pool.QueryRow(ctx, `SELECT state, step, nonce, filing_key FROM ivr.call WHERE sid = $1 AND ended_at IS NULL`, sid).Scan(&state, &c.Step, &c.Nonce, &key)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.New(fault.NotFound, "fault.page")
	}
	if err != nil {
		return c, postgres.Classify(fmt.Errorf("load call: %w", err))
	}
	plain, err := s.field.Open(placeState, state)
	if err != nil {
		return c, err
	}
	if c.Key, err = s.field.Open(placeFiling, key); err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c.State)
}

// Answered is the stored reply to a step; ok is false when there is none.
func (s *Store) Answered(ctx context.Context, sid string, step int, nonce string) (reply []byte, ok bool, err error) {
	var sealed []byte
	err = s.pool.QueryRow(ctx, `SELECT reply FROM ivr.answer WHERE call_sid = $1 AND step = $2 AND nonce = $3`, sid, step, nonce).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, postgres.Classify(fmt.Errorf("look up reply: %w", err))
	}
	reply, err = s.field.Open(placeReply, sealed)
	return reply, err == nil, err
}

// Save keeps the state after a step together with the reply to it, and a recording to be fetched. render gets the next step's number and nonce, which go into the reply's
// addresses. When the same step was answered meanwhile, that answer is returned.
func (s *Store) Save(ctx context.Context, c Call, state callflow.State, recording *Recording, now time.Time, render func(step int, nonce string) ([]byte, error)) ([]byte, error) {
	next := nonce()
	reply, err := render(c.Step+1, next)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	lost := false
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE ivr.call SET state = $3, step = step + 1, nonce = $4 WHERE sid = $1 AND step = $2 AND ended_at IS NULL`, c.SID, c.Step, s.field.Seal(placeState, b), next)
		if err != nil {
			return fmt.Errorf("save call: %w", err)
		}
		if lost = tag.RowsAffected() == 0; lost {
			return nil
		}
		if _, err := tx.Exec(ctx, `INSERT INTO ivr.answer (call_sid, step, nonce, reply) VALUES ($1, $2, $3, $4)`, c.SID, c.Step, c.Nonce, s.field.Seal(placeReply, reply)); err != nil {
			return fmt.Errorf("save reply: %w", err)
		}
		if recording != nil {
			_, err = tx.Exec(ctx, `INSERT INTO ivr.recording (sid, call_sid, filing_key, seconds, due_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sid) DO NOTHING`,
				recording.SID, c.SID, s.field.Seal(placeFiling, c.Key), recording.Seconds, now)
		}
		return err
	})
	if err == nil && lost {
		if stored, ok, err := s.Answered(ctx, c.SID, c.Step, c.Nonce); err != nil || ok {
			return stored, err
		}
		return nil, fault.New(fault.NotFound, "fault.page")
	}
	return reply, err
}

// End wipes what a call held.
func (s *Store) End(ctx context.Context, sid string, now time.Time) error {
	err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE ivr.call SET state = NULL, filing_key = NULL, ended_at = $2 WHERE sid = $1 AND ended_at IS NULL`, sid, now); err != nil {
			return fmt.Errorf("end call: %w", err)
		}
		_, err := tx.Exec(ctx, `DELETE FROM ivr.answer WHERE call_sid = $1`, sid)
		return err
	})
	return err
}

// FetchNext hands the next due recording to fetch and marks it done when fetch succeeds; a failure is tried again later, up to ten times. ok is false when none is due.
func (s *Store) FetchNext(ctx context.Context, now time.Time, fetch func(ctx context.Context, r Recording) error) (ok bool, err error) {
	var r Recording
	var key []byte
	err = s.pool.QueryRow(ctx, `
		UPDATE ivr.recording SET tries = tries + 1, due_at = $1::timestamptz + interval '10 seconds' * (tries + 1)
		WHERE sid = (SELECT sid FROM ivr.recording WHERE fetched_at IS NULL AND due_at <= $1 AND tries < 10 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING sid, call_sid, seconds, filing_key, tries`, now).Scan(&r.SID, &r.Call, &r.Seconds, &key, &r.Tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("pick recording: %w", err))
	}
	if r.Key, err = s.field.Open(placeFiling, key); err != nil {
		return true, err
	}
	if err := fetch(ctx, r); err != nil {
		return true, fmt.Errorf("fetch recording, try %d: %w", r.Tries, err)
	}
	_, err = s.pool.Exec(ctx, `UPDATE ivr.recording SET fetched_at = $2, filing_key = '' WHERE sid = $1`, r.SID, now)
	return true, postgres.Classify(err)
}
