package publication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// The states of a listing.
const (
	InWindow  = "window"
	Listed    = "published"
	Removed   = "removed" // paid, or its objection was upheld
	NotListed = "dropped" // the edition was not published
)

// Listing is what an employer sees of its own line, whether published or not.
type Listing struct {
	ID           int64
	Region, Span string
	Entry        Debtor
	ObjectionsTo calendar.Date // none until the letter's service is recorded
	State        string
	Objections   []Objection
}

// Open reports whether an objection may be made on a day.
func (l Listing) Open(on calendar.Date) bool {
	return l.State == InWindow && (l.ObjectionsTo.IsZero() || !on.After(l.ObjectionsTo))
}

// Objection is one of an employer's, without what was written: that is sealed to the desk.
type Objection struct {
	FiledAt   time.Time
	Files     int
	Decision  string // upheld, refused, or empty
	Reply     string
	DecidedAt time.Time
}

// File of an objection, checked and cleaned.
type File struct {
	Name, MediaType string
	SHA256          []byte
	Content         []byte
}

// The places of what is sealed: a value moved elsewhere does not open.
const (
	placeWords = "publication.objection.words"
	placeName  = "publication.objection.name"
	placeFile  = "publication.objection.file"
)

// codeDomain keeps the hashes of letter codes apart from others under the key.
const codeDomain = "publication.listing"

// Counter is where listed employers object. It stands on the portal's role, which reaches a listing only through its credit code and the code on its letter.
type Counter struct {
	pool *pgxpool.Pool
	desk seal.PublicKey
	hash seal.HashKey
}

// NewCounter makes one. hash is over the ledger's secret, which portal and desk share.
func NewCounter(pool *pgxpool.Pool, desk seal.PublicKey, hash seal.HashKey) *Counter {
	return &Counter{pool, desk, hash}
}

// Listing opens the line of an employer with its objections and their decisions. Errors: fault.NotFound (fault.publication.listing) alike for a wrong credit code and a wrong code,
// fault.Unavailable.
func (c *Counter) Listing(ctx context.Context, uscc string, code receipt.Code) (Listing, error) {
	var l Listing
	var entry []byte
	var to *time.Time
	hash, err := c.listed(ctx, uscc, code)
	if err != nil {
		return l, err
	}
	err = c.pool.QueryRow(ctx, `SELECT id, region, span, entry, objections_to, state FROM publication.listed($1, $2)`, uscc, hash).Scan(&l.ID, &l.Region, &l.Span, &entry, &to, &l.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, fault.New(fault.NotFound, "fault.publication.listing")
	}
	if err != nil {
		return l, postgres.Classify(fmt.Errorf("open listing: %w", err))
	}
	if err := json.Unmarshal(entry, &l.Entry); err != nil {
		return l, fmt.Errorf("open listing: %w", err)
	}
	if to != nil {
		l.ObjectionsTo = dateOf(*to)
	}
	rows, err := c.pool.Query(ctx, `SELECT filed_at, files, coalesce(decision, ''), reply, coalesce(decided_at, 'epoch') FROM publication.objections_to($1, $2)`, uscc, hash)
	if err != nil {
		return l, postgres.Classify(fmt.Errorf("read objections: %w", err))
	}
	l.Objections, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Objection])
	return l, postgres.Classify(err)
}

// CodeSums are the hashes under which a letter's code may be listed, the newest key's first.
func CodeSums(hash seal.HashKey, code receipt.Code) [][]byte {
	return hash.Sums(codeDomain, string(code))
}

// listed is the hash under which a code is listed: the newest key's, or during a rotation perhaps an older one's.
func (c *Counter) listed(ctx context.Context, uscc string, code receipt.Code) ([]byte, error) {
	sums := CodeSums(c.hash, code)
	for _, older := range sums[1:] {
		var found bool
		if err := c.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM publication.listed($1, $2))`, uscc, older).Scan(&found); err != nil {
			return nil, postgres.Classify(fmt.Errorf("find listing: %w", err))
		}
		if found {
			return older, nil
		}
	}
	return sums[0], nil
}

func dateOf(t time.Time) calendar.Date {
	return calendar.NewDate(t.Year(), t.Month(), t.Day())
}

// Object files an objection with its files in one transaction. form is the form's own random key: the same form again changes nothing. Errors: fault.Conflict
// (fault.publication.closed) after the window, when the edition is not in one, or when five objections wait; fault.Unavailable.
func (c *Counter) Object(ctx context.Context, uscc string, code receipt.Code, form []byte, words string, files []File, now time.Time) error {
	sealed, err := c.desk.Seal(placeWords, []byte(words))
	if err != nil {
		return err
	}
	key := Hash(form)
	hash, err := c.listed(ctx, uscc, code)
	if err != nil {
		return err
	}
	return postgres.Tx(ctx, c.pool, func(tx pgx.Tx) error {
		var filed *int64
		err := tx.QueryRow(ctx, `SELECT publication.object($1, $2, $3, $4, $5, $6)`, uscc, hash, key, sealed, calendar.DateOf(now).Time(), now).Scan(&filed)
		if err != nil {
			return fmt.Errorf("object: %w", err)
		}
		if filed == nil {
			return fault.New(fault.Conflict, "fault.publication.closed")
		}
		for _, f := range files {
			name, err := c.desk.Seal(placeName, []byte(f.Name))
			if err != nil {
				return err
			}
			content, err := c.desk.Seal(placeFile, f.Content)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `SELECT publication.attach($1, $2, $3, $4, $5)`, key, f.SHA256, f.MediaType, name, content); err != nil {
				return fmt.Errorf("object: %w", err)
			}
		}
		return nil
	})
}
