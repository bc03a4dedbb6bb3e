package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// A proof by SMS: a code is good for five minutes and five tries, may be sent again after a minute, three times in all. Whoever has entered the code has until the proof ends
// to choose a PIN. A person may begin proofsADay.
const (
	CodeLife    = 5 * time.Minute
	ResendAfter = time.Minute
	codeTries   = 5
	codeSends   = 3
	proofLife   = 30 * time.Minute
	proofsADay  = 5
)

// Proof is how far somebody has come.
type Proof struct {
	PersonID  int64
	Purpose   string // activate or recover
	CodeUntil time.Time
	SentAt    time.Time
	SendsLeft int
	Proven    bool
	Ends      time.Time
}

// NewToken is what a browser carries; the store knows its hash only.
func NewToken() string { return random() }

// BeginProof notes that a code was sent, in the transaction that enqueues it. Error: fault.Limited (proof.often).
func (s *Store) BeginProof(ctx context.Context, tx pgx.Tx, token, purpose string, personID int64, codeHash []byte, now time.Time) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('portal.proof', $1))`, personID); err != nil {
		return fmt.Errorf("lock a person's proofs: %w", err)
	}
	var today int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM portal.proof WHERE person_id = $1 AND started_at > $2`, personID, now.Add(-24*time.Hour)).Scan(&today); err != nil {
		return fmt.Errorf("count proofs: %w", err)
	}
	if today >= proofsADay {
		return fault.LimitedFor("proof.often", 24*time.Hour)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO portal.proof (token_hash, person_id, purpose, code_hash, code_until, sent_at, started_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
		hashOf(token), personID, purpose, codeHash, now.Add(CodeLife), now, now.Add(proofLife))
	if err != nil {
		return fmt.Errorf("begin proof: %w", err)
	}
	return nil
}

// gone says that there is no such proof any more: it ended, was finished, or never was.
func gone() error { return fault.New(fault.NotFound, "proof.gone") }

// ProofOf tells how far a proof is. Errors: fault.NotFound (proof.gone), fault.Unavailable.
func (s *Store) ProofOf(ctx context.Context, token string, now time.Time) (p Proof, err error) {
	var sends int
	err = s.pool.QueryRow(ctx, `
		SELECT person_id, purpose, code_until, sent_at, sends, proven_at IS NOT NULL, expires_at FROM portal.proof
		WHERE token_hash = $1 AND finished_at IS NULL AND expires_at > $2`, hashOf(token), now).Scan(&p.PersonID, &p.Purpose, &p.CodeUntil, &p.SentAt, &sends, &p.Proven, &p.Ends)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, gone()
	}
	if err != nil {
		return p, postgres.Classify(fmt.Errorf("look up proof: %w", err))
	}
	p.SendsLeft = codeSends - sends
	return p, nil
}

// RenewCode takes the next code's hash, in the transaction that enqueues the code. Errors: fault.NotFound (proof.gone), fault.Limited (proof.soon, proof.sends).
func (s *Store) RenewCode(ctx context.Context, tx pgx.Tx, token string, codeHash []byte, now time.Time) (personID int64, purpose string, err error) {
	var sent time.Time
	var sends int
	err = tx.QueryRow(ctx, `
		SELECT person_id, purpose, sent_at, sends FROM portal.proof
		WHERE token_hash = $1 AND proven_at IS NULL AND expires_at > $2 FOR UPDATE`, hashOf(token), now).Scan(&personID, &purpose, &sent, &sends)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, "", gone()
	case err != nil:
		return 0, "", fmt.Errorf("look up proof: %w", err)
	case now.Sub(sent) < ResendAfter:
		return 0, "", fault.LimitedFor("proof.soon", ResendAfter-now.Sub(sent))
	case sends >= codeSends:
		return 0, "", fault.LimitedFor("proof.sends", proofLife)
	}
	_, err = tx.Exec(ctx, `UPDATE portal.proof SET code_hash = $2, code_until = $3, sent_at = $4, sends = sends + 1, tries = 0 WHERE token_hash = $1`,
		hashOf(token), codeHash, now.Add(CodeLife), now)
	if err != nil {
		return 0, "", fmt.Errorf("renew code: %w", err)
	}
	return personID, purpose, nil
}

// TryCode judges a code by its hashes, under each of the keys. The try is counted before it is judged. Errors: fault.NotFound (proof.gone); fault.Invalid with proof.code.wrong, proof.code.late or
// proof.code.tries for the field code; fault.Unavailable.
func (s *Store) TryCode(ctx context.Context, token string, codeHashes [][]byte, now time.Time) error {
	var want []byte
	var tries int
	err := s.pool.QueryRow(ctx, `
		UPDATE portal.proof SET tries = tries + 1
		WHERE token_hash = $1 AND proven_at IS NULL AND expires_at > $2 AND code_until > $2 AND tries < $3
		RETURNING code_hash, tries`, hashOf(token), now, codeTries).Scan(&want, &tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.whyNoTry(ctx, token, now)
	}
	if err != nil {
		return postgres.Classify(fmt.Errorf("count code: %w", err))
	}
	if !slices.ContainsFunc(codeHashes, func(sum []byte) bool { return subtle.ConstantTimeCompare(want, sum) == 1 }) {
		if tries == codeTries {
			return fault.InvalidFields(fault.Field{Name: "code", Key: "proof.code.tries"})
		}
		return fault.InvalidFields(fault.Field{Name: "code", Key: "proof.code.wrong", Args: []any{codeTries - tries}})
	}
	if _, err := s.pool.Exec(ctx, `UPDATE portal.proof SET proven_at = $2 WHERE token_hash = $1`, hashOf(token), now); err != nil {
		return postgres.Classify(fmt.Errorf("note proof: %w", err))
	}
	return nil
}

func (s *Store) whyNoTry(ctx context.Context, token string, now time.Time) error {
	p, err := s.ProofOf(ctx, token, now)
	switch {
	case err != nil:
		return err
	case p.Proven:
		return nil // the form was sent twice
	case !p.CodeUntil.After(now):
		return fault.InvalidFields(fault.Field{Name: "code", Key: "proof.code.late"})
	}
	return fault.InvalidFields(fault.Field{Name: "code", Key: "proof.code.tries"})
}

// FinishProof uses a proof up, in the transaction that stores the PIN. Error: fault.NotFound (proof.gone).
func (s *Store) FinishProof(ctx context.Context, tx pgx.Tx, token string, now time.Time) (personID int64, purpose string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE portal.proof SET finished_at = $2 WHERE token_hash = $1 AND proven_at IS NOT NULL AND finished_at IS NULL AND expires_at > $2
		RETURNING person_id, purpose`, hashOf(token), now).Scan(&personID, &purpose)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, "", gone()
	}
	if err != nil {
		return 0, "", fmt.Errorf("finish proof: %w", err)
	}
	return personID, purpose, nil
}
