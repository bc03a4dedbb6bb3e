package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Erased counts what went with a report.
type Erased struct {
	Attachments int64 `json:"attachments"`
	Messages    int64 `json:"messages"`
	Openings    int64 `json:"openings"`
	Reports     int64 `json:"reports"` // sealed content and identity, and the mailbox
}

// Erase removes everything that a report left behind, inside the caller's transaction; a report that is gone already changes nothing.
func (d *Desk) Erase(ctx context.Context, tx pgx.Tx, submission int64) (Erased, error) {
	var e Erased
	if err := tx.QueryRow(ctx, `SELECT attachments, messages, openings, submissions FROM intake.erase($1)`, submission).Scan(&e.Attachments, &e.Messages, &e.Openings, &e.Reports); err != nil {
		return e, fmt.Errorf("erase report: %w", err)
	}
	return e, nil
}

// EraseDrafts removes drafts that nobody filed, last touched before an instant, with their files. It returns how many.
func (d *Desk) EraseDrafts(ctx context.Context, tx pgx.Tx, before time.Time) (int64, error) {
	var n int64
	if err := tx.QueryRow(ctx, `SELECT intake.erase_drafts($1)`, before).Scan(&n); err != nil {
		return 0, fmt.Errorf("erase drafts: %w", err)
	}
	return n, nil
}
