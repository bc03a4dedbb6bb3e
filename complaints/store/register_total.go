package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/supervision"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// keepTotals notes a refresh, and what the register shows after it by city and insurance: its lines are replaced by the next.
func keepTotals(ctx context.Context, tx pgx.Tx, of Supervised, debtors []supervision.DebtorFigures) error {
	var refresh int64
	err := tx.QueryRow(ctx, `INSERT INTO complaints.refresh (at, last_run, data_date, on_day) VALUES ($1, $2, $3, $4) RETURNING id`, of.At, of.Last, dateArg(of.DataDate), of.OnDay.Time()).Scan(&refresh)
	if err != nil {
		return fmt.Errorf("note refresh: %w", err)
	}
	type key struct {
		city      string
		insurance contribution.Insurance
	}
	type total struct {
		last               int32 // the last employer that was counted
		employers, unruled int32
		owed, fee          money.Fen
	}
	totals := map[key]*total{}
	for _, d := range debtors {
		for _, line := range d.Lines {
			for _, k := range [...]key{{d.Region[:4], 0}, {d.Region[:4], line.Insurance}} {
				t := totals[k]
				if t == nil {
					t = &total{}
					totals[k] = t
				}
				if t.last != d.EmployerID {
					t.last, t.employers = d.EmployerID, t.employers+1
				}
				t.owed += line.Owed
				if line.FeeKnown {
					t.fee += line.LateFee
				} else {
					t.unruled++
				}
			}
		}
	}
	var rows [][]any
	for k, t := range totals {
		rows = append(rows, []any{refresh, k.city, int16(k.insurance), t.employers, int64(t.owed), int64(t.fee), t.unruled})
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"complaints", "refresh_total"}, []string{"refresh_id", "city", "insurance", "employers", "owed", "late_fee", "unruled"}, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("keep the register's totals: %w", err)
	}
	return nil
}
