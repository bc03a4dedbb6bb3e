package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Kept is how long every row stays at least (网络安全法: network logs no less than six months).
const Kept = 6 // months

// Purge removes the oldest rows of every stream, up to a day; what is left still verifies, and the log says up to which row it was emptied, with that row's hash. It
// returns how many went. Error: fault.Invalid (audit.fault.keep) for a day within the last six months.
func Purge(ctx context.Context, pool *pgxpool.Pool, before, now time.Time) (removed int64, err error) {
	if before.After(now.AddDate(0, -Kept, 0)) {
		return 0, fault.New(fault.Invalid, "auditlog.fault.keep")
	}
	err = postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO audit.purged (stream, seq, hash, purged_at)
			SELECT DISTINCT ON (l.stream) l.stream, l.seq, l.hash, $2::timestamptz FROM audit.log l
			WHERE l.seq < coalesce((SELECT min(m.seq) FROM audit.log m WHERE m.stream = l.stream AND m.at >= $1), (SELECT h.seq FROM audit.head h WHERE h.stream = l.stream))
			ORDER BY l.stream, l.seq DESC
			ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, purged_at = excluded.purged_at`, before, now)
		if err != nil {
			return fmt.Errorf("find what to purge: %w", err)
		}
		gone, err := tx.Exec(ctx, `DELETE FROM audit.log l USING audit.purged p WHERE p.stream = l.stream AND l.seq <= p.seq`)
		if err != nil {
			return fmt.Errorf("purge audit log: %w", err)
		}
		removed = gone.RowsAffected()
		rows, err := tx.Query(ctx, `SELECT stream, format('rows up to %s, hash %s', seq, encode(hash, 'hex')) FROM audit.purged ORDER BY stream`)
		if err != nil {
			return fmt.Errorf("list purged: %w", err)
		}
		type anchor struct{ Stream, Text string }
		anchors, err := pgx.CollectRows(rows, pgx.RowToStructByPos[anchor])
		if err != nil {
			return fmt.Errorf("list purged: %w", err)
		}
		for _, a := range anchors { // said anew every time: the entry that said it before may be among what went
			err := Append(ctx, tx, Entry{Stream: "command", At: now, Actor: "operator", Role: "operator", Action: "purge audit log", Subject: "audit:" + a.Stream, Reason: a.Text})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return removed, err
}
