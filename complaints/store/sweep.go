package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

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

// Relearn takes a calendar that has learned of another year's holidays and computes every deadline anew that had to guess. A reporter whose promise moves is told
// the new day. It returns how many deadlines moved; a case that somebody is working on at the moment is left to the next time.
func (s *Store) Relearn(ctx context.Context, w *calendar.Workdays, now time.Time) (int, error) {
	rules := s.rules()
	rules.Workdays = w
	s.current.Store(&rules)
	moved, after := 0, int64(0)
	for {
		var last int64
		err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.provisional AND c.id > $1 ORDER BY c.id LIMIT $2 FOR UPDATE OF c SKIP LOCKED`, after, batch)
			if err != nil {
				return err
			}
			list, err := pgx.CollectRows(rows, scanCase)
			if err != nil {
				return err
			}
			for _, c := range list {
				last = c.ID
				changed, err := s.recompute(ctx, tx, c, now)
				if err != nil {
					return err
				}
				if changed {
					moved++
				}
			}
			return nil
		})
		if err != nil {
			return moved, fmt.Errorf("compute deadlines anew: %w", err)
		}
		if last == 0 {
			return moved, nil
		}
		after = last
	}
}

func (s *Store) recompute(ctx context.Context, tx pgx.Tx, c Case, now time.Time) (moved bool, err error) {
	next := lifecycle.Recomputed(c.Case, s.rules().Workdays)
	if next == c.Case {
		return false, nil
	}
	moved = next.Due != c.Due
	_, err = tx.Exec(ctx, `UPDATE complaints.complaint SET due = $2, provisional = $3, tell_by = $4, alarm = CASE WHEN due IS DISTINCT FROM $2 THEN 0 ELSE alarm END WHERE id = $1`,
		c.ID, dateArg(next.Due), next.Provisional, dateArg(next.TellBy))
	if err != nil || !moved {
		return moved, err
	}
	c.Case = next
	if err := event(ctx, tx, c.ID, nil, "recomputed", "", now); err != nil {
		return moved, err
	}
	if c.Mailbox == 0 || c.Clock.Duty == lifecycle.ToObey {
		return moved, nil
	}
	return moved, s.desk.Promise(ctx, tx, c.Mailbox, next.Due)
}
