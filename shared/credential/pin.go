// Package credential keeps the PINs of insured persons. Portal and hotline ask the same question of it: is this the person's PIN?
package credential

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

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

// PINLength is how many digits a PIN has.
const PINLength = 6

// PINs sets and verifies. The pepper is a secret kept outside the database: six digits alone would be guessed from a stolen table.
type PINs struct {
	pool    *pgxpool.Pool
	slow    *seal.Slow
	peppers [][]byte // the newest first
}

// New makes the store; a pepper needs 32 bytes. Of several the first is used for what is hashed anew: a right PIN that was hashed with another is, at that sign-in.
func New(pool *pgxpool.Pool, slow *seal.Slow, peppers ...[]byte) *PINs {
	return &PINs{pool: pool, slow: slow, peppers: peppers}
}

// Hashed is a PIN ready to be stored: hashing is slow, and no transaction waits for it.
type Hashed struct {
	hash, salt []byte
	pepper     string
}

// Hash prepares a PIN for Put. Errors: those of CheckPIN; fault.Limited (fault.busy).
func (p *PINs) Hash(ctx context.Context, pin string) (Hashed, error) {
	if err := CheckPIN(pin); err != nil {
		return Hashed{}, err
	}
	return p.hashAnew(ctx, pin)
}

func (p *PINs) hashAnew(ctx context.Context, pin string) (Hashed, error) {
	salt := seal.NewSalt()
	hash, err := p.hash(ctx, p.peppers[0], pin, salt)
	return Hashed{hash, salt, seal.KeyID(p.peppers[0])}, err
}

// DB is what a statement runs on: a pool or the caller's own transaction.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Put stores a person's PIN, within the caller's transaction when db is one, and lifts every lock.
func (p *PINs) Put(ctx context.Context, db DB, personID int64, pin Hashed, now time.Time) error {
	_, err := db.Exec(ctx, `
		WITH lifted AS (DELETE FROM credential.attempt WHERE person_id = $1)
		INSERT INTO credential.pin (person_id, hash, salt, pepper, changed_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, salt = excluded.salt, pepper = excluded.pepper, changed_at = excluded.changed_at`,
		personID, pin.hash, pin.salt, pin.pepper, now)
	if err != nil {
		return fmt.Errorf("set PIN: %w", err)
	}
	return nil
}

// Set is Hash and Put. Errors: those of Hash.
func (p *PINs) Set(ctx context.Context, db DB, personID int64, pin string, now time.Time) error {
	hashed, err := p.Hash(ctx, pin)
	if err != nil {
		return err
	}
	return p.Put(ctx, db, personID, hashed, now)
}

// Has reports whether a person has a PIN: whether the account is activated. Error: fault.Unavailable.
func (p *PINs) Has(ctx context.Context, personID int64) (has bool, err error) {
	if err := p.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM credential.pin WHERE person_id = $1)`, personID).Scan(&has); err != nil {
		return false, postgres.Classify(fmt.Errorf("look up PIN: %w", err))
	}
	return has, nil
}

func (p *PINs) hash(ctx context.Context, pepper []byte, pin string, salt []byte) ([]byte, error) {
	mac := hmac.New(sha256.New, pepper)
	mac.Write([]byte(pin))
	return p.slow.Hash(ctx, mac.Sum(nil), salt)
}
