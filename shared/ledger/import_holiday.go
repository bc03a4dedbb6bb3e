package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
)

// holidayYearsAhead is how far ahead a notice may be: the State Council gives one year's each autumn.
const holidayYearsAhead = 2

var dayKinds = map[string]string{"放假": "off", "休息": "off", "holiday": "off", "上班": "on", "补班": "on", "workday": "on"}

// importHolidays takes holiday notices, each year as a whole: what the file does not name of its years is an ordinary day. With a bad row nothing is taken, since a notice
// with a hole would give wrong deadlines. Whoever counts working days computes its open deadlines anew (see Workdays).
func (r *importRun) importHolidays(ctx context.Context) error {
	type arrangement struct {
		worked bool
		source string
	}
	days := map[calendar.Date]arrangement{}
	for {
		rec, bad, more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		in := row{cells: rec.cells, columns: r.columns, problem: bad}
		if bad == nil {
			day, worked, source := in.holiday(r.today)
			before, twice := days[day]
			switch now := (arrangement{worked, source}); {
			case in.problem != nil:
			case twice && before == now:
				r.report.Duplicates++
			case twice:
				in.wrong(ReasonDayTwice, "date", day.String())
			default:
				days[day] = now
			}
		}
		if in.problem != nil {
			if err := r.reject(rec.line, *in.problem); err != nil {
				return err
			}
		}
	}
	if r.report.Rejected > 0 {
		return nil
	}
	var dates []time.Time
	var worked []bool
	var sources []string
	for day, a := range days {
		dates, worked, sources = append(dates, day.Time()), append(worked, a.worked), append(sources, a.source)
	}
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import holidays: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	_, err = tx.Exec(ctx, `DELETE FROM ledger.holiday WHERE extract(year FROM day) IN (SELECT extract(year FROM d) FROM unnest($1::date[]) d) AND day <> ALL ($1)`, dates)
	if err != nil {
		return fmt.Errorf("import holidays: %w", err)
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO ledger.holiday AS old (day, worked, source) SELECT * FROM unnest($1::date[], $2::boolean[], $3::text[])
		ON CONFLICT (day) DO UPDATE SET worked = excluded.worked, source = excluded.source WHERE (old.worked, old.source) IS DISTINCT FROM (excluded.worked, excluded.source)
		RETURNING xmax = 0`, dates, worked, sources)
	if err != nil {
		return fmt.Errorf("import holidays: %w", err)
	}
	added, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil {
		return fmt.Errorf("import holidays: %w", err)
	}
	for _, isNew := range added {
		if isNew {
			r.report.Added++
		} else {
			r.report.Changed++
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("import holidays: commit: %w", err)
	}
	return nil
}

// holiday reads one day of a notice: off, or worked in exchange, which only a Saturday or Sunday can be.
func (r *row) holiday(today calendar.Date) (day calendar.Date, worked bool, source string) {
	text := r.cell("date")
	day, err := calendar.ParseDate(text)
	if serial, ok := serialDate(text); ok && r.columns.serials {
		day, err = serial, nil
	}
	if err != nil || day.Year < 2000 || day.Year > today.Year+holidayYearsAhead {
		r.wrong(ReasonHolidayDate, "date", text)
	}
	worked = r.oneOf("kind", ReasonHolidayKind, dayKinds) == "on"
	if weekday := day.Weekday(); r.problem == nil && worked && weekday != time.Saturday && weekday != time.Sunday {
		r.wrong(ReasonHolidayKind, "kind", r.cell("kind"))
	}
	return day, worked, r.name("source")
}
