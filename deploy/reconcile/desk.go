package reconcile

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/complaints"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// desk: what was written off, by city, from each request with its approvals, in the register's lists and by its history; and the auditors' training days from each course.
func (r *run) desk(ctx context.Context) error {
	if err := r.writtenOff(ctx); err != nil {
		return err
	}
	return r.training(ctx)
}

// writtenOff compares requests that have all approvals with what the register's history noted, and today with its lists. Of a day that is over: without what the history noted since.
func (r *run) writtenOff(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		WITH off AS (
			SELECT left(d.region, 4) AS city, sum(w.amount)::bigint AS amount FROM complaints.write_off w JOIN complaints.debtor d USING (employer_id)
			WHERE (SELECT array_agg(a.authority ORDER BY a.ordinal) FROM complaints.write_off_approval a WHERE a.write_off_id = w.id) = ARRAY['labour', 'finance', 'government'] GROUP BY 1),
		noted AS (SELECT left(d.region, 4) AS city, coalesce(sum(e.after::numeric * 100) FILTER (WHERE $1::timestamptz IS NULL OR e.at < $1), 0)::bigint AS amount, coalesce(sum(e.after::numeric * 100) FILTER (WHERE e.at >= $1), 0)::bigint AS since
			FROM complaints.debtor_event e JOIN complaints.debtor d USING (employer_id) WHERE e.what = 'written_off' GROUP BY 1)
		SELECT city, coalesce(off.amount, 0) - coalesce(noted.since, 0), coalesce(noted.amount, 0) FROM off FULL JOIN noted USING (city) ORDER BY 1`, r.until())
	if err != nil {
		return fmt.Errorf("sum write-offs: %w", err)
	}
	byCity, all := map[string]money.Fen{}, money.Fen(0)
	var city string
	var sum, noted money.Fen
	_, err = pgx.ForEachRow(rows, []any{&city, &sum, &noted}, func() error {
		if byCity[city], all = sum, all+sum; !r.end.IsZero() && sum == 0 && noted == 0 {
			return nil // it was written off since
		}
		r.amount("register", "written off in "+city+", by the history", sum, noted)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum write-offs: %w", err)
	}
	if !r.end.IsZero() {
		return nil
	}
	shown, err := complaints.WrittenOff(ctx, r.DB)
	if err != nil {
		return err
	}
	var listed money.Fen
	for city, sum := range byCity {
		r.amount("register", "written off in "+city, sum, shown[city])
	}
	for _, one := range shown {
		listed += one
	}
	r.amount("register", "written off", all, listed)
	return nil
}

// training compares the auditors' training days with what the desk shows when it is asked for the day.
func (r *run) training(ctx context.Context) error {
	shown, err := complaints.TrainingDays(ctx, r.DB, r.on)
	if err != nil {
		return err
	}
	var days, ofTheYear int64
	err = r.DB.QueryRow(ctx, `
		SELECT coalesce(sum(t.days) FILTER (WHERE f.role IN ('investigator', 'supervisor')), 0), coalesce(sum(t.days) FILTER (WHERE t.ended_on >= $2), 0)
		FROM complaints.audit_training t JOIN complaints.staff f ON f.id = t.staff_id WHERE f.disabled_at IS NULL AND t.ended_on <= $1`,
		r.on.Time(), calendar.NewPeriod(r.on.Year, 1).FirstDay().Time()).Scan(&days, &ofTheYear)
	if err != nil {
		return fmt.Errorf("sum training days: %w", err)
	}
	if !r.end.IsZero() && days+ofTheYear+int64(shown.Days+shown.OfTheYear) == 0 {
		return nil
	}
	r.number("desk", "training days of the auditors", days, int64(shown.Days))
	r.number("desk", "training days of the year in the report", ofTheYear, int64(shown.OfTheYear))
	return nil
}
