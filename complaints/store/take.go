package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// TakeAll makes cases of what waits in the intake, and files reporters' messages with theirs; each in a transaction of its own. It returns how many.
func (s *Store) TakeAll(ctx context.Context, now time.Time) (int, error) {
	taken := 0
	for _, take := range []func(context.Context, time.Time) (bool, error){s.takeOne, s.takeMessage} {
		for {
			ok, err := take(ctx, now)
			if err != nil {
				return taken, err
			}
			if !ok {
				break
			}
			taken++
		}
	}
	return taken, nil
}

func (s *Store) takeOne(ctx context.Context, now time.Time) (ok bool, err error) {
	s.learning.RLock()
	defer s.learning.RUnlock()
	var number, region string
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		sub, found, err := s.desk.Take(ctx, tx, now)
		if err != nil || !found {
			return err
		}
		ok = true
		received := calendar.DateOf(sub.FiledAt)
		if number, err = nextNumber(ctx, tx, received.Year); err != nil {
			return err
		}
		t := sub.TipOff
		c := lifecycle.New(lifecycle.RouteOf(string(t.Kind), t.OwnRights), t.Named, received, s.rules())
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO complaints.complaint (number, submission_id, mailbox_id, identity, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, due, received_at,
				clock_duty, clock_from, clock_days, clock_unit, provisional, tell_by, own_months, by_helper)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) RETURNING id`,
			number, sub.ID, sub.Mailbox, sub.Identity, string(t.Channel), string(c.Route), string(t.Kind), t.Region,
			t.EmployerUSCC, t.EmployerName, int32(t.From), int32(t.To), t.Words, string(c.State), c.Due.Time(), sub.FiledAt,
			string(c.Clock.Duty), dateArg(c.Clock.From), c.Clock.Days, string(c.Clock.Unit), c.Provisional, dateArg(c.TellBy), t.OwnMonths, t.ByHelper).Scan(&id)
		if err != nil {
			return fmt.Errorf("insert case: %w", err)
		}
		if err := index(ctx, tx, id, t.Region, t.EmployerName, t.EmployerUSCC, t.Words); err != nil {
			return err
		}
		region = t.Region
		var by *int32
		if t.Channel == intake.Operator {
			by = personArg(t.TakenBy)
		}
		return event(ctx, tx, id, by, "received", "", sub.FiledAt)
	})
	if ok && err == nil {
		s.changed(ctx, number, region)
	}
	return ok, err
}

func (s *Store) takeMessage(ctx context.Context, now time.Time) (ok bool, err error) {
	var number, region string
	err = postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		m, found, err := s.desk.TakeMessage(ctx, tx, now)
		if err != nil || !found {
			return err
		}
		ok = true
		var id int64
		if err := tx.QueryRow(ctx, `SELECT id, number, region FROM complaints.complaint WHERE mailbox_id = $1`, m.Mailbox).Scan(&id, &number, &region); err != nil {
			return fmt.Errorf("find the case of a message: %w", err)
		}
		if err := indexMore(ctx, tx, id, m.Text); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET wrote_again_at = $2 WHERE id = $1 AND state IN ('closed', 'rejected', 'transferred_out', 'withdrawn')`, id, m.SentAt); err != nil {
			return fmt.Errorf("mark a message after the end: %w", err)
		}
		return event(ctx, tx, id, nil, "message_in", m.Text, m.SentAt)
	})
	if ok && err == nil {
		s.changed(ctx, number, region)
	}
	return ok, err
}

// nextNumber numbers a case of a year; none is missing, since it is taken in the case's own transaction.
func nextNumber(ctx context.Context, tx pgx.Tx, year int) (string, error) {
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO complaints.number (year, last) VALUES ($1, 1) ON CONFLICT (year) DO UPDATE SET last = complaints.number.last + 1 RETURNING last`, year).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("number a case: %w", err)
	}
	return fmt.Sprintf("%d-%06d", year, n), nil
}

// event writes a line of a case's timeline; what staff does answers a reporter who wrote after the end.
func event(ctx context.Context, tx pgx.Tx, complaint int64, staff *int32, what, text string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO complaints.event (complaint_id, at, staff_id, what, text) VALUES ($1, $2, $3, $4, $5)`, complaint, at, staff, what, text)
	if err != nil {
		return fmt.Errorf("insert event: %w", err)
	}
	if staff == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET wrote_again_at = NULL WHERE id = $1 AND wrote_again_at IS NOT NULL`, complaint); err != nil {
		return fmt.Errorf("note an answer: %w", err)
	}
	return nil
}

// noCase is the answer for a case that does not exist and for one that the asker may not know of.
func noCase() error { return fault.New(fault.NotFound, "fault.desk.case") }
