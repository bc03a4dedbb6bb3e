package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// Outgoing is a message as it leaves the house.
type Outgoing struct {
	ID     int64  // of the row: the carrier's key against a repetition, where it takes one
	Number string // international, such as +8613800000000
	Body   string
	Kind   Kind
}

// Sender hands messages to a carrier and returns the carrier's number of each. Errors: Refused when trying again is of no use; everything else is tried again. An error's
// text goes to the operator's log: it may hold neither number nor body. A message may be handed over twice when the process dies between the carrier's yes and the commit.
type Sender interface {
	Send(ctx context.Context, m Outgoing) (carrierID string, err error)
}

// Refused says that the carrier will never take a message, and why, in a word or a code such as 21211.
type Refused struct{ Reason string }

func (r Refused) Error() string { return "the carrier refuses the SMS: " + r.Reason }

// The pauses double from five seconds to ten minutes; a message is tried until it expires or the tries, some nine hours, are used up.
const (
	maxTries   = 60
	sendBudget = 30 * time.Second
	keptFor    = 90 * day // rows without number and text, for the limits, the statistics and complaints about them
)

// Deliver sends what is due until ctx ends. Several processes may do so at once: a message is handed to one.
func (m *Messages) Deliver(ctx context.Context, sender Sender, every time.Duration, now func() time.Time, log *slog.Logger) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		at := now().UTC()
		more, err := m.DeliverNext(ctx, sender, at)
		if err == nil && !more {
			err = m.giveUp(ctx, at)
		}
		if err != nil && ctx.Err() == nil {
			log.Error("sending an SMS failed", "error", err.Error()) // it is tried again
		}
		if more && err == nil && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// DeliverNext sends the message that has been due longest, announcements last; more is false when none was. The message is put off before it is sent, so that no other process takes it, and a
// process that dies in between loses nothing. What has expired is not sent.
func (m *Messages) DeliverNext(ctx context.Context, sender Sender, now time.Time) (more bool, err error) {
	out := Outgoing{}
	var hash, number, body []byte
	err = m.pool.QueryRow(ctx, `
		UPDATE sms.message SET tries = tries + 1, due_at = $1::timestamptz + least(interval '5 seconds' * 2 ^ least(tries, 10), interval '10 minutes') + $3::interval
		WHERE id = (SELECT id FROM sms.message WHERE sent_at IS NULL AND failed IS NULL AND due_at <= $1 AND expires_at > $1 AND tries < $2 ORDER BY kind = 'announcement', due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, number_hash, number, body, kind`, now, maxTries, sendBudget).Scan(&out.ID, &hash, &number, &body, &out.Kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("pick SMS: %w", err))
	}
	if out.Number, out.Body, err = m.open(hash, number, body); err != nil {
		return true, errors.Join(fmt.Errorf("SMS %d: %w", out.ID, err), m.finish(ctx, out.ID, nil, "", "sealed with another key"))
	}
	sending, cancel := context.WithTimeout(ctx, sendBudget)
	defer cancel()
	carrierID, err := sender.Send(sending, out)
	var refused Refused
	switch {
	case errors.As(err, &refused):
		return true, m.finish(ctx, out.ID, nil, "", refused.Reason)
	case err != nil:
		return true, fmt.Errorf("send SMS %d: %w", out.ID, err)
	}
	return true, m.finish(ctx, out.ID, &now, carrierID, "")
}

func (m *Messages) open(hash, number, body []byte) (string, string, error) {
	n, err := m.field.Open(placeOf("number", hash), number)
	if err != nil {
		return "", "", err
	}
	b, err := m.field.Open(placeOf("body", hash), body)
	return string(n), string(b), err
}

// finish must not be stopped by what ended the sending: a message that went out and is not marked goes out again.
func (m *Messages) finish(ctx context.Context, id int64, sentAt *time.Time, carrierID, failed string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := m.pool.Exec(ctx, `UPDATE sms.message SET sent_at = $2, carrier_id = NULLIF($3, ''), failed = NULLIF($4, ''), number = NULL, body = NULL WHERE id = $1`, id, sentAt, carrierID, failed)
	if err != nil {
		return postgres.Classify(fmt.Errorf("mark SMS %d: %w", id, err))
	}
	return nil
}

// giveUp marks what has expired or was tried too often, and removes what is old.
func (m *Messages) giveUp(ctx context.Context, now time.Time) error {
	_, err := m.pool.Exec(ctx, `
		UPDATE sms.message SET failed = CASE WHEN expires_at <= $1 THEN 'expired' ELSE 'tries' END, number = NULL, body = NULL
		WHERE sent_at IS NULL AND failed IS NULL AND (expires_at <= $1 OR tries >= $2 AND due_at <= $1)`, now, maxTries)
	if err != nil {
		return postgres.Classify(fmt.Errorf("give up SMS: %w", err))
	}
	if _, err := m.pool.Exec(ctx, `DELETE FROM sms.message WHERE enqueued_at < $1 AND (sent_at IS NOT NULL OR failed IS NOT NULL)`, now.Add(-keptFor)); err != nil {
		return postgres.Classify(fmt.Errorf("remove old SMS: %w", err))
	}
	return nil
}

// Report notes what the carrier says later about a message that it took, such as delivered or undelivered; an unknown number of the carrier's is nobody's. Error:
// fault.Unavailable.
func (m *Messages) Report(ctx context.Context, carrierID, status string) error {
	if _, err := m.pool.Exec(ctx, `UPDATE sms.message SET reported = $2 WHERE carrier_id = $1`, carrierID, status); err != nil {
		return postgres.Classify(fmt.Errorf("note an SMS report: %w", err))
	}
	return nil
}
