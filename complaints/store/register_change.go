package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// changeDebtor lets a supervisor change an employer of the register in one locked transaction, and writes down what it was and what it is. Errors: fault.NotFound
// outside the scope, fault.Denied for other roles, fault.Conflict (fault.desk.changed) when somebody was quicker.
func (s *Store) changeDebtor(ctx context.Context, who Staff, uscc string, version int, what string, now time.Time, change func(tx pgx.Tx, d supervision.Debtor) (before, after string, err error)) error {
	if who.Role != lifecycle.Supervisor {
		return fault.New(fault.Denied, "fault.desk.role")
	}
	return postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := askRefresh(ctx, tx); err != nil { // first of all, as a refresh locks it first too
			return err
		}
		d, err := oneDebtor(ctx, tx, who, uscc, ` FOR UPDATE OF d`)
		if err != nil {
			return err
		}
		if d.Version != version {
			return fault.New(fault.Conflict, "fault.desk.changed")
		}
		before, after, err := change(tx, d)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE complaints.debtor SET version = version + 1 WHERE employer_id = $1`, d.EmployerID); err != nil {
			return fmt.Errorf("change debtor: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO complaints.debtor_event (employer_id, at, staff_id, what, before, after) VALUES ($1, $2, $3, $4, $5, $6)`, d.EmployerID, now, who.ID, what, before, after); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "complaints", At: now, Actor: who.actor(), Role: string(who.Role), Action: "register: " + what, Subject: "employer:" + uscc})
	})
}

// SetDebtorState enters how an employer stands. Error: fault.Invalid, field by field, for a date or a successor that the state needs.
func (s *Store) SetDebtorState(ctx context.Context, who Staff, uscc string, version int, state supervision.DebtorState, now time.Time) error {
	var wrong []fault.Field
	need := func(field string, missing bool, key string) {
		if missing {
			wrong = append(wrong, fault.Field{Name: field, Key: key})
		}
	}
	need("stopped_on", state.State == "stopped" && state.StoppedOn.IsZero(), "fault.register.date")
	need("accepted_on", state.State == "bankrupt" && state.AcceptedOn.IsZero() && state.DeclaredOn.IsZero(), "fault.register.bankrupt")
	need("declared_on", !state.DeclaredOn.IsZero() && state.DeclaredOn.Before(state.AcceptedOn), "fault.register.declared")
	need("merged_on", state.State == "merged" && state.MergedOn.IsZero(), "fault.register.date")
	successor, err := identity.ParseUSCC(state.Successor)
	need("successor", state.State == "merged" && (err != nil || string(successor) == uscc), "fault.register.successor")
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	if state.State == "merged" {
		state.Successor = string(successor)
	}
	return s.changeDebtor(ctx, who, uscc, version, "state", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		_, err := tx.Exec(ctx, `UPDATE complaints.debtor SET state = $2, stopped_on = $3, accepted_on = $4, declared_on = $5, merged_on = $6, successor = $7 WHERE employer_id = $1`,
			d.EmployerID, state.State, dateArg(state.StoppedOn), dateArg(state.AcceptedOn), dateArg(state.DeclaredOn), dateArg(state.MergedOn), state.Successor)
		if err != nil {
			return "", "", fmt.Errorf("set state: %w", err)
		}
		return d.DebtorState.String(), state.String(), nil
	})
}

// SetDebtorOwner puts a member of staff in charge (专人负责). Error: fault.Invalid (field owner) for an account that does not exist.
func (s *Store) SetDebtorOwner(ctx context.Context, who Staff, uscc string, version int, account string, now time.Time) error {
	return s.changeDebtor(ctx, who, uscc, version, "owner", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		var name string
		err := tx.QueryRow(ctx, `UPDATE complaints.debtor d SET owner_id = f.id FROM complaints.staff f
			WHERE d.employer_id = $1 AND f.account = $2 AND f.disabled_at IS NULL AND f.role IN ('investigator', 'supervisor') AND starts_with(d.region, f.region) RETURNING f.name`, d.EmployerID, account).Scan(&name)
		if err == pgx.ErrNoRows {
			return "", "", fault.InvalidFields(fault.Field{Name: "owner", Key: "fault.register.owner"})
		}
		return d.OwnerName, name, err
	})
}

// SignPlan registers a repayment plan over all that is owed; one runs at a time. Errors: fault.Invalid (field instalments), fault.Conflict (fault.register.plan).
func (s *Store) SignPlan(ctx context.Context, who Staff, uscc string, version int, signedOn calendar.Date, instalments []supervision.Instalment, now time.Time) error {
	return s.changeDebtor(ctx, who, uscc, version, "plan", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		list, err := supervision.NewPlan(signedOn, d.Owed(), instalments)
		if err != nil {
			return "", "", err
		}
		var id int32
		err = tx.QueryRow(ctx, `INSERT INTO complaints.repayment_plan (employer_id, signed_on, through_period, total, staff_id) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			d.EmployerID, signedOn.Time(), d.LastPeriod, d.Owed(), who.ID).Scan(&id)
		if postgres.IsUnique(err, "repayment_plan_running") {
			return "", "", fault.New(fault.Conflict, "fault.register.plan")
		}
		if err != nil {
			return "", "", fmt.Errorf("sign plan: %w", err)
		}
		for _, one := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO complaints.repayment_instalment (plan_id, due_on, amount) VALUES ($1, $2, $3)`, id, one.DueOn.Time(), one.Amount); err != nil {
				return "", "", fmt.Errorf("sign plan: %w", err)
			}
		}
		return "", fmt.Sprintf("%d %s", len(list), d.Owed()), nil
	})
}

// EndPlan ends the running plan before its time: after a missed instalment the whole rest is demanded. Errors: fault.Invalid without a reason, fault.NotFound without a plan.
func (s *Store) EndPlan(ctx context.Context, who Staff, uscc string, version int, reason string, now time.Time) error {
	if reason == "" {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	return s.changeDebtor(ctx, who, uscc, version, "plan_ended", now, func(tx pgx.Tx, d supervision.Debtor) (string, string, error) {
		ended, err := tx.Exec(ctx, `UPDATE complaints.repayment_plan SET ended_on = $2, end_reason = $3 WHERE employer_id = $1 AND ended_on IS NULL`, d.EmployerID, calendar.DateOf(now).Time(), reason)
		if err == nil && ended.RowsAffected() == 0 {
			return "", "", fault.New(fault.NotFound, "fault.register.noplan")
		}
		return "", reason, err
	})
}

// Plans are an employer's plans, the newest first.
func (s *Store) Plans(ctx context.Context, employerID int32) ([]supervision.Plan, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.id, p.signed_on, p.through_period, p.total, o.name, p.ended_on, p.end_reason, array_agg(i.due_on ORDER BY i.due_on), array_agg(i.amount ORDER BY i.due_on)
		FROM complaints.repayment_plan p JOIN complaints.staff o ON o.id = p.staff_id JOIN complaints.repayment_instalment i ON i.plan_id = p.id
		WHERE p.employer_id = $1 GROUP BY p.id, o.name ORDER BY p.id DESC`, employerID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read plans: %w", err))
	}
	plans, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Plan, error) {
		var p supervision.Plan
		var signed time.Time
		var ended *time.Time
		var days []time.Time
		var amounts []int64
		err := row.Scan(&p.ID, &signed, &p.Through, &p.Total, &p.By, &ended, &p.EndReason, &days, &amounts)
		p.SignedOn, p.EndedOn = dateOf(&signed), dateOf(ended)
		for i := range days {
			p.Instalments = append(p.Instalments, supervision.Instalment{DueOn: dateOf(&days[i]), Amount: money.Fen(amounts[i])})
		}
		return p, err
	})
	return plans, postgres.Classify(err)
}
