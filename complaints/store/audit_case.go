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
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// CaseAudit is the audit's side of a case that was opened already. Error: fault.Unavailable.
func (s *Store) CaseAudit(ctx context.Context, c Case, today calendar.Date) (supervision.CaseAudit, error) {
	var a supervision.CaseAudit
	var on *time.Time
	err := s.pool.QueryRow(ctx, `SELECT kind, reasons, audit_on FROM complaints.audit_item WHERE complaint_id = $1 ORDER BY id DESC LIMIT 1`, c.ID).Scan(&a.Kind, &a.Reasons, &on)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return a, postgres.Classify(fmt.Errorf("read plan of a case: %w", err))
	}
	a.AuditOn = dateOf(on)
	if a.Declared, err = declared(ctx, s.pool, c.EmployerUSCC); err != nil {
		return a, postgres.Classify(err)
	}
	rows, err := s.pool.Query(ctx, `SELECT `+auditorColumns+` FROM `+auditorTables+` JOIN complaints.audit_assignment g ON g.staff_id = f.id WHERE g.complaint_id = $2 ORDER BY g.assigned_at, f.id`, today.Time(), c.ID)
	if err != nil {
		return a, postgres.Classify(fmt.Errorf("read auditors of a case: %w", err))
	}
	if a.Auditors, err = pgx.CollectRows(rows, scanAuditor); err != nil {
		return a, postgres.Classify(fmt.Errorf("read auditors of a case: %w", err))
	}
	rows, err = s.pool.Query(ctx, `
		SELECT v.id, v.visited_on, v.declared, v.found, v.checked, v.unregistered, v.underreported, v.refused, v.note, o.name, v.void_reason,
			array(SELECT f.name FROM complaints.audit_visit_auditor x JOIN complaints.staff f ON f.id = x.staff_id WHERE x.visit_id = v.id ORDER BY f.id)
		FROM complaints.audit_visit v JOIN complaints.staff o ON o.id = v.recorded_by WHERE v.complaint_id = $1 ORDER BY v.visited_on DESC, v.id DESC`, c.ID)
	if err != nil {
		return a, postgres.Classify(fmt.Errorf("read visits: %w", err))
	}
	a.Visits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Visit, error) {
		var v supervision.Visit
		var on *time.Time
		err := row.Scan(&v.ID, &on, &v.Declared, &v.Found, &v.Checked, &v.Unregistered, &v.Underreported, &v.Refused, &v.Note, &v.By, &v.VoidReason, &v.Auditors)
		v.On = dateOf(on)
		return v, err
	})
	return a, postgres.Classify(err)
}

// declared is how many the employer had insured when the figures were last taken from the ledger.
func declared(ctx context.Context, db querier, uscc string) (n int, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce((SELECT headcount FROM complaints.employer_sign WHERE uscc = $1), 0)`, uscc).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read headcount: %w", err)
	}
	return n, nil
}

// changeAudit is change for an audit, or for a tip-off that leads to one, that is not over.
func (s *Store) changeAudit(ctx context.Context, who Staff, number string, work func(tx pgx.Tx, c Case) error) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if c.Route != lifecycle.Audit && c.Route != lifecycle.AuditTipOff || c.State.Over() || c.State == lifecycle.Merged {
			return fault.New(fault.Conflict, "fault.audit.case")
		}
		return work(tx, c)
	})
}

// AssignAuditors says who goes on an audit, instead of whoever was assigned before; a case that nobody has is the first one's. The database refuses who is unfit once
// more. Errors: fault.Denied for other roles, (fault.desk.assign) for an account that may not see the case; fault.Invalid (auditors): fewer than two, or one who may not be
// assigned, (caution) a small employer, see ConfirmCaution; fault.Conflict (fault.audit.case); fault.NotFound.
func (s *Store) AssignAuditors(ctx context.Context, who Staff, number string, accounts []string, few int, now time.Time) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	today := calendar.DateOf(now)
	return s.changeAudit(ctx, who, number, func(tx pgx.Tx, c Case) error {
		if err := careful(ctx, tx, c.ID, few); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+auditorColumns+` FROM `+auditorTables+`
			WHERE f.account = ANY ($2) AND f.disabled_at IS NULL AND f.role IN ('investigator', 'supervisor') AND starts_with($3, f.region)
				AND NOT EXISTS (SELECT FROM complaints.conflict x WHERE x.staff_id = f.id AND x.lifted_at IS NULL AND (x.complaint_id = $4 OR x.employer_uscc = $5 AND $5 <> '' OR x.employer_name = $6 AND $6 <> ''))
			ORDER BY array_position($2, f.account)`, today.Time(), accounts, c.Region, c.ID, c.EmployerUSCC, c.EmployerName)
		if err != nil {
			return fmt.Errorf("look up auditors: %w", err)
		}
		list, err := pgx.CollectRows(rows, scanAuditor)
		if err != nil {
			return fmt.Errorf("look up auditors: %w", err)
		}
		if len(list) != len(accounts) {
			return fault.New(fault.Denied, "fault.desk.assign")
		}
		if err := checkAuditors(list, today); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM complaints.audit_assignment WHERE complaint_id = $1`, c.ID); err != nil {
			return fmt.Errorf("assign auditors: %w", err)
		}
		var names []string
		for _, f := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO complaints.audit_assignment (complaint_id, staff_id, assigned_on, assigned_by, assigned_at) VALUES ($1, $2, $3, $4, $5)`, c.ID, f.Staff, today.Time(), who.ID, now); err != nil {
				return fmt.Errorf("assign auditors: %w", err)
			}
			names = append(names, f.Name)
		}
		if c.Owner == 0 {
			if _, err := tx.Exec(ctx, `UPDATE complaints.complaint SET owner_id = $2, claimed_at = $3 WHERE id = $1`, c.ID, list[0].Staff, now); err != nil {
				return fmt.Errorf("assign auditors: %w", err)
			}
		}
		if err := event(ctx, tx, c.ID, &who.ID, "auditors", strings.Join(names, "、"), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "assign auditors", c.Number, "", now)
	})
}

func checkAuditors(list []supervision.AuditorFile, today calendar.Date) error {
	ids, files := make([]int32, len(list)), map[int32]supervision.Training{}
	for i, f := range list {
		ids[i], files[f.Staff] = f.Staff, f.Training
	}
	return supervision.AssignAuditors(ids, files, today)
}

// RecordVisit keeps what a visit on site found; it counts for the year's headcount target. Who was assigned went. Errors: fault.Invalid, field by field; fault.Conflict
// (fault.audit.two) with fewer than two assigned, (fault.audit.begin) before the inquiry began; (caution) of a small employer; those of AssignAuditors for somebody who was not fit on that day.
func (s *Store) RecordVisit(ctx context.Context, who Staff, number string, v supervision.Visit, few int, now time.Time) error {
	if who.Role == lifecycle.Intake {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	v.Note = strings.TrimSpace(v.Note)
	if wrong := v.Wrong(calendar.DateOf(now)); len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.changeAudit(ctx, who, number, func(tx pgx.Tx, c Case) error {
		if err := careful(ctx, tx, c.ID, few); err != nil {
			return err
		}
		switch c.State {
		case lifecycle.Investigating, lifecycle.Suspended, lifecycle.Proposed:
		default:
			return fault.New(fault.Conflict, "fault.audit.begin")
		}
		rows, err := tx.Query(ctx, `SELECT `+auditorColumns+` FROM `+auditorTables+` JOIN complaints.audit_assignment g ON g.staff_id = f.id WHERE g.complaint_id = $2`, v.On.Time(), c.ID)
		if err != nil {
			return fmt.Errorf("look up auditors: %w", err)
		}
		list, err := pgx.CollectRows(rows, scanAuditor)
		if err != nil {
			return fmt.Errorf("look up auditors: %w", err)
		}
		if len(list) < supervision.AuditorsNeeded {
			return fault.New(fault.Conflict, "fault.audit.two")
		}
		if err := checkAuditors(list, v.On); err != nil {
			return err
		}
		if v.Declared, err = declared(ctx, tx, c.EmployerUSCC); err != nil {
			return err
		}
		var id int64
		err = tx.QueryRow(ctx, `INSERT INTO complaints.audit_visit (complaint_id, visited_on, declared, found, checked, unregistered, underreported, refused, note, recorded_by, recorded_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
			c.ID, v.On.Time(), v.Declared, v.Found, v.Checked, v.Unregistered, v.Underreported, v.Refused, v.Note, who.ID, now).Scan(&id)
		if err != nil {
			return fmt.Errorf("record visit: %w", err)
		}
		for _, f := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO complaints.audit_visit_auditor (visit_id, staff_id) VALUES ($1, $2)`, id, f.Staff); err != nil {
				return fmt.Errorf("record visit: %w", err)
			}
		}
		if err := event(ctx, tx, c.ID, &who.ID, "visited", fmt.Sprintf("%s %d/%d", v.On, v.Checked, v.Declared), now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "record visit", c.Number, "", now)
	})
}

// VoidVisit marks a visit that was entered wrongly; it counts no more. Errors: fault.Invalid without a reason, fault.NotFound.
func (s *Store) VoidVisit(ctx context.Context, who Staff, number string, id int64, reason string, now time.Time) error {
	if who.Role == lifecycle.Intake {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.InvalidFields(fault.Field{Name: "void_reason", Key: "fault.desk.reason"})
	}
	return s.changeAudit(ctx, who, number, func(tx pgx.Tx, c Case) error {
		done, err := tx.Exec(ctx, `UPDATE complaints.audit_visit SET void_at = $3, void_by = $4, void_reason = $5 WHERE id = $1 AND complaint_id = $2 AND void_at IS NULL`, id, c.ID, now, who.ID, reason)
		if err != nil {
			return fmt.Errorf("void visit: %w", err)
		}
		if done.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.audit.visit")
		}
		if err := event(ctx, tx, c.ID, &who.ID, "visit_void", reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "void visit", c.Number, reason, now)
	})
}

// HeadcountCoverage is how many of the insured were audited on site from January to a day, by region within the scope. Error: fault.Denied.
func (s *Store) HeadcountCoverage(ctx context.Context, who Staff, upTo calendar.Date) ([]supervision.RegionCoverage, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `
		SELECT coalesce(g.region, p.region), coalesce(g.headcount, 0), coalesce(r.n, 0), coalesce(p.retired, 0)
		FROM (SELECT region, sum(headcount) AS headcount FROM complaints.employer_sign GROUP BY region) g
		FULL JOIN complaints.pensioner_count p ON p.region = g.region
		LEFT JOIN (SELECT region, sum(n) AS n FROM (`+headcountReached+`) AS reached GROUP BY region) r ON r.region = coalesce(g.region, p.region)
		WHERE starts_with(coalesce(g.region, p.region), $1) ORDER BY 1`, who.Region, calendar.NewDate(upTo.Year, time.January, 1).Time(), upTo.Time())
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count coverage: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.RegionCoverage, error) {
		c := supervision.RegionCoverage{Headcount: supervision.Coverage{Target: supervision.OnSiteTarget}, Pensioners: supervision.Coverage{Target: supervision.PensionerTarget}}
		err := row.Scan(&c.Region, &c.Headcount.Of, &c.Headcount.Done, &c.Pensioners.Of)
		return c, err
	})
	return list, postgres.Classify(err)
}
