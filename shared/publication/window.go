package publication

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// Window is the desk's side of the objections.
type Window struct {
	key  seal.PrivateKey
	hash seal.HashKey
}

// NewWindow opens what the counter sealed. hash is over the same secret as the counter's.
func NewWindow(key seal.PrivateKey, hash seal.HashKey) *Window { return &Window{key, hash} }

// List lets an employer object, with the code that goes on its letter; until when is set when that is served.
func (w *Window) List(ctx context.Context, tx pgx.Tx, editionID int32, k Key, entry Debtor, code receipt.Code) error {
	line, err := Canonical(entry)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO publication.listing (edition_id, region, span, uscc, code_hash, entry) VALUES ($1, $2, $3, $4, $5, $6)`,
		editionID, k.Region, k.Span, entry.USCC, w.hash.Sum(codeDomain, string(code)), line)
	if err != nil {
		return fmt.Errorf("list employer: %w", err)
	}
	return nil
}

// OpenUntil sets the last day on which an employer of an edition may object; none opens the window without one.
func (w *Window) OpenUntil(ctx context.Context, tx pgx.Tx, editionID int32, uscc string, to calendar.Date) error {
	var day *time.Time
	if !to.IsZero() {
		t := to.Time()
		day = &t
	}
	if _, err := tx.Exec(ctx, `UPDATE publication.listing SET objections_to = $3 WHERE edition_id = $1 AND uscc = $2`, editionID, uscc, day); err != nil {
		return fmt.Errorf("set window: %w", err)
	}
	return nil
}

// SetListings moves an edition's listings to a state: of the employers that are named, or of all without names.
func (w *Window) SetListings(ctx context.Context, tx pgx.Tx, editionID int32, state string, uscc ...string) error {
	_, err := tx.Exec(ctx, `UPDATE publication.listing SET state = $2 WHERE edition_id = $1 AND state <> 'removed' AND ($3::text[] IS NULL OR uscc = ANY ($3))`, editionID, state, uscc)
	if err != nil {
		return fmt.Errorf("move listings: %w", err)
	}
	return nil
}

// Filed is an objection as the desk reads it.
type Filed struct {
	ID         int64
	EditionID  int32
	USCC, Name string
	Words      string
	Objection
	DecidedBy int32
	Attached  []Attached
}

// Attached is a file of an objection without its content.
type Attached struct {
	SHA256          []byte
	Name, MediaType string
}

// Objections of an edition, the oldest first, opened.
func (w *Window) Objections(ctx context.Context, db Querier, editionID int32) ([]Filed, error) {
	rows, err := db.Query(ctx, `
		SELECT o.id, l.edition_id, l.uscc, convert_from(l.entry, 'UTF8')::jsonb ->> 'name', o.words, o.filed_at, coalesce(o.decision, ''), o.reply, coalesce(o.decided_at, 'epoch'), coalesce(o.decided_by, 0)
		FROM publication.objection o JOIN publication.listing l ON l.id = o.listing_id WHERE l.edition_id = $1 ORDER BY o.id`, editionID)
	if err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Filed, error) {
		var f Filed
		var sealed []byte
		if err := row.Scan(&f.ID, &f.EditionID, &f.USCC, &f.Name, &sealed, &f.FiledAt, &f.Decision, &f.Reply, &f.DecidedAt, &f.DecidedBy); err != nil {
			return f, err
		}
		words, err := w.key.Open(placeWords, sealed)
		f.Words = string(words)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	for i := range list {
		if list[i].Attached, err = w.attached(ctx, db, list[i].ID); err != nil {
			return nil, err
		}
		list[i].Files = len(list[i].Attached)
	}
	return list, nil
}

func (w *Window) attached(ctx context.Context, db Querier, objectionID int64) ([]Attached, error) {
	rows, err := db.Query(ctx, `SELECT sha256, name, media_type FROM publication.objection_file WHERE objection_id = $1 ORDER BY sha256`, objectionID)
	if err != nil {
		return nil, fmt.Errorf("read files of an objection: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attached, error) {
		var a Attached
		var sealed []byte
		if err := row.Scan(&a.SHA256, &sealed, &a.MediaType); err != nil {
			return a, err
		}
		name, err := w.key.Open(placeName, sealed)
		a.Name = string(name)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read files of an objection: %w", err)
	}
	return list, nil
}

// File opens one file of an edition's objections. Error: fault.NotFound.
func (w *Window) File(ctx context.Context, db Querier, editionID int32, objectionID int64, sha256 []byte) (File, error) {
	f := File{SHA256: sha256}
	var name, content []byte
	err := db.QueryRow(ctx, `
		SELECT f.name, f.media_type, f.content FROM publication.objection_file f JOIN publication.objection o ON o.id = f.objection_id JOIN publication.listing l ON l.id = o.listing_id
		WHERE l.edition_id = $1 AND o.id = $2 AND f.sha256 = $3`, editionID, objectionID, sha256).Scan(&name, &f.MediaType, &content)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fault.New(fault.NotFound, "fault.page")
	}
	if err != nil {
		return f, fmt.Errorf("open file of an objection: %w", err)
	}
	if content, err = w.key.Open(placeFile, content); err != nil {
		return f, err
	}
	opened, err := w.key.Open(placeName, name)
	f.Name, f.Content = string(opened), content
	return f, err
}

// Undecided counts the objections of an edition that wait.
func (w *Window) Undecided(ctx context.Context, db Querier, editionID int32) (n int, err error) {
	err = db.QueryRow(ctx, `SELECT count(*) FROM publication.objection o JOIN publication.listing l ON l.id = o.listing_id WHERE l.edition_id = $1 AND o.decision IS NULL`, editionID).Scan(&n)
	return n, err
}

// Decide answers one objection of an edition; the employer reads the reply by its code. It tells whose it was. Error: fault.Conflict (fault.publication.decided) when it is decided or not there.
func (w *Window) Decide(ctx context.Context, tx pgx.Tx, editionID int32, objectionID int64, upheld bool, reply string, by int32, now time.Time) (uscc string, err error) {
	decision := "refused"
	if upheld {
		decision = "upheld"
	}
	err = tx.QueryRow(ctx, `
		UPDATE publication.objection o SET decision = $3, reply = $4, decided_by = $5, decided_at = $6 FROM publication.listing l
		WHERE l.id = o.listing_id AND l.edition_id = $1 AND o.id = $2 AND o.decision IS NULL RETURNING l.uscc`, editionID, objectionID, decision, reply, by, now).Scan(&uscc)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.Conflict, "fault.publication.decided")
	}
	return uscc, err
}
