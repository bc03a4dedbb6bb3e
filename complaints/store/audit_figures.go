package store

import (
	"context"
	"fmt"
	"time"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/postgres"
)

// Confirmed is who counts pensioners' confirmations.
type Confirmed interface {
	Counts(ctx context.Context, year int, region string, upTo calendar.Date) ([]eligibility.Count, error)
}

// AuditFigures are the auditors' figures of a span (a quarter, a year) in a region, leading digits: for the report, the evaluation and what is published. It knows no
// scope: who asks sees to that. Error: fault.Unavailable.
func (s *Store) AuditFigures(ctx context.Context, confirmed Confirmed, region string, span supervision.Span) (supervision.AuditFigures, error) {
	f := supervision.AuditFigures{Region: region, Span: span}
	from, to, year := span.From.FirstDay().Time(), span.To.LastDay().Time(), f.Year().From.FirstDay().Time()
	var err error
	if f.Plan, err = s.auditProgress(ctx, region, span.To.Year(), span.To.LastDay()); err != nil {
		return f, err
	}
	for _, part := range []struct {
		what, sql string
		args      []any
		into      []any
	}{
		{"count audits", auditsCounted, []any{region, from, to}, []any{&f.Begun, &f.Closed, &f.Clean, &f.Violations, &f.TipOffs}},
		{"count visits", visitsCounted, []any{region, from, to}, []any{&f.Employers, &f.Checked, &f.Unregistered, &f.Underreported}},
		{"sum what audits found", auditsFound, []any{region, from, to}, []any{&f.Found, &f.Recovered, &f.LateFees}},
		{"count coverage", `SELECT coalesce(sum(n), 0) FROM (` + headcountReached + `) AS reached`, []any{region, year, to}, []any{&f.Headcount.Done}},
		{"count the insured", `SELECT coalesce(sum(headcount), 0), coalesce((SELECT sum(retired) FROM complaints.pensioner_count WHERE starts_with(region, $1)), 0)
			FROM complaints.employer_sign WHERE starts_with(region, $1)`, []any{region}, []any{&f.Headcount.Of, &f.Pensioners.Of}},
		{"count samples", samplesCounted, []any{region, year, to, span.To.Year()}, []any{&f.Drawn, &f.Visited, &f.NotMet, &f.Overpaid, &f.PaidBack}},
		{"count auditors", auditorsCounted, []any{region, year, to}, []any{&f.Auditors, &f.Fit, &f.TrainingDays, &f.Examined, &f.Passed}},
	} {
		if err := s.pool.QueryRow(ctx, part.sql, part.args...).Scan(part.into...); err != nil {
			return f, postgres.Classify(fmt.Errorf("%s: %w", part.what, err))
		}
	}
	f.Headcount.Target, f.Pensioners.Target = supervision.OnSiteTarget, supervision.PensionerTarget
	counts, err := confirmed.Counts(ctx, span.To.Year(), region, span.To.LastDay())
	if err != nil {
		return f, err
	}
	for _, c := range counts {
		f.Pensioners.Done += int64(c.Persons)
		f.ByPortal += c.ByWay[eligibility.Portal]
		f.ByPhone += c.ByWay[eligibility.Phone]
		f.ByOther += c.ByWay[eligibility.Visit] + c.ByWay[eligibility.Assistance] + c.ByWay[eligibility.Counter]
	}
	return f, s.countAssistance(ctx, &f)
}

// auditCases are audits and tip-offs that lead to one.
const auditCases = `c.route IN ('audit', 'audit_tipoff') AND starts_with(c.region, $1)`

// A case counts by the days on which it was taken up, decided (the last time) and closed, in Shanghai.
const auditsCounted = `
	WITH act AS (
		SELECT c.id, c.finding, e.what, max((e.at AT TIME ZONE 'Asia/Shanghai')::date) AS on_day
		FROM complaints.complaint c JOIN complaints.event e ON e.complaint_id = c.id
		WHERE ` + auditCases + ` AND e.what IN ('investigate', 'approve_decision', 'close') GROUP BY 1, 2, 3)
	SELECT count(*) FILTER (WHERE what = 'investigate'), count(*) FILTER (WHERE what = 'close'),
		count(*) FILTER (WHERE what = 'approve_decision' AND finding = 'clean'), count(*) FILTER (WHERE what = 'approve_decision' AND finding = 'violation'),
		(SELECT count(*) FROM complaints.complaint c WHERE c.route = 'audit_tipoff' AND starts_with(c.region, $1) AND (c.received_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $2 AND $3)
	FROM act WHERE on_day BETWEEN $2 AND $3`

const visitsCounted = `
	SELECT count(DISTINCT c.employer_uscc), coalesce(sum(v.checked), 0), coalesce(sum(v.unregistered), 0), coalesce(sum(v.underreported), 0)
	FROM complaints.audit_visit v JOIN complaints.complaint c ON c.id = v.complaint_id
	WHERE v.void_at IS NULL AND ` + auditCases + ` AND v.visited_on BETWEEN $2 AND $3`

// headcountReached is, by employer, how many persons were audited on site within a year: several visits to one employer count with the largest, and never more than were
// insured there or found without insurance.
const headcountReached = `
	SELECT min(c.region) AS region, max(least(v.checked, v.declared + v.unregistered)) AS n
	FROM complaints.audit_visit v JOIN complaints.complaint c ON c.id = v.complaint_id
	WHERE v.void_at IS NULL AND ` + auditCases + ` AND v.visited_on BETWEEN $2 AND $3 GROUP BY c.employer_uscc`

// Lost interest that was paid is the workers' own and counts as no recovery (劳社部函〔2001〕28号 二). What was found is the last kept calculation of each audit that was decided as a violation in the span; what came back is booked on audits, whenever they were decided.
const auditsFound = `
	SELECT coalesce((SELECT sum(k.owed)::bigint FROM complaints.complaint c
			JOIN LATERAL (SELECT owed FROM complaints.calculation WHERE complaint_id = c.id ORDER BY id DESC LIMIT 1) k ON true
			WHERE ` + auditCases + ` AND c.finding = 'violation' AND (SELECT max((e.at AT TIME ZONE 'Asia/Shanghai')::date) FROM complaints.event e
				WHERE e.complaint_id = c.id AND e.what = 'approve_decision') BETWEEN $2 AND $3), 0),
		coalesce(sum(p.principal), 0)::bigint, coalesce(sum(p.fee_paid), 0)::bigint
	FROM complaints.payment p JOIN complaints.complaint c ON c.id = p.complaint_id
	WHERE p.reversed_at IS NULL AND ` + auditCases + ` AND p.paid_on BETWEEN $2 AND $3`

const samplesCounted = `
	SELECT count(*), count(*) FILTER (WHERE v.visited_on <= $3), count(*) FILTER (WHERE v.visited_on <= $3 AND NOT v.met),
		coalesce(sum(v.overpaid) FILTER (WHERE v.visited_on <= $3), 0)::bigint, coalesce(sum(v.paid_back) FILTER (WHERE v.visited_on <= $3), 0)::bigint
	FROM complaints.eligibility_draw d JOIN complaints.eligibility_visit v ON v.draw_id = d.id
	WHERE starts_with(d.region, $1) AND d.year = $4 AND (d.drawn_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN $2 AND $3`

const auditorsCounted = `
	WITH auditor AS (
		SELECT f.id FROM complaints.staff f WHERE f.disabled_at IS NULL AND starts_with(f.region, $1)
			AND (EXISTS (SELECT FROM complaints.audit_training t WHERE t.staff_id = f.id) OR EXISTS (SELECT FROM complaints.audit_certificate k WHERE k.staff_id = f.id)
				OR EXISTS (SELECT FROM complaints.audit_exam x WHERE x.staff_id = f.id)))
	SELECT count(*), count(*) FILTER (WHERE complaints.audit_unfit(id, $3::date) = ''),
		(SELECT coalesce(sum(t.days), 0) FROM complaints.audit_training t JOIN auditor a ON a.id = t.staff_id WHERE t.ended_on BETWEEN $2 AND $3),
		(SELECT count(*) FROM complaints.audit_exam x JOIN auditor a ON a.id = x.staff_id WHERE x.held_on BETWEEN $2 AND $3),
		(SELECT count(*) FROM complaints.audit_exam x JOIN auditor a ON a.id = x.staff_id WHERE x.held_on BETWEEN $2 AND $3 AND x.passed)
	FROM auditor`

// auditProgress is how far the plans of a region's year had come on a day. A plan of a part of the region counts too. Tip-offs that lead to an audit are audits on
// tip-off whether or not anybody chose them.
func (s *Store) auditProgress(ctx context.Context, region string, year int, on calendar.Date) (by [len(supervision.AuditKinds)]supervision.AuditProgress, err error) {
	rows, err := s.pool.Query(ctx, `
		WITH audit AS (
			SELECT i.kind, i.complaint_id FROM complaints.audit_item i JOIN complaints.audit_plan p ON p.id = i.plan_id
			WHERE p.year = $2 AND starts_with(i.region, $1) AND (i.chosen_at AT TIME ZONE 'Asia/Shanghai')::date <= $3
			UNION
			SELECT 'tip_off', c.id FROM complaints.complaint c
			WHERE c.route = 'audit_tipoff' AND starts_with(c.region, $1) AND extract(year FROM c.received_at AT TIME ZONE 'Asia/Shanghai') = $2
				AND EXISTS (SELECT FROM complaints.event e WHERE e.complaint_id = c.id AND e.what = 'accept' AND (e.at AT TIME ZONE 'Asia/Shanghai')::date <= $3)
				AND NOT EXISTS (SELECT FROM complaints.audit_item i WHERE i.complaint_id = c.id)
		), course AS (
			SELECT a.kind, EXISTS (SELECT FROM complaints.event e WHERE e.complaint_id = a.complaint_id AND e.what = 'investigate' AND (e.at AT TIME ZONE 'Asia/Shanghai')::date <= $3) AS begun,
				EXISTS (SELECT FROM complaints.event e WHERE e.complaint_id = a.complaint_id AND e.what = 'approve_decision' AND (e.at AT TIME ZONE 'Asia/Shanghai')::date <= $3) AS done FROM audit a)
		SELECT k.kind, coalesce((SELECT sum(CASE k.kind WHEN 'routine' THEN routine WHEN 'special' THEN special ELSE tip_off END) FROM complaints.audit_plan WHERE year = $2 AND starts_with(region, $1)), 0)::int,
			count(c.kind)::int, (count(*) FILTER (WHERE c.begun))::int, (count(*) FILTER (WHERE c.done))::int
		FROM unnest(ARRAY['routine', 'special', 'tip_off']) WITH ORDINALITY AS k (kind, place) LEFT JOIN course c ON c.kind = k.kind GROUP BY k.kind, k.place ORDER BY k.place`, region, year, on.Time())
	if err != nil {
		return by, postgres.Classify(fmt.Errorf("follow the plan: %w", err))
	}
	i := 0
	for rows.Next() {
		var kind supervision.AuditKind
		if err := rows.Scan(&kind, &by[i].Planned, &by[i].Chosen, &by[i].Begun, &by[i].Done); err != nil {
			rows.Close()
			return by, postgres.Classify(err)
		}
		i++
	}
	return by, postgres.Classify(rows.Err())
}

// countAssistance counts requests of a span. Their last day is computed by the calendar of the moment, as everywhere.
func (s *Store) countAssistance(ctx context.Context, f *supervision.AuditFigures) error {
	rows, err := s.pool.Query(ctx, `SELECT direction = 'in', began_on, days, answered_on FROM complaints.assistance WHERE starts_with(region, $1) AND began_on <= $2`, f.Region, f.LastDay().Time())
	if err != nil {
		return postgres.Classify(fmt.Errorf("count assistance: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var in bool
		var days int
		var began, answered *time.Time
		if err := rows.Scan(&in, &began, &days, &answered); err != nil {
			return postgres.Classify(err)
		}
		due, _ := supervision.AssistanceBy(dateOf(began), days, s.rules().Workdays)
		countRequest(f, in, dateOf(began), due, dateOf(answered))
	}
	return postgres.Classify(rows.Err())
}

func countRequest(f *supervision.AuditFigures, in bool, began, due, answered calendar.Date) {
	if f.Span.Holds(began.Period()) {
		if in {
			f.AskedIn++
		} else {
			f.AskedOut++
		}
	}
	switch last := f.LastDay(); {
	case !in:
	case !answered.IsZero() && f.Span.Holds(answered.Period()):
		f.Answered++
		if answered.After(due) {
			f.AnsweredLate++
		}
	case (answered.IsZero() || answered.After(last)) && last.After(due):
		f.Unanswered++
	}
}
