package publication

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Head is what a list of editions shows.
type Head struct {
	Key
	Revision    int
	PublishedAt time.Time
	SHA256      []byte
}

// Published is an edition with the bytes that its hash is of.
type Published struct {
	Head
	Edition Edition
	Content []byte
}

// kept is how many opened editions a reader keeps in memory: what was published never changes, so that a kept one is right as long as its hash is the last.
const kept = 64

// Reader reads what is published. It stands on the portal's role, to which nothing else is shown. Safe for concurrent use.
type Reader struct {
	pool *pgxpool.Pool

	mu     sync.Mutex
	opened map[string]Published // by hash
}

// NewReader reads over a pool.
func NewReader(pool *pgxpool.Pool) *Reader {
	return &Reader{pool: pool, opened: map[string]Published{}}
}

// List names the published editions of a subject, the latest span first, wider regions before narrower ones. Error: fault.Unavailable.
func (r *Reader) List(ctx context.Context, subject Subject) ([]Head, error) {
	rows, err := r.pool.Query(ctx, `SELECT subject, region, span, revision, published_at, sha256 FROM publication.latest WHERE subject = $1 ORDER BY span DESC, length(region), region`, string(subject))
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list published editions: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanHead)
	return list, postgres.Classify(err)
}

func scanHead(row pgx.CollectableRow) (Head, error) {
	var h Head
	err := row.Scan(&h.Subject, &h.Region, &h.Span, &h.Revision, &h.PublishedAt, &h.SHA256)
	return h, err
}

// Open reads the last revision of an edition. Errors: fault.NotFound (fault.publication.none), fault.Unavailable.
func (r *Reader) Open(ctx context.Context, k Key) (Published, error) {
	rows, err := r.pool.Query(ctx, `SELECT subject, region, span, revision, published_at, sha256 FROM publication.latest WHERE subject = $1 AND region = $2 AND span = $3`, string(k.Subject), k.Region, k.Span)
	if err != nil {
		return Published{}, postgres.Classify(fmt.Errorf("open published edition: %w", err))
	}
	head, err := pgx.CollectExactlyOneRow(rows, scanHead)
	if errors.Is(err, pgx.ErrNoRows) {
		return Published{}, fault.New(fault.NotFound, "fault.publication.none")
	}
	if err != nil {
		return Published{}, postgres.Classify(fmt.Errorf("open published edition: %w", err))
	}
	if p, ok := r.known(head); ok {
		return p, nil
	}
	s, found, err := Last(ctx, r.pool, k)
	if err != nil || !found {
		return Published{}, errors.Join(err, fault.New(fault.NotFound, "fault.publication.none"))
	}
	p := Published{Head: Head{s.Key, s.Revision, s.PublishedAt, s.SHA256}, Content: s.Content}
	if p.Edition, err = ParseEdition(s.Content); err != nil {
		return Published{}, err
	}
	r.keep(p)
	return p, nil
}

func (r *Reader) known(h Head) (Published, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.opened[string(h.SHA256)]
	return p, ok && p.Key == h.Key
}

func (r *Reader) keep(p Published) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for hash := range r.opened {
		if len(r.opened) < kept {
			break
		}
		delete(r.opened, hash) // any: it is read again when it is asked for
	}
	r.opened[string(p.SHA256)] = p
}
