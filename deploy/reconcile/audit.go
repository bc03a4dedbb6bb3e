package reconcile

import (
	"context"
	"fmt"
	"strconv"

	"shebao/complaints/supervision"
	"shebao/shared/money"
)

// auditTruth is what the auditors' files say of a span in a region: visits, decisions, payments, confirmations, each read from where it was written down.
const auditTruth = `
	WITH mine AS (SELECT id, employer_uscc, finding FROM complaints.complaint WHERE route IN ('audit', 'audit_tipoff') AND starts_with(region, $1)),
	day AS (SELECT m.id, m.finding, e.what, max((e.at AT TIME ZONE 'Asia/Shanghai')::date) AS on_day FROM mine m JOIN complaints.event e ON e.complaint_id = m.id GROUP BY 1, 2, 3),
	visit AS (SELECT m.employer_uscc, v.* FROM mine m JOIN complaints.audit_visit v ON v.complaint_id = m.id WHERE v.void_at IS NULL)
	SELECT (SELECT coalesce(sum(n), 0) FROM (SELECT max(CASE WHEN checked < declared + unregistered THEN checked ELSE declared + unregistered END) AS n FROM visit WHERE visited_on BETWEEN $4 AND $3 GROUP BY employer_uscc) AS one),
		(SELECT count(DISTINCT person_id) FROM eligibility.confirmation WHERE year = extract(year FROM $3::date) AND starts_with(region, $1) AND confirmed_on <= $3),
		(SELECT count(*) FROM day WHERE what = 'close' AND on_day BETWEEN $2 AND $3),
		(SELECT count(*) FROM day WHERE what = 'approve_decision' AND finding = 'violation' AND on_day BETWEEN $2 AND $3),
		(SELECT count(DISTINCT employer_uscc) FROM visit WHERE visited_on BETWEEN $2 AND $3),
		(SELECT coalesce(sum(owed), 0)::bigint FROM (SELECT DISTINCT ON (k.complaint_id) k.owed FROM complaints.calculation k JOIN day d ON d.id = k.complaint_id
			WHERE d.what = 'approve_decision' AND d.finding = 'violation' AND d.on_day BETWEEN $2 AND $3 ORDER BY k.complaint_id, k.id DESC) AS last),
		(SELECT coalesce(sum(p.principal), 0)::bigint FROM complaints.payment p JOIN mine m ON m.id = p.complaint_id WHERE p.reversed_at IS NULL AND p.paid_on BETWEEN $2 AND $3)`

// publishedAudits: the audit figures of an edition, in JSON and CSV and on the page, against the auditors' files. Totals that the register of persons gives at the moment (insured, pensioners) have
// no history and are compared only through their shares.
func (r *run) publishedAudits(ctx context.Context, e published) error {
	span, err := spanOf(e.Span)
	if err != nil {
		return err
	}
	var onSite, verified, ended, violations, employers int
	var foundOwed, recovered money.Fen
	year := supervision.AuditFigures{Span: span}.Year().From.FirstDay()
	err = r.DB.QueryRow(ctx, auditTruth, e.Region, span.From.FirstDay().Time(), span.To.LastDay().Time(), year.Time()).Scan(&onSite, &verified, &ended, &violations, &employers, &foundOwed, &recovered)
	if err != nil {
		return fmt.Errorf("read the auditors' files: %w", err)
	}
	name, a := e.Key().String(), e.Audit
	inCSV := map[string]string{}
	for _, l := range e.lines {
		inCSV[l[0]] = l[1]
	}
	check := func(what, code, truth, shown string) {
		r.text("open data", name+", "+what, truth, shown)
		if e.out {
			r.text("open data", name+".csv, "+what, truth, inCSV[code])
		}
		r.onPage(e, what, truth)
	}
	check("persons audited on site", "on_site", strconv.Itoa(onSite), strconv.Itoa(a.OnSite))
	check("pensioners verified", "pensioners_verified", strconv.Itoa(verified), strconv.Itoa(a.Verified))
	check("audits ended", "audits_ended", strconv.Itoa(ended), strconv.Itoa(a.Audits))
	check("violations", "violations", strconv.Itoa(violations), strconv.Itoa(a.Violations))
	r.text("open data", name+", share audited on site", supervision.RatioOf(int64(onSite), int64(a.Insured)).Percent(), a.OnSiteRate)
	r.text("open data", name+", share of pensioners verified", supervision.RatioOf(int64(verified), int64(a.Pensioners)).Percent(), a.VerifiedRate)
	if a.AuditAmounts != nil {
		check("employers audited", "employers_audited", strconv.Itoa(employers), strconv.Itoa(a.Employers))
		r.amount("open data", name+", found", foundOwed, a.Found)
		r.amount("open data", name+", recovered", recovered, a.Recovered)
	}
	return nil
}
