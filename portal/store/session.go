// Package store is the portal's own state: who is signed in, in PostgreSQL, and in Redis what may be lost of it.
package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema portal.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "portal", Files: sub}
}

// Store keeps sign-ins.
type Store struct {
	pool  *pgxpool.Pool
	redis redis.UniversalClient
	log   *slog.Logger

	ended ended
}

// New makes the store.
func New(pool *pgxpool.Pool, redis redis.UniversalClient, log *slog.Logger) *Store {
	return &Store{pool: pool, redis: redis, log: log}
}

// A sign-in ends after idleLife without a page, and after longestLife in any case; on a shared computer much sooner. For grace the refresh token before the current one is
// taken as that of a page which was loaded at the same moment as the one that got the current one.
const (
	idleLife          = 2 * time.Hour
	longestLife       = 12 * time.Hour
	sharedIdleLife    = 20 * time.Minute
	sharedLongestLife = time.Hour
	grace             = 30 * time.Second
)

// livesUntil is when a session ends if no page comes.
func livesUntil(shared bool, started, now time.Time) time.Time {
	if shared {
		return earlier(now.Add(sharedIdleLife), started.Add(sharedLongestLife))
	}
	return earlier(now.Add(idleLife), started.Add(longestLife))
}

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Start is what a session begins with.
type Start struct {
	PersonID int64
	Device   string // what the person will recognise the browser by
	Shared   bool   // others use the computer too
}

// Begin starts a session and returns its number and its first refresh token; the audit log says that the person signed in. Error: fault.Unavailable.
func (s *Store) Begin(ctx context.Context, b Start, now time.Time) (session, refresh string, err error) {
	session, refresh = random(), random()
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO portal.session (id, person_id, refresh_hash, device, shared, rotated_at, started_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
			session, b.PersonID, hashOf(refresh), b.Device, b.Shared, now, livesUntil(b.Shared, now, now))
		if err != nil {
			return fmt.Errorf("begin session: %w", err)
		}
		subject := fmt.Sprintf("person:%d", b.PersonID)
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subject, Role: "citizen", Action: "sign in", Subject: subject})
	})
	if err != nil {
		return "", "", err
	}
	return session, refresh, nil
}

// Renewed is what a refresh token was exchanged for.
type Renewed struct {
	PersonID int64
	Next     string // empty when another page of the same person has just exchanged the token: that page got the next one, and this one keeps what it has
	Shared   bool
}

// Rotate exchanges a refresh token for the next one. A token that was exchanged longer ago is held by two people: the whole session ends and an audit entry says so.
// Errors: fault.Denied (fault.session), fault.Unavailable.
func (s *Store) Rotate(ctx context.Context, session, refresh string, now time.Time) (r Renewed, err error) {
	reused := false
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var current, previous []byte
		var rotated, started time.Time
		err := tx.QueryRow(ctx, `
			SELECT person_id, shared, refresh_hash, previous_hash, rotated_at, started_at FROM portal.session
			WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 FOR UPDATE`,
			session, now).Scan(&r.PersonID, &r.Shared, &current, &previous, &rotated, &started)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Denied, "fault.session")
		}
		if err != nil {
			return fmt.Errorf("look up session: %w", err)
		}
		switch hash := string(hashOf(refresh)); {
		case hash == string(current):
			r.Next = random()
			return rotate(ctx, tx, session, hashOf(r.Next), current, now, livesUntil(r.Shared, started, now))
		case hash == string(previous) && now.Sub(rotated) < grace:
			return nil
		}
		reused = true
		return endReused(ctx, tx, session, r.PersonID, now)
	})
	if err != nil {
		return Renewed{}, err
	}
	if reused {
		s.MarkEnded(ctx, session)
		return Renewed{}, fault.New(fault.Denied, "fault.session").Because(errors.New("a refresh token came twice"))
	}
	return r, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func rotate(ctx context.Context, tx pgx.Tx, session string, next, current []byte, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE portal.session SET refresh_hash = $2, previous_hash = $3, rotated_at = $4, expires_at = $5 WHERE id = $1`,
		session, next, current, now, expires)
	if err != nil {
		return fmt.Errorf("rotate session: %w", err)
	}
	return nil
}

func endReused(ctx context.Context, tx pgx.Tx, session string, personID int64, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE portal.session SET ended_at = $2 WHERE id = $1`, session, now); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	subject := fmt.Sprintf("person:%d", personID)
	return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subject, Role: "citizen", Action: "refresh token reused", Subject: subject, Refused: true})
}

// End signs out: the refresh token is worth nothing from now on, nor are the access tokens that were made from it. Error: fault.Unavailable.
func (s *Store) End(ctx context.Context, session string, now time.Time) error {
	if _, err := s.pool.Exec(ctx, `UPDATE portal.session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, session, now); err != nil {
		return postgres.Classify(fmt.Errorf("end session: %w", err))
	}
	s.MarkEnded(ctx, session)
	return nil
}

// Note writes to the audit log what was refused or done. Error: fault.Unavailable.
func (s *Store) Note(ctx context.Context, e audit.Entry) error {
	e.Stream = "portal"
	return postgres.Classify(audit.Append(ctx, s.pool, e))
}
