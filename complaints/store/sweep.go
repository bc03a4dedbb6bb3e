package store

import (
	"context"
	"fmt"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// batch is how many cases one transaction of the sweep touches.
const batch = 100

// Sweep makes clocks call that run down while nobody writes: a case is warned of when its limit is near, told to a supervisor when nobody has it by then, and marked
// when the limit has passed; cases that nobody has come first. Every call is made once, however many processes sweep. It returns how many were made.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int, error) {
	today, called := calendar.DateOf(now), 0
	for {
		tag, err := s.pool.Exec(ctx, `
			WITH calling AS (
				SELECT c.id, k.alarm FROM complaints.complaint c,
					LATERAL (SELECT CASE WHEN least(c.due, c.tell_by) < $1 THEN 3 WHEN c.owner_id IS NULL THEN 2 ELSE 1 END AS alarm) k
				WHERE c.alarm < 3 AND least(c.due, c.tell_by) <= $2 AND c.alarm < k.alarm
				ORDER BY c.owner_id IS NOT NULL, least(c.due, c.tell_by), c.id LIMIT $4 FOR UPDATE OF c SKIP LOCKED
			), raised AS (
				UPDATE complaints.complaint c SET alarm = calling.alarm FROM calling WHERE c.id = calling.id
			)
			INSERT INTO complaints.event (complaint_id, at, what, text)
			SELECT id, $3, CASE alarm WHEN 3 THEN 'breached' WHEN 2 THEN 'escalated' ELSE 'warned' END, '' FROM calling`,
			today.Time(), lifecycle.WarnedTo(today, s.rules()).Time(), now, batch)
		if err != nil {
			return called, postgres.Classify(fmt.Errorf("sweep clocks: %w", err))
		}
		called += int(tag.RowsAffected())
		if tag.RowsAffected() < batch {
			return called, nil
		}
	}
}

// ReturnUnfitAudits takes audits that go on from whoever may not be assigned one any more, because the certificate has run out or was withdrawn (劳社厅发〔2001〕4号: auditors work under a
// certificate), back to the queue: it stands on the case, and supervisors are told at once. What only has to be decided, told or closed stays: the audit is done.
func (s *Store) ReturnUnfitAudits(ctx context.Context, now time.Time) (int, error) {
	tag, err := s.pool.Exec(ctx, `
		WITH unfit AS (
			SELECT c.id FROM complaints.complaint c WHERE c.route = 'audit' AND c.owner_id IS NOT NULL AND c.state IN ('accepted', 'investigating', 'suspended') AND complaints.audit_unfit(c.owner_id, $1::date) <> ''
			ORDER BY c.id LIMIT $3 FOR UPDATE SKIP LOCKED
		), returned AS (
			UPDATE complaints.complaint c SET owner_id = NULL, alarm = greatest(c.alarm, 2), version = version + 1 FROM unfit WHERE c.id = unfit.id RETURNING c.id, c.number
		), told AS (
			INSERT INTO complaints.event (complaint_id, at, what, text) SELECT id, $2, 'unfit', '' FROM returned
		)
		`+audit.Insert+`SELECT 'complaints', $2, 'audit', 'system', 'return case', 'case:' || number, number, 'unfit', 'done' FROM returned`, calendar.DateOf(now).Time(), now, batch)
	if err != nil {
		return 0, postgres.Classify(fmt.Errorf("return unfit audits: %w", err))
	}
	return int(tag.RowsAffected()), nil
}
