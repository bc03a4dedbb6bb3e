package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/seal"
)

// identityRequest is a request as the answer finds it.
type identityRequest struct {
	asker      int32
	reason     string
	state      string
	waitUntil  time.Time
	shownUntil time.Time
	box        []byte
}

func lockRequest(ctx context.Context, tx pgx.Tx, complaint, request int64) (q identityRequest, err error) {
	err = tx.QueryRow(ctx, `SELECT asker_id, reason, state, wait_until, coalesce(shown_until, wait_until), box FROM complaints.identity_request WHERE id = $1 AND complaint_id = $2 FOR UPDATE`,
		request, complaint).Scan(&q.asker, &q.reason, &q.state, &q.waitUntil, &q.shownUntil, &q.box)
	if errors.Is(err, pgx.ErrNoRows) {
		return q, fault.New(fault.NotFound, "identity.fault.none")
	}
	if err != nil {
		return q, fmt.Errorf("load identity request: %w", err)
	}
	return q, nil
}

// answerable says why a request cannot be answered by somebody, or nothing.
func (s *Store) answerable(ctx context.Context, tx pgx.Tx, who Staff, c Case, q identityRequest, now time.Time) error {
	switch {
	case !mayHold(who.Role):
		return fault.New(fault.Denied, "fault.desk.role")
	case q.asker == who.ID:
		return fault.New(fault.Denied, "identity.fault.same")
	case q.state == "waiting" && !now.Before(q.waitUntil):
		return fault.New(fault.Conflict, "identity.fault.expired")
	case q.state != "waiting":
		return fault.New(fault.Conflict, "identity.fault.answered")
	}
	sees, err := s.asks(ctx, tx, q.asker, c.ID)
	if err == nil && !sees { // disabled, moved, or a conflict of interest since
		return fault.New(fault.Conflict, "identity.fault.askergone")
	}
	return err
}

// AgreeIdentity lets the asker see who reported: with the second person's part the key is made for a moment, the identity of this one case is opened and sealed to
// the asker, and the key is gone. The second person does not see it. Errors: fault.NotFound; fault.Denied (identity.fault.same) for the asker; fault.Conflict when it is
// answered, expired, the asker may not see the case any more, there is no part, or the parts do not fit; those of unlock.
func (s *Store) AgreeIdentity(ctx context.Context, who Staff, number string, request int64, passphrase string, now time.Time) error {
	err := s.agree(ctx, who, number, request, passphrase, now)
	if err != nil {
		return errors.Join(err, s.refused(ctx, who, "agree to identity", number, err, now))
	}
	return nil
}

func (s *Store) agree(ctx context.Context, who Staff, number string, request int64, passphrase string, now time.Time) error {
	err := s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error { // what cannot be is said before the passphrase is tried
		q, err := lockRequest(ctx, tx, c.ID, request)
		if err != nil {
			return err
		}
		return s.answerable(ctx, tx, who, c, q, now)
	})
	if err != nil {
		return err
	}
	own, err := s.unlock(ctx, who, passphrase, now)
	if err != nil {
		return err
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		q, err := lockRequest(ctx, tx, c.ID, request)
		if err != nil {
			return err
		}
		if err := s.answerable(ctx, tx, who, c, q, now); err != nil {
			return err
		}
		reporter, err := s.openTogether(ctx, tx, who, c.ID, request, own)
		if err != nil {
			return err
		}
		box, err := s.sealToAsker(ctx, tx, q.asker, request, reporter)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.identity_request SET state = 'agreed', second_id = $2, second_at = $3, shown_until = $4, box = $5 WHERE id = $1`,
			request, who.ID, now, now.Add(s.openings.Shown), box); err != nil {
			return fmt.Errorf("agree to identity: %w", err)
		}
		if err := dropHandedOut(ctx, tx, request); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "identity_agreed", "", now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "agree to identity", number, q.reason, now)
	})
}

// openTogether joins the asker's part with the second person's and opens the identity of the one case.
func (s *Store) openTogether(ctx context.Context, tx pgx.Tx, who Staff, complaint, request int64, own seal.PrivateKey) (intake.Reporter, error) {
	none := func(key string, cause error) (intake.Reporter, error) {
		return intake.Reporter{}, fault.New(fault.Conflict, key).Because(cause)
	}
	var sealed, handed []byte
	err := tx.QueryRow(ctx, `SELECT c.identity, h.shares FROM complaints.complaint c, complaints.identity_request_share h WHERE c.id = $1 AND h.request_id = $2 AND h.staff_id = $3`,
		complaint, request, who.ID).Scan(&sealed, &handed)
	if errors.Is(err, pgx.ErrNoRows) {
		return none("identity.fault.noshare", nil)
	}
	if err != nil {
		return intake.Reporter{}, fmt.Errorf("load shares: %w", err)
	}
	plain, err := own.Open(placeAsked(request, who.ID), handed)
	if err != nil {
		return none("identity.fault.shares", err)
	}
	var asked map[string]seal.Share
	if err := json.Unmarshal(plain, &asked); err != nil {
		return none("identity.fault.shares", err)
	}
	clear(plain)
	mine, err := s.sharesOf(ctx, tx, who.ID, own)
	if err != nil {
		return intake.Reporter{}, err
	}
	var last error
	for name, share := range mine {
		if asked[name] == nil {
			continue
		}
		public, err := seal.ParsePublicKey(name)
		if err != nil {
			return intake.Reporter{}, err
		}
		key, err := seal.JoinShares(asked[name], share, public)
		if err != nil {
			return none("identity.fault.shares", err)
		}
		reporter, err := intake.OpenIdentity(key, sealed)
		if err == nil {
			return reporter, nil
		}
		last = err // sealed to another of the keys
	}
	return none("identity.fault.oldkey", last)
}

func (s *Store) sealToAsker(ctx context.Context, tx pgx.Tx, asker int32, request int64, r intake.Reporter) ([]byte, error) {
	h := sealedTo{ID: asker}
	if err := tx.QueryRow(ctx, `SELECT public_key FROM complaints.keyholder WHERE staff_id = $1`, asker).Scan(&h.Public); err != nil {
		return nil, fmt.Errorf("look up asker's key: %w", err)
	}
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return h.seal(placeBox(request), plain)
}

// RefuseIdentity turns a request down, with a reason. Errors: as AgreeIdentity; fault.Invalid (answer) without a reason.
func (s *Store) RefuseIdentity(ctx context.Context, who Staff, number string, request int64, answer string, now time.Time) error {
	if answer = strings.TrimSpace(answer); answer == "" || len([]rune(answer)) > maxReason {
		return fault.InvalidFields(fault.Field{Name: "answer", Key: "identity.fault.reason", Args: []any{maxReason}})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		q, err := lockRequest(ctx, tx, c.ID, request)
		if err != nil {
			return err
		}
		if err := s.answerable(ctx, tx, who, c, q, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.identity_request SET state = 'refused', second_id = $2, second_at = $3, answer = $4 WHERE id = $1`, request, who.ID, now, answer); err != nil {
			return fmt.Errorf("refuse identity: %w", err)
		}
		if err := dropHandedOut(ctx, tx, request); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "identity_refused", answer, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "refuse identity", number, answer, now)
	})
}
