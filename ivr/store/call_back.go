package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// CallBack is a caller who waits to be called back.
type CallBack struct {
	ID    int64
	Nonce string // makes the addresses of this ringing unguessable, and the ones before worthless
	Lang  string
	Rings int // how often people were rung for it, this time included
}

const (
	maxTries  = 3  // of the caller's number, as was promised
	maxRings  = 40 // of the people who answer, over some days
	ringAgain = 3 * time.Minute
	tryAgain  = 30 * time.Minute
)

func placeNumber(hash []byte) string { return "ivr.call_back.number." + strconv.Quote(string(hash)) }

// KeepCallBack keeps a caller's wish to be called back. A caller whose wish is open already has one only.
func (s *Store) KeepCallBack(ctx context.Context, callerHash []byte, number, lang string, now time.Time) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO ivr.call_back (caller_hash, number, lang, nonce, asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (caller_hash) WHERE done_at IS NULL DO NOTHING`,
		callerHash, s.field.Seal(placeNumber(callerHash), []byte(number)), lang, nonce(), now)
	if err != nil {
		return postgres.Classify(fmt.Errorf("keep a call back: %w", err))
	}
	return nil
}

// NextCallBack hands out the call back that is due and was asked for first, and puts it off, so that no other process takes it and a process that dies loses nothing.
// ok is false when none is due.
func (s *Store) NextCallBack(ctx context.Context, now time.Time) (c CallBack, ok bool, err error) {
	c.Nonce = nonce()
	err = s.pool.QueryRow(ctx, `
		UPDATE ivr.call_back SET rings = rings + 1, nonce = $2, due_at = $3
		WHERE id = (SELECT id FROM ivr.call_back WHERE done_at IS NULL AND due_at <= $1 ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, lang, rings`, now, c.Nonce, now.Add(ringAgain)).Scan(&c.ID, &c.Lang, &c.Rings)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, postgres.Classify(fmt.Errorf("pick a call back: %w", err))
	}
	if c.Rings > maxRings {
		return c, true, s.endCallBack(ctx, c.ID, "given_up", now)
	}
	return c, true, nil
}

// GivenUp reports whether a call back that was handed out is not to be rung any more.
func (c CallBack) GivenUp() bool { return c.Rings > maxRings }

// Connect is the number of a caller whom somebody is ready to talk to now. Error: fault.NotFound when the ringing is of another time.
func (s *Store) Connect(ctx context.Context, id int64, nonce string, now time.Time) (number string, err error) {
	var hash, sealed []byte
	err = s.pool.QueryRow(ctx, `
		UPDATE ivr.call_back SET due_at = $3 WHERE id = $1 AND nonce = $2 AND done_at IS NULL RETURNING caller_hash, number`, id, nonce, now.Add(tryAgain)).Scan(&hash, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.NotFound, "fault.page")
	}
	if err != nil {
		return "", postgres.Classify(fmt.Errorf("connect a call back: %w", err))
	}
	plain, err := s.field.Open(placeNumber(hash), sealed)
	if err != nil {
		return "", fmt.Errorf("open the number of a call back: %w", err)
	}
	return string(plain), nil
}

// CalledBack notes how calling a caller back ended. After a talk, or the third try, the number is wiped. The same notice again changes nothing.
func (s *Store) CalledBack(ctx context.Context, id int64, used string, talked bool, now time.Time) error {
	if talked {
		return s.endCallBack(ctx, id, "talked", now)
	}
	var tries int
	err := s.pool.QueryRow(ctx, `UPDATE ivr.call_back SET tries = tries + 1, due_at = $3, nonce = $4 WHERE id = $1 AND nonce = $2 AND done_at IS NULL RETURNING tries`,
		id, used, now.Add(tryAgain), nonce()).Scan(&tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return postgres.Classify(fmt.Errorf("note a try to call back: %w", err))
	}
	if tries >= maxTries {
		return s.endCallBack(ctx, id, "given_up", now)
	}
	return nil
}

func (s *Store) endCallBack(ctx context.Context, id int64, outcome string, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE ivr.call_back SET done_at = $2, outcome = $3, number = NULL WHERE id = $1 AND done_at IS NULL`, id, now, outcome)
	if err != nil {
		return postgres.Classify(fmt.Errorf("end a call back: %w", err))
	}
	return nil
}
