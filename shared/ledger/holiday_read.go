package ledger

import (
	"context"
	"fmt"
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
