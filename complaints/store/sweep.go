package store

import (
	"context"
	"fmt"
	"time"

	"shebao/complaints/lifecycle"
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
