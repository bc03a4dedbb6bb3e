package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Payment is money that came in, as it was booked.
type Payment struct {
	ID           int64
	CaseNumber   string
	PaidOn       calendar.Date
	Amount       money.Fen
	Way, Voucher string
	Mode, Rule   string
	Principal    money.Fen
	FeePaid      money.Fen
	InterestPaid money.Fen
	LeftOver     money.Fen
	Booked       []arrears.Booked
	At           time.Time
	By           string
	ReversedAt   time.Time // none while it holds
	ReversedBy   string
	Reason       string
}

// Payments of an employer, newest first, whatever case they were registered in; within the scope of who asks.
func (s *Store) Payments(ctx context.Context, who Staff, uscc string) ([]Payment, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.id, c.number, p.paid_on, p.amount, p.way, p.voucher, p.mode, p.rule_version, p.principal, p.fee_paid, p.interest_paid, p.left_over, p.booked, p.registered_at, o.name,
			coalesce(p.reversed_at, 'epoch'), coalesce(r.name, ''), p.reverse_reason
		FROM complaints.payment p JOIN complaints.complaint c ON c.id = p.complaint_id JOIN complaints.staff o ON o.id = p.registered_by LEFT JOIN complaints.staff r ON r.id = p.reversed_by
		WHERE p.employer_uscc = $3 AND `+scoped+` ORDER BY p.id DESC`, who.Region, who.reader(), uscc)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list payments: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Payment, error) {
		var p Payment
		var paid time.Time
		var booked []byte
		if err := row.Scan(&p.ID, &p.CaseNumber, &paid, &p.Amount, &p.Way, &p.Voucher, &p.Mode, &p.Rule, &p.Principal, &p.FeePaid, &p.InterestPaid, &p.LeftOver, &booked, &p.At, &p.By,
			&p.ReversedAt, &p.ReversedBy, &p.Reason); err != nil {
			return p, err
		}
		if p.Reason == "" {
			p.ReversedAt = time.Time{}
		}
		p.PaidOn = calendar.DateOf(paid.UTC())
		return p, json.Unmarshal(booked, &p.Booked)
	})
	return list, postgres.Classify(err)
}

// LateFee is what was charged and paid of a month and insurance.
type LateFee struct {
	Period        calendar.Period
	Insurance     contribution.Insurance
	Charged, Paid money.Fen
}

// Open is what was charged and is not paid.
func (f LateFee) Open() money.Fen { return f.Charged - f.Paid }

// LateFees is an employer's late-fee ledger.
func (s *Store) LateFees(ctx context.Context, uscc string) ([]LateFee, error) {
	rows, err := s.pool.Query(ctx, `SELECT period, insurance, sum(charged)::bigint, sum(paid)::bigint FROM complaints.late_fee_entry WHERE employer_uscc = $1
		GROUP BY period, insurance HAVING sum(charged) <> 0 OR sum(paid) <> 0 ORDER BY period, insurance`, uscc)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read late-fee ledger: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[LateFee])
	return list, postgres.Classify(err)
}

// LeftOver is what payments of an employer have left and nobody has used.
func (s *Store) LeftOver(ctx context.Context, uscc string) (money.Fen, error) {
	left, err := leftOver(ctx, s.pool, uscc)
	return left, postgres.Classify(err)
}
