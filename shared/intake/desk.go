package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/seal"
)

// Desk is the complaint desk's side: it alone opens contents. The identity key is not here: two people open an identity with it.
type Desk struct {
	pool *pgxpool.Pool
	key  seal.PrivateKey
}

// NewDesk makes the desk's side with the private half of the content key.
func NewDesk(pool *pgxpool.Pool, content seal.PrivateKey) *Desk { return &Desk{pool, content} }

// Submission is a tip-off opened at the desk. Identity stays sealed.
type Submission struct {
	ID       int64
	Mailbox  int64
	TipOff   TipOff
	Identity []byte // sealed to the identity key; empty for an anonymous reporter
	FiledAt  time.Time
}

// Take opens the oldest waiting submission inside the caller's transaction and marks it taken; two takers never get the same one.
// ok is false when none waits.
func (d *Desk) Take(ctx context.Context, tx pgx.Tx, now time.Time) (s Submission, ok bool, err error) {
	var content []byte
	err = tx.QueryRow(ctx, `
		UPDATE intake.submission SET taken_at = $1
		WHERE id = (SELECT id FROM intake.submission WHERE taken_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, mailbox_id, content, identity, filed_at`, now).Scan(&s.ID, &s.Mailbox, &content, &s.Identity, &s.FiledAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Submission{}, false, nil
	}
	if err != nil {
		return Submission{}, false, fmt.Errorf("take submission: %w", err)
	}
	if err := d.openJSON(placeContent, content, &s.TipOff); err != nil {
		return Submission{}, false, fmt.Errorf("open submission %d: %w", s.ID, err)
	}
	return s, true, nil
}

func (d *Desk) openJSON(place string, box []byte, into any) error {
	plain, err := d.key.Open(place, box)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

// Tell changes what the reporter reads as the status, inside the caller's transaction. promisedBy is the legal limit of the next step, or no date.
func (d *Desk) Tell(ctx context.Context, tx pgx.Tx, mailbox int64, status Status, promisedBy calendar.Date, now time.Time) error {
	var promised *time.Time
	if !promisedBy.IsZero() {
		t := promisedBy.Time()
		promised = &t
	}
	_, err := tx.Exec(ctx, `UPDATE intake.mailbox SET status = $2, status_at = $3, promised_by = $4 WHERE id = $1`, mailbox, string(status), now, promised)
	if err != nil {
		return fmt.Errorf("tell status: %w", err)
	}
	return nil
}

// Promise changes only the legal limit of the next step, inside the caller's transaction: a holiday notice has come.
func (d *Desk) Promise(ctx context.Context, tx pgx.Tx, mailbox int64, by calendar.Date) error {
	if _, err := tx.Exec(ctx, `UPDATE intake.mailbox SET promised_by = $2 WHERE id = $1`, mailbox, by.Time()); err != nil {
		return fmt.Errorf("move promise: %w", err)
	}
	return nil
}

// Reply writes a message to the reporter, sealed to the mailbox, inside the caller's transaction. Afterwards only the receipt code opens it.
func (d *Desk) Reply(ctx context.Context, tx pgx.Tx, mailbox int64, text string, now time.Time) error {
	return d.Send(ctx, tx, mailbox, text, nil, now)
}

// Send is Reply with a paper.
func (d *Desk) Send(ctx context.Context, tx pgx.Tx, mailbox int64, text string, paper *Paper, now time.Time) error {
	var public []byte
	if err := tx.QueryRow(ctx, `SELECT public_key FROM intake.mailbox WHERE id = $1`, mailbox).Scan(&public); err != nil {
		return fmt.Errorf("look up mailbox: %w", err)
	}
	key, err := seal.NewPublicKey(public)
	if err != nil {
		return err
	}
	box, err := sealJSON(key, placeMessage, Message{FromDesk: true, Text: text, Paper: paper})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO intake.message (mailbox_id, from_desk, for_mailbox, sent_at) VALUES ($1, true, $2, $3)`, mailbox, box, now); err != nil {
		return fmt.Errorf("insert reply: %w", err)
	}
	return nil
}

// Incoming is a reporter's message opened at the desk.
type Incoming struct {
	Mailbox int64
	Text    string
	SentAt  time.Time
}

// TakeMessage opens the oldest waiting message of a reporter inside the caller's transaction. ok is false when none waits.
func (d *Desk) TakeMessage(ctx context.Context, tx pgx.Tx, now time.Time) (m Incoming, ok bool, err error) {
	var box []byte
	err = tx.QueryRow(ctx, `
		UPDATE intake.message SET taken_at = $1
		WHERE id = (SELECT id FROM intake.message WHERE NOT from_desk AND taken_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING mailbox_id, for_desk, sent_at`, now).Scan(&m.Mailbox, &box, &m.SentAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Incoming{}, false, nil
	}
	if err != nil {
		return Incoming{}, false, fmt.Errorf("take message: %w", err)
	}
	var message Message
	if err := d.openJSON(placeMessage, box, &message); err != nil {
		return Incoming{}, false, fmt.Errorf("open message: %w", err)
	}
	m.Text = message.Text
	return m, true, nil
}

// Attachments opens what belongs to a submission and to the reporter's later messages, oldest first.
func (d *Desk) Attachments(ctx context.Context, submission int64) ([]Attachment, error) {
	rows, err := d.pool.Query(ctx, `
		SELECT a.id, a.kind, a.name, a.media_type, a.sha256, a.content, a.added_at
		FROM intake.submission s JOIN intake.attachment a ON (a.channel = s.channel AND a.key_hash = s.key_hash)
			OR a.key_hash IN (SELECT m.key_hash FROM intake.message m WHERE m.mailbox_id = s.mailbox_id)
		WHERE s.id = $1 ORDER BY a.id`, submission)
	if err != nil {
		return nil, fmt.Errorf("list attachments: %w", err)
	}
	defer rows.Close()
	var list []Attachment
	for rows.Next() {
		var a Attachment
		var kind string
		var box, name []byte
		if err := rows.Scan(&a.ID, &kind, &name, &a.MediaType, &a.SHA256, &box, &a.AddedAt); err != nil {
			return nil, fmt.Errorf("list attachments: %w", err)
		}
		if name != nil {
			plain, err := d.key.Open(placeName, name)
			if err != nil {
				return nil, fmt.Errorf("open name of attachment %d: %w", a.ID, err)
			}
			a.Name = string(plain)
		}
		a.Kind = AttachmentKind(kind)
		if a.Content, err = d.key.Open(placeAttachment, box); err != nil {
			return nil, fmt.Errorf("open attachment %d: %w", a.ID, err)
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// Incomplete is a draft that nobody filed, such as a call that was hung up.
type Incomplete struct {
	TipOff    TipOff
	UpdatedAt time.Time
}

// IncompleteDrafts opens drafts last touched before the given instant, newest first.
func (d *Desk) IncompleteDrafts(ctx context.Context, before time.Time, limit int) ([]Incomplete, error) {
	rows, err := d.pool.Query(ctx, `SELECT content, updated_at FROM intake.draft WHERE updated_at < $1 ORDER BY updated_at DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	defer rows.Close()
	var list []Incomplete
	for rows.Next() {
		var i Incomplete
		var box []byte
		if err := rows.Scan(&box, &i.UpdatedAt); err != nil {
			return nil, fmt.Errorf("list drafts: %w", err)
		}
		if err := d.openJSON(placeContent, box, &i.TipOff); err != nil {
			return nil, fmt.Errorf("open draft: %w", err)
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// OpenIdentity opens a named reporter's identity. The caller has made sure that two people agreed; before it is shown it is noted in the audit log and for the reporter (TellOpened).
func OpenIdentity(key seal.PrivateKey, sealed []byte) (Reporter, error) {
	var r Reporter
	plain, err := key.Open(placeIdentity, sealed)
	if err != nil {
		return r, fmt.Errorf("open identity: %w", err)
	}
	return r, json.Unmarshal(plain, &r)
}
