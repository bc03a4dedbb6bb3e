package publication

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Querier is a pool or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Snapshot is a published revision.
type Snapshot struct {
	Key
	Revision    int
	PublishedAt time.Time
	SHA256      []byte
	Content     []byte // canonical JSON, exactly what the hash is of
}

// Publish adds the next revision of an edition in the desk's own transaction: it sets format, revision, day and the hash of the revision before, keeps the corrections so far and
// notes why this one was made; the first revision needs no reason. madeFrom is the last of the ledger's runs that the figures were made from; 0 is unknown, or no figures. Two at once: the second fails on its number, and is tried again.
func Publish(ctx context.Context, tx pgx.Tx, e Edition, madeFrom int32, why []Correction, now time.Time) (Snapshot, error) {
	last, found, err := Last(ctx, tx, e.Key())
	if err != nil {
		return Snapshot{}, err
	}
	e.Format, e.PublishedOn, e.Revision, e.Corrections = Format, calendar.DateOf(now), 1, nil
	if found {
		before, err := ParseEdition(last.Content)
		if err != nil {
			return Snapshot{}, err
		}
		e.Revision, e.Previous, e.Corrections = last.Revision+1, fmt.Sprintf("%x", last.SHA256), before.Corrections
	}
	for _, c := range why {
		c.Revision, c.On = e.Revision, e.PublishedOn
		e.Corrections = append(e.Corrections, c)
	}
	s := Snapshot{Key: e.Key(), Revision: e.Revision, PublishedAt: now}
	if s.Content, err = Canonical(e); err != nil {
		return Snapshot{}, err
	}
	s.SHA256 = Hash(s.Content)
	_, err = tx.Exec(ctx, `INSERT INTO publication.snapshot (subject, region, span, revision, published_at, sha256, content, made_from) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0))`,
		string(s.Subject), s.Region, s.Span, s.Revision, s.PublishedAt, s.SHA256, s.Content, madeFrom)
	if err != nil {
		return Snapshot{}, fmt.Errorf("publish: %w", err)
	}
	return s, nil
}

const snapshotColumns = `subject, region, span, revision, published_at, sha256, content`

func scanSnapshot(row pgx.CollectableRow) (Snapshot, error) {
	var s Snapshot
	err := row.Scan(&s.Subject, &s.Region, &s.Span, &s.Revision, &s.PublishedAt, &s.SHA256, &s.Content)
	return s, err
}

// Last is the last revision of an edition; found is false when none was published.
func Last(ctx context.Context, db Querier, k Key) (s Snapshot, found bool, err error) {
	return oneSnapshot(ctx, db, `WHERE subject = $1 AND region = $2 AND span = $3`, string(k.Subject), k.Region, k.Span)
}

// Before is the last revision of the edition of a subject and region that was published last for an earlier span of the same kind, or for the same span: what a draft is compared to.
func Before(ctx context.Context, db Querier, k Key) (s Snapshot, found bool, err error) {
	return oneSnapshot(ctx, db, `WHERE subject = $1 AND region = $2 AND length(span) = length($3) AND span <= $3`, string(k.Subject), k.Region, k.Span)
}

func oneSnapshot(ctx context.Context, db Querier, where string, args ...any) (Snapshot, bool, error) {
	rows, err := db.Query(ctx, `SELECT `+snapshotColumns+` FROM publication.latest `+where+` ORDER BY span DESC LIMIT 1`, args...)
	if err != nil {
		return Snapshot{}, false, postgres.Classify(fmt.Errorf("read published edition: %w", err))
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSnapshot)
	if errors.Is(err, pgx.ErrNoRows) {
		return Snapshot{}, false, nil
	}
	if err != nil {
		return Snapshot{}, false, postgres.Classify(fmt.Errorf("read published edition: %w", err))
	}
	return s, true, nil
}
