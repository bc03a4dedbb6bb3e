package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// Learn takes the calendar of the moment. When a year's holiday notice has come, or one was corrected, every running deadline is computed anew; a reporter whose
// promise moves is told the new day, and the timeline says so. It returns how many deadlines moved. Every process learns for itself, one at a time; what another has
// computed already stays as it is.
func (s *Store) Learn(ctx context.Context, w *calendar.Workdays, now time.Time) (moved int, err error) {
	version, first := w.Version(), s.learned == ""
	if version == s.learned {
		return 0, nil
	}
	rules := s.rules()
	rules.Workdays = w
	s.learning.Lock()
	s.current.Store(&rules)
	s.learning.Unlock()
	var known string
	if err := s.pool.QueryRow(ctx, `SELECT version FROM complaints.calendar`).Scan(&known); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, postgres.Classify(fmt.Errorf("read the calendar's version: %w", err))
	}
	if !first || known != version {
		if moved, err = s.recomputeAll(ctx, now); err != nil {
			return moved, err
		}
		if err := s.extendWindows(ctx, now); err != nil {
			return moved, err
		}
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO complaints.calendar (version) VALUES ($1) ON CONFLICT (one) DO UPDATE SET version = excluded.version`, version)
	if err != nil {
		return moved, postgres.Classify(fmt.Errorf("note the calendar's version: %w", err))
	}
	s.learned = version
	return moved, nil
}

// recomputeAll waits for a case that somebody is working on: what they decide may rest on the calendar before.
func (s *Store) recomputeAll(ctx context.Context, now time.Time) (moved int, err error) {
	for after := int64(0); ; {
		var list []Case
		err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			rows, err := tx.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE (c.due IS NOT NULL OR c.tell_by IS NOT NULL) AND c.id > $1 ORDER BY c.id LIMIT $2 FOR UPDATE OF c`, after, batch)
			if err != nil {
				return err
			}
			if list, err = pgx.CollectRows(rows, scanCase); err != nil {
				return err
			}
			for _, c := range list {
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
		if len(list) == 0 {
			return moved, nil
		}
		after = list[len(list)-1].ID
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
	if err := event(ctx, tx, c.ID, nil, "recomputed", c.Due.String()+" → "+next.Due.String(), now); err != nil {
		return moved, err
	}
	if c.Mailbox == 0 || c.Clock.Duty == lifecycle.ToObey {
		return moved, nil
	}
	return moved, s.desk.Promise(ctx, tx, c.Mailbox, next.Due)
}
