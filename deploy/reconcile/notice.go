package reconcile

import (
	"context"
	"encoding/json"
	"fmt"

	"shebao/shared/money"
)

// notices: principal and late fee on each issued document, as its text has them, against its calculation's lines and the fee counted anew; and, where nothing was assessed, paid or reversed since,
// the principal against the ledger.
func (r *run) notices(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		SELECT n.number, c.owed, c.fee, p.owed, n.paper::text, c.input,
			CASE WHEN $1::timestamptz IS NULL AND c.findings IN ('null'::jsonb, '[]'::jsonb) AND NOT EXISTS (SELECT FROM ledger.import_run i WHERE i.started_at > c.kept_at AND i.kind IN ('payment', 'reversal', 'assessment', 'contributions'))
				THEN (SELECT sum(l.employer_due - l.employer_paid + l.person_due - l.person_paid)::bigint FROM complaints.calculation_person q JOIN ledger.employer e ON e.uscc = c.employer_uscc
					JOIN ledger.contribution l ON l.person_id = q.person_id AND l.period = q.period AND l.insurance = q.insurance AND l.employer_id = e.id WHERE q.calculation_id = c.id) END
		FROM complaints.notice n JOIN complaints.calculation c ON c.id = n.calculation_id,
			LATERAL (SELECT coalesce(sum(employer_owed + person_owed), 0)::bigint AS owed FROM complaints.calculation_person WHERE calculation_id = c.id) AS p
		WHERE CASE WHEN $1::timestamptz IS NULL THEN n.state = 'issued' ELSE n.issued_at < $1 AND (n.ended_at IS NULL OR n.ended_at >= $1) END ORDER BY n.id`, r.until())
	if err != nil {
		return fmt.Errorf("read notices: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number, paper string
		var owed, fee, lines money.Fen
		var input []byte
		var now *money.Fen
		if err := rows.Scan(&number, &owed, &fee, &lines, &paper, &input, &now); err != nil {
			return err
		}
		var k kept
		if err := json.Unmarshal(input, &k); err != nil {
			return fmt.Errorf("read a notice's calculation: %w", err)
		}
		again := k.fee()
		r.amount("notice", number+", lines of its calculation", lines, owed)
		r.amount("notice", number+", late fee of its calculation", again, fee)
		r.text("notice", number+", the sum in its text", owed.Grouped(), found(paper, `"`+owed.Grouped()+` 元"`, owed.Grouped()))
		r.text("notice", number+", the late fee in its text", again.Grouped(), found(paper, `"`+again.Grouped()+` 元"`, again.Grouped()))
		if now != nil {
			r.amount("notice", number+", the ledger today", *now, owed)
		}
	}
	return rows.Err()
}
