package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// ReversePayment undoes a payment that bounced, with its history: the ledger, the late fees, the lost interest, the timeline, the reporters' mailboxes. The payment stays, marked.
// Errors: fault.NotFound, fault.Invalid; fault.Conflict when it is undone already or a later payment rests on it.
func (s *Store) ReversePayment(ctx context.Context, who Staff, number string, id int64, reason, tell string, books Books, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		if err := lockMoney(ctx, tx, c.EmployerUSCC); err != nil {
			return err
		}
		var principal money.Fen
		var paid time.Time
		err := tx.QueryRow(ctx, `UPDATE complaints.payment SET reversed_at = $3, reversed_by = $4, reverse_reason = $5 WHERE complaint_id = $1 AND id = $2 AND reversed_at IS NULL RETURNING principal, paid_on`,
			c.ID, id, now, who.ID, reason).Scan(&principal, &paid)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "fault.money.reversed")
		}
		if err != nil {
			return fmt.Errorf("reverse payment: %w", err)
		}
		if err := undoFees(ctx, tx, c.EmployerUSCC, id, now); err != nil {
			return err
		}
		later, err := undoInterest(ctx, tx, c.EmployerUSCC, id, now)
		if err != nil {
			return err
		}
		left, err := leftOver(ctx, tx, c.EmployerUSCC)
		if err != nil {
			return err
		}
		if later || left < 0 {
			return fault.New(fault.Conflict, "fault.money.later")
		}
		if principal > 0 {
			if err := takeOut(ctx, tx, c, id, calendar.DateOf(paid.UTC()), books, now); err != nil {
				return err
			}
			if err := s.tellAll(ctx, tx, who, c, tell, now); err != nil {
				return err
			}
		}
		if err := event(ctx, tx, c.ID, &who.ID, "payment_reversed", reason, now); err != nil {
			return err
		}
		return s.note(ctx, tx, who, "reverse payment", c.Number, reason, now)
	})
}

// takeOut takes the parts of a payment out of the ledger, as they went in.
func takeOut(ctx context.Context, tx pgx.Tx, c Case, id int64, paidOn calendar.Date, books Books, now time.Time) error {
	employer, err := employerOf(ctx, tx, c, books)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT person_id, period, insurance, employer, person FROM complaints.payment_part WHERE payment_id = $1`, id)
	if err != nil {
		return fmt.Errorf("read payment's parts: %w", err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.PaymentLine])
	if err != nil {
		return fmt.Errorf("read payment's parts: %w", err)
	}
	_, err = books.ReversePayment(ctx, tx, ledger.Payment{ID: ledgerID(id), EmployerID: employer, PaidOn: paidOn, Lines: lines}, now)
	return err
}

// undoFees undoes what a payment charged and paid. A fee that it charged and a later payment has paid stands in the way.
func undoFees(ctx context.Context, tx pgx.Tx, uscc string, payment int64, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO complaints.late_fee_entry (employer_uscc, payment_id, period, insurance, charged, paid, at)
		SELECT employer_uscc, payment_id, period, insurance, -charged, -paid, $2 FROM complaints.late_fee_entry WHERE payment_id = $1`, payment, now)
	if err != nil {
		return fmt.Errorf("undo late fees: %w", err)
	}
	var over bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.late_fee_entry WHERE employer_uscc = $1 GROUP BY period, insurance HAVING sum(charged) < sum(paid))`, uscc).Scan(&over)
	if err != nil {
		return fmt.Errorf("check late fees: %w", err)
	}
	if over {
		return fault.New(fault.Conflict, "fault.money.later")
	}
	return nil
}
