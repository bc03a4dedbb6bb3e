package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// PersonYear reads one person's year in one query. Errors: fault.NotFound when the ledger has nothing of that year, fault.Unavailable.
func (l *Ledger) PersonYear(ctx context.Context, personID int64, year int) (PersonYear, error) {
	var packed []byte
	err := l.pool.QueryRow(ctx, `SELECT packed FROM ledger.person_year WHERE person_id = $1 AND year = $2`, personID, year).Scan(&packed)
	if errors.Is(err, pgx.ErrNoRows) {
		return PersonYear{}, fault.New(fault.NotFound, "ledger.no_year", year)
	}
	if err != nil {
		return PersonYear{}, postgres.Classify(fmt.Errorf("read person-year: %w", err))
	}
	return unpackYear(personID, year, packed)
}

// PersonYears reads all of a person's years, ascending; none is an empty list. Error: fault.Unavailable.
func (l *Ledger) PersonYears(ctx context.Context, personID int64) ([]PersonYear, error) {
	rows, err := l.pool.Query(ctx, `SELECT year, packed FROM ledger.person_year WHERE person_id = $1 ORDER BY year`, personID)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read person-years: %w", err))
	}
	years, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PersonYear, error) {
		var year int
		var packed []byte
		if err := row.Scan(&year, &packed); err != nil {
			return PersonYear{}, err
		}
		return unpackYear(personID, year, packed)
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("read person-years: %w", err))
	}
	return years, nil
}
