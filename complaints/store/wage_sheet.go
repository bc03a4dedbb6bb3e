package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// WageSheet is what an employer's wage sheet says of a month.
type WageSheet struct {
	Period    calendar.Period
	People    int
	Total     money.Fen
	Source    string
	EnteredBy string
}

// WageSheets of a case, by month.
func (s *Store) WageSheets(ctx context.Context, complaint int64) ([]WageSheet, error) {
	rows, err := s.pool.Query(ctx, `SELECT w.period, w.people, w.total, w.source, o.name FROM complaints.wage_sheet w JOIN complaints.staff o ON o.id = w.entered_by WHERE w.complaint_id = $1 ORDER BY w.period`, complaint)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read wage sheets: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[WageSheet])
	return list, postgres.Classify(err)
}

// EnterWages keeps lines of wage sheets; a month that is entered again replaces the earlier line. Errors: fault.NotFound, fault.Invalid without a source.
func (s *Store) EnterWages(ctx context.Context, who Staff, number string, list []WageSheet, now time.Time) error {
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		for _, w := range list {
			if w.Source == "" {
				return fault.InvalidFields(fault.Field{Name: "source", Key: "fault.wages.source"})
			}
			_, err := tx.Exec(ctx, `INSERT INTO complaints.wage_sheet (complaint_id, period, people, total, source, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (complaint_id, period) DO UPDATE SET people = excluded.people, total = excluded.total, source = excluded.source, entered_at = excluded.entered_at, entered_by = excluded.entered_by`,
				c.ID, w.Period, w.People, int64(w.Total), w.Source, now, who.ID)
			if err != nil {
				return fmt.Errorf("enter wages: %w", err)
			}
			if err := event(ctx, tx, c.ID, &who.ID, "wages_entered", fmt.Sprintf("%s %d %s %s", w.Period, w.People, w.Total.Grouped(), w.Source), now); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, who, "enter wages", c.Number, "", now)
	})
}
