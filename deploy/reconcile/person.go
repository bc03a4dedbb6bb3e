package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/ivr/callflow"
	"shebao/portal/statement"
	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// year is what the contribution rows say of a person's year.
type year struct {
	due, paid, owed money.Fen
	missing         int // months with something owed
}

// yearTotals are sums over persons.
type yearTotals struct {
	due, paid, owed money.Fen
	missing         int64
}

// everybody: each person's record as portal and hotline tell it, every account's way, and statements in all their forms.
func (r *run) everybody(ctx context.Context) error { return r.persons(ctx, latest, true) }

// persons: the statements as the portal builds them and the facts as the hotline speaks them, of each person whom no run after one has changed, against plain sums over the contribution rows. Totals are
// compared by year; persons that differ are counted, never named. Balances only where the rates are known; accounts and forms only of today.
func (r *run) persons(ctx context.Context, after int32, rated bool) error {
	rows, err := r.DB.Query(ctx, `
		SELECT person_id, period / 100, sum(employer_due + person_due)::bigint, sum(employer_paid + person_paid)::bigint,
			coalesce(sum(employer_due - employer_paid + person_due - person_paid) FILTER (WHERE period <= $2), 0)::bigint,
			count(DISTINCT period) FILTER (WHERE period <= $2 AND (employer_paid <> employer_due OR person_paid <> person_due))
		FROM ledger.contribution WHERE $1::integer = 2147483647 OR person_id NOT IN (`+changedSince+`) GROUP BY 1, 2 ORDER BY 1, 2`, after, r.judged)
	if err != nil {
		return fmt.Errorf("sum contributions: %w", err)
	}
	truth := map[int64]map[int]year{}
	var person int64
	var of int
	var y year
	_, err = pgx.ForEachRow(rows, []any{&person, &of, &y.due, &y.paid, &y.owed, &y.missing}, func() error {
		if truth[person] == nil {
			truth[person] = map[int]year{}
		}
		truth[person][of] = y
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum contributions: %w", err)
	}
	ledgerSays, portalShows := map[int]yearTotals{}, map[int]yearTotals{}
	var missing, spoken, statements, facts int64
	if rated {
		if err := r.balances(ctx, slices.Sorted(maps.Keys(truth))); err != nil {
			return err
		}
	}
	rolled := accounts{brought: map[int]money.Fen{}}
	for id, years := range truth {
		record, err := r.Ledger.Record(ctx, id)
		if err != nil {
			return err
		}
		rolled.take(record)
		shown := statementsOf(record, r.data)
		for of, y := range years {
			ledgerSays[of] = ledgerSays[of].plus(y)
			portalShows[of] = portalShows[of].plus(shown[of])
			if shown[of] != y {
				statements++
			}
		}
		said := missingSpoken(record, r.data)
		now := int64(years[r.data.Year].missing)
		missing, spoken = missing+now, spoken+said
		if said != now {
			facts++
		}
	}
	for of, t := range ledgerSays {
		s := portalShows[of]
		what := fmt.Sprintf("statements of %d", of)
		r.amount("portal", what+", due", t.due, s.due)
		r.amount("portal", what+", paid", t.paid, s.paid)
		r.amount("portal", what+", arrears", t.owed, s.owed)
		r.number("portal", what+", months missing", t.missing, s.missing)
	}
	r.number("portal", "statements that differ from the ledger", 0, statements)
	r.number("hotline", fmt.Sprintf("months missing in %d, as they are spoken", r.data.Year), missing, spoken)
	r.number("hotline", "persons who are told otherwise than the ledger", 0, facts)
	if after != latest {
		return nil
	}
	if err := r.accounts(ctx, &rolled); err != nil {
		return err
	}
	return r.papers(ctx, truth)
}

func (t yearTotals) plus(y year) yearTotals {
	return yearTotals{t.due + y.due, t.paid + y.paid, t.owed + y.owed, t.missing + int64(y.missing)}
}

// statementsOf are the years of a record as the portal shows them.
func statementsOf(record ledger.Record, data calendar.Date) map[int]year {
	shown := map[int]year{}
	for _, y := range record.Years {
		st := statement.Build(statement.Input{Year: y.Year, Rows: y.Rows, DataDate: data})
		one := year{owed: st.Owed, missing: len(st.Summarize().Owing)}
		for _, m := range st.Months {
			one.due += m.EmployerDue + m.PersonDue
			one.paid += m.EmployerPaid + m.PersonPaid
		}
		shown[y.Year] = one
	}
	return shown
}

// missingSpoken is the number of missing months that the hotline says.
func missingSpoken(record ledger.Record, data calendar.Date) (n int64) {
	var years []callflow.Year
	for _, y := range record.Years {
		years = append(years, callflow.Year{Year: y.Year, Rows: y.Rows})
	}
	for _, line := range callflow.FactsOf("zh-CN", years, callflow.Standing{}, data) {
		if line.Key == "fact_missing" {
			_, _ = fmt.Sscan(line.Args[1], &n) // a text that is no number counts as none, and differs
		}
	}
	return n
}
