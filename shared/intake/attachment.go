package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"shebao/shared/postgres"
)

// AttachmentKind tells a recorded call from an uploaded file.
type AttachmentKind string

// The kinds of attachment.
const (
	Recording AttachmentKind = "recording"
	File      AttachmentKind = "file"
)

// Attachment is one recording or file in the clear.
type Attachment struct {
	ID        int64
	Kind      AttachmentKind
	Name      string // as its sender named it, cleaned; empty for a recording. It may tell who sent it.
	MediaType string
	SHA256    []byte
	Content   []byte
	AddedAt   time.Time
}

// Attach adds a recording or file to the draft, filing or message of the key, whichever there is now or will be; the same bytes again change nothing.
func (c *Counter) Attach(ctx context.Context, channel Channel, key Key, a Attachment, now time.Time) error {
	keyHash, err := key.hash()
	if err != nil {
		return err
	}
	box, err := c.keys.Content.Seal(placeAttachment, a.Content)
	if err != nil {
		return err
	}
	var name []byte
	if a.Name != "" {
		if name, err = c.keys.Content.Seal(placeName, []byte(a.Name)); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(a.Content)
	_, err = c.pool.Exec(ctx, `
		INSERT INTO intake.attachment (channel, key_hash, kind, name, media_type, sha256, content, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, key_hash, sha256) DO NOTHING`,
		string(channel), keyHash, string(a.Kind), name, a.MediaType, sum[:], box, now)
	if err != nil {
		return postgres.Classify(fmt.Errorf("attach: %w", err))
	}
	return nil
}

// Detach takes a file back before the tip-off, objection or message of the key is sent; afterwards it changes nothing: what was handed in stays.
func (c *Counter) Detach(ctx context.Context, channel Channel, key Key, sha256 []byte) error {
	keyHash, err := key.hash()
	if err != nil {
		return err
	}
	if _, err := c.pool.Exec(ctx, `SELECT intake.detach($1, $2, $3)`, string(channel), keyHash, sha256); err != nil {
		return postgres.Classify(fmt.Errorf("detach: %w", err))
	}
	return nil
}
