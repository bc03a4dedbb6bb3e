package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// YearPlan is the audit plan of the asker's region; without ID when none is set. Error: fault.Denied.
func (s *Store) YearPlan(ctx context.Context, who Staff, year int) (supervision.YearPlan, error) {
	p := supervision.YearPlan{Year: year, Region: who.Region}
	if !who.seesFigures() {
		return p, fault.New(fault.Denied, "fault.desk.role")
	}
	err := s.pool.QueryRow(ctx, `SELECT p.id, p.routine, p.special, p.tip_off, p.subject, p.version, o.name, p.set_at FROM complaints.audit_plan p JOIN complaints.staff o ON o.id = p.set_by WHERE p.year = $1 AND p.region = $2`,
		year, who.Region).Scan(&p.ID, &p.Targets[0], &p.Targets[1], &p.Targets[2], &p.Subject, &p.Version, &p.By, &p.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil
	}
	return p, postgres.Classify(err)
}

// planMost bounds a number of employers that somebody types.
const planMost = 1_000_000

// SetYearPlan sets or changes the plan of the asker's region as it was seen at its version, 0 for none. Errors: fault.Denied; fault.Invalid, field by field;
// fault.Conflict (fault.desk.changed).
func (s *Store) SetYearPlan(ctx context.Context, who Staff, p supervision.YearPlan, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	var wrong []fault.Field
	for i, kind := range supervision.AuditKinds {
		if p.Targets[i] < 0 || p.Targets[i] > planMost {
			wrong = append(wrong, fault.Field{Name: string(kind), Key: "fault.audit.count"})
		}
	}
	if p.Targets == [len(supervision.AuditKinds)]int{} {
		wrong = append(wrong, fault.Field{Name: string(supervision.Routine), Key: "fault.audit.count"})
	}
	if p.Subject = strings.TrimSpace(p.Subject); p.Subject == "" && p.Targets[1] > 0 {
		wrong = append(wrong, fault.Field{Name: "subject", Key: "fault.audit.subject"})
	}
	if year := calendar.DateOf(now).Year; p.Year < 2003 || p.Year > year+1 {
		wrong = append(wrong, fault.Field{Name: "year", Key: "fault.audit.year"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		set, err := tx.Exec(ctx, `
			INSERT INTO complaints.audit_plan AS p (year, region, routine, special, tip_off, subject, set_by, set_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8
			WHERE $9 = 0 OR EXISTS (SELECT FROM complaints.audit_plan WHERE year = $1 AND region = $2)
			ON CONFLICT (year, region) DO UPDATE SET routine = excluded.routine, special = excluded.special, tip_off = excluded.tip_off, subject = excluded.subject, set_by = excluded.set_by,
				set_at = excluded.set_at, version = p.version + 1 WHERE p.version = $9`,
			p.Year, who.Region, p.Targets[0], p.Targets[1], p.Targets[2], p.Subject, who.ID, now, p.Version)
		if err != nil {
			return fmt.Errorf("set plan: %w", err)
		}
		if set.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "set audit plan", Subject: fmt.Sprintf("plan:%d/%s", p.Year, who.Region),
			Reason: fmt.Sprintf("%d/%d/%d", p.Targets[0], p.Targets[1], p.Targets[2])})
	})
}

// PlanProgress is how far the plans of the scope have come by today. Error: fault.Denied.
func (s *Store) PlanProgress(ctx context.Context, who Staff, year int, today calendar.Date) ([len(supervision.AuditKinds)]supervision.AuditProgress, error) {
	if !who.seesFigures() {
		return [len(supervision.AuditKinds)]supervision.AuditProgress{}, fault.New(fault.Denied, "fault.desk.role")
	}
	return s.auditProgress(ctx, who.Region, year, today)
}

// ChosenAudits lists who was chosen for a year's plans within the scope, the next audit first. Error: fault.Denied.
func (s *Store) ChosenAudits(ctx context.Context, who Staff, year int) ([]supervision.Chosen, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `
		SELECT i.kind, i.employer_uscc, i.employer_name, i.region, i.headcount, i.owed, i.points, i.reasons, i.audit_on, c.number, c.state, o.name,
			coalesce((SELECT max(v.checked) FROM complaints.audit_visit v WHERE v.complaint_id = c.id AND v.void_at IS NULL), 0),
			(SELECT count(*) FROM complaints.audit_assignment a WHERE a.complaint_id = c.id)
		FROM complaints.audit_item i JOIN complaints.audit_plan p ON p.id = i.plan_id JOIN complaints.complaint c ON c.id = i.complaint_id JOIN complaints.staff o ON o.id = i.chosen_by
		WHERE p.year = $1 AND starts_with(i.region, $2)
			AND NOT EXISTS (SELECT FROM complaints.conflict x WHERE x.staff_id = $3 AND x.lifted_at IS NULL AND (x.employer_uscc = i.employer_uscc OR x.complaint_id = c.id))
		ORDER BY c.state IN ('decided', 'notified', 'closed'), i.audit_on, i.id LIMIT 5000`, year, who.Region, who.ID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list chosen audits: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Chosen, error) {
		var c supervision.Chosen
		var on *time.Time
		err := row.Scan(&c.Kind, &c.USCC, &c.Name, &c.Region, &c.Headcount, &c.Owed, &c.Points, &c.Reasons, &on, &c.Case, &c.State, &c.ChosenBy, &c.Checked, &c.Auditors)
		c.AuditOn = dateOf(on)
		return c, err
	})
	return list, postgres.Classify(err)
}
