package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Workdays is the calendar of all holiday notices: those that the program was built with, and in their place or beyond them those that were imported. Ask again when a
// deadline is to be computed: a notice may have come since.
func (l *Ledger) Workdays(ctx context.Context) (*calendar.Workdays, error) {
	rows, err := l.pool.Query(ctx, `SELECT day, worked FROM ledger.holiday ORDER BY day`)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read holidays: %w", err))
	}
	type row struct {
		Day    time.Time
		Worked bool
	}
	days, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read holidays: %w", err))
	}
	years := map[int]calendar.YearData{}
	for _, d := range days {
		y := years[d.Day.Year()]
		y.Year = d.Day.Year()
		if text := d.Day.Format("01-02"); d.Worked {
			y.Workdays = append(y.Workdays, text)
		} else {
			y.Holidays = append(y.Holidays, text)
		}
		years[y.Year] = y
	}
	w := calendar.China()
	for _, y := range years {
		if w, err = w.WithYear(y); err != nil {
			return nil, fmt.Errorf("read holidays: %w", err)
		}
	}
	return w, nil
}

// Calendar is the calendar of the moment for a process that serves for long.
type Calendar struct {
	ledger  *Ledger
	current atomic.Pointer[calendar.Workdays]
}

// Calendar begins with the notices that the program was built with; Keep learns of the others.
func (l *Ledger) Calendar() *Calendar {
	c := &Calendar{ledger: l}
	c.current.Store(calendar.China())
	return c
}

// Now is what was last learned.
func (c *Calendar) Now() *calendar.Workdays { return c.current.Load() }

// learnEvery is how long an imported notice may go unnoticed.
const learnEvery = time.Minute

// Keep looks for notices at once and then every minute, until ctx ends. While the database is away the last calendar known stays.
func (c *Calendar) Keep(ctx context.Context) error {
	tick := time.NewTicker(learnEvery)
	defer tick.Stop()
	for {
		if w, err := c.ledger.Workdays(ctx); err == nil {
			c.current.Store(w)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
