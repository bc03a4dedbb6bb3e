package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Call is a call as its next step finds it.
type Call struct {
	SID   string
	State callflow.State
	Step  int
	Nonce string
	Asked string // the nonce of the question that is answered: Nonce, with a state behind it when light steps came between
	key   []byte // from which the filing keys of the call's matters are made
	lock  []byte // the same, sealed
}

// KeyOf is the filing key of one matter of a call, such as "tip-1": only the call can make it.
func (c Call) KeyOf(matter string) intake.Key {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(matter))
	return mac.Sum(nil)
}

// Begin keeps a new call. The same call again is found as it is, and again is true.
func (s *Store) Begin(ctx context.Context, sid string, state callflow.State, now time.Time) (c Call, again bool, err error) {
	b, err := json.Marshal(state)
	if err != nil {
		return Call{}, false, err
	}
	c = Call{SID: sid, State: state, Nonce: nonce(), key: intake.NewKey()}
	sealed := s.field.Seal(placeState, b)
	c.lock = s.field.Seal(placeFiling, c.key)
	tag, err := s.pool.Exec(ctx, `INSERT INTO ivr.call (sid, state, step, nonce, filing_key, started_at) VALUES ($1, $2, 0, $3, $4, $5) ON CONFLICT (sid) DO NOTHING`,
		sid, sealed, c.Nonce, c.lock, now)
	if err != nil {
		return Call{}, false, postgres.Classify(fmt.Errorf("begin call: %w", err))
	}
	if tag.RowsAffected() == 0 {
		c, _, err = s.Load(ctx, sid, -1, "")
		return c, true, err
	}
	s.recent.keep(sid, kept{sealed, c.lock, 0, c.Nonce})
	return c, false, nil
}

// Load finds a call that has not ended, and the reply already given to a step of it, if any. Error: fault.NotFound.
func (s *Store) Load(ctx context.Context, sid string, step int, nonce string) (c Call, reply []byte, err error) {
	c.SID = sid
	var state, key []byte
	err = s.pool.QueryRow(ctx, `
		SELECT c.state, c.step, c.nonce, c.filing_key, a.reply
		FROM ivr.call c LEFT JOIN ivr.answer a ON a.call_sid = c.sid AND a.step = $2 AND a.nonce = $3
		WHERE c.sid = $1 AND c.ended_at IS NULL`, sid, step, nonce).Scan(&state, &c.Step, &c.Nonce, &key, &reply)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, nil, fault.New(fault.NotFound, "fault.page")
	}
	if err != nil {
		return c, nil, postgres.Classify(fmt.Errorf("load call: %w", err))
	}
	c.Asked = c.Nonce
	if reply != nil {
		reply, err = s.field.Open(placeReply, reply)
		return c, reply, err
	}
	return c, nil, s.open(&c, state, key)
}

func (s *Store) open(c *Call, state, key []byte) error {
	plain, err := s.field.Open(placeState, state)
	if err != nil {
		return fmt.Errorf("open state of a call: %w", err)
	}
	if c.key, err = s.field.Open(placeFiling, key); err != nil {
		return fmt.Errorf("open filing key of a call: %w", err)
	}
	c.lock = key
	return json.Unmarshal(plain, &c.State)
}

// Change is what a step changes besides the state.
type Change struct {
	Made    string // a recording that the step brought
	Seconds int    // how long it is, in the carrier's words
	Matter  string // to which it belongs
	Keep    string // a recording that is now certain to be kept
	Drop    string // one that was replaced
}

// Save keeps the state after a step together with the reply to it and what becomes of recordings; also, when not nil, are statements of others that are done with it, all or
// none. render gets the next step's number and nonce, which go into the reply's addresses. When the same step was answered meanwhile, that answer is returned. Usually all is one
// statement or one batch: when many call at once, trips to the database are what they wait for. Error: fault.NotFound when the call has ended or gone on otherwise.
func (s *Store) Save(ctx context.Context, c Call, state callflow.State, change Change, also *pgx.Batch, now time.Time, render func(step int, nonce string) ([]byte, error)) ([]byte, error) {
	next := nonce()
	reply, err := render(c.Step+1, next)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	sealed := s.field.Seal(placeState, b)
	step := []any{c.SID, c.Step, sealed, next, c.Asked, s.field.Seal(placeReply, reply)}
	moved := false
	if change == (Change{}) {
		moved, err = move(ctx, s.pool, also, step)
		err = postgres.Classify(err)
	} else {
		err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			if moved, err = move(ctx, tx, also, step); err != nil || !moved {
				return err
			}
			return s.apply(ctx, tx, c, change, now)
		})
	}
	if err != nil {
		return nil, err
	}
	if moved {
		s.recent.keep(c.SID, kept{sealed, c.lock, c.Step + 1, next})
		return reply, nil
	}
	s.recent.forget(c.SID)
	_, stored, err := s.Load(ctx, c.SID, c.Step, c.Asked)
	if err == nil && stored == nil {
		err = fault.New(fault.NotFound, "fault.page")
	}
	return stored, err
}

const moveOn = `
		WITH moved AS (UPDATE ivr.call SET state = $3, step = step + 1, nonce = $4 WHERE sid = $1 AND step = $2 AND ended_at IS NULL RETURNING sid)
		INSERT INTO ivr.answer (call_sid, step, nonce, reply) SELECT sid, $2, $5, $6 FROM moved`

// move takes a call one step on, with the reply to the step, in one statement, behind those of others. moved is false when another request was first, or the call has ended.
func move(ctx context.Context, db executor, also *pgx.Batch, step []any) (moved bool, err error) {
	var tag pgconn.CommandTag
	if also == nil {
		tag, err = db.Exec(ctx, moveOn, step...)
	} else {
		also.Queue(moveOn, step...)
		done := db.SendBatch(ctx, also)
		for range also.Len() { // the last is the step's
			if tag, err = done.Exec(); err != nil {
				break
			}
		}
		err = errors.Join(err, done.Close())
	}
	if err != nil {
		return false, fmt.Errorf("save step: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// End ends a call and wipes what it held, with whatever its last change was. The key from which filing keys are made stays while a recording may still come (awaits);
// Sweep wipes it after a day. Every recording that nobody dropped is kept. Ending again changes nothing.
func (s *Store) End(ctx context.Context, c Call, change Change, awaits bool, now time.Time) error {
	s.recent.forget(c.SID)
	if change == (Change{}) {
		return postgres.Classify(end(ctx, s.pool, c, awaits, now))
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.apply(ctx, tx, c, change, now); err != nil {
			return err
		}
		return end(ctx, tx, c, awaits, now)
	})
}

// end is one statement: when many hang up at once, trips to the database are what they wait for.
func end(ctx context.Context, db executor, c Call, awaits bool, now time.Time) error {
	_, err := db.Exec(ctx, `
		WITH ended AS (UPDATE ivr.call SET state = NULL, filing_key = CASE WHEN $3 THEN filing_key END, ended_at = $2 WHERE sid = $1 AND ended_at IS NULL),
		     kept AS (UPDATE ivr.recording SET fate = 'keep', due_at = $2 WHERE call_sid = $1 AND fate = 'open'),
		     gone AS (UPDATE ivr.waiting SET ended_at = $2 WHERE call_sid = $1 AND ended_at IS NULL)
		DELETE FROM ivr.answer WHERE call_sid = $1`, c.SID, now, awaits)
	if err != nil {
		return fmt.Errorf("end call: %w", err)
	}
	return nil
}

// executor is a pool or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// longestCall is the carrier's limit.
const longestCall = 4 * time.Hour

// Stale finds a call that has not ended within the carrier's longest: its end was never reported. ok is false when there is none.
func (s *Store) Stale(ctx context.Context, now time.Time) (sid string, ok bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT sid FROM ivr.call WHERE ended_at IS NULL AND started_at < $1 LIMIT 1`, now.Add(-longestCall)).Scan(&sid)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, postgres.Classify(fmt.Errorf("find stale call: %w", err))
	}
	return sid, true, nil
}

// Sweep wipes what ended calls still held for a late recording, after a day, and forgets calls and fetched recordings after a month.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	for _, statement := range []struct {
		sql    string
		before time.Time
	}{
		{`UPDATE ivr.call SET filing_key = NULL WHERE filing_key IS NOT NULL AND ended_at < $1`, now.AddDate(0, 0, -1)},
		{`DELETE FROM ivr.recording WHERE fetched_at < $1`, now.AddDate(0, 0, -30)},
		{`DELETE FROM ivr.call WHERE ended_at < $1`, now.AddDate(0, 0, -30)},
		{`DELETE FROM ivr.waiting WHERE seen_at < $1`, now.AddDate(0, 0, -30)},
		{`DELETE FROM ivr.call_back WHERE done_at < $1`, now.AddDate(0, 0, -30)},
	} {
		if _, err := s.pool.Exec(ctx, statement.sql, statement.before); err != nil {
			return postgres.Classify(fmt.Errorf("sweep calls: %w", err))
		}
	}
	return nil
}
