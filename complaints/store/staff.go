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
	"shebao/shared/seal"
)

const (
	placeTOTP   = "complaints.staff.totp"
	maxFailures = 5
	lockedFor   = 15 * time.Minute
	sessionLife = 9 * time.Hour
	timeStep    = 30 // seconds
)

// AddStaff creates an account and returns the secret of its second factor, to be entered into an authenticator.
// Error: fault.Conflict (fault.desk.account) when the account exists.
func (s *Store) AddStaff(ctx context.Context, who Staff, password string, now time.Time) (secret string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Shebao", AccountName: who.Account})
	if err != nil {
		return "", fmt.Errorf("make second factor: %w", err)
	}
	salt := seal.NewSalt()
	hash, err := s.slow.Hash(ctx, []byte(password), salt)
	if err != nil {
		return "", err
	}
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var id int32
		err := tx.QueryRow(ctx, `INSERT INTO complaints.staff (account, name, role, region, password_hash, password_salt, totp_secret) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
			who.Account, who.Name, string(who.Role), who.Region, hash, salt, s.field.Seal(placeTOTP, []byte(key.Secret()))).Scan(&id)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.desk.account")
		}
		if err != nil {
			return fmt.Errorf("insert staff: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "command", At: now, Actor: "operator", Role: "operator", Action: "add staff", Subject: fmt.Sprintf("staff:%d", id)})
	})
	return key.Secret(), err
}

// Code is the present code of an account's second factor: for the demo's own accounts, and for nobody else's.
func (s *Store) Code(ctx context.Context, account string, now time.Time) (string, error) {
	var sealed []byte
	if err := s.pool.QueryRow(ctx, `SELECT totp_secret FROM complaints.staff WHERE account = $1`, account).Scan(&sealed); err != nil {
		return "", postgres.Classify(fmt.Errorf("look up account: %w", err))
	}
	secret, err := s.field.Open(placeTOTP, sealed)
	if err != nil {
		return "", err
	}
	return totp.GenerateCode(string(secret), now)
}

// SignIn checks account, password and one-time code, and begins a session. The attempt is counted before it is judged; a code is good once.
// Errors: fault.Denied (fault.desk.signin) alike for whichever was wrong, fault.Limited (fault.locked).
func (s *Store) SignIn(ctx context.Context, account, password, code string, now time.Time) (session string, who Staff, err error) {
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
		used, err := tx.Exec(ctx, `UPDATE complaints.staff SET failures = 0, locked_until = NULL, totp_last = $2 WHERE id = $1 AND totp_last < $2`, who.ID, step)
		if err != nil {
			return fmt.Errorf("use code: %w", err)
		}
		if used.RowsAffected() == 0 {
			return wrong
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.staff_session (id, staff_id, started_at, expires_at) VALUES ($1, $2, $3, $4)`, session, who.ID, now, now.Add(sessionLife)); err != nil {
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

// StaffOf is who holds a session. Error: fault.Denied (fault.session).
func (s *Store) StaffOf(ctx context.Context, session string, now time.Time) (Staff, error) {
	var who Staff
	err := s.pool.QueryRow(ctx, `
		SELECT f.id, f.account, f.name, f.role, f.region FROM complaints.staff_session n JOIN complaints.staff f ON f.id = n.staff_id
		WHERE n.id = $1 AND n.ended_at IS NULL AND n.expires_at > $2 AND f.disabled_at IS NULL`, session, now).Scan(&who.ID, &who.Account, &who.Name, &who.Role, &who.Region)
	if errors.Is(err, pgx.ErrNoRows) {
		return Staff{}, fault.New(fault.Denied, "fault.session")
	}
	return who, postgres.Classify(err)
}

// SignOut ends a session.
func (s *Store) SignOut(ctx context.Context, session string, now time.Time) error {
	_, err := s.pool.Exec(ctx, `UPDATE complaints.staff_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, session, now)
	return postgres.Classify(err)
}
