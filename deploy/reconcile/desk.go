package reconcile

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/complaints"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// desk: what was written off, by city, from each request with its approvals and from the register's history; and the auditors' training days from each course.
func (r *run) desk(ctx context.Context) error {
	shown, err := complaints.ShownTotals(ctx, r.DB, r.on)
	if err != nil {
		return err
	}
	rows, err := r.DB.Query(ctx, `
		WITH off AS (
			SELECT left(d.region, 4) AS city, sum(w.amount)::bigint AS amount FROM complaints.write_off w JOIN complaints.debtor d USING (employer_id)
			WHERE (SELECT array_agg(a.authority ORDER BY a.ordinal) FROM complaints.write_off_approval a WHERE a.write_off_id = w.id) = ARRAY['labour', 'finance', 'government'] GROUP BY 1),
		noted AS (SELECT left(d.region, 4) AS city, (sum(e.after::numeric) * 100)::bigint AS amount FROM complaints.debtor_event e JOIN complaints.debtor d USING (employer_id) WHERE e.what = 'written_off' GROUP BY 1)
		SELECT city, coalesce(off.amount, 0), coalesce(noted.amount, 0) FROM off FULL JOIN noted USING (city) ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("sum write-offs: %w", err)
	}
	var city string
	var sum, noted, all, listed money.Fen
	_, err = pgx.ForEachRow(rows, []any{&city, &sum, &noted}, func() error {
		all += sum
		r.amount("register", "written off in "+city, sum, shown.WrittenOff[city])
		r.amount("register", "written off in "+city+", by the history", sum, noted)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum write-offs: %w", err)
	}
	for _, one := range shown.WrittenOff {
		listed += one
	}
	r.amount("register", "written off", all, listed)
	var days, ofTheYear int64
	err = r.DB.QueryRow(ctx, `
		SELECT coalesce(sum(t.days) FILTER (WHERE f.role IN ('investigator', 'supervisor')), 0), coalesce(sum(t.days) FILTER (WHERE t.ended_on >= $2), 0)
		FROM complaints.audit_training t JOIN complaints.staff f ON f.id = t.staff_id WHERE f.disabled_at IS NULL AND t.ended_on <= $1`,
		r.on.Time(), calendar.NewPeriod(r.on.Year, 1).FirstDay().Time()).Scan(&days, &ofTheYear)
	if err != nil {
		return fmt.Errorf("sum training days: %w", err)
	}
	r.number("desk", "training days of the auditors", days, int64(shown.TrainingDays))
	r.number("desk", "training days of the year in the report", ofTheYear, int64(shown.OfTheYear))
	return nil
}
