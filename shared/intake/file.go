package intake

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema intake.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "intake", Files: sub}
}

// Places that sealed values are bound to.
const (
	placeContent    = "intake.content"
	placeIdentity   = "intake.identity"
	placeReceipt    = "intake.receipt"
	placeMessage    = "intake.message"
	placeAttachment = "intake.attachment"
	placeName       = "intake.attachment.name"
)

// PublicKeys are the halves that the public processes hold.
type PublicKeys struct {
	Content  seal.PublicKey
	Identity seal.PublicKey
}

// Counter is the public side: portal and ivr file through it and read a mailbox by its receipt code.
type Counter struct {
	pool *pgxpool.Pool
	keys PublicKeys
	hash seal.HashKey
	slow *seal.Slow
}

// NewCounter makes the public side. hash is the key of receipt look-up, the same in every public process.
func NewCounter(pool *pgxpool.Pool, keys PublicKeys, hash seal.HashKey, slow *seal.Slow) *Counter {
	return &Counter{pool, keys, hash, slow}
}

// Key identifies one filing, whatever is retried: at least 16 random bytes that only the form or the call holds. From it the receipt can be
// read again; without it nobody can.
type Key []byte

// NewKey makes a fresh filing key.
func NewKey() Key {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: it crashes the process instead
	return key
}

func (k Key) hash() ([]byte, error) {
	if len(k) < 16 {
		return nil, errors.New("intake: a filing key needs at least 16 bytes")
	}
	sum := sha256.Sum256(append([]byte("shebao intake key\x00"), k...))
	return sum[:], nil
}

func (k Key) field() (seal.FieldKey, error) {
	sum := sha256.Sum256(append([]byte("shebao intake receipt\x00"), k...))
	return seal.NewFieldKey(sum[:], "receipt")
}

// SaveDraft keeps what has been confirmed so far; each call replaces the draft. Incomplete drafts are what the desk sees of a hang-up.
func (c *Counter) SaveDraft(ctx context.Context, channel Channel, key Key, t TipOff, now time.Time) error {
	args, err := c.draft(channel, key, t, now)
	if err != nil {
		return err
	}
	if _, err = c.pool.Exec(ctx, saveDraft, args...); err != nil {
		return postgres.Classify(fmt.Errorf("save draft: %w", err))
	}
	return nil
}

// QueueDraft is SaveDraft as one statement of the caller's own batch.
func (c *Counter) QueueDraft(batch *pgx.Batch, channel Channel, key Key, t TipOff, now time.Time) error {
	args, err := c.draft(channel, key, t, now)
	if err == nil {
		batch.Queue(saveDraft, args...)
	}
	return err
}

const saveDraft = `
		INSERT INTO intake.draft (channel, key_hash, content, updated_at)
		SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM intake.submission s WHERE s.channel = $1 AND s.key_hash = $2)
		ON CONFLICT (channel, key_hash) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at`

func (c *Counter) draft(channel Channel, key Key, t TipOff, now time.Time) ([]any, error) {
	keyHash, err := key.hash()
	if err != nil {
		return nil, err
	}
	content, err := sealJSON(c.keys.Content, placeContent, t)
	return []any{string(channel), keyHash, content, now}, err
}

// File takes the tip-off, once: the same key again gives the same receipt and files nothing. reporter is nil for an anonymous one.
// promisedBy is the day by which the desk must decide whether it accepts. Errors: those of TipOff.Check; fault.Unavailable.
func (c *Counter) File(ctx context.Context, key Key, t TipOff, reporter *Reporter, promisedBy calendar.Date, now time.Time) (receipt.Code, error) {
	if err := t.Check(); err != nil {
		return "", err
	}
	if t.Named != (reporter != nil) {
		return "", errors.New("intake: a named tip-off needs a reporter, an anonymous one has none")
	}
	filed, err := c.ReceiptOf(ctx, t.Channel, key)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return filed, err
	}
	row, code, err := c.prepare(ctx, key, t, reporter)
	if err != nil {
		return "", err
	}
	err = postgres.Tx(ctx, c.pool, func(tx pgx.Tx) error { return row.insert(ctx, tx, t, promisedBy, now) })
	if postgres.IsUnique(err, "submission_channel_key_hash_key") {
		return c.ReceiptOf(ctx, t.Channel, key) // the same filing came twice at once
	}
	if err != nil {
		return "", fmt.Errorf("file tip-off: %w", err)
	}
	return code, nil
}

// ReceiptOf is the receipt code of an earlier filing with the same key. Error: fault.NotFound.
func (c *Counter) ReceiptOf(ctx context.Context, channel Channel, key Key) (receipt.Code, error) {
	keyHash, err := key.hash()
	if err != nil {
		return "", err
	}
	var sealed []byte
	err = c.pool.QueryRow(ctx, `SELECT receipt FROM intake.submission WHERE channel = $1 AND key_hash = $2`, string(channel), keyHash).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.NotFound, "fault.receipt.unknown")
	}
	if err != nil {
		return "", postgres.Classify(fmt.Errorf("look up filing: %w", err))
	}
	field, err := key.field()
	if err != nil {
		return "", err
	}
	code, err := field.Open(placeReceipt, sealed)
	if err != nil {
		return "", fmt.Errorf("open receipt of a filing: %w", err)
	}
	return receipt.Parse(string(code))
}

type filing struct {
	receiptKey                                                             string
	keyHash, receiptHash, publicKey, lockedKey, content, identity, receipt []byte
}

func (c *Counter) prepare(ctx context.Context, key Key, t TipOff, reporter *Reporter) (filing, receipt.Code, error) {
	code, err := receipt.Generate(rand.Reader)
	if err != nil {
		return filing{}, "", err
	}
	mailbox, err := seal.GenerateKey()
	if err != nil {
		return filing{}, "", err
	}
	f := filing{receiptHash: c.hash.Sum("receipt", code.String()), receiptKey: c.hash.Names()[0], publicKey: mailbox.Public().Bytes()}
	if f.lockedKey, err = c.slow.LockWith(ctx, code.String(), mailbox); err != nil {
		return filing{}, "", err
	}
	if f.keyHash, err = key.hash(); err != nil {
		return filing{}, "", err
	}
	field, err := key.field()
	if err != nil {
		return filing{}, "", err
	}
	f.receipt = field.Seal(placeReceipt, []byte(code.String()))
	if f.content, err = sealJSON(c.keys.Content, placeContent, t); err != nil {
		return filing{}, "", err
	}
	if reporter != nil {
		if f.identity, err = sealJSON(c.keys.Identity, placeIdentity, reporter); err != nil {
			return filing{}, "", err
		}
	}
	return f, code, nil
}

func (f filing) insert(ctx context.Context, tx pgx.Tx, t TipOff, promisedBy calendar.Date, now time.Time) error {
	var mailbox int64
	err := tx.QueryRow(ctx, `
		INSERT INTO intake.mailbox (receipt_hash, public_key, locked_key, status, status_at, promised_by, filed_at, receipt_key)
		VALUES ($1, $2, $3, $4, $5, $6, $5, $7) RETURNING id`,
		f.receiptHash, f.publicKey, f.lockedKey, string(Received), now, promisedBy.Time(), f.receiptKey).Scan(&mailbox)
	if err != nil {
		return fmt.Errorf("insert mailbox: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO intake.submission (channel, key_hash, mailbox_id, region, content, identity, receipt, filed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(t.Channel), f.keyHash, mailbox, t.Region, f.content, f.identity, f.receipt, now)
	if err != nil {
		return fmt.Errorf("insert submission: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM intake.draft WHERE channel = $1 AND key_hash = $2`, string(t.Channel), f.keyHash); err != nil {
		return fmt.Errorf("delete draft: %w", err)
	}
	return nil
}

func sealJSON(to seal.PublicKey, place string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return to.Seal(place, plain)
}
