package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/postgres"
)

// EmployerRow is a contribution row with the person it is of.
type EmployerRow struct {
	PersonID int64
	contribution.Row
}

// EmployerRows lists an employer's rows, both ends included, ordered by period, insurance and person; only those with something owed, or all. It reads within the
// caller's transaction, so that what is decided by the rows is decided by those of that moment. Errors are the database's.
func (l *Ledger) EmployerRows(ctx context.Context, tx pgx.Tx, employerID int32, from, to calendar.Period, owingOnly bool) ([]EmployerRow, error) {
	query := `
		SELECT c.person_id, c.period, c.insurance, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on
		FROM ledger.employment e
		JOIN ledger.contribution c ON c.person_id = e.person_id AND c.employer_id = e.employer_id AND c.period BETWEEN $2 AND $3
		WHERE e.employer_id = $1`
	if owingOnly {
		query = `
		SELECT c.person_id, c.period, c.insurance, c.base, c.employer_due, c.employer_paid, c.person_due, c.person_paid, c.paid_on
		FROM ledger.contribution c
		WHERE c.employer_id = $1 AND c.period BETWEEN $2 AND $3 AND (c.employer_paid <> c.employer_due OR c.person_paid <> c.person_due)`
	}
	rows, err := tx.Query(ctx, query+` ORDER BY c.period, c.insurance, c.person_id`, employerID, from, to)
	if err != nil {
		return nil, fmt.Errorf("read employer's rows: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EmployerRow, error) {
		r := EmployerRow{Row: contribution.Row{EmployerID: employerID}}
		var paid civilDate
		err := row.Scan(&r.PersonID, &r.Period, &r.Insurance, &r.Base, &r.EmployerDue, &r.EmployerPaid, &r.PersonDue, &r.PersonPaid, &paid)
		r.PaidOn = calendar.Date(paid)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read employer's rows: %w", err)
	}
	return list, nil
}

// EmployerID finds an employer by its normalized credit code within the caller's transaction. Error: fault.NotFound.
func (l *Ledger) EmployerID(ctx context.Context, tx pgx.Tx, code identity.USCC) (id int32, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM ledger.employer WHERE uscc = $1`, string(code)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "ledger.no_employer")
	}
	if err != nil {
		return 0, fmt.Errorf("find employer: %w", err)
	}
	return id, nil
}

// MaskedPerson names a person as far as a list of colleagues may.
type MaskedPerson struct{ Name, Number string }

// MaskedPersons names persons with name and ID number masked; those that do not exist are absent. Error: fault.Unavailable.
func (l *Ledger) MaskedPersons(ctx context.Context, ids []int64) (map[int64]MaskedPerson, error) {
	persons, err := l.maskedPersons(ctx, ids)
	if err != nil {
		return nil, err
	}
	masked := make(map[int64]MaskedPerson, len(persons))
	for id, p := range persons {
		masked[id] = MaskedPerson{identity.MaskName(p.Name), p.IDNumber}
	}
	return masked, nil
}

// EmployedPersons finds the people of an employer whose name begins with some characters, or whose ID number is the one given. Error: fault.Unavailable.
func (l *Ledger) EmployedPersons(ctx context.Context, employerID int32, search string) ([]int64, error) {
	var hashes [][]byte
	if number, err := identity.ParseDocument("", search); err == nil {
		hashes = l.keys.Hash.Sums(domainIDNumber, number)
	}
	rows, err := l.pool.Query(ctx, `
		SELECT p.id FROM ledger.employment e JOIN ledger.person p ON p.id = e.person_id
		WHERE e.employer_id = $1 AND (starts_with(p.name, $2) OR p.id_hash = ANY ($3)) ORDER BY p.id`, employerID, search, hashes)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("find employer's people: %w", err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return ids, postgres.Classify(err)
}
