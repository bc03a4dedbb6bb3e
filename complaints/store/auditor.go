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

// auditorColumns are what the rules ask of somebody's file on $1; the certificate is the one that holds longest.
const auditorColumns = `f.id, f.account, f.name, f.region, complaints.audit_unfit(f.id, $1::date),
	coalesce((SELECT sum(t.days) FROM complaints.audit_training t WHERE t.staff_id = f.id AND t.ended_on <= $1), 0)::int,
	coalesce((SELECT x.passed FROM complaints.audit_exam x WHERE x.staff_id = f.id AND x.held_on <= $1 ORDER BY x.held_on DESC, x.id DESC LIMIT 1), false),
	coalesce(k.number, ''), k.issued_on, k.expires_on,
	(SELECT count(*) FROM complaints.audit_assignment a JOIN complaints.complaint c ON c.id = a.complaint_id WHERE a.staff_id = f.id AND ` + openOnly + `)::int`

const auditorTables = `complaints.staff f LEFT JOIN LATERAL (SELECT number, issued_on, expires_on FROM complaints.audit_certificate
	WHERE staff_id = f.id AND issued_on <= $1 AND (withdrawn_on IS NULL OR withdrawn_on > $1) ORDER BY coalesce(expires_on, 'infinity') DESC, id DESC LIMIT 1) k ON true`

func scanAuditor(row pgx.CollectableRow) (supervision.AuditorFile, error) {
	var f supervision.AuditorFile
	var issued, expires *time.Time
	err := row.Scan(&f.Staff, &f.Account, &f.Name, &f.Region, &f.Unfit, &f.Days, &f.ExamPassed, &f.Certificate, &issued, &expires, &f.OpenAudits)
	f.Issued, f.Expires = dateOf(issued), dateOf(expires)
	return f, err
}

// Auditors lists everybody of the scope who may work on audits once they are fit, those whose certificate ends first on top. Error: fault.Denied.
func (s *Store) Auditors(ctx context.Context, who Staff, today calendar.Date) ([]supervision.AuditorFile, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `SELECT `+auditorColumns+` FROM `+auditorTables+`
		WHERE f.disabled_at IS NULL AND f.role IN ('investigator', 'supervisor') AND (starts_with(f.region, $2) OR starts_with($2, f.region))
		ORDER BY complaints.audit_unfit(f.id, $1::date) <> '', coalesce(k.expires_on, 'infinity'), f.account LIMIT 2000`, today.Time(), who.Region)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list auditors: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanAuditor)
	return list, postgres.Classify(err)
}

// Auditor opens one file with everything that was entered. Errors: fault.Denied, fault.NotFound.
func (s *Store) Auditor(ctx context.Context, who Staff, account string, today calendar.Date) (supervision.AuditorFile, error) {
	if !who.seesFigures() {
		return supervision.AuditorFile{}, fault.New(fault.Denied, "fault.desk.role")
	}
	rows, err := s.pool.Query(ctx, `SELECT `+auditorColumns+` FROM `+auditorTables+` WHERE f.account = $2 AND f.role IN ('investigator', 'supervisor') AND (starts_with(f.region, $3) OR starts_with($3, f.region))`,
		today.Time(), account, who.Region)
	if err != nil {
		return supervision.AuditorFile{}, postgres.Classify(fmt.Errorf("open auditor: %w", err))
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanAuditor)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fault.New(fault.NotFound, "fault.people.unknown")
	}
	if err != nil {
		return f, postgres.Classify(fmt.Errorf("open auditor: %w", err))
	}
	return f, postgres.Classify(s.fillAuditor(ctx, &f))
}

func (s *Store) fillAuditor(ctx context.Context, f *supervision.AuditorFile) error {
	rows, err := s.pool.Query(ctx, `SELECT t.ended_on, t.days, t.subject, o.name FROM complaints.audit_training t JOIN complaints.staff o ON o.id = t.recorded_by WHERE t.staff_id = $1 ORDER BY t.ended_on DESC, t.id DESC`, f.Staff)
	if err != nil {
		return fmt.Errorf("read training: %w", err)
	}
	f.Trainings, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.TrainingDone, error) {
		var t supervision.TrainingDone
		var on *time.Time
		err := row.Scan(&on, &t.Days, &t.Subject, &t.By)
		t.EndedOn = dateOf(on)
		return t, err
	})
	if err != nil {
		return fmt.Errorf("read training: %w", err)
	}
	rows, err = s.pool.Query(ctx, `SELECT x.held_on, x.score, x.passed, o.name FROM complaints.audit_exam x JOIN complaints.staff o ON o.id = x.recorded_by WHERE x.staff_id = $1 ORDER BY x.held_on DESC, x.id DESC`, f.Staff)
	if err != nil {
		return fmt.Errorf("read examinations: %w", err)
	}
	f.Exams, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Exam, error) {
		var x supervision.Exam
		var on *time.Time
		err := row.Scan(&on, &x.Score, &x.Passed, &x.By)
		x.HeldOn = dateOf(on)
		return x, err
	})
	if err != nil {
		return fmt.Errorf("read examinations: %w", err)
	}
	rows, err = s.pool.Query(ctx, `SELECT k.id, k.number, k.issued_on, k.expires_on, k.withdrawn_on, o.name FROM complaints.audit_certificate k JOIN complaints.staff o ON o.id = k.recorded_by WHERE k.staff_id = $1 ORDER BY k.id DESC`, f.Staff)
	if err != nil {
		return fmt.Errorf("read certificates: %w", err)
	}
	f.Certificates, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Certificate, error) {
		var k supervision.Certificate
		var issued, expires, withdrawn *time.Time
		err := row.Scan(&k.ID, &k.Number, &issued, &expires, &withdrawn, &k.By)
		k.Issued, k.Expires, k.WithdrawnOn = dateOf(issued), dateOf(expires), dateOf(withdrawn)
		return k, err
	})
	if err != nil {
		return fmt.Errorf("read certificates: %w", err)
	}
	return nil
}

// keepAuditor lets a supervisor enter something into a file other than their own, in one transaction, and notes it. Errors: fault.Denied, fault.NotFound.
func (s *Store) keepAuditor(ctx context.Context, who Staff, account, what string, now time.Time, keep func(tx pgx.Tx, staff int32) error) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	if account == who.Account {
		return fault.New(fault.Denied, "fault.audit.own")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var staff int32
		err := tx.QueryRow(ctx, `SELECT id FROM complaints.staff WHERE account = $1 AND role IN ('investigator', 'supervisor') AND (starts_with(region, $2) OR starts_with($2, region)) FOR UPDATE`, account, who.Region).Scan(&staff)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.people.unknown")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if err := keep(tx, staff); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: what, Subject: fmt.Sprintf("staff:%d", staff)})
	})
}

// AddTraining enters a course that has ended. Error: fault.Invalid, field by field.
func (s *Store) AddTraining(ctx context.Context, who Staff, account string, t supervision.TrainingDone, now time.Time) error {
	var wrong []fault.Field
	if t.EndedOn.IsZero() || t.EndedOn.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "ended_on", Key: "fault.audit.past"})
	}
	if t.Days < 1 || t.Days > 60 {
		wrong = append(wrong, fault.Field{Name: "days", Key: "fault.audit.days"})
	}
	if t.Subject = strings.TrimSpace(t.Subject); t.Subject == "" {
		wrong = append(wrong, fault.Field{Name: "subject", Key: "fault.audit.subject"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.keepAuditor(ctx, who, account, "add training", now, func(tx pgx.Tx, staff int32) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.audit_training (staff_id, ended_on, days, subject, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)`, staff, t.EndedOn.Time(), t.Days, t.Subject, who.ID, now)
		return err
	})
}

// AddExam enters an examination. Error: fault.Invalid, field by field.
func (s *Store) AddExam(ctx context.Context, who Staff, account string, x supervision.Exam, now time.Time) error {
	var wrong []fault.Field
	if x.HeldOn.IsZero() || x.HeldOn.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "held_on", Key: "fault.audit.past"})
	}
	if x.Score < 0 || x.Score > 100 {
		wrong = append(wrong, fault.Field{Name: "score", Key: "fault.audit.score"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.keepAuditor(ctx, who, account, "add examination", now, func(tx pgx.Tx, staff int32) error {
		_, err := tx.Exec(ctx, `INSERT INTO complaints.audit_exam (staff_id, held_on, score, passed, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)`, staff, x.HeldOn.Time(), x.Score, x.Passed, who.ID, now)
		return err
	})
}

// AddCertificate enters a certificate. It is given to who was trained and passed (培训并经考试合格者，发给培训合格证书). Errors: fault.Invalid, field by field; fault.Conflict
// (fault.audit.number) for a number that another certificate has, (fault.audit.untrained) for whoever lacks training or examination on the day of issue.
func (s *Store) AddCertificate(ctx context.Context, who Staff, account string, k supervision.Certificate, now time.Time) error {
	var wrong []fault.Field
	if k.Number = strings.TrimSpace(k.Number); k.Number == "" {
		wrong = append(wrong, fault.Field{Name: "number", Key: "fault.audit.document"})
	}
	if k.Issued.IsZero() || k.Issued.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "issued_on", Key: "fault.audit.past"})
	}
	if !k.Expires.IsZero() && k.Expires.Before(k.Issued) {
		wrong = append(wrong, fault.Field{Name: "expires_on", Key: "fault.audit.order"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.keepAuditor(ctx, who, account, "add certificate", now, func(tx pgx.Tx, staff int32) error {
		var lacks string
		if err := tx.QueryRow(ctx, `SELECT complaints.audit_unfit($1, $2)`, staff, k.Issued.Time()).Scan(&lacks); err != nil {
			return fmt.Errorf("add certificate: %w", err)
		}
		if lacks == "training" || lacks == "exam" {
			return fault.New(fault.Conflict, "fault.audit.untrained")
		}
		_, err := tx.Exec(ctx, `INSERT INTO complaints.audit_certificate (staff_id, number, issued_on, expires_on, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			staff, k.Number, k.Issued.Time(), dateArg(k.Expires), who.ID, now)
		if postgres.IsUnique(err, "") {
			return fault.New(fault.Conflict, "fault.audit.number")
		}
		return err
	})
}

// WithdrawCertificate ends a certificate from today on. Error: fault.NotFound.
func (s *Store) WithdrawCertificate(ctx context.Context, who Staff, account string, id int32, now time.Time) error {
	return s.keepAuditor(ctx, who, account, "withdraw certificate", now, func(tx pgx.Tx, staff int32) error {
		done, err := tx.Exec(ctx, `UPDATE complaints.audit_certificate SET withdrawn_on = $3, withdrawn_by = $4 WHERE id = $1 AND staff_id = $2 AND withdrawn_on IS NULL`, id, staff, calendar.DateOf(now).Time(), who.ID)
		if err == nil && done.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "fault.audit.certificate")
		}
		return err
	})
}

// mayAudit refuses somebody who may not be assigned audit work on a day: no owner of an audit, nobody who goes on one. Error: fault.Denied with the reason.
func mayAudit(ctx context.Context, tx pgx.Tx, staff int32, on calendar.Date) error {
	var why string
	if err := tx.QueryRow(ctx, `SELECT complaints.audit_unfit($1, $2)`, staff, on.Time()).Scan(&why); err != nil {
		return fmt.Errorf("look up certificate: %w", err)
	}
	if why != "" {
		return fault.New(fault.Denied, "fault.audit.unfit."+why)
	}
	return nil
}

// MayReadFigures refuses whoever does not see the agency's figures. Error: fault.Denied.
func (s Staff) MayReadFigures() error {
	if !s.seesFigures() {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return nil
}
