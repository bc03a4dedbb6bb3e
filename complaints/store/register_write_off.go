package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// RequestWriteOff begins it. Errors: fault.Conflict (fault.register.notbankrupt) unless the court has declared the bankruptcy; fault.Invalid, field by field.
func (s *Store) RequestWriteOff(ctx context.Context, who Staff, uscc string, version int, amount money.Fen, reason string, now time.Time) error {
	return s.changeDebtor(ctx, who, uscc, version, "write_off", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		if d.DeclaredOn.IsZero() {
			return "", "", fault.New(fault.Conflict, "fault.register.notbankrupt")
		}
		var open money.Fen // asked for before
		if err := tx.QueryRow(ctx, `SELECT coalesce(sum(amount), 0)::bigint FROM complaints.write_off WHERE employer_id = $1`, d.EmployerID).Scan(&open); err != nil {
			return "", "", fmt.Errorf("request write-off: %w", err)
		}
		var wrong []fault.Field
		if amount <= 0 || amount > d.Owed()-open {
			wrong = append(wrong, fault.Field{Name: "amount", Key: "fault.register.writeoff.amount", Args: []any{max(0, d.Owed()-open).Grouped()}})
		}
		if reason == "" {
			wrong = append(wrong, fault.Field{Name: "writeoff_reason", Key: "fault.desk.reason"})
		}
		if len(wrong) > 0 {
			return "", "", fault.InvalidFields(wrong...)
		}
		_, err := tx.Exec(ctx, `INSERT INTO complaints.write_off (employer_id, amount, reason, staff_id, at) VALUES ($1, $2, $3, $4, $5)`, d.EmployerID, amount, reason, who.ID, now)
		return "", amount.String(), err
	})
}

// ApproveWriteOff registers the next authority's approval. Errors: as supervision.ApproveWriteOff; fault.Invalid for a missing document or day; fault.NotFound.
func (s *Store) ApproveWriteOff(ctx context.Context, who Staff, uscc string, version int, id int32, given supervision.WriteOffApproval, now time.Time) error {
	var wrong []fault.Field
	if given.Document == "" {
		wrong = append(wrong, fault.Field{Name: "document", Key: "fault.register.document"})
	}
	if given.ApprovedOn.IsZero() || given.ApprovedOn.After(calendar.DateOf(now)) {
		wrong = append(wrong, fault.Field{Name: "approved_on", Key: "fault.register.date"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return s.changeDebtor(ctx, who, uscc, version, "write_off_approved", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		var amount money.Fen
		var earlier []int32
		err := tx.QueryRow(ctx, `SELECT w.amount, array(SELECT a.staff_id FROM complaints.write_off_approval a WHERE a.write_off_id = w.id ORDER BY a.ordinal)
			FROM complaints.write_off w WHERE w.id = $1 AND w.employer_id = $2`, id, d.EmployerID).Scan(&amount, &earlier)
		if errors.Is(err, pgx.ErrNoRows) {
			return "", "", fault.New(fault.NotFound, "fault.register.none")
		}
		if err != nil {
			return "", "", fmt.Errorf("read write-off: %w", err)
		}
		if err := supervision.ApproveWriteOff(earlier, given.Authority, who.ID); err != nil {
			return "", "", err
		}
		_, err = tx.Exec(ctx, `INSERT INTO complaints.write_off_approval (write_off_id, ordinal, authority, document, approved_on, staff_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, len(earlier)+1, given.Authority, given.Document, given.ApprovedOn.Time(), who.ID)
		if err == nil && len(earlier)+1 == len(supervision.WriteOffOrder) {
			_, err = tx.Exec(ctx, `INSERT INTO complaints.debtor_event (employer_id, at, staff_id, what, before, after) VALUES ($1, $2, $3, 'written_off', '', $4)`, d.EmployerID, now, who.ID, amount.String())
		}
		return amount.String(), given.Authority, err
	})
}

// WriteOffs are an employer's, the newest first.
func (s *Store) WriteOffs(ctx context.Context, employerID int32) ([]supervision.WriteOff, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT w.id, w.amount, w.reason, o.name, w.at, array_remove(array_agg(a.authority ORDER BY a.ordinal), NULL), array_remove(array_agg(a.document ORDER BY a.ordinal), NULL),
			array_remove(array_agg(a.approved_on ORDER BY a.ordinal), NULL), array_remove(array_agg(f.name ORDER BY a.ordinal), NULL)
		FROM complaints.write_off w JOIN complaints.staff o ON o.id = w.staff_id
		LEFT JOIN complaints.write_off_approval a ON a.write_off_id = w.id LEFT JOIN complaints.staff f ON f.id = a.staff_id
		WHERE w.employer_id = $1 GROUP BY w.id, o.name ORDER BY w.id DESC`, employerID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read write-offs: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.WriteOff, error) {
		var w supervision.WriteOff
		var authorities, documents, names []string
		var days []time.Time
		err := row.Scan(&w.ID, &w.Amount, &w.Reason, &w.By, &w.At, &authorities, &documents, &days, &names)
		for i := range authorities {
			w.Approvals = append(w.Approvals, supervision.WriteOffApproval{Authority: authorities[i], Document: documents[i], ApprovedOn: dateOf(&days[i]), By: names[i]})
		}
		return w, err
	})
	return list, postgres.Classify(err)
}
