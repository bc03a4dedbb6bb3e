package sms

import (
	"context"
	"time"

	"shebao/shared/postgres"
)

// Waiting counts the messages that the carrier has not taken yet, and since when the first of them waits.
func (m *Messages) Waiting(ctx context.Context) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, m.pool, `SELECT count(*), min(enqueued_at) FROM sms.message WHERE sent_at IS NULL AND failed IS NULL`)
}
