package ledger

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// gatherer lets readings that come at the same moment share a query: what a query costs besides its rows is paid once. Nobody waits while connections are idle; under load a reading
// waits until one of those under way comes back, at most gatherFor, and all that wait go together.
type gatherer struct {
	mu      sync.Mutex
	reading int          // queries under way
	waiting []waitingAsk // for the next one
	due     *time.Timer  // of the next one
}

// ask is whose record somebody asks for, and of which year the statement; year 0 wants none.
type ask struct {
	person int64
	year   int
}

type waitingAsk struct {
	ask
	answer chan<- answered
}

type answered struct {
	record    Record
	statement Statement
	err       error
}

const (
	gatherFor  = time.Millisecond
	gatherMost = 64              // persons in one query
	gatherLife = 5 * time.Second // of a query that several wait for: none of them may end it for the others
)

// recordOf reads by itself while fewer than atOnce readings are under way, else together with others.
func (l *Ledger) recordOf(ctx context.Context, a ask) (Record, Statement, error) {
	g := &l.gather
	g.mu.Lock()
	if g.reading >= l.atOnce {
		return l.waitFor(ctx, a) // gives the lock back
	}
	g.reading++
	g.mu.Unlock()
	defer l.readingEnds()
	return l.readAlone(ctx, a)
}

func (l *Ledger) readAlone(ctx context.Context, a ask) (record Record, statement Statement, err error) {
	if a.year == 0 {
		record, err = l.oneQuery(ctx, a.person)
		return record, Statement{}, err
	}
	return l.oneRoundTrip(ctx, a.person, a.year)
}

// readingEnds lets those go that have waited meanwhile.
func (l *Ledger) readingEnds() {
	l.gather.mu.Lock()
	l.gather.reading--
	l.sendWaiting()
	l.gather.mu.Unlock()
}

// waitFor joins the next query. The caller holds the lock. Who gives up leaves the others their answer.
func (l *Ledger) waitFor(ctx context.Context, a ask) (Record, Statement, error) {
	g := &l.gather
	answer := make(chan answered, 1)
	g.waiting = append(g.waiting, waitingAsk{a, answer})
	switch len(g.waiting) {
	case 1:
		g.due = time.AfterFunc(gatherFor, func() {
			g.mu.Lock()
			l.sendWaiting()
			g.mu.Unlock()
		})
	case gatherMost:
		l.sendWaiting()
	}
	g.mu.Unlock()
	select {
	case got := <-answer:
		return got.record, got.statement, got.err
	case <-ctx.Done():
		return Record{}, Statement{}, postgres.Classify(fmt.Errorf("read record: %w", ctx.Err()))
	}
}

// sendWaiting starts a query for those who wait. The caller holds the lock.
func (l *Ledger) sendWaiting() {
	g := &l.gather
	if len(g.waiting) == 0 {
		return
	}
	asks := g.waiting
	g.waiting = nil
	g.due.Stop() // when it has fired already, it finds nobody or the next ones a little early
	g.reading++
	go func() {
		l.readTogether(asks)
		l.readingEnds()
	}()
}

// readTogether answers everybody who asked. When the common query fails for another reason than an outage, a damaged row of one person must not cost the others theirs: everybody's is
// read alone.
func (l *Ledger) readTogether(asks []waitingAsk) {
	ctx, cancel := context.WithTimeout(context.Background(), gatherLife)
	defer cancel()
	if len(asks) == 1 { // nobody to share with
		record, statement, err := l.readAlone(ctx, asks[0].ask)
		asks[0].answer <- answered{record, statement, err}
		return
	}
	records, statements, err := l.readMany(ctx, asks)
	for _, a := range asks {
		switch {
		case fault.Is(err, fault.Unavailable):
			a.answer <- answered{err: err}
		case err != nil:
			record, statement, err := l.readAlone(ctx, a.ask)
			a.answer <- answered{record, statement, err}
		default:
			record, found := records[a.person]
			if !found {
				a.answer <- answered{err: fault.New(fault.NotFound, "ledger.no_person")}
				continue
			}
			a.answer <- answered{record: record, statement: statements[a.ask]}
		}
	}
}

// readMany reads records, and the valid statements of the years that are asked for, in one round trip.
func (l *Ledger) readMany(ctx context.Context, asks []waitingAsk) (map[int64]Record, map[ask]Statement, error) {
	persons := make([]int64, len(asks))
	var of []int64
	var years []int16
	for i, a := range asks {
		persons[i] = a.person
		if a.year != 0 {
			of, years = append(of, a.person), append(years, int16(a.year))
		}
	}
	records, statements := make(map[int64]Record, len(asks)), make(map[ask]Statement, len(of))
	var batch pgx.Batch
	batch.Queue(recordRows+` WHERE person.id = ANY ($1)`, persons).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			r, err := l.scanRecord(rows)
			if err != nil {
				return err
			}
			records[r.Person.ID] = r
		}
		return rows.Err()
	})
	if len(of) > 0 {
		batch.Queue(`
			SELECT DISTINCT ON (s.person_id, s.year) `+statementColumns+` FROM `+statementTables+`
			WHERE (s.person_id, s.year) IN (SELECT person_id, year FROM unnest($1::bigint[], $2::smallint[]) AS asked (person_id, year))
			ORDER BY s.person_id, s.year, s.issue DESC`, of, years).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				s, _, err := scanStatement(rows)
				if err != nil {
					return err
				}
				statements[ask{s.PersonID, s.Year}] = s
			}
			return rows.Err()
		})
	}
	err := l.pool.SendBatch(ctx, &batch).Close()
	if err != nil {
		err = postgres.Classify(fmt.Errorf("read records: %w", err))
	}
	return records, statements, err
}
