package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// AddScan keeps the scanned slip of the service that holds; one a service. Errors: fault.NotFound; fault.Conflict when there is no service, or a scan already.
func (s *Store) AddScan(ctx context.Context, who Staff, number string, notice int64, f evidence.File, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		n, err := oneNotice(ctx, tx, c.ID, notice)
		if err != nil {
			return err
		}
		if n.Service == nil {
			return fault.New(fault.Conflict, "fault.notice.unserved")
		}
		_, err = tx.Exec(ctx, `INSERT INTO complaints.service_scan (service_id, media_type, sha256, content, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6)`,
			n.Service.ID, f.MediaType, f.SHA256[:], f.Content, now, who.ID)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.notice.scanned")
		}
		if err != nil {
			return fmt.Errorf("keep scan: %w", err)
		}
		if err := event(ctx, tx, c.ID, &who.ID, "service_scanned", n.Kind.Title()+" "+n.Number, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "add scan of service", c.Number, "", now)
	})
}

// Scan is the scanned slip of a document's service; every opening is in the audit log. Error: fault.NotFound.
func (s *Store) Scan(ctx context.Context, who Staff, number string, notice int64, now time.Time) (mediaType string, content []byte, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		err := tx.QueryRow(ctx, `SELECT f.media_type, f.content FROM complaints.service_scan f JOIN complaints.service v ON v.id = f.service_id JOIN complaints.notice n ON n.id = v.notice_id
			WHERE n.complaint_id = $1 AND n.id = $2 AND v.void_at IS NULL`, c.ID, notice).Scan(&mediaType, &content)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.notice.noscan")
		}
		if err != nil {
			return fmt.Errorf("read scan: %w", err)
		}
		return s.note(ctx, tx, who, "open scan of service", c.Number, "", now)
	})
	return mediaType, content, err
}
