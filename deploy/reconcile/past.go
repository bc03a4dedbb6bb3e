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
	for _, part := range []func(context.Context) error{r.editions, r.pastRegister, r.issued, r.notices, r.pastDesk} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// refresh is one of the register's: the ledger's run and data that it saw, and the day that it counted late fees to.
type refresh struct {
	id       int64
	at       time.Time
	after    int32
	onDay    calendar.Date
	replaced bool // the ledger has had later runs since
}

// pastRegister: what each city's employers owed by the register's own history and by the totals that it kept, and what everybody's own record said, against the ledger after the last run that the
// register had seen.
func (r *run) pastRegister(ctx context.Context) error {
	var f refresh
	var data, day time.Time
	err := r.DB.QueryRow(ctx, `SELECT id, at, last_run, data_date, on_day, last_run <> (SELECT last_run FROM complaints.supervised) FROM complaints.refresh WHERE at < $1 ORDER BY id DESC LIMIT 1`, r.end).
		Scan(&f.id, &f.at, &f.after, &data, &day, &f.replaced)
	if errors.Is(err, pgx.ErrNoRows) {
		for _, u := range [][2]string{{"register", "arrears and late fees"}, {"desk", "collection figures"}, {"portal", "everybody's own record"}, {"hotline", "months missing and balances"}} {
			r.unknown(u[0], u[1], "no refresh of the register is noted up to that day")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the register's refresh: %w", err)
	}
	r.data, f.onDay = calendar.DateOf(data.UTC()), calendar.DateOf(day.UTC())
	r.judged = contribution.LastJudged(r.data)
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+`, truth AS (
			SELECT employer_id, min(region) AS region, sum(employer_due - employer_paid + person_due - person_paid)::bigint AS owed FROM standing
			WHERE period <= $2 AND (employer_paid <> employer_due OR person_paid <> person_due) GROUP BY 1),
		shown AS (
			SELECT DISTINCT ON (employer_id) employer_id, after::bigint AS owed FROM complaints.debtor_event WHERE what IN ('listed', 'owed', 'cleared') AND at < $3 ORDER BY employer_id, id DESC)
		SELECT left(coalesce(t.region, e.region), 4), coalesce(sum(t.owed), 0)::bigint, coalesce(sum(s.owed), 0)::bigint, count(t.owed), count(*) FILTER (WHERE s.owed > 0)
		FROM truth t FULL JOIN shown s USING (employer_id) JOIN ledger.employer e ON e.id = employer_id GROUP BY 1 ORDER BY 1`, f.after, r.judged, r.end)
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
	if err := r.pastTotals(ctx, f); err != nil {
		return err
	}
	if err := r.pastRecords(ctx, f); err != nil {
		return err
	}
	if f.replaced {
		r.unknown("desk", "collection figures", "a later import replaced them")
		return nil
	}
	return r.collection(ctx)
}

// pastTotals: arrears and late fees by city and insurance, as the register kept them with its refresh.
func (r *run) pastTotals(ctx context.Context, f refresh) error {
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+`, truth AS (
			SELECT left(region, 4) AS city, coalesce(insurance, 0) AS insurance, sum(employer_due - employer_paid + person_due - person_paid)::bigint AS owed, count(DISTINCT employer_id) AS employers FROM standing
			WHERE period <= $2 AND (employer_paid <> employer_due OR person_paid <> person_due) GROUP BY GROUPING SETS ((left(region, 4), standing.insurance), (left(region, 4)))),
		shown AS (SELECT city, insurance, owed, employers, late_fee, unruled FROM complaints.refresh_total WHERE refresh_id = $3)
		SELECT coalesce(t.city, s.city), coalesce(t.insurance, s.insurance), coalesce(t.owed, 0), coalesce(s.owed, 0), coalesce(t.employers, 0), coalesce(s.employers, 0), coalesce(s.late_fee, 0), coalesce(s.unruled, 0),
			EXISTS (SELECT FROM shown)
		FROM truth t FULL JOIN shown s ON s.city = t.city AND s.insurance = t.insurance ORDER BY 1, 2`, f.after, r.judged, f.id)
	if err != nil {
		return fmt.Errorf("compare the register's totals: %w", err)
	}
	var city string
	var insurance int16
	var owed, shown, fee money.Fen
	var employers, listed, without int64
	kept, found := false, false
	feesShown, unruledShown := map[string]money.Fen{}, map[string]int64{}
	_, err = pgx.ForEachRow(rows, []any{&city, &insurance, &owed, &shown, &employers, &listed, &fee, &without, &kept}, func() error {
		found = true
		switch {
		case !kept:
		case insurance == 0:
			feesShown[city], unruledShown[city] = fee, without
		default:
			what := fmt.Sprintf("arrears in %s of insurance %d", city, insurance)
			r.amount("register", what, owed, shown)
			r.number("register", "employers with "+what, employers, listed)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("compare the register's totals: %w", err)
	}
	if !kept {
		if found {
			r.unknown("register", "late fees, and arrears by insurance", "the register did not keep them with its refreshes yet")
		}
		return nil
	}
	var ruled bool
	if err := r.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger.import_run WHERE id > $1 AND kind = 'rules')`, f.after).Scan(&ruled); err != nil {
		return fmt.Errorf("find what changed due dates: %w", err)
	}
	if ruled {
		r.unknown("register", "late fees", "due dates were imported since; those of before are not kept")
		return nil
	}
	fees, unruled, moved, err := r.countFees(ctx, f.after, f.onDay, &f.at)
	if err != nil {
		return err
	}
	for city := range fees {
		feesShown[city] += 0
	}
	for city, shown := range feesShown {
		if moved[city] {
			r.unknown("register", "late fees in "+city, "how an employer there stands was entered since; what stopped its fee before is not kept")
			continue
		}
		r.amount("register", "late fees in "+city, fees[city], shown)
		r.number("register", "lines in "+city+" whose fee is left to a local rule", unruled[city], unruledShown[city])
	}
	return nil
}

// pastRecords: what the portal and the hotline told whoever's record has not changed since: it is read as it was read then, with the data of that day.
func (r *run) pastRecords(ctx context.Context, f refresh) error {
	var between, rated bool
	var changed int64
	err := r.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger.import_run WHERE id > $1 AND started_at < $2), EXISTS (SELECT FROM ledger.import_run WHERE id > $1 AND kind IN ('rates', 'rules')), (SELECT count(*) FROM (`+changedSince+`) AS c)`,
		f.after, r.end).Scan(&between, &rated, &changed)
	if err != nil {
		return fmt.Errorf("find who has changed since: %w", err)
	}
	if between {
		r.unknown("portal", "everybody's own record", "the ledger had a later run that day than the register, and the day that its data reached is not kept")
		r.unknown("hotline", "months missing and balances as they are spoken", "the same")
		return nil
	}
	if changed > 0 {
		r.unknown("portal", fmt.Sprintf("the own records of %d persons", changed), "they have changed since; what each visitor saw is not kept")
		r.unknown("hotline", fmt.Sprintf("what %d persons were told", changed), "their records have changed since; the spoken text is not kept")
	}
	if rated {
		r.unknown("hotline", "balances as they were spoken", "rates or rules were imported since; interest is counted anew")
	}
	return r.persons(ctx, f.after, !rated)
}

// pastDesk: what was written off by the register's history up to that day; and what the desk shows of training when it is asked for that day.
func (r *run) pastDesk(ctx context.Context) error {
	if err := r.writtenOff(ctx); err != nil {
		return err
	}
	var later int64
	if err := r.DB.QueryRow(ctx, `SELECT (SELECT count(*) FROM complaints.audit_training WHERE recorded_at >= $2 AND ended_on <= $1)
		+ (SELECT count(*) FROM complaints.staff f WHERE f.disabled_at >= $2 AND EXISTS (SELECT FROM complaints.audit_training t WHERE t.staff_id = f.id))`, r.on.Period().LastDay().Time(), r.end).Scan(&later); err != nil {
		return fmt.Errorf("find training that was entered since: %w", err)
	}
	if later > 0 {
		r.unknown("desk", "training days", "training was entered, or an auditor left, since; what was shown that day is not kept")
		return nil
	}
	return r.training(ctx)
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
