// Package reconcile computes every published or shown total twice: once by plain SQL over the ledger's contribution rows, and once from what portal, hotline, notices, the desk's register and
// open data show. They agree to the fen, or the line is named.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
	Unknown       string // why it cannot be compared; empty when it was
}

// Agrees reports whether both ways give the same; what cannot be compared agrees with nothing.
func (l Line) Agrees() bool { return l.Unknown == "" && l.Ledger == l.Shown }

// Differs reports whether both were computed and are not the same.
func (l Line) Differs() bool { return l.Unknown == "" && l.Ledger != l.Shown }

// String is the line as it is printed.
func (l Line) String() string {
	if l.Unknown != "" {
		return fmt.Sprintf("%-9s %s: cannot be known: %s", l.Where, l.What, l.Unknown)
	}
	return fmt.Sprintf("%-9s %s: the ledger says %s, shown is %s", l.Where, l.What, l.Ledger, l.Shown)
}

// Portal answers an address as the public would get it.
type Portal func(path string) (status int, body []byte, err error)

// Sources are what is compared. DB is read as the owner.
type Sources struct {
	DB     *pgxpool.Pool
	Ledger *ledger.Ledger
	Portal Portal
	Forms  Forms
	Today  calendar.Date // a day before it is over: then everything is compared as it stood at its end
}

// run is one comparison for one day.
type run struct {
	Sources
	on     calendar.Date
	data   calendar.Date   // that the ledger reaches
	judged calendar.Period // the last month that counts as arrears
	end    time.Time       // of the day, when it is over; zero: now
	lines  []Line
}

func (r *run) amount(where, what string, ledger, shown money.Fen) {
	r.text(where, what, ledger.Grouped(), shown.Grouped())
}

func (r *run) number(where, what string, ledger, shown int64) {
	r.text(where, what, fmt.Sprint(ledger), fmt.Sprint(shown))
}

// until is the end of a day that is over, or nothing.
func (r *run) until() *time.Time {
	if r.end.IsZero() {
		return nil
	}
	return &r.end
}

func (r *run) unknown(where, what, why string) {
	r.lines = append(r.lines, Line{Where: where, What: what, Unknown: why})
}

func (r *run) text(where, what, ledger, shown string) {
	r.lines = append(r.lines, Line{Where: where, What: what, Ledger: ledger, Shown: shown})
}

// ErrNothing says that nothing was published, issued or registered on a day.
var ErrNothing = errors.New("nothing was published, issued or registered up to that day: there is nothing to compare")

// Run compares everything as it stands, or as it stood at the end of a day that is over, by the runs that figures were made from; what was not kept is named as unknown. Error: ErrNothing.
func Run(ctx context.Context, s Sources, on calendar.Date) ([]Line, error) {
	state, err := s.Ledger.State(ctx)
	if err != nil {
		return nil, err
	}
	r := &run{Sources: s, on: on, data: state.DataDate, judged: contribution.LastJudged(state.DataDate)}
	if on.Before(s.Today) {
		if err := r.past(ctx, on); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(r.lines, func(l Line) bool { return l.Unknown == "" }) {
			return nil, fmt.Errorf("%s: %w", on, ErrNothing)
		}
		return r.lines, nil
	}
	for _, part := range []func(context.Context) error{r.register, r.lateFees, r.collection, r.editions, r.everybody, r.notices, r.lostInterest, r.desk} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return r.lines, nil
}
