package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/reconcile"
	"shebao/shared/calendar"
)

// demanded puts a demand on the desk: two months of 1,200.00, whose late fee leaves out ten deferred days.
func demanded(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for _, sql := range []string{`
		WITH file AS (
			INSERT INTO complaints.complaint (number, submission_id, mailbox_id, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, received_at)
			VALUES ('2026-000099', 99, 99, 'operator', 'audit', 'unpaid', '070101', (SELECT min(uscc) FROM ledger.employer), '示例', 0, 0, '', 'investigating', now()) RETURNING id, employer_uscc)
		INSERT INTO complaints.calculation (complaint_id, employer_uscc, paid_on, rule_version, findings, input, result, owed, fee, data_date, kept_at, kept_by)
		SELECT id, employer_uscc, '2026-11-24', '0-0', '[]', '{"paid_on": "2026-11-24", "setting": {"end_day": "through_payment_day", "first_day": "day_after_due", "stop": "declared"},
			"facts": {"declared": "", "accepted": "", "deferred": [{"From": "2026-08-01", "To": "2026-08-10"}]},
			"lines": [{"period": "2026-05", "insurance": 110, "due": "1200.00", "paid": "0.00", "gap": "0.00"}, {"period": "2026-06", "insurance": 110, "due": "1300.00", "paid": "100.00", "gap": "0.00"}]}', '{}', 240000,
			120000 * (177 - 10 + 147 - 10) * 5 / 10000, '2026-11-20', now(), (SELECT min(id) FROM complaints.staff) FROM file`,
		`INSERT INTO complaints.calculation_person SELECT id, 1, p, 110, 0, 0, 120000, 0 FROM complaints.calculation, unnest(ARRAY[202605, 202606]) p`,
		`INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, calculation_id, drafted_at, drafted_by, number, issued_on, issued_at, issued_by, paper, pdf, sha256)
		SELECT complaint_id, employer_uscc, 'demand', 'issued', '{}', id, now(), kept_by, '示社催〔2026〕1号', '2026-11-24', now(), kept_by, '{"parts": [{"pairs": [{"value": "2,400.00 元"}, {"value": "182.40 元"}]}]}', '', '' FROM complaints.calculation`,
		`WITH made AS (SELECT person_id, period, insurance, uscc, c.paid_on FROM ledger.contribution c JOIN ledger.employer e ON e.id = c.employer_id
				WHERE insurance = 110 AND c.paid_on IS NOT NULL AND employer_paid = employer_due AND person_paid = person_due ORDER BY 1, 2 LIMIT 1),
			kept AS (INSERT INTO complaints.calculation (complaint_id, employer_uscc, paid_on, rule_version, findings, input, result, owed, fee, data_date, kept_at, kept_by)
				SELECT complaint_id, uscc, made.paid_on, '0-0', '[]', '{"paid_on": "2026-11-24", "lines": []}', '{"interest": {"amount": "12.34"}}', 0, 0, data_date, kept_at, kept_by FROM complaints.calculation, made RETURNING *),
			line AS (INSERT INTO complaints.calculation_person SELECT kept.id, person_id, period, insurance, 0, 0, 0, 0 FROM kept, made),
			told AS (INSERT INTO complaints.notice (complaint_id, employer_uscc, kind, state, fields, calculation_id, drafted_at, drafted_by, number, issued_on, issued_at, issued_by, paper, pdf, sha256)
				SELECT complaint_id, employer_uscc, 'demand', 'issued', '{}', id, now(), kept_by, '示社催〔2026〕2号', '2026-11-24', now(), kept_by, '{"parts": [{"pairs": [{"value": "0.00 元"}, {"value": "12.34 元"}]}]}', '', '' FROM kept),
			came AS (INSERT INTO complaints.payment (complaint_id, employer_uscc, paid_on, amount, way, voucher, mode, principal, fee_paid, interest_paid, left_over, rule_version, booked, registered_at, registered_by)
				SELECT complaint_id, employer_uscc, paid_on, 1234, 'transfer', 'V', 'none', 0, 0, 1234, 0, '0-0', '[{"interest": "12.34", "interest_paid": "12.34"}]', now(), kept_by FROM kept RETURNING *)
		INSERT INTO complaints.interest_entry (employer_uscc, payment_id, person_id, period, insurance, charged, paid, at) SELECT employer_uscc, came.id, person_id, period, insurance, 1234, 1234, now() + interval '1 hour' FROM came, made`,
		`WITH off AS (INSERT INTO complaints.write_off (employer_id, amount, reason, staff_id, at) SELECT min(employer_id), 12345, '破产', (SELECT min(id) FROM complaints.staff), now() FROM complaints.debtor RETURNING id, employer_id),
			approved AS (INSERT INTO complaints.write_off_approval (write_off_id, ordinal, authority, document, approved_on, staff_id)
				SELECT off.id, n, a, '文', '2026-11-20', (SELECT min(id) FROM complaints.staff) FROM off, unnest(ARRAY['labour', 'finance', 'government']) WITH ORDINALITY AS given (a, n))
		INSERT INTO complaints.debtor_event (employer_id, at, what, before, after) SELECT employer_id, now(), 'written_off', '', '123.45' FROM off`,
		`INSERT INTO complaints.audit_training (staff_id, ended_on, days, subject, recorded_by, recorded_at) SELECT min(id), '2026-03-02', 3, '培训', max(id), now() FROM complaints.staff`,
		`INSERT INTO ledger.import_run (kind, file, started_at) VALUES ('payment', 'later', now() + interval '1 day')`, // so that the ledger of the day is not asked about it
		`ALTER TABLE complaints.calculation DISABLE TRIGGER never_changed`, `ALTER TABLE complaints.notice DISABLE TRIGGER issued_never_changed`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// A fen more in each place that holds a sum of its own is named, by the line that it is in.
func TestAFenInEachPlaceIsNamed(t *testing.T) {
	s, pool, refreshed := agency(t)
	const oneDebtor, oneLine = ` WHERE employer_id = (SELECT min(employer_id) FROM complaints.debtor WHERE cleared_on IS NULL)`,
		` WHERE employer_id = (SELECT min(employer_id) FROM complaints.debtor_sheet WHERE late_fees[1] IS NOT NULL)`
	const oneFen, ofEntry = `INSERT INTO complaints.interest_entry (employer_uscc, payment_id, person_id, period, insurance, at, charged, paid) SELECT employer_uscc, payment_id, person_id, period, insurance, at, `,
		` FROM complaints.interest_entry LIMIT 1`
	const inSpan = `(SELECT make_date(left(span, 4)::integer, 3 * right(span, 1)::integer, 5) FROM publication.latest WHERE subject = 'audit')`
	for _, c := range []struct{ change, back, where, what string }{
		{`UPDATE complaints.debtor SET late_fee = late_fee + 1` + oneDebtor, `UPDATE complaints.debtor SET late_fee = late_fee - 1` + oneDebtor, "register", "late fees in"},
		{`UPDATE complaints.debtor_sheet SET late_fees[1] = late_fees[1] + 1` + oneLine, `UPDATE complaints.debtor_sheet SET late_fees[1] = late_fees[1] - 1` + oneLine, "register", "by month and insurance"},
		{`UPDATE complaints.calculation SET fee = fee + 1`, `UPDATE complaints.calculation SET fee = fee - 1`, "notice", "late fee of its calculation"},
		{`UPDATE complaints.calculation SET owed = owed + 1`, `UPDATE complaints.calculation SET owed = owed - 1`, "notice", "lines of its calculation"},
		{`UPDATE complaints.notice SET paper = replace(paper::text, '182.40', '182.41')::jsonb`, `UPDATE complaints.notice SET paper = replace(paper::text, '182.41', '182.40')::jsonb`, "notice", "the late fee in its text"},
		{`UPDATE complaints.notice SET paper = replace(paper::text, '2,400.00', '2,400.01')::jsonb`, `UPDATE complaints.notice SET paper = replace(paper::text, '2,400.01', '2,400.00')::jsonb`, "notice", "the sum in its text"},
		{`UPDATE complaints.notice SET paper = replace(paper::text, '12.34', '12.35')::jsonb`, `UPDATE complaints.notice SET paper = replace(paper::text, '12.35', '12.34')::jsonb`, "notice", "the lost interest in its text"},
		{`UPDATE complaints.calculation SET result = replace(result::text, '12.34', '12.35')::jsonb`, `UPDATE complaints.calculation SET result = replace(result::text, '12.35', '12.34')::jsonb`, "notice", "the lost interest that fell due when all was paid"},
		{oneFen + `1, 0` + ofEntry, `DELETE FROM complaints.interest_entry WHERE charged = 1`, "desk", "lost interest that fell due"},
		{oneFen + `0, 1` + ofEntry, `DELETE FROM complaints.interest_entry WHERE paid = 1`, "desk", "lost interest that was paid"},
		{oneFen + `0, 1` + ofEntry, `DELETE FROM complaints.interest_entry WHERE paid = 1`, "desk", "paid beyond what fell due"},
		{`UPDATE complaints.debtor_event SET after = '123.46' WHERE what = 'written_off'`, `UPDATE complaints.debtor_event SET after = '123.45' WHERE what = 'written_off'`, "register", "by the history"},
		{`UPDATE ledger.person SET opening_balance = opening_balance + 1 WHERE opening_on IS NOT NULL`, `UPDATE ledger.person SET opening_balance = opening_balance - 1 WHERE opening_on IS NOT NULL`, "hotline", "balances as they are spoken"},
		{`INSERT INTO eligibility.confirmation (person_id, year, way, region, met, confirmed_on, recorded_at) SELECT 1, extract(year FROM ` + inSpan + `), 'counter', '070101', true, ` + inSpan + `, now()`, `DELETE FROM eligibility.confirmation`, "open data", "pensioners verified"},
		{`INSERT INTO complaints.audit_visit (complaint_id, visited_on, declared, found, checked, unregistered, underreported, refused, note, recorded_by, recorded_at)
			SELECT id, ` + inSpan + `, 1, 1, 1, 0, 0, false, '', (SELECT min(id) FROM complaints.staff), now() FROM complaints.complaint`, `DELETE FROM complaints.audit_visit`, "open data", "persons audited on site"},
		{`INSERT INTO complaints.event (complaint_id, at, what, text) SELECT id, ` + inSpan + `, 'close', '' FROM complaints.complaint`, `DELETE FROM complaints.event WHERE what = 'close'`, "open data", "audits ended"},
	} {
		t.Run(c.where+" "+c.what, func(t *testing.T) {
			if changed, err := pool.Exec(t.Context(), c.change); err != nil || changed.RowsAffected() == 0 {
				t.Fatalf("%s: %v", c.change, err)
			}
			if !named(t, s, c.where, c.what) {
				t.Errorf("%s is not named", c.change)
			}
			if _, err := pool.Exec(t.Context(), c.back); err != nil {
				t.Fatal(err)
			}
		})
	}
	if where, _ := differing(t, s); len(where) != 0 {
		t.Errorf("put back, and still %v", where)
	}
	for _, sql := range []string{`INSERT INTO ledger.regional_rule (region, back_payment_policy, interest_method, due_months, due_day) VALUES ('0701', 'A', 'month_product', 1, 15)`, `UPDATE complaints.supervised SET asked = asked + 1`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	refreshed(now.Add(time.Hour))
	if where, _ := differing(t, s); where["register"] != 0 {
		t.Errorf("where a month is due on the 15th of the next: %v", where)
	}
}

// named reports whether a line of a place, of what is said, differs.
func named(t *testing.T, s reconcile.Sources, where, what string) bool {
	t.Helper()
	lines, err := reconcile.Run(t.Context(), s, calendar.DateOf(now))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if !l.Agrees() && l.Where == where && strings.Contains(l.What, what) {
			return true
		}
	}
	return false
}
