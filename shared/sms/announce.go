package sms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// announcedLife is how long an announcement is worth sending: a carrier's quota may spread a city's over weeks.
const announcedLife = 30 * day

// Announce writes a message each to many, in the transaction of their cause. The agency itself speaks: no limit of a day counts these, and nothing else waits behind them. Whom nobody
// can reach (no number, or one outside SMS_PREFIXES) gets none, and the rest is returned in its order. Every message needs a Cause, and is written once for it.
func (m *Messages) Announce(ctx context.Context, tx pgx.Tx, messages []Message, now time.Time) (reached []Message, err error) {
	var batch pgx.Batch
	for _, message := range messages {
		number, ok := International(message.Number)
		if !ok || !m.mayReach(number) {
			continue
		}
		if message.PersonID == 0 || message.Body == "" || message.Cause == "" {
			return nil, errors.New("sms: an announcement without person, text or cause")
		}
		hash := m.hash.Sum("number", number)
		batch.Queue(`
			INSERT INTO sms.message (person_id, number_hash, number, body, kind, cause, enqueued_at, expires_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)
			ON CONFLICT (cause) DO NOTHING`,
			message.PersonID, hash, m.field.Seal(placeOf("number", hash), []byte(number)), m.field.Seal(placeOf("body", hash), []byte(message.Body)), string(Announcement), message.Cause, now, now.Add(announcedLife))
		reached = append(reached, message)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("announce by SMS: %w", err)
	}
	return reached, nil
}
