package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/retention"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// KeepFor says how long cases are kept; the defaults of the retention room unless said.
func (s *Store) KeepFor(r retention.Settings) { s.retention = r }

// ended is when a case was over: its last event, but for those of retention itself.
const ended = `(SELECT max(e.at) FROM complaints.event e WHERE e.complaint_id = c.id AND e.what NOT IN ('retention_warned', 'held', 'hold_lifted'))`

// families are the cases of a region whose whole family is over and none of which was received too lately ($2) to be near its time, and not anonymised already.
const families = `
	SELECT c.id, coalesce(c.lead_id, c.id) AS family, c.number, c.route, c.state, c.region, ` + ended + ` AS ended, w.warned_on,
		EXISTS (SELECT FROM complaints.legal_hold h WHERE h.complaint_id = c.id AND h.lifted_at IS NULL) AS held,
		EXISTS (SELECT FROM complaints.notice n WHERE n.complaint_id = c.id AND n.state <> 'draft') OR EXISTS (SELECT FROM complaints.payment y WHERE y.complaint_id = c.id) OR EXISTS (SELECT FROM complaints.reward w WHERE w.complaint_id = c.id)
			OR EXISTS (SELECT FROM complaints.audit_item i WHERE i.complaint_id = c.id) OR EXISTS (SELECT FROM complaints.assistance a WHERE a.complaint_id = c.id) OR EXISTS (SELECT FROM complaints.audit_visit v WHERE v.complaint_id = c.id) AS books
	FROM complaints.complaint c LEFT JOIN complaints.retention_warning w ON w.complaint_id = c.id
	WHERE c.anonymised_at IS NULL AND (c.region = '' OR starts_with(c.region, $1)) AND c.received_at < $2
	  AND (c.state IN ('closed', 'rejected', 'transferred_out', 'withdrawn') OR c.state = 'merged')
	  AND NOT EXISTS (SELECT FROM complaints.complaint o WHERE (o.id = coalesce(c.lead_id, c.id) OR o.lead_id = coalesce(c.lead_id, c.id))
		AND (o.received_at >= $2 OR o.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged') OR NOT (o.region = '' OR starts_with(o.region, $1))))`

func scanEnded(row pgx.CollectableRow) (retention.Case, error) {
	var c retention.Case
	var over *time.Time
	var warned *time.Time
	err := row.Scan(&c.ID, &c.Family, &c.Number, &c.Route, &c.State, &c.Region, &over, &warned, &c.Held, &c.Books)
	if over != nil {
		c.Ended = calendar.DateOf(*over)
	}
	c.Warned = dateOf(warned)
	return c, err
}

// mayRetire are those who see to it: a supervisor within the region, the operator everywhere.
func mayRetire(who Staff) error {
	if who.Role != lifecycle.Supervisor && who.Role != Operator.Role {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return nil
}

// RetentionPlan says what may go on a day, what is to be warned of, what waits and what a hold keeps. It changes nothing. Error: fault.Denied.
func (s *Store) RetentionPlan(ctx context.Context, who Staff, now time.Time) (retention.Plan, error) {
	if err := mayRetire(who); err != nil {
		return retention.Plan{}, err
	}
	list, err := s.endedCases(ctx, s.pool, who.Region, now, `ORDER BY 1`)
	return retention.Make(s.retention, list, calendar.DateOf(now)), postgres.Classify(err)
}

func (s *Store) endedCases(ctx context.Context, db querier, region string, now time.Time, more string, args ...any) ([]retention.Case, error) {
	lately := now.AddDate(-s.retention.Shortest(), 0, s.retention.WarnDays)
	rows, err := db.Query(ctx, `SELECT * FROM (`+families+`) f `+more, append([]any{region, lately}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list cases that are over: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEnded)
	if err != nil {
		return nil, fmt.Errorf("list cases that are over: %w", err)
	}
	return list, nil
}

// WarnRetention warns, on the case and once, of what will go; the earliest run comes WarnDays later. It returns how many were warned of.
func (s *Store) WarnRetention(ctx context.Context, now time.Time) (int, error) {
	plan, err := s.RetentionPlan(ctx, Operator, now)
	if err != nil {
		return 0, err
	}
	for i, x := range plan.Warn {
		err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `INSERT INTO complaints.retention_warning (complaint_id, due, warned_on) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, x.ID, x.Due.Time(), calendar.DateOf(now).Time())
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
			return event(ctx, tx, x.ID, nil, "retention_warned", x.Due.String(), now)
		})
		if err != nil {
			return i, fmt.Errorf("warn of retention: %w", err)
		}
	}
	return len(plan.Warn), nil
}

// Hold is a legal hold on a case.
type Hold struct {
	ID             int64
	Number, Reason string
	By             string
	At             time.Time
}

// Holds lists the holds that stand on cases that the asker sees.
func (s *Store) Holds(ctx context.Context, who Staff) ([]Hold, error) {
	if err := mayRetire(who); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT h.id, c.number, h.reason, coalesce(f.name, ''), h.placed_at FROM complaints.legal_hold h JOIN complaints.complaint c ON c.id = h.complaint_id LEFT JOIN complaints.staff f ON f.id = h.placed_by
		WHERE h.lifted_at IS NULL AND `+scoped+` ORDER BY h.id DESC LIMIT 500`, who.Region, who.reader())
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list holds: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Hold])
	return list, postgres.Classify(err)
}

// PlaceHold keeps a case until somebody lifts the hold. Errors: fault.Denied; fault.NotFound; fault.Invalid (reason); fault.Conflict when one stands.
func (s *Store) PlaceHold(ctx context.Context, who Staff, number, reason string, now time.Time) error {
	return s.hold(ctx, who, number, reason, "held", "place hold", now, func(tx pgx.Tx, c Case) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.legal_hold (complaint_id, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4)`, c.ID, reason, who.ID, now)
		if postgres.IsUnique(err, "legal_hold_stands") {
			return fault.New(fault.Conflict, "retention.fault.held")
		}
		return err
	})
}

// LiftHold ends a hold. Errors: as PlaceHold; fault.Conflict when none stands.
func (s *Store) LiftHold(ctx context.Context, who Staff, number, reason string, now time.Time) error {
	return s.hold(ctx, who, number, reason, "hold_lifted", "lift hold", now, func(tx pgx.Tx, c Case) error {
		tag, err := tx.Exec(ctx, `UPDATE complaints.legal_hold SET lifted_by = $2, lifted_at = $3, lifted_reason = $4 WHERE complaint_id = $1 AND lifted_at IS NULL`, c.ID, who.ID, now, reason)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "retention.fault.nohold")
		}
		return err
	})
}

func (s *Store) hold(ctx context.Context, who Staff, number, reason, what, action string, now time.Time, work func(tx pgx.Tx, c Case) error) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.head")
	}
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if err := work(tx, c); err != nil {
			if fault.Of(err).Kind == fault.Internal {
				return errors.Join(fmt.Errorf("%s", action), err)
			}
			return err
		}
		if err := event(ctx, tx, c.ID, &who.ID, what, reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, action, number, reason, now)
	})
}

// notRetired refuses to take a case up again whose reporter's part was removed: there is nothing left to inquire into and nobody to answer.
func notRetired(ctx context.Context, tx pgx.Tx, complaint int64) error {
	var gone bool
	if err := tx.QueryRow(ctx, `SELECT anonymised_at IS NOT NULL FROM complaints.complaint WHERE id = $1`, complaint).Scan(&gone); err != nil {
		return fmt.Errorf("look at case: %w", err)
	}
	if gone {
		return fault.New(fault.Conflict, "retention.fault.anonymised")
	}
	return nil
}
