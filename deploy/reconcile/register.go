package reconcile

import (
	"context"
	"fmt"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// register: what employers owe, by city, in the desk's register and in its lines.
func (r *run) register(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		WITH `+standing+`, truth AS (
			SELECT left(c.region, 4) AS city, c.insurance, sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid)::bigint AS owed, count(DISTINCT c.employer_id) AS employers
			FROM standing c
			WHERE c.period <= $2 AND (c.employer_paid <> c.employer_due OR c.person_paid <> c.person_due)
			GROUP BY GROUPING SETS ((1, 2), (1))),
		shown AS (
			SELECT left(region, 4) AS city, NULL::smallint AS insurance, sum(owed_before + owed_after)::bigint AS owed, count(*) AS employers FROM complaints.debtor WHERE cleared_on IS NULL GROUP BY 1
			UNION ALL
			SELECT left(d.region, 4), l.insurance, sum(l.owed)::bigint, count(DISTINCT d.employer_id) FROM complaints.debtor d JOIN complaints.debtor_line l USING (employer_id) GROUP BY 1, 2)
		SELECT coalesce(t.city, s.city), coalesce(t.insurance, s.insurance, 0), coalesce(t.owed, 0), coalesce(s.owed, 0), coalesce(t.employers, 0), coalesce(s.employers, 0)
		FROM truth t FULL JOIN shown s ON s.city = t.city AND s.insurance IS NOT DISTINCT FROM t.insurance ORDER BY 1, 2`, latest, r.judged)
	if err != nil {
		return fmt.Errorf("compare the register: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var city string
		var insurance int16
		var owed, shown money.Fen
		var employers, listed int64
		if err := rows.Scan(&city, &insurance, &owed, &shown, &employers, &listed); err != nil {
			return err
		}
		what := "arrears in " + city
		if insurance != 0 {
			what += fmt.Sprintf(" of insurance %d", insurance)
		}
		r.amount("register", what, owed, shown)
		r.number("register", "employers with "+what, employers, listed)
	}
	return rows.Err()
}

// figuresOf are a span's figures by plain SQL over the contribution rows as they stood after a run: of a region's leading digits, and of one insurance or, with 0, of all.
func (r *run) figuresOf(ctx context.Context, after int32, region string, insurance contribution.Insurance, span supervision.Span) (supervision.Figures, error) {
	var f supervision.Figures
	end, start := span.To.LastDay().Time(), span.From.FirstDay().Time()
	err := r.DB.QueryRow(ctx, `
		WITH `+standing+`, part AS (
			SELECT c.period, c.employer_due + c.person_due AS due, c.employer_paid + c.person_paid AS paid, coalesce(c.paid_on, make_date(c.period / 100, c.period % 100, 1)) AS on_day
			FROM standing c WHERE starts_with(c.region, $2) AND ($3 = 0 OR c.insurance = $3))
		SELECT coalesce(sum(due) FILTER (WHERE period BETWEEN $4 AND $5), 0)::bigint,
			coalesce(sum(paid) FILTER (WHERE period BETWEEN $4 AND $5 AND on_day <= $7), 0)::bigint,
			coalesce(sum(paid) FILTER (WHERE period < $4 AND on_day BETWEEN $6 AND $7), 0)::bigint,
			coalesce(sum(due - CASE WHEN on_day < $6 THEN paid ELSE 0 END) FILTER (WHERE period < $4), 0)::bigint
		FROM part`, after, region, int16(insurance), span.From, span.To, start, end).Scan(&f.Due, &f.Collected, &f.Recovered, &f.Opening)
	if err != nil {
		return f, fmt.Errorf("sum collection: %w", err)
	}
	return f, nil
}

func (r *run) figures(where, what string, ledger, shown supervision.Figures) {
	r.amount(where, what+", due", ledger.Due, shown.Due)
	r.amount(where, what+", collected", ledger.Collected, shown.Collected)
	r.amount(where, what+", recovered", ledger.Recovered, shown.Recovered)
	r.amount(where, what+", opening arrears", ledger.Opening, shown.Opening)
}

// collection: the desk's figures of the last four whole quarters, by insurance.
func (r *run) collection(ctx context.Context) error {
	span := supervision.QuarterOf(r.data.Period())
	for range 4 {
		span = span.Before()
		for _, insurance := range contribution.Insurances {
			truth, err := r.figuresOf(ctx, latest, "", insurance, span)
			if err != nil {
				return err
			}
			rows, err := r.DB.Query(ctx, `SELECT period, received, sum(due)::bigint, sum(paid)::bigint FROM complaints.collection_flow WHERE insurance = $1 GROUP BY 1, 2`, int16(insurance))
			if err != nil {
				return fmt.Errorf("read the desk's figures: %w", err)
			}
			var shown supervision.Figures
			for rows.Next() {
				var f supervision.Flow
				if err := rows.Scan(&f.Period, &f.Received, &f.Due, &f.Paid); err != nil {
					rows.Close()
					return err
				}
				shown.Add(span, f)
			}
			if err := rows.Err(); err != nil {
				return err
			}
			r.figures("desk", fmt.Sprintf("%s to %s of insurance %d", span.From, span.To, insurance), truth, shown)
		}
	}
	return nil
}

// spanOf reads 2026Q3 or 2026-07.
func spanOf(text string) (supervision.Span, error) {
	var year, quarter int
	if n, err := fmt.Sscanf(text, "%4dQ%1d", &year, &quarter); n == 2 && err == nil {
		return supervision.Quarter(year, quarter), nil
	}
	p, err := calendar.ParsePeriod(text)
	return supervision.Span{From: p, To: p}, err
}
