package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/postgres"
)

// EmployerArrears is what an employer owes, by month and insurance, ascending; due and paid are those of the persons with something owed.
// Error: fault.Unavailable.
func (l *Ledger) EmployerArrears(ctx context.Context, employerID int32) ([]ArrearsLine, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT period, insurance, count(*), sum(employer_due + person_due)::bigint, sum(employer_paid + person_paid)::bigint
		FROM ledger.contribution
		WHERE employer_id = $1 AND (employer_paid <> employer_due OR person_paid <> person_due)
		GROUP BY period, insurance
		ORDER BY period, insurance`, employerID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read arrears: %w", err))
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ArrearsLine, error) {
		var line ArrearsLine
		err := row.Scan(&line.Period, &line.Insurance, &line.Persons, &line.Due, &line.Paid)
		line.Owed = line.Due - line.Paid
		return line, err
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read arrears: %w", err))
	}
	return lines, nil
}

// EmployerMonths is an employer's headcount, average base and arrears, month by month, both ends included; a month without a row is absent, and
// a row that was corrected to nothing counts nobody. It is evidence for the desk, not a verdict. Error: fault.Unavailable.
func (l *Ledger) EmployerMonths(ctx context.Context, employerID int32, from, to calendar.Period) ([]EmployerMonth, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT period, count(*), count(*) FILTER (WHERE owed > 0), sum(owed)::bigint, round(avg(base))::bigint
		FROM (
			SELECT c.period, c.person_id, max(c.base) AS base, sum(c.employer_due - c.employer_paid + c.person_due - c.person_paid) AS owed
			FROM ledger.employment e
			JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id AND c.period BETWEEN $2 AND $3
			WHERE e.employer_id = $1 AND c.base + c.employer_due + c.person_due > 0
			GROUP BY c.period, c.person_id) AS person_month
		GROUP BY period
		ORDER BY period`, employerID, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employer's months: %w", err))
	}
	months, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EmployerMonth, error) {
		var month EmployerMonth
		err := row.Scan(&month.Period, &month.Headcount, &month.PersonsOwed, &month.Owed, &month.AverageBase)
		return month, err
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employer's months: %w", err))
	}
	return months, nil
}

// PersonsOwed lists what an employer owes for each person, month and insurance, both ends included, ordered by period, insurance and person.
// Error: fault.Unavailable.
func (l *Ledger) PersonsOwed(ctx context.Context, employerID int32, from, to calendar.Period) ([]PersonArrears, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT person_id, period, insurance, base, employer_due - employer_paid, person_due - person_paid
		FROM ledger.contribution
		WHERE employer_id = $1 AND period BETWEEN $2 AND $3 AND (employer_paid <> employer_due OR person_paid <> person_due)
		ORDER BY period, insurance, person_id`, employerID, from, to)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read persons' arrears: %w", err))
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PersonArrears, error) {
		var line PersonArrears
		err := row.Scan(&line.PersonID, &line.Period, &line.Insurance, &line.Base, &line.EmployerOwed, &line.PersonOwed)
		return line, err
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read persons' arrears: %w", err))
	}
	return lines, nil
}
