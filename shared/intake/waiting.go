package intake

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres"
)

// Waiting counts what the public has filed or written and the desk has not taken yet, and since when the first of it waits.
func Waiting(ctx context.Context, db *pgxpool.Pool) (n int64, oldest time.Time, err error) {
	return postgres.CountWaiting(ctx, db, `SELECT count(*), min(at) FROM (
		SELECT filed_at AS at FROM intake.submission WHERE taken_at IS NULL
		UNION ALL SELECT sent_at FROM intake.message WHERE NOT from_desk AND taken_at IS NULL) waiting`)
}
