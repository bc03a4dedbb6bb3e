package reconcile

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/money"
)

// lostInterest: what fell due and what was paid of each employer's lost interest, in the book by person, against the payments as they were confirmed; that nobody's month is paid beyond what fell due;
// and on each issued document the interest in its text against its calculation, and against what was booked once all that it demands, and nothing else, has been made good within its year, with no file
// and no reversal in between: the account was counted once for the document, and month by month for the payments.
func (r *run) lostInterest(ctx context.Context) error {
	rows, err := r.DB.Query(ctx, `
		WITH book AS (SELECT employer_uscc, sum(charged)::bigint AS charged, sum(paid)::bigint AS paid FROM complaints.interest_entry GROUP BY 1),
		booked AS (SELECT employer_uscc, sum(interest_paid)::bigint AS paid, sum((SELECT coalesce(sum((b->>'interest')::numeric * 100), 0) FROM jsonb_array_elements(CASE jsonb_typeof(booked) WHEN 'array' THEN booked ELSE '[]' END) AS b))::bigint AS charged
			FROM complaints.payment WHERE reversed_at IS NULL GROUP BY 1)
		SELECT employer_uscc, coalesce(book.charged, 0), coalesce(booked.charged, 0), coalesce(book.paid, 0), coalesce(booked.paid, 0),
			(SELECT count(*) FROM (SELECT FROM complaints.interest_entry e WHERE e.employer_uscc = coalesce(book.employer_uscc, booked.employer_uscc) GROUP BY person_id, period, insurance HAVING sum(charged) < sum(paid)) AS over)
		FROM book FULL JOIN booked USING (employer_uscc) WHERE book.charged <> 0 OR book.paid <> 0 OR booked.charged <> 0 OR booked.paid <> 0 ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("sum lost interest: %w", err)
	}
	var employer string
	var charged, booked, paid, received money.Fen
	var over int64
	if _, err := pgx.ForEachRow(rows, []any{&employer, &charged, &booked, &paid, &received, &over}, func() error {
		r.amount("desk", employer+", lost interest that fell due", charged, booked)
		r.amount("desk", employer+", lost interest that was paid", paid, received)
		r.number("desk", employer+", months whose interest is paid beyond what fell due", 0, over)
		return nil
	}); err != nil {
		return fmt.Errorf("sum lost interest: %w", err)
	}
	rows, err = r.DB.Query(ctx, `
		WITH demand AS (
			SELECT n.id, n.number, n.paper::text AS paper, c.id AS calculation, c.employer_uscc, c.kept_at, extract(year FROM c.paid_on) AS year, (c.result->'interest'->>'amount')::numeric * 100 AS interest
			FROM complaints.notice n JOIN complaints.calculation c ON c.id = n.calculation_id WHERE n.state = 'issued' AND (c.result->'interest'->>'amount')::numeric > 0)
		SELECT d.number, d.interest::bigint, d.paper,
			CASE WHEN NOT EXISTS (SELECT FROM ledger.import_run i WHERE i.started_at > d.kept_at AND i.kind <> 'payment')
				AND NOT EXISTS (SELECT FROM complaints.calculation_person q JOIN ledger.employer e ON e.uscc = d.employer_uscc
					LEFT JOIN ledger.contribution l ON l.person_id = q.person_id AND l.period = q.period AND l.insurance = q.insurance AND l.employer_id = e.id
					WHERE q.calculation_id = d.calculation AND q.insurance IN (110, 120) AND (l.paid_on IS NULL OR l.employer_paid < l.employer_due OR l.person_paid < l.person_due OR extract(year FROM l.paid_on) <> d.year))
				AND NOT EXISTS (SELECT FROM complaints.interest_entry x WHERE x.employer_uscc = d.employer_uscc AND x.at > d.kept_at AND x.charged <> 0
					AND NOT EXISTS (SELECT FROM complaints.calculation_person q WHERE q.calculation_id = d.calculation AND q.person_id = x.person_id AND q.period = x.period AND q.insurance = x.insurance))
				THEN (SELECT coalesce(sum(x.charged), 0)::bigint FROM complaints.interest_entry x WHERE x.employer_uscc = d.employer_uscc AND x.at > d.kept_at) END
		FROM demand d ORDER BY d.id`)
	if err != nil {
		return fmt.Errorf("read demanded interest: %w", err)
	}
	var number, paper string
	var demanded money.Fen
	var fell *money.Fen
	if _, err := pgx.ForEachRow(rows, []any{&number, &demanded, &paper, &fell}, func() error {
		r.text("notice", number+", the lost interest in its text", demanded.Grouped(), found(paper, `"`+demanded.Grouped()+` 元"`, demanded.Grouped()))
		if fell != nil {
			r.amount("notice", number+", the lost interest that fell due when all was paid", *fell, demanded)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("read demanded interest: %w", err)
	}
	return nil
}
