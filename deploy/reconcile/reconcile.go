// Package reconcile computes every published or shown total twice: once by plain SQL over the ledger's contribution rows, and once from what portal, hotline, notices, the desk's register and
// open data show. They agree to the fen, or the line is named.
package reconcile

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// Line is one total: where it is shown, what it is of, and both values.
type Line struct {
	Where, What   string // portal, hotline, register, desk, notice, open data; of what
	Ledger, Shown string
}

// Agrees reports whether both ways give the same.
func (l Line) Agrees() bool { return l.Ledger == l.Shown }

// String is the line as it is printed.
func (l Line) String() string {
	return fmt.Sprintf("%-9s %s: the ledger says %s, shown is %s", l.Where, l.What, l.Ledger, l.Shown)
}

// Portal answers an address as the public would get it.
type Portal func(path string) (status int, body []byte, err error)

// Sources are what is compared. DB is read as the owner.
type Sources struct {
	DB     *pgxpool.Pool
	Ledger *ledger.Ledger
	Portal Portal
}

// run is one comparison for one day.
type run struct {
	Sources
	data   calendar.Date   // that the ledger reaches
	judged calendar.Period // the last month that counts as arrears
	lines  []Line
}

func (r *run) amount(where, what string, ledger, shown money.Fen) {
	r.lines = append(r.lines, Line{where, what, ledger.Grouped(), shown.Grouped()})
}

func (r *run) number(where, what string, ledger, shown int64) {
	r.lines = append(r.lines, Line{where, what, fmt.Sprint(ledger), fmt.Sprint(shown)})
}

func (r *run) text(where, what, ledger, shown string) {
	r.lines = append(r.lines, Line{where, what, ledger, shown})
}

// Run compares everything on a day, that of the ledger's data or a later one; nothing can be said of a day that the data has passed, since rows have been paid since.
func Run(ctx context.Context, s Sources, on calendar.Date) ([]Line, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return nil, err
	}
	if on.Before(state.DataDate) {
		return nil, fmt.Errorf("the contribution data reaches %s: totals of %s can no longer be computed", state.DataDate, on)
	}
	r := &run{Sources: s, data: state.DataDate, judged: contribution.LastJudged(state.DataDate)}
	for _, part := range []func(context.Context) error{r.register, r.lateFees, r.collection, r.editions, r.persons, r.notices} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return r.lines, nil
}
