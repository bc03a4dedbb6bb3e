package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/notice"
	"shebao/shared/ledger"
)

// DemandBook is where people see that their employer was told to pay.
type DemandBook interface {
	RecordDemand(ctx context.Context, tx pgx.Tx, d ledger.Demand, now time.Time) error
	LiftDemand(ctx context.Context, tx pgx.Tx, id string, now time.Time) error
}

// demandID is a document's name in the ledger.
func demandID(notice int64) string { return "notice " + strconv.FormatInt(notice, 10) }

// demanded tells the people whose months a served document demands. Documents that tell nobody to pay, or whose calculation names nobody, change nothing.
func (s *Store) demanded(ctx context.Context, tx pgx.Tx, n Notice, book DemandBook, now time.Time) error {
	switch n.Kind {
	case notice.Demand, notice.Rectification, notice.EnforcementWarning:
	default:
		return nil
	}
	if n.Calculation == 0 {
		return nil
	}
	d := ledger.Demand{ID: demandID(n.ID), Number: n.Number, ServedOn: n.Service.ServedOn}
	d.PayBy, _ = notice.Limit(n.Issued(), s.Workdays()) // a guess about holidays is the best that is known
	err := tx.QueryRow(ctx, `SELECT id FROM ledger.employer WHERE uscc = (SELECT employer_uscc FROM complaints.notice WHERE id = $1)`, n.ID).Scan(&d.EmployerID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the demanded employer: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id, period FROM complaints.calculation_person WHERE calculation_id = $1`, n.Calculation)
	if err != nil {
		return fmt.Errorf("list demanded months: %w", err)
	}
	if d.Months, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.DemandedMonth]); err != nil {
		return fmt.Errorf("list demanded months: %w", err)
	}
	if len(d.Months) == 0 {
		return nil
	}
	return book.RecordDemand(ctx, tx, d, now)
}
