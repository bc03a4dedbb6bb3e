package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// past compares what stood published, issued and registered at the end of a day that is over with the ledger as it stood then, and names what no record was kept of.
func (r *run) past(ctx context.Context, on calendar.Date) error {
	r.end = on.AddDays(1).Midnight()
	for _, part := range []func(context.Context) error{r.editions, r.pastRegister, r.issued, r.notices} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	for _, u := range []struct{ where, what, why string }{
		{"register", "late fees, and arrears by insurance", "the register's history keeps what each employer owed, not its lines"},
		{"portal", "records that were not issued as statements", "what each visitor saw is not kept"},
		{"hotline", "months missing and balances as they were spoken", "the spoken text is not kept"},
		{"desk", "sums written off, training days", "the desk shows those of today"},
	} {
		r.unknown(u.where, u.what, u.why)
	}
	return nil
}

// pastRegister: what each city's employers owed by the register's own history, against the ledger after the last run that the register had seen.
func (r *run) pastRegister(ctx context.Context) error {
	var after, current int32
	var data time.Time
	err := r.DB.QueryRow(ctx, `SELECT last_run, data_date, (SELECT last_run FROM complaints.supervised) FROM complaints.refresh WHERE at < $1 ORDER BY id DESC LIMIT 1`, r.end).Scan(&after, &data, &current)
	if errors.Is(err, pgx.ErrNoRows) {
		r.unknown("register", "arrears", "no refresh of the register is noted up to that day")
		r.unknown("desk", "collection figures", "no refresh is noted up to that day")
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the register's refresh: %w", err)
	}
	r.data = calendar.DateOf(data.UTC())
	r.judged = contribution.LastJudged(r.data)
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+`, truth AS (
			SELECT employer_id, min(region) AS region, sum(employer_due - employer_paid + person_due - person_paid)::bigint AS owed FROM standing
			WHERE period <= $2 AND (employer_paid <> employer_due OR person_paid <> person_due) GROUP BY 1),
		shown AS (
			SELECT DISTINCT ON (employer_id) employer_id, after::bigint AS owed FROM complaints.debtor_event WHERE what IN ('listed', 'owed', 'cleared') AND at < $3 ORDER BY employer_id, id DESC)
		SELECT left(coalesce(t.region, e.region), 4), coalesce(sum(t.owed), 0)::bigint, coalesce(sum(s.owed), 0)::bigint, count(t.owed), count(*) FILTER (WHERE s.owed > 0)
		FROM truth t FULL JOIN shown s USING (employer_id) JOIN ledger.employer e ON e.id = employer_id GROUP BY 1 ORDER BY 1`, after, r.judged, r.end)
	if err != nil {
		return fmt.Errorf("compare the register's history: %w", err)
	}
	var city string
	var owed, shown money.Fen
	var employers, listed int64
	_, err = pgx.ForEachRow(rows, []any{&city, &owed, &shown, &employers, &listed}, func() error {
		r.amount("register", "arrears in "+city, owed, shown)
		r.number("register", "employers with arrears in "+city, employers, listed)
		return nil
	})
	if err != nil {
		return fmt.Errorf("compare the register's history: %w", err)
	}
	if after != current {
		r.unknown("desk", "collection figures", "a later import replaced them")
		return nil
	}
	return r.collection(ctx)
}

// issued: the statements that were valid at the end of the day, as they are kept, against the ledger after the last run that had begun when they were issued: none goes on while statements are issued.
func (r *run) issued(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		SELECT s.person_id, s.year, s.issue, s.data_date, coalesce((SELECT max(id) FROM ledger.import_run WHERE started_at <= s.issued_at), 0)
		FROM ledger.statement s WHERE s.issued_at < $1 AND NOT EXISTS (SELECT FROM ledger.statement n WHERE n.person_id = s.person_id AND n.year = s.year AND n.issue > s.issue AND n.issued_at < $1)
		ORDER BY s.person_id, s.year`, r.end)
	if err != nil {
		return fmt.Errorf("list issued statements: %w", err)
	}
	type made struct {
		after int32
		data  time.Time
	}
	type name struct {
		person      int64
		year, issue int
	}
	valid, of, before := map[name]bool{}, map[made][]name{}, int64(0)
	var n name
	var m made
	var persons []int64
	_, err = pgx.ForEachRow(rows, []any{&n.person, &n.year, &n.issue, &m.data, &m.after}, func() error {
		if len(persons) == 0 || persons[len(persons)-1] != n.person {
			persons = append(persons, n.person)
		}
		if m.after == 0 {
			before++
			return nil
		}
		valid[n] = true
		of[m] = append(of[m], n)
		return nil
	})
	if err != nil {
		return fmt.Errorf("list issued statements: %w", err)
	}
	if before > 0 {
		r.unknown("portal", fmt.Sprintf("%d issued statements", before), "they were issued before any run of the ledger is noted")
	}
	shown, truth := map[int]yearTotals{}, map[int]yearTotals{}
	for _, id := range persons {
		list, err := r.Ledger.Statements(ctx, id)
		if err != nil {
			return err
		}
		for _, s := range list {
			if !valid[name{id, s.Year, s.Issue}] {
				continue
			}
			one := year{owed: s.Owed()}
			for _, row := range s.PersonYear.Rows {
				one.due += row.EmployerDue + row.PersonDue
				one.paid += row.EmployerPaid + row.PersonPaid
			}
			shown[s.Year] = shown[s.Year].plus(one)
		}
	}
	for m, list := range of {
		ids, years := make([]int64, len(list)), make([]int32, len(list))
		for i, n := range list {
			ids[i], years[i] = n.person, int32(n.year)
		}
		rows, err := r.DB.Query(ctx, `
			WITH `+standing+`
			SELECT i.year, coalesce(sum(employer_due + person_due), 0)::bigint, coalesce(sum(employer_paid + person_paid), 0)::bigint,
				coalesce(sum(employer_due - employer_paid + person_due - person_paid) FILTER (WHERE period <= $4), 0)::bigint
			FROM unnest($2::bigint[], $3::integer[]) AS i (person, year) LEFT JOIN standing c ON c.person_id = i.person AND c.period / 100 = i.year GROUP BY 1`,
			m.after, ids, years, contribution.LastJudged(calendar.DateOf(m.data.UTC())))
		if err != nil {
			return fmt.Errorf("sum contributions of issued statements: %w", err)
		}
		var of int
		var y year
		if _, err := pgx.ForEachRow(rows, []any{&of, &y.due, &y.paid, &y.owed}, func() error { truth[of] = truth[of].plus(y); return nil }); err != nil {
			return fmt.Errorf("sum contributions of issued statements: %w", err)
		}
	}
	for of, t := range truth {
		what := fmt.Sprintf("issued statements of %d", of)
		r.amount("portal", what+", due", t.due, shown[of].due)
		r.amount("portal", what+", paid", t.paid, shown[of].paid)
		r.amount("portal", what+", arrears", t.owed, shown[of].owed)
	}
	return nil
}
