package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/audit"
	"shebao/shared/postgres"
)

// EmployerCases lists the cases about an employer that somebody may see, newest first; who looked is noted.
func (s *Store) EmployerCases(ctx context.Context, who Staff, uscc string, now time.Time) ([]Case, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+caseColumns+` FROM `+caseTables+` WHERE c.employer_uscc = $3 AND `+scoped+` ORDER BY c.id DESC`, who.Region, who.reader(), uscc)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list employer's cases: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanCase)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list employer's cases: %w", err))
	}
	err = audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "view employer", Subject: "employer:" + uscc})
	return list, postgres.Classify(err)
}

// EmployerNotices lists the documents issued to an employer, oldest first, whatever case they belong to; within the scope of who asks.
func (s *Store) EmployerNotices(ctx context.Context, who Staff, uscc string) ([]Notice, error) {
	list, err := notices(ctx, s.pool, `n.employer_uscc = $3 AND n.state <> 'draft' AND `+scoped, who.Region, who.reader(), uscc)
	return list, postgres.Classify(err)
}

// EmployerEvent is one line of an employer's timeline, with the case that it belongs to.
type EmployerEvent struct {
	CaseNumber string
	Event
}

// employerEvents are what happened between the desk and the employer. What passed between the desk and a reporter is not among them.
var employerEvents = []string{"calculated", "deferral_added", "deferral_ended", "notice_issued", "notice_served", "notice_withdrawn", "service_void", "service_scanned", "audit_ended", "payment", "payment_reversed",
	"assessed", "notice_soon", "notice_passed"}

// EmployerTimeline lists what happened with an employer in all its cases, newest first.
func (s *Store) EmployerTimeline(ctx context.Context, who Staff, uscc string, limit int) ([]EmployerEvent, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT c.number, e.at, coalesce(o.name, ''), e.what, e.text
		FROM complaints.event e JOIN complaints.complaint c ON c.id = e.complaint_id LEFT JOIN complaints.staff o ON o.id = e.staff_id
		WHERE c.employer_uscc = $3 AND e.what = ANY ($4) AND `+scoped+` ORDER BY e.id DESC LIMIT $5`, who.Region, who.reader(), uscc, employerEvents, limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employer's timeline: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EmployerEvent, error) {
		var e EmployerEvent
		err := row.Scan(&e.CaseNumber, &e.At, &e.By, &e.What, &e.Text)
		return e, err
	})
	return list, postgres.Classify(err)
}

// KeptFrom reports whether a conflict of interest keeps somebody away from an employer, so that not even its figures are shown.
func (s *Store) KeptFrom(ctx context.Context, who Staff, uscc string) (kept bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.conflict WHERE staff_id = $1 AND employer_uscc = $2 AND lifted_at IS NULL)`, who.ID, uscc).Scan(&kept)
	if err != nil {
		return false, postgres.Classify(fmt.Errorf("look up conflict: %w", err))
	}
	return kept, nil
}
