package ledger

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
)

// gatherer lets readings that come at the same moment share a query: what a query costs besides its rows is paid once, here and in the database. While atOnce queries are under way, the
// next ones wait until one comes back, at most gatherFor, and all that wait go together.
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

// answered is the record, or where a year was asked for what its statement is made of.
type answered struct {
	record Record
	year   YearRecord
	err    error
}

const (
	gatherFor  = time.Millisecond
	gatherMost = 64              // persons in one query
	gatherLife = 5 * time.Second // of a query that several wait for: none of them may end it for the others
)

// recordOf reads by itself while fewer than atOnce queries are under way, else together with others.
func (l *Ledger) recordOf(ctx context.Context, a ask) answered {
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

func (l *Ledger) readAlone(ctx context.Context, a ask) (got answered) {
	if a.year == 0 {
		got.record, got.err = l.oneRecord(ctx, a.person)
	} else {
		got.year, got.err = l.oneYear(ctx, a)
	}
	return got
}

// readingEnds lets those go that have waited meanwhile.
func (l *Ledger) readingEnds() {
	l.gather.mu.Lock()
	l.gather.reading--
	l.sendWaiting()
	l.gather.mu.Unlock()
}

// waitFor joins the next query. The caller holds the lock. Who gives up leaves the others their answer.
func (l *Ledger) waitFor(ctx context.Context, a ask) answered {
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
		return got
	case <-ctx.Done():
		return answered{err: classifyRecord(ctx.Err())}
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
		asks[0].answer <- l.readAlone(ctx, asks[0].ask)
		return
	}
	found, err := l.readMany(ctx, asks)
	for _, a := range asks {
		switch {
		case fault.Is(err, fault.Unavailable):
			a.answer <- answered{err: err}
		case err != nil:
			a.answer <- l.readAlone(ctx, a.ask)
		default:
			got, known := found[a.ask]
			if !known {
				got.err = classifyRecord(pgx.ErrNoRows)
			}
			a.answer <- got
		}
	}
}

// readMany reads everything that is asked for in one query.
func (l *Ledger) readMany(ctx context.Context, asks []waitingAsk) (map[ask]answered, error) {
	persons, years := make([]int64, len(asks)), make([]int16, len(asks))
	for i, a := range asks {
		persons[i], years[i] = a.person, int16(a.year)
	}
	rows, err := l.pool.Query(ctx, manyQuery, inBinary, persons, years)
	if err != nil {
		return nil, classifyRecord(err)
	}
	defer rows.Close()
	found := make(map[ask]answered, len(asks))
	for rows.Next() {
		row, err := rawOf(rows)
		if err != nil {
			return nil, classifyRecord(err)
		}
		var read readYear
		if err := l.readYear(&row, &read); err != nil {
			return nil, classifyRecord(err)
		}
		year := int(row.int())
		if err := row.err(); err != nil {
			return nil, classifyRecord(err)
		}
		var got answered
		if year == 0 {
			got.record, err = read.readRecord.record()
		} else {
			got.year, err = read.record(year)
		}
		if err != nil {
			return nil, classifyRecord(err)
		}
		found[ask{read.person.ID, year}] = got
	}
	return found, classifyRecord(rows.Err())
}
