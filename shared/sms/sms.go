// Package sms keeps text messages to insured persons as rows that are written in the transaction of their cause, and delivers them. Any process may enqueue; one kind of
// process delivers, as many of it as there are.
//
// Against toll fraud: a message goes to the mobile on a person's record, never to a number that somebody has just typed or keyed; only to the countries of SMS_PREFIXES; and
// only so many a day to one person, to one number, and in all.
package sms

import (
	"embed"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/config"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema sms.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "sms", Files: sub}
}

// Kind says what a message is for; statistics and the limits see it, the receiver does not.
type Kind string

// The kinds.
const (
	OneTimeCode Kind = "code"     // proves that a person holds the mobile on record
	Security    Kind = "security" // something changed about the person's account
	Receipt     Kind = "receipt"  // of a named tip-off, when the reporter said that texting is safe
	Notice      Kind = "notice"   // an answer is there, a statement that was asked for

	Announcement Kind = "announcement" // the agency tells many, such as that the year's statement is there
)

// Message to a person.
type Message struct {
	PersonID int64
	Number   string // the mobile on the person's record, as the ledger has it
	Kind     Kind
	Body     string
	// Expires is when the message is of no use any more: it is then not sent. Zero is three days.
	Expires time.Time
	// Cause, when given, makes the message unique: enqueued again it is the same message. It may not hold personal data.
	Cause string
}

// Config are the settings.
type Config struct {
	keys      config.Secrets
	prefixes  []string
	perPerson int
	perDay    int
}

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{keys: r.Secrets("SHEBAO_STATE_KEY", 32), perPerson: r.Int("SMS_PER_PERSON", 10, 1, 1000), perDay: r.Int("SMS_PER_DAY", 20_000, 1, 10_000_000)}
	for _, prefix := range strings.Split(r.Text("SMS_PREFIXES", "+86"), ",") {
		prefix = strings.TrimSpace(prefix)
		if len(prefix) < 2 || prefix[0] != '+' || strings.Trim(prefix[1:], "0123456789") != "" {
			r.Problem("SMS_PREFIXES", "needs beginnings of international numbers such as +86, separated by commas")
			break
		}
		c.prefixes = append(c.prefixes, prefix)
	}
	return c
}

// Messages enqueues and delivers. It is safe for concurrent use.
type Messages struct {
	pool   *pgxpool.Pool
	config Config
	field  seal.FieldKey
	hash   seal.HashKey
}

// New makes it; Enqueue needs no pool of its own, delivery does.
func New(pool *pgxpool.Pool, c Config) (*Messages, error) {
	field, err := seal.FieldKeyOf(c.keys, "sms")
	if err != nil {
		return nil, err
	}
	hash, err := seal.HashKeyOf(c.keys, "sms")
	if err != nil {
		return nil, err
	}
	return &Messages{pool, c, field, hash}, nil
}
