package sms

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
)

const (
	day        = 24 * time.Hour
	usualLife  = 3 * day
	maxLetters = 500 // some eight segments of Chinese; the carrier's own limit is 1,600 characters
)

// The places that sealed values are bound to: a text that was moved to another number's row does not open.
func placeOf(what string, numberHash []byte) string {
	return "sms.message." + what + "." + hex.EncodeToString(numberHash)
}

// International writes a number of the ledger in the international form: a mainland mobile of 11 digits gets +86. ok is false for what is neither.
func International(number string) (string, bool) {
	number = strings.NewReplacer(" ", "", "-", "").Replace(number)
	if len(number) == 11 && number[0] == '1' {
		number = "+86" + number
	}
	ok := len(number) >= 8 && len(number) <= 16 && number[0] == '+' && number[1] != '0' && strings.Trim(number[1:], "0123456789") == ""
	return number, ok
}

// Enqueue writes a message in the transaction of its cause: it is sent when that commits, and not otherwise. It holds a lock on the person's messages until then: enqueue
// late. Whether the message matters more than its cause is the caller's to decide.
// Errors: fault.Invalid (sms.number) for a number that cannot be sent to or lies outside SMS_PREFIXES; fault.Limited (sms.person, sms.day) over a limit.
func (m *Messages) Enqueue(ctx context.Context, tx pgx.Tx, message Message, now time.Time) error {
	number, ok := International(message.Number)
	if !ok || !m.mayReach(number) {
		return fault.New(fault.Invalid, "sms.number")
	}
	if message.PersonID == 0 || message.Kind == "" || message.Body == "" || utf8.RuneCountInString(message.Body) > maxLetters {
		return errors.New("sms: a message without person, kind or text, or with too long a text")
	}
	if message.Expires.IsZero() {
		message.Expires = now.Add(usualLife)
	}
	hash := m.hash.Sum("number", number)
	if err := m.allow(ctx, tx, message, m.hash.Sums("number", number), now); err != nil {
		return err
	}
	var cause *string
	if message.Cause != "" {
		cause = &message.Cause
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO sms.message (person_id, number_hash, number, body, kind, cause, enqueued_at, expires_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)
		ON CONFLICT (cause) DO NOTHING`,
		message.PersonID, hash, m.field.Seal(placeOf("number", hash), []byte(number)), m.field.Seal(placeOf("body", hash), []byte(message.Body)), string(message.Kind), cause, now, message.Expires)
	if err != nil {
		return fmt.Errorf("enqueue SMS: %w", err)
	}
	return nil
}

func (m *Messages) mayReach(number string) bool {
	for _, prefix := range m.config.prefixes {
		if strings.HasPrefix(number, prefix) {
			return true
		}
	}
	return false
}

// allow counts what the last 24 hours brought to the person, to the number (which several persons may share) and to everybody. The lock makes two messages to one person
// count each other; the limit of all is not that exact.
func (m *Messages) allow(ctx context.Context, tx pgx.Tx, message Message, hashes [][]byte, now time.Time) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('sms.message', $1))`, message.PersonID); err != nil {
		return fmt.Errorf("lock a person's SMS: %w", err)
	}
	since := now.Add(-day)
	var again bool
	var toPerson, toNumber, toAll int
	var first *time.Time
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sms.message WHERE cause = $5),
		       (SELECT count(*) FROM sms.message WHERE person_id = $1 AND enqueued_at > $3 AND kind <> 'announcement'),
		       (SELECT count(*) FROM sms.message WHERE number_hash = ANY ($2) AND enqueued_at > $3 AND kind <> 'announcement'),
		       (SELECT count(*) FROM (SELECT FROM sms.message WHERE enqueued_at > $3 AND kind <> 'announcement' LIMIT $4) AS today),
		       (SELECT min(enqueued_at) FROM sms.message WHERE (person_id = $1 OR number_hash = ANY ($2)) AND enqueued_at > $3 AND kind <> 'announcement')`,
		message.PersonID, hashes, since, m.config.perDay, message.Cause).Scan(&again, &toPerson, &toNumber, &toAll, &first)
	switch {
	case err != nil:
		return fmt.Errorf("count SMS: %w", err)
	case again:
		return nil
	case toPerson >= m.config.perPerson || toNumber >= m.config.perPerson:
		return fault.LimitedFor("sms.person", first.Add(day).Sub(now))
	case toAll >= m.config.perDay:
		return fault.LimitedFor("sms.day", time.Hour)
	}
	return nil
}
