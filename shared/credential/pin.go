// Package credential keeps the PINs of insured persons. Portal and hotline ask the same question of it: is this the person's PIN?
package credential

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema credential.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "credential", Files: sub}
}

// A person's PIN is locked for LockedFor after MaxFailures wrong ones in a row, whichever way they came in.
const (
	MaxFailures = 5
	LockedFor   = 15 * time.Minute
	PINLength   = 6
)

// PINs sets and verifies. The pepper is a secret kept outside the database: six digits alone would be guessed from a stolen table.
type PINs struct {
	pool   *pgxpool.Pool
	slow   *seal.Slow
	pepper []byte
}

// New makes the store; pepper needs 32 bytes.
func New(pool *pgxpool.Pool, slow *seal.Slow, pepper []byte) *PINs {
	return &PINs{pool: pool, slow: slow, pepper: pepper}
}

// CheckPIN refuses what is not six digits or is guessed first: one digit repeated, or a run up or down.
// Errors: fault.Invalid with the keys fault.pin.digits and fault.pin.weak.
func CheckPIN(pin string) error {
	if len(pin) != PINLength || strings.Trim(pin, "0123456789") != "" {
		return fault.InvalidFields(fault.Field{Name: "pin", Key: "fault.pin.digits"})
	}
	if strings.Count(pin, pin[:1]) == PINLength || strings.Contains("01234567890123456789", pin) || strings.Contains("98765432109876543210", pin) {
		return fault.InvalidFields(fault.Field{Name: "pin", Key: "fault.pin.weak"})
	}
	return nil
}

// Set stores a person's PIN and lifts a lock. Errors: those of CheckPIN.
func (p *PINs) Set(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, personID int64, pin string, now time.Time) error {
	if err := CheckPIN(pin); err != nil {
		return err
	}
	salt := seal.NewSalt()
	hash, err := p.hash(ctx, pin, salt)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, `
		INSERT INTO credential.pin (person_id, hash, salt, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, salt = excluded.salt, changed_at = excluded.changed_at, failures = 0, locked_until = NULL`,
		personID, hash, salt, now)
	if err != nil {
		return fmt.Errorf("set PIN: %w", err)
	}
	return nil
}

// Verify checks a person's PIN. personID 0 stands for a person who does not exist: it costs the same time and gets the same words.
// The attempt is counted before it is judged, so that attempts in parallel cannot outrun the lock.
// Errors: fault.Denied (fault.signin) for a wrong ID number or PIN alike, fault.Limited (fault.locked) while locked.
func (p *PINs) Verify(ctx context.Context, personID int64, pin string, now time.Time) error {
	wrong := fault.New(fault.Denied, "fault.signin")
	var hash, salt []byte
	err := p.pool.QueryRow(ctx, `
		UPDATE credential.pin
		SET failures = CASE WHEN locked_until IS NULL OR locked_until > $2 THEN failures + 1 ELSE 1 END,
		    locked_until = CASE WHEN locked_until > $2 THEN locked_until
		                        WHEN locked_until IS NULL AND failures + 1 >= $3 THEN $4::timestamptz END
		WHERE person_id = $1 AND (locked_until IS NULL OR locked_until <= $2)
		RETURNING hash, salt`, personID, now, MaxFailures, now.Add(LockedFor)).Scan(&hash, &salt)
	if errors.Is(err, pgx.ErrNoRows) {
		return p.refuseWithoutRow(ctx, personID, pin, now, wrong)
	}
	if err != nil {
		return postgres.Classify(fmt.Errorf("count PIN attempt: %w", err))
	}
	got, err := p.hash(ctx, pin, salt)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, hash) != 1 {
		return wrong
	}
	if _, err := p.pool.Exec(ctx, `UPDATE credential.pin SET failures = 0, locked_until = NULL WHERE person_id = $1`, personID); err != nil {
		return postgres.Classify(fmt.Errorf("clear PIN failures: %w", err))
	}
	return nil
}

func (p *PINs) refuseWithoutRow(ctx context.Context, personID int64, pin string, now time.Time, wrong error) error {
	var until time.Time
	err := p.pool.QueryRow(ctx, `SELECT locked_until FROM credential.pin WHERE person_id = $1 AND locked_until > $2`, personID, now).Scan(&until)
	if err == nil {
		return fault.LimitedFor("fault.locked", until.Sub(now))
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return postgres.Classify(fmt.Errorf("look up PIN lock: %w", err))
	}
	if _, err := p.hash(ctx, pin, make([]byte, 16)); err != nil {
		return err
	}
	return wrong
}

func (p *PINs) hash(ctx context.Context, pin string, salt []byte) ([]byte, error) {
	mac := hmac.New(sha256.New, p.pepper)
	mac.Write([]byte(pin))
	hash, err := p.slow.Hash(ctx, mac.Sum(nil), salt)
	if err != nil {
		return nil, fault.LimitedFor("fault.busy", 5*time.Second).Because(err)
	}
	return hash, nil
}
