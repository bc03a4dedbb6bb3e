package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// Demand is a paper that was served on an employer and tells it to pay what it owes (征缴暂行条例 art. 13; 社会保险法 art. 63).
type Demand struct {
	ID         string // the desk's own; the same ID is one demand
	Number     string // printed on it
	EmployerID int32
	ServedOn   calendar.Date
	PayBy      calendar.Date // none: no limit
	Months     []DemandedMonth
}

// DemandedMonth is a month of a person that a demand names.
type DemandedMonth struct {
	PersonID int64
	Period   calendar.Period
}

// RecordDemand keeps a served demand for the people whose months it names, in the caller's transaction. The same ID again takes the place of what was there: a service that was entered
// wrongly is entered anew. Errors: fault.Invalid (demand.empty), fault.Unavailable.
func (l *Ledger) RecordDemand(ctx context.Context, tx pgx.Tx, d Demand, now time.Time) error {
	if d.ID == "" || d.ServedOn.IsZero() || len(d.Months) == 0 {
		return fault.New(fault.Invalid, "demand.empty")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO ledger.demand (id, employer_id, number, served_on, pay_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET number = excluded.number, served_on = excluded.served_on, pay_by = excluded.pay_by, recorded_at = excluded.recorded_at, lifted_at = NULL`,
		d.ID, d.EmployerID, d.Number, civilDate(d.ServedOn), civilDate(d.PayBy), now.UTC())
	if err != nil {
		return classifyDemand(err)
	}
	persons, periods := make([]int64, len(d.Months)), make([]int32, len(d.Months))
	for i, m := range d.Months {
		persons[i], periods[i] = m.PersonID, int32(m.Period)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO ledger.demand_month (person_id, period, demand_id) SELECT person_id, period, $1 FROM unnest($2::bigint[], $3::integer[]) AS line (person_id, period)
		ON CONFLICT DO NOTHING`, d.ID, persons, periods)
	if err != nil {
		return classifyDemand(err)
	}
	return nil
}

// LiftDemand takes a demand out of what people are shown, in the caller's transaction; one that was never recorded changes nothing. Error: fault.Unavailable.
func (l *Ledger) LiftDemand(ctx context.Context, tx pgx.Tx, id string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE ledger.demand SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL`, id, now.UTC()); err != nil {
		return classifyDemand(err)
	}
	return nil
}

func classifyDemand(err error) error { return postgres.Classify(fmt.Errorf("record demand: %w", err)) }
