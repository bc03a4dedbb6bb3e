package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/audit"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// AddLetterScan keeps the scanned slip of the service of an employer's letter; slips come back after the list is published too. Errors: fault.Conflict when it is not served, or scanned already; those
// of changeEdition.
func (s *Store) AddLetterScan(ctx context.Context, who Staff, id int32, version int, uscc string, f evidence.File, now time.Time) error {
	return s.changeEdition(ctx, who, id, version, "scan", "", now, func(tx pgx.Tx, _ Edition) error {
		var service int64
		err := tx.QueryRow(ctx, `SELECT id FROM complaints.edition_letter_service WHERE edition_id = $1 AND uscc = $2 AND void_at IS NULL`, id, uscc).Scan(&service)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "fault.notice.unserved")
		}
		if err != nil {
			return fmt.Errorf("keep scan: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO complaints.edition_letter_scan (service_id, media_type, sha256, content, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6)`, service, f.MediaType, f.SHA256[:], f.Content, now, who.ID)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.notice.scanned")
		}
		return err
	})
}

// LetterScan is the scanned slip of the service that holds; every opening is in the audit log. Error: fault.NotFound, outside the scope too.
func (s *Store) LetterScan(ctx context.Context, who Staff, id int32, uscc string, now time.Time) (mediaType string, content []byte, err error) {
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		e, err := s.oneEdition(ctx, tx, who, id, "")
		if err != nil {
			return err
		}
		if err := who.mayPublish(e.Region); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT f.media_type, f.content FROM complaints.edition_letter_scan f JOIN complaints.edition_letter_service v ON v.id = f.service_id
			WHERE v.edition_id = $1 AND v.uscc = $2 AND v.void_at IS NULL`, id, uscc).Scan(&mediaType, &content)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.notice.noscan")
		}
		if err != nil {
			return fmt.Errorf("read scan: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "open scan of service", Subject: "edition:" + e.Key.String()})
	})
	return mediaType, content, err
}
