package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

const (
	maxFailures = 5
	lockedFor   = 15 * time.Minute
	sessionLife = 9 * time.Hour
	timeStep    = 30 // seconds
)

// SignIn checks account, password and one-time code, and begins a session; device is the browser's own description, for who looks at the sign-ins. The attempt is counted before it is judged; a code is good once.
// Errors: fault.Denied (fault.desk.signin) alike for whichever was wrong, fault.Limited (fault.locked).
func (s *Store) SignIn(ctx context.Context, account, password, code, device string, now time.Time) (session string, who Staff, err error) {
	wrong := fault.New(fault.Denied, "fault.desk.signin")
	var hash, salt, sealed []byte
	var last int64
	err = s.pool.QueryRow(ctx, `
		UPDATE complaints.staff SET failures = CASE WHEN locked_until IS NULL THEN failures + 1 ELSE 1 END,
			locked_until = CASE WHEN locked_until IS NULL AND failures + 1 >= $3 THEN $4::timestamptz END
		WHERE account = $1 AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= $2)
		RETURNING id, account, name, role, region, password_hash, password_salt, totp_secret, totp_last`, account, now, maxFailures, now.Add(lockedFor)).
		Scan(&who.ID, &who.Account, &who.Name, &who.Role, &who.Region, &hash, &salt, &sealed, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		var until time.Time
		if s.pool.QueryRow(ctx, `SELECT locked_until FROM complaints.staff WHERE account = $1 AND locked_until > $2`, account, now).Scan(&until) == nil {
			return "", Staff{}, fault.LimitedFor("fault.locked", until.Sub(now))
		}
		_, err = s.slow.Hash(ctx, []byte(password), make([]byte, 16)) // an account that does not exist costs the same time
		return "", Staff{}, errors.Join(wrong, err)
	}
	if err != nil {
		return "", Staff{}, postgres.Classify(fmt.Errorf("count sign-in: %w", err))
	}
	got, err := s.slow.Hash(ctx, []byte(password), salt)
	if err != nil {
		return "", Staff{}, fault.LimitedFor("fault.busy", 5*time.Second).Because(err)
	}
	secret, err := s.field.Open(placeTOTP, sealed)
	if err != nil {
		return "", Staff{}, err
	}
	step := matchedStep(string(secret), code, now)
	if subtle.ConstantTimeCompare(got, hash) != 1 || step <= last {
		return "", Staff{}, errors.Join(wrong, audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "sign in", Refused: true}))
	}
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	session = base64.RawURLEncoding.EncodeToString(b)
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		used, err := tx.Exec(ctx, `UPDATE complaints.staff SET failures = 0, locked_until = NULL, totp_last = $2, signed_in_before = signed_in_at, signed_in_at = $3 WHERE id = $1 AND totp_last < $2`, who.ID, step, now)
		if err != nil {
			return fmt.Errorf("use code: %w", err)
		}
		if used.RowsAffected() == 0 {
			return wrong
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.staff_session (id, staff_id, started_at, expires_at, seen_at, device) VALUES ($1, $2, $3, $4, $3, $5)`, session, who.ID, now, now.Add(sessionLife), device); err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "sign in"})
	})
	return session, who, err
}

// matchedStep is the 30-second step whose code was given, the present one or a neighbour; 0 when none fits.
func matchedStep(secret, code string, now time.Time) int64 {
	for _, skew := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(skew) * timeStep * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: timeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at.Unix() / timeStep
		}
	}
	return 0
}

// StaffOf is who holds a session, which ends after some time without a request. Error: fault.Denied (fault.session).
func (s *Store) StaffOf(ctx context.Context, session string, now time.Time) (Staff, error) {
	if k, ok := ctx.Value(knownKey{}).(known); ok && k.session == session {
		return k.who, nil
	}
	var who Staff
	var seen time.Time
	err := s.pool.QueryRow(ctx, `
		SELECT f.id, f.account, f.name, f.role, f.region, coalesce(f.signed_in_before, '2000-01-01'), f.must_change, coalesce(n.seen_at, n.started_at)
		FROM complaints.staff_session n JOIN complaints.staff f ON f.id = n.staff_id
		WHERE n.id = $1 AND n.ended_at IS NULL AND n.expires_at > $2 AND coalesce(n.seen_at, n.started_at) > $3 AND f.disabled_at IS NULL`, session, now, now.Add(-s.idle)).
		Scan(&who.ID, &who.Account, &who.Name, &who.Role, &who.Region, &who.SignedInBefore, &who.MustChange, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return Staff{}, fault.New(fault.Denied, "fault.session")
	}
	if err == nil && now.Sub(seen) > time.Minute { // to the minute is enough, and spares a write a request
		_, err = s.pool.Exec(ctx, `UPDATE complaints.staff_session SET seen_at = $2 WHERE id = $1`, session, now)
	}
	return who, postgres.Classify(err)
}

type knownKey struct{}

// known is whose session a request has shown to be.
type known struct {
	session string
	who     Staff
}

// Known lets StaffOf answer without asking again, for the rest of the request that ctx belongs to.
func Known(ctx context.Context, session string, who Staff) context.Context {
	return context.WithValue(ctx, knownKey{}, known{session, who})
}

// SignOut ends a session.
func (s *Store) SignOut(ctx context.Context, session string, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE complaints.staff_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, session, now)
	return postgres.Classify(err)
}

// Session is one sign-in that has not ended.
type Session struct {
	Ref     string // names it to EndSession; the session itself stays secret
	Account string
	Name    string
	Device  string
	Started time.Time
	Seen    time.Time
	Own     bool // the asker's present one
}

const liveSession = `n.ended_at IS NULL AND n.expires_at > $1 AND coalesce(n.seen_at, n.started_at) > $2 AND f.disabled_at IS NULL`

// mayEnd is whose sign-ins $3 may see and end: their own, an administrator everybody's, a supervisor those within their region.
const mayEnd = `(f.id = $3 OR $4 = 'sysadmin' OR $4 = 'supervisor' AND f.role IN ('intake', 'investigator') AND starts_with(f.region, $5))`

// Sessions lists sign-ins that have not ended, the asker's own or all that they may see.
func (s *Store) Sessions(ctx context.Context, who Staff, session string, own bool, now time.Time) ([]Session, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT left(encode(sha256(convert_to(n.id, 'UTF8')), 'hex'), 16), f.account, f.name, n.device, n.started_at, coalesce(n.seen_at, n.started_at), n.id = $6
		FROM complaints.staff_session n JOIN complaints.staff f ON f.id = n.staff_id
		WHERE `+liveSession+` AND `+mayEnd+` AND (f.id = $3 OR NOT $7) ORDER BY 6 DESC LIMIT 200`, now, now.Add(-s.idle), who.ID, string(who.Role), who.Region, session, own)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list sign-ins: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
	return list, postgres.Classify(err)
}

// EndSession ends a sign-in. Error: fault.NotFound (fault.desk.signin.gone) for one that has ended or that the asker may not end.
func (s *Store) EndSession(ctx context.Context, who Staff, ref string, now time.Time) error {
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int32
		err := tx.QueryRow(ctx, `
			UPDATE complaints.staff_session n SET ended_at = $1 FROM complaints.staff f
			WHERE f.id = n.staff_id AND `+liveSession+` AND `+mayEnd+` AND left(encode(sha256(convert_to(n.id, 'UTF8')), 'hex'), 16) = $6 RETURNING f.id`,
			now, now.Add(-s.idle), who.ID, string(who.Role), who.Region, ref).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.desk.signin.gone")
		}
		if err != nil {
			return fmt.Errorf("end sign-in: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "end sign-in", Subject: fmt.Sprintf("staff:%d", id)})
	})
}
