package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// Progress is how far a matter is.
type Progress struct {
	Status     Status
	StatusAt   time.Time
	PromisedBy calendar.Date // the legal limit of the next step; none when nothing is owed
	FiledAt    time.Time
}

// Mailbox is what a receipt code opens: how far the matter is, and the messages in both directions. It stays open only in memory.
type Mailbox struct {
	Progress
	Messages []Message
	Openings []Opening // times that two people opened the reporter's identity

	id     int64
	public seal.PublicKey
}

// Message is one of the two-way messages.
type Message struct {
	FromDesk bool      `json:"from_desk"`
	Text     string    `json:"text"`
	Paper    *Paper    `json:"paper,omitempty"` // from the desk only
	SentAt   time.Time `json:"-"`
}

// Paper is a numbered document for the reporter. Its number also stands in the message's words, since a telephone reads only those.
type Paper struct {
	Title  string `json:"title"`
	Number string `json:"number"`
	PDF    []byte `json:"pdf"`
}

// Progress tells how far the matter of a receipt code is without opening its messages, and so without the slow hash: for codes that were proved before.
// Errors: fault.NotFound (fault.receipt.unknown); fault.Unavailable.
func (c *Counter) Progress(ctx context.Context, code receipt.Code) (Progress, error) {
	var p Progress
	var promised *time.Time
	err := c.pool.QueryRow(ctx, `SELECT status, status_at, promised_by, filed_at FROM intake.mailbox WHERE receipt_hash = ANY ($1)`, c.hash.Sums("receipt", code.String())).
		Scan(&p.Status, &p.StatusAt, &promised, &p.FiledAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.New(fault.NotFound, "fault.receipt.unknown")
	}
	if err != nil {
		return p, postgres.Classify(fmt.Errorf("look up progress: %w", err))
	}
	if promised != nil {
		p.PromisedBy = calendar.DateOf(promised.UTC())
	}
	return p, nil
}

// Open reads a mailbox with its receipt code. It costs a slow hash, so callers limit it per asker first.
// Errors: fault.NotFound (fault.receipt.unknown); fault.Unavailable; fault.Limited (fault.busy).
func (c *Counter) Open(ctx context.Context, code receipt.Code) (*Mailbox, error) {
	var m Mailbox
	var publicKey, locked []byte
	var status string
	var promised *time.Time
	err := c.pool.QueryRow(ctx, `
		SELECT id, public_key, locked_key, status, status_at, promised_by, filed_at FROM intake.mailbox WHERE receipt_hash = ANY ($1)`,
		c.hash.Sums("receipt", code.String())).Scan(&m.id, &publicKey, &locked, &status, &m.StatusAt, &promised, &m.FiledAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "fault.receipt.unknown")
	}
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("look up mailbox: %w", err))
	}
	m.Status = Status(status)
	if promised != nil {
		m.PromisedBy = calendar.DateOf(promised.UTC())
	}
	if m.public, err = seal.NewPublicKey(publicKey); err != nil {
		return nil, err
	}
	key, err := c.slow.UnlockWith(ctx, code.String(), locked)
	if err != nil {
		return nil, fmt.Errorf("unlock mailbox: %w", err)
	}
	if m.Messages, err = c.messages(ctx, m.id, key); err != nil {
		return nil, err
	}
	if m.Openings, err = c.openings(ctx, m.id, key); err != nil {
		return nil, err
	}
	return &m, nil
}

func (c *Counter) messages(ctx context.Context, mailbox int64, key seal.PrivateKey) ([]Message, error) {
	rows, err := c.pool.Query(ctx, `SELECT from_desk, for_mailbox, sent_at FROM intake.message WHERE mailbox_id = $1 ORDER BY id`, mailbox)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list messages: %w", err))
	}
	defer rows.Close()
	var list []Message
	for rows.Next() {
		var fromDesk bool
		var box []byte
		var sent time.Time
		if err := rows.Scan(&fromDesk, &box, &sent); err != nil {
			return nil, fmt.Errorf("list messages: %w", err)
		}
		plain, err := key.Open(placeMessage, box)
		if err != nil {
			return nil, fmt.Errorf("open message: %w", err)
		}
		var m Message
		if err := json.Unmarshal(plain, &m); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		m.FromDesk, m.SentAt = fromDesk, sent
		list = append(list, m)
	}
	return list, postgres.Classify(rows.Err())
}

// Write adds a message of the reporter to an opened mailbox; key makes a retry harmless. Error: fault.Invalid for an empty or too long text.
func (c *Counter) Write(ctx context.Context, m *Mailbox, key Key, text string, now time.Time) error {
	if text == "" {
		return fault.InvalidFields(fault.Field{Name: "text", Key: "fault.message.empty"})
	}
	if len([]rune(text)) > MaxWords {
		return fault.InvalidFields(fault.Field{Name: "text", Key: "fault.tipoff.words", Args: []any{MaxWords}})
	}
	keyHash, err := key.hash()
	if err != nil {
		return err
	}
	message := Message{Text: text}
	forMailbox, err := sealJSON(m.public, placeMessage, message)
	if err != nil {
		return err
	}
	forDesk, err := sealJSON(c.keys.Content, placeMessage, message)
	if err != nil {
		return err
	}
	_, err = c.pool.Exec(ctx, `
		INSERT INTO intake.message (mailbox_id, from_desk, for_mailbox, for_desk, key_hash, sent_at) VALUES ($1, false, $2, $3, $4, $5)
		ON CONFLICT (mailbox_id, key_hash) DO NOTHING`, m.id, forMailbox, forDesk, keyHash, now)
	if err != nil {
		return postgres.Classify(fmt.Errorf("write message: %w", err))
	}
	return nil
}
