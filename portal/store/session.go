// Package store is the portal's own state in PostgreSQL: who is signed in.
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
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

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
type Store struct{ pool *pgxpool.Pool }

// New makes the store.
func New(pool *pgxpool.Pool) *Store { return &Store{pool} }

// sessionLife is how long a sign-in lives when it is used; grace is how long the token before stays good, for pages loaded at the same moment.
const (
	sessionLife = 8 * time.Hour
	grace       = 30 * time.Second
)

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Begin starts a session and returns its number and its first refresh token.
func (s *Store) Begin(ctx context.Context, personID int64, now time.Time) (session, refresh string, err error) {
	session, refresh = random(), random()
	_, err = s.pool.Exec(ctx, `INSERT INTO portal.session (id, person_id, refresh_hash, rotated_at, started_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)`,
		session, personID, hashOf(refresh), now, now.Add(sessionLife))
	if err != nil {
		return "", "", postgres.Classify(fmt.Errorf("begin session: %w", err))
	}
	return session, refresh, nil
}

// Rotate exchanges a refresh token for the next one. A token that was exchanged before ends the whole session: two people hold it. Error: fault.Denied (fault.session).
func (s *Store) Rotate(ctx context.Context, session, refresh string, now time.Time) (personID int64, next string, err error) {
	expired := fault.New(fault.Denied, "fault.session")
	next = random()
	reused := false
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var current, previous []byte
		var rotated time.Time
		err := tx.QueryRow(ctx, `SELECT person_id, refresh_hash, previous_hash, rotated_at FROM portal.session WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 FOR UPDATE`,
			session, now).Scan(&personID, &current, &previous, &rotated)
		if errors.Is(err, pgx.ErrNoRows) {
			return expired
		}
		if err != nil {
			return fmt.Errorf("look up session: %w", err)
		}
		hash := string(hashOf(refresh))
		switch {
		case hash == string(current):
			_, err = tx.Exec(ctx, `UPDATE portal.session SET refresh_hash = $2, previous_hash = $3, rotated_at = $4, expires_at = $5 WHERE id = $1`,
				session, hashOf(next), current, now, now.Add(sessionLife))
		case hash == string(previous) && now.Sub(rotated) < grace:
			next = "" // another page of the same person was first: this one goes on with what that one got
		default:
			reused = true
			_, err = tx.Exec(ctx, `UPDATE portal.session SET ended_at = $2 WHERE id = $1`, session, now)
			if err == nil {
				err = audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: fmt.Sprintf("person:%d", personID), Role: "citizen", Action: "refresh token reused",
					Subject: fmt.Sprintf("person:%d", personID), Refused: true})
			}
		}
		return err
	})
	if err == nil && reused {
		err = expired
	}
	return personID, next, err
}

// End signs out.
func (s *Store) End(ctx context.Context, session string, now time.Time) error {
	if _, err := s.pool.Exec(ctx, `UPDATE portal.session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`, session, now); err != nil {
		return postgres.Classify(fmt.Errorf("end session: %w", err))
	}
	return nil
}

// Note writes to the audit log what was refused or done.
func (s *Store) Note(ctx context.Context, e audit.Entry) error {
	e.Stream = "portal"
	return postgres.Classify(audit.Append(ctx, s.pool, e))
}
