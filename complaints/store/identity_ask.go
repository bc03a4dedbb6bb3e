package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

// maxReason is how many characters a reason has at most; the reporter reads it.
const maxReason = 500

// Openings says how long a request waits for the second person, and how long what they agreed to may be looked at.
type Openings struct{ Wait, Shown time.Duration }

// DefaultOpenings holds unless somebody set otherwise: three days for the second person, two hours to look.
func DefaultOpenings() Openings { return Openings{Wait: 72 * time.Hour, Shown: 2 * time.Hour} }

// OpenFor says how long requests and openings last; before any is made. What stands keeps its time.
func (s *Store) OpenFor(o Openings) { s.openings = o }

// AskIdentity asks to see who reported a case: the asker gives a reason and the own part of the key, sealed to every other keyholder. The reporter will read the reason.
// Errors: fault.Denied for the role; fault.NotFound; fault.Invalid by field (reason, passphrase); fault.Conflict for an anonymous reporter, no part, nobody to agree, or a
// request that stands; fault.Limited.
func (s *Store) AskIdentity(ctx context.Context, who Staff, number, reason, passphrase string, now time.Time) error {
	if !mayHold(who.Role) {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > maxReason {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "identity.fault.reason", Args: []any{maxReason}})
	}
	if err := s.EndOpenings(ctx, now); err != nil {
		return err
	}
	if err := s.mayAsk(ctx, who, number); err != nil { // before the passphrase is asked for: what cannot be is said first
		return err
	}
	own, err := s.unlock(ctx, who, passphrase, now)
	if err != nil {
		return err
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if !c.Named {
			return fault.New(fault.Conflict, "identity.fault.anonymous")
		}
		shares, err := s.sharesOf(ctx, tx, who.ID, own)
		if err != nil {
			return err
		}
		if len(shares) == 0 {
			return fault.New(fault.Conflict, "identity.fault.noshare")
		}
		var id int64
		err = tx.QueryRow(ctx, `INSERT INTO complaints.identity_request (complaint_id, asker_id, reason, asked_at, wait_until, state) VALUES ($1, $2, $3, $4, $5, 'waiting') RETURNING id`,
			c.ID, who.ID, reason, now, now.Add(s.openings.Wait)).Scan(&id)
		if postgres.IsUnique(err, "identity_request_open") {
			return fault.New(fault.Conflict, "identity.fault.asked")
		}
		if err != nil {
			return fmt.Errorf("insert identity request: %w", err)
		}
		if err := s.handOut(ctx, tx, who, id, shares); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "identity_asked", reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "ask for identity", number, reason, now)
	})
}

// mayAsk finds out early what would make asking useless.
func (s *Store) mayAsk(ctx context.Context, who Staff, number string) error {
	var named, asked bool
	err := s.pool.QueryRow(ctx, `SELECT c.identity IS NOT NULL, EXISTS (SELECT FROM complaints.identity_request q WHERE q.complaint_id = c.id AND q.asker_id = $2 AND q.state IN ('waiting', 'agreed'))
		FROM complaints.complaint c WHERE c.number = $3 AND `+scoped, who.Region, who.reader(), number).Scan(&named, &asked)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return noCase()
	case err != nil:
		return postgres.Classify(fmt.Errorf("look up case: %w", err))
	case !named:
		return fault.New(fault.Conflict, "identity.fault.anonymous")
	case asked:
		return fault.New(fault.Conflict, "identity.fault.asked")
	}
	return nil
}

// handOut seals the asker's parts to each keyholder of the same key but the asker.
func (s *Store) handOut(ctx context.Context, tx pgx.Tx, who Staff, request int64, shares map[string]seal.Share) error {
	plain, err := json.Marshal(shares)
	if err != nil {
		return err
	}
	defer clear(plain)
	rows, err := tx.Query(ctx, `
		SELECT k.staff_id, k.public_key FROM complaints.keyholder k JOIN complaints.staff f ON f.id = k.staff_id
		WHERE k.staff_id <> $1 AND f.disabled_at IS NULL AND EXISTS (SELECT FROM complaints.identity_share i JOIN complaints.identity_share o USING (identity_key) WHERE i.staff_id = $1 AND o.staff_id = k.staff_id)`, who.ID)
	if err != nil {
		return fmt.Errorf("look up keyholders: %w", err)
	}
	others, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sealedTo])
	if err != nil {
		return fmt.Errorf("look up keyholders: %w", err)
	}
	if len(others) == 0 {
		return fault.New(fault.Conflict, "identity.fault.alone")
	}
	for _, h := range others {
		box, err := h.seal(placeAsked(request, h.ID), plain)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.identity_request_share (request_id, staff_id, shares) VALUES ($1, $2, $3)`, request, h.ID, box); err != nil {
			return fmt.Errorf("hand out share: %w", err)
		}
	}
	return nil
}

// TakeBackIdentity ends a request of the asker's own, or what was agreed to before its time. Error: fault.Conflict (identity.fault.over) when it has ended.
func (s *Store) TakeBackIdentity(ctx context.Context, who Staff, number string, request int64, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.identity_request SET state = CASE state WHEN 'agreed' THEN 'over' ELSE 'taken_back' END, box = NULL
			WHERE id = $1 AND complaint_id = $2 AND asker_id = $3 AND state IN ('waiting', 'agreed')`, request, c.ID, who.ID)
		if err != nil {
			return fmt.Errorf("take back identity request: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "identity.fault.over")
		}
		if err := dropHandedOut(ctx, tx, request); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "take back identity request", number, "", now)
	})
}

func dropHandedOut(ctx context.Context, tx pgx.Tx, request int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM complaints.identity_request_share WHERE request_id = $1`, request); err != nil {
		return fmt.Errorf("drop handed out shares: %w", err)
	}
	return nil
}

// EndOpenings wipes what has run out: requests that nobody answered in time, identities whose time to be looked at is over.
func (s *Store) EndOpenings(ctx context.Context, now time.Time) error {
	_, err := s.pool.Exec(ctx, `
		WITH ended AS (
			UPDATE complaints.identity_request SET state = CASE state WHEN 'waiting' THEN 'expired' ELSE 'over' END, box = NULL
			WHERE state IN ('waiting', 'agreed') AND coalesce(shown_until, wait_until) <= $1 RETURNING id
		)
		DELETE FROM complaints.identity_request_share h USING ended WHERE h.request_id = ended.id`, now)
	if err != nil {
		return postgres.Classify(fmt.Errorf("end openings: %w", err))
	}
	return nil
}

// ViewIdentity shows the asker who reported, for the time that was agreed to. Before it is shown it stands in the audit log, on the case, and where the reporter reads it.
// Errors: fault.NotFound; fault.Conflict (identity.fault.over, identity.fault.waiting); fault.Denied for anybody but the asker; those of unlock.
func (s *Store) ViewIdentity(ctx context.Context, who Staff, number string, request int64, passphrase string, now time.Time) (intake.Reporter, time.Time, error) {
	var reporter intake.Reporter
	var until time.Time
	own, err := s.unlock(ctx, who, passphrase, now)
	if err != nil {
		return reporter, until, err
	}
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		q, err := lockRequest(ctx, tx, c.ID, request)
		if err != nil {
			return err
		}
		switch {
		case q.asker != who.ID:
			return fault.New(fault.Denied, "identity.fault.asker")
		case q.state == "waiting" && now.Before(q.waitUntil):
			return fault.New(fault.Conflict, "identity.fault.waiting")
		case q.state != "agreed" || !now.Before(q.shownUntil):
			return fault.New(fault.Conflict, "identity.fault.over")
		}
		until = q.shownUntil
		plain, err := own.Open(placeBox(request), q.box)
		if err != nil {
			return fault.New(fault.Conflict, "identity.fault.shares").Because(err)
		}
		if err := json.Unmarshal(plain, &reporter); err != nil {
			return fmt.Errorf("read identity: %w", err)
		}
		var second string
		if err := tx.QueryRow(ctx, `UPDATE complaints.identity_request q SET views = views + 1 FROM complaints.staff f WHERE q.id = $1 AND f.id = q.second_id RETURNING f.role`, request).Scan(&second); err != nil {
			return fmt.Errorf("count view: %w", err)
		}
		if err := s.desk.TellOpened(ctx, tx, c.Mailbox, intake.Opening{Reason: q.reason, Asked: string(who.Role), Agreed: second}, now); err != nil {
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, "identity_viewed", q.reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "view identity", number, q.reason, now)
	})
	if err != nil {
		return intake.Reporter{}, until, errors.Join(err, s.refused(ctx, who, "view identity", number, err, now))
	}
	return reporter, until, nil
}

// refused notes that somebody was turned away from an identity; an outage is not a refusal.
func (s *Store) refused(ctx context.Context, who Staff, action, number string, why error, now time.Time) error {
	f := fault.Of(why)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return nil
	}
	subject := "case:" + number
	if f.Kind == fault.NotFound {
		number, subject = "", "case"
	}
	return audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: action, Subject: subject, CaseNo: number, Reason: f.Key, Refused: true})
}

// asks reports whether a member of staff may still see the case as they could when they asked.
func (s *Store) asks(ctx context.Context, tx pgx.Tx, asker int32, complaint int64) (bool, error) {
	var a Staff
	err := tx.QueryRow(ctx, `SELECT id, role, region FROM complaints.staff WHERE id = $1 AND disabled_at IS NULL`, asker).Scan(&a.ID, &a.Role, &a.Region)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up asker: %w", err)
	}
	var sees bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.complaint c WHERE c.id = $3 AND `+scoped+`)`, a.Region, a.reader(), complaint).Scan(&sees)
	return sees && (a.Role == lifecycle.Investigator || a.Role == lifecycle.Supervisor), err
}
