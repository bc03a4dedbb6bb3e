package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// RecoveryEvent is something that happened to get a month of a person paid: a demand was served, or recovered money was booked to it.
type RecoveryEvent struct {
	Period calendar.Period
	On     calendar.Date // served; arrived
	By     calendar.Date // the demand's last day to pay; none for money
	Number string        // the demand's; none for money
	Amount money.Fen     // booked to the month, all insurances, both parts; 0 for a demand
}

// Demanded reports whether it is a demand, and not money.
func (e RecoveryEvent) Demanded() bool { return e.Amount == 0 }

// Chased reports of each employer whether anything was done to get its arrears paid: a demand that stands, or recovered money. Where it is false, Recovery has nothing of anybody's months
// there. Error: fault.Unavailable.
func (l *Ledger) Chased(ctx context.Context, employers []int32) (map[int32]bool, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT asked.id, EXISTS (SELECT FROM ledger.demand d WHERE d.employer_id = asked.id AND d.lifted_at IS NULL) OR EXISTS (SELECT FROM ledger.payment p WHERE p.employer_id = asked.id)
		FROM unnest($1::integer[]) AS asked (id)`, employers)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read who was chased: %w", err))
	}
	chased, id, was := make(map[int32]bool, len(employers)), int32(0), false
	_, err = pgx.ForEachRow(rows, []any{&id, &was}, func() error {
		chased[id] = was
		return nil
	})
	return chased, postgres.Classify(err)
}

// Recovery reads what was done to get a person's months paid, by month and day. Demands that were lifted and payments that bounced are no part of it. Error: fault.Unavailable.
func (l *Ledger) Recovery(ctx context.Context, personID int64) ([]RecoveryEvent, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT m.period, d.served_on AS at, d.pay_by, d.number, 0::bigint
		FROM ledger.demand_month m JOIN ledger.demand d ON d.id = m.demand_id AND d.lifted_at IS NULL
		WHERE m.person_id = $1
		UNION ALL
		SELECT h.period, p.paid_on, NULL, '', sum(coalesce(c.employer_paid + c.person_paid, n.employer_paid + n.person_paid) - h.employer_paid - h.person_paid)::bigint
		FROM ledger.contribution_history h
		JOIN ledger.payment p ON p.run_id = h.replaced_run_id AND p.reversed_run_id IS NULL
		LEFT JOIN ledger.contribution c ON c.person_id = h.person_id AND c.period = h.period AND c.insurance = h.insurance AND c.employer_id = h.employer_id AND c.run_id = p.run_id
		LEFT JOIN ledger.contribution_history n ON n.person_id = h.person_id AND n.period = h.period AND n.insurance = h.insurance AND n.employer_id = h.employer_id AND n.run_id = p.run_id
		WHERE h.person_id = $1
		GROUP BY h.period, p.paid_on
		ORDER BY 1, 2, 5`, personID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read recovery: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RecoveryEvent, error) {
		var e RecoveryEvent
		var on, by civilDate
		err := row.Scan(&e.Period, &on, &by, &e.Number, &e.Amount)
		e.On, e.By = calendar.Date(on), calendar.Date(by)
		return e, err
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read recovery: %w", err))
	}
	return list, nil
}
