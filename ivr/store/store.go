// Package store keeps calls under way: their sealed state, the replies already given, the recordings to be fetched (all in Postgres), and what may be lost: who is
// signed in on a call, and what a caller did while Postgres was away (in Redis).
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/base64"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"shebao/shared/audit"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema ivr.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "ivr", Files: sub}
}

// Store keeps calls.
type Store struct {
	pool  *pgxpool.Pool
	redis redis.UniversalClient
	field seal.FieldKey

	recent recent
}

// New makes the store; field seals whatever a call holds.
func New(pool *pgxpool.Pool, client redis.UniversalClient, field seal.FieldKey) *Store {
	return &Store{pool: pool, redis: client, field: field}
}

// Places that sealed values are bound to.
const (
	placeState  = "ivr.call.state"
	placeReply  = "ivr.answer.reply"
	placeFiling = "ivr.filing_key"
	placePerson = "ivr.signed_in"
	placeParked = "ivr.parked"
)

// Note writes an audit entry of the hotline.
func (s *Store) Note(ctx context.Context, e audit.Entry) error {
	e.Stream = "ivr"
	return postgres.Classify(audit.Append(ctx, s.pool, e))
}

// NonceSize is how many characters a nonce has.
const NonceSize = 16

// nonce makes the address of a step unguessable; its letters need no escaping in a path.
func nonce() string {
	b := make([]byte, NonceSize*3/4)
	_, _ = rand.Read(b) // never fails: it crashes the process instead
	return base64.RawURLEncoding.EncodeToString(b)
}
