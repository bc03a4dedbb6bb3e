package intake

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
)

// ofSubmission picks the attachments of a submission ($1) and of the reporter's later messages.
const ofSubmission = `FROM intake.submission s JOIN intake.attachment a ON (a.channel = s.channel AND a.key_hash = s.key_hash)
	OR a.key_hash IN (SELECT m.key_hash FROM intake.message m WHERE m.mailbox_id = s.mailbox_id) WHERE s.id = $1`

// AttachmentList is Attachments without their contents, so that a page that lists them opens none.
func (d *Desk) AttachmentList(ctx context.Context, submission int64) ([]Attachment, error) {
	rows, err := d.pool.Query(ctx, `SELECT a.id, a.kind, a.name, a.media_type, a.sha256, a.added_at `+ofSubmission+` ORDER BY a.id`, submission)
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attachment, error) {
		var a Attachment
		var name []byte
		if err := row.Scan(&a.ID, &a.Kind, &name, &a.MediaType, &a.SHA256, &a.AddedAt); err != nil {
			return a, err
		}
		return a, d.openName(&a, name)
	})
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	return list, nil
}

// Attachment opens one of a submission's attachments. Error: fault.NotFound.
func (d *Desk) Attachment(ctx context.Context, submission, id int64) (Attachment, error) {
	a := Attachment{ID: id}
	var name, box []byte
	err := d.pool.QueryRow(ctx, `SELECT a.kind, a.name, a.media_type, a.sha256, a.added_at, a.content `+ofSubmission+` AND a.id = $2`, submission, id).
		Scan(&a.Kind, &name, &a.MediaType, &a.SHA256, &a.AddedAt, &box)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fault.New(fault.NotFound, "fault.file.none")
	}
	if err != nil {
		return a, fmt.Errorf("read attachment: %w", err)
	}
	if a.Content, err = d.key.Open(placeAttachment, box); err != nil {
		return a, fmt.Errorf("open attachment %d: %w", id, err)
	}
	return a, d.openName(&a, name)
}

func (d *Desk) openName(a *Attachment, name []byte) error {
	if name == nil {
		return nil
	}
	plain, err := d.key.Open(placeName, name)
	if err != nil {
		return fmt.Errorf("open name of attachment %d: %w", a.ID, err)
	}
	a.Name = string(plain)
	return nil
}
