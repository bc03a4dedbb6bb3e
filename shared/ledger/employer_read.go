package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/postgres"
)

const employerColumns = `id, uscc, name, region, registered_on, status, ownership`

// Employer reads an employer. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) Employer(ctx context.Context, id int32) (Employer, error) {
	return l.employer(ctx, `SELECT `+employerColumns+` FROM ledger.employer WHERE id = $1`, id)
}

// EmployerByUSCC finds an employer by its normalized credit code. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) EmployerByUSCC(ctx context.Context, code identity.USCC) (Employer, error) {
	return l.employer(ctx, `SELECT `+employerColumns+` FROM ledger.employer WHERE uscc = $1`, string(code))
}

func (l *Ledger) employer(ctx context.Context, query string, key any) (Employer, error) {
	rows, err := l.pool.Query(ctx, query, key)
	if err != nil {
		return Employer{}, postgres.Classify(fmt.Errorf("read employer: %w", err))
	}
	employer, err := pgx.CollectExactlyOneRow(rows, scanEmployer)
	if errors.Is(err, pgx.ErrNoRows) {
		return Employer{}, fault.New(fault.NotFound, "ledger.no_employer")
	}
	if err != nil {
		return Employer{}, postgres.Classify(fmt.Errorf("read employer: %w", err))
	}
	return employer, nil
}

// Employers reads several employers at once; those that do not exist are absent. Error: fault.Unavailable.
func (l *Ledger) Employers(ctx context.Context, ids []int32) (map[int32]Employer, error) {
	rows, err := l.pool.Query(ctx, `SELECT `+employerColumns+` FROM ledger.employer WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employers: %w", err))
	}
	list, err := pgx.CollectRows(rows, scanEmployer)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read employers: %w", err))
	}
	employers := make(map[int32]Employer, len(list))
	for _, employer := range list {
		employers[employer.ID] = employer
	}
	return employers, nil
}

func scanEmployer(row pgx.CollectableRow) (Employer, error) {
	var e Employer
	var code string
	var registered civilDate
	err := row.Scan(&e.ID, &code, &e.Name, &e.Region, &registered, &e.Status, &e.Ownership)
	e.USCC, e.RegisteredOn = identity.USCC(code), calendar.Date(registered)
	return e, err
}
