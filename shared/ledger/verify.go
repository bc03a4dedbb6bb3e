package ledger

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
)

// Verify rebuilds every packed person-year from the contribution rows, in one snapshot, and returns how many persons were checked and which differ.
// Error: fault.Unavailable.
func (l *Ledger) Verify(ctx context.Context) (checked int64, differ []int64, err error) {
	tx, err := l.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return 0, nil, postgres.Classify(fmt.Errorf("verify ledger: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // only read
	rules, err := loadRules(ctx, tx)
	if err != nil {
		return 0, nil, postgres.Classify(err)
	}
	for after := int64(0); ; {
		persons, err := personsAfter(ctx, tx, everyPerson, after)
		if err != nil || len(persons) == 0 {
			return checked, differ, postgres.Classify(err)
		}
		wrong, err := verifyPersons(ctx, tx, rules, persons)
		if err != nil {
			return checked, differ, postgres.Classify(err)
		}
		differ = append(differ, wrong...)
		checked += int64(len(persons))
		after = persons[len(persons)-1]
	}
}

// Mend writes persons' packed years and accounts anew from the contribution rows, for those that Verify names; persons ascend. Error: fault.Unavailable.
func (l *Ledger) Mend(ctx context.Context, persons []int64) error {
	return postgres.Tx(ctx, l.pool, func(tx pgx.Tx) error {
		rules, err := loadRules(ctx, tx)
		if err != nil {
			return err
		}
		return l.runAccounts(ctx, tx, rules, persons)
	})
}

const everyPerson = `SELECT id FROM ledger.person WHERE id > $1 ORDER BY id LIMIT $2`

// personsAfter lists the next persons of a query, ascending.
func personsAfter(ctx context.Context, tx querier, query string, after int64) ([]int64, error) {
	rows, err := tx.Query(ctx, query, after, personsAtOnce)
	if err != nil {
		return nil, fmt.Errorf("list persons: %w", err)
	}
	persons, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list persons: %w", err)
	}
	return persons, nil
}

type personYearKey struct {
	person int64
	year   int
}

// verifyPersons names the persons, ascending, whose stored years are not those that the truth gives.
func verifyPersons(ctx context.Context, tx pgx.Tx, rules *rules, persons []int64) ([]int64, error) {
	stored := make(map[personYearKey][]byte, 4*len(persons))
	rows, err := tx.Query(ctx, `SELECT person_id, year, packed FROM ledger.person_year WHERE person_id = ANY ($1)`, persons)
	if err != nil {
		return nil, fmt.Errorf("read person-years: %w", err)
	}
	var key personYearKey
	var packed []byte
	if _, err := pgx.ForEachRow(rows, []any{&key.person, &key.year, &packed}, func() error {
		stored[key] = packed
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read person-years: %w", err)
	}
	var built packedYears
	if err := packPersons(ctx, tx, rules, persons, &built); err != nil {
		return nil, err
	}
	wrong := map[int64]bool{}
	for i, packed := range built.packed {
		key := personYearKey{built.persons[i], int(built.years[i])}
		if !bytes.Equal(stored[key], packed) {
			wrong[key.person] = true
		}
		delete(stored, key)
	}
	for key := range stored {
		wrong[key.person] = true
	}
	rows, err = tx.Query(ctx, `SELECT person_id FROM ledger.without_account WHERE person_id = ANY ($1)`, persons)
	if err != nil {
		return nil, fmt.Errorf("read who has no account: %w", err)
	}
	noted, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read who has no account: %w", err)
	}
	for _, id := range persons {
		if slices.Contains(noted, id) != slices.Contains(built.refused, id) {
			wrong[id] = true
		}
	}
	var differ []int64
	for _, id := range persons {
		if wrong[id] {
			differ = append(differ, id)
		}
	}
	return differ, nil
}

// Recount builds persons' years anew from the contribution rows, accounts run again, without reading the packed ones: the second way to a balance. persons ascend, and so do each one's years.
// Error: fault.Unavailable.
func (l *Ledger) Recount(ctx context.Context, persons []int64) (map[int64][]PersonYear, error) {
	years := make(map[int64][]PersonYear, len(persons))
	err := postgres.Tx(ctx, l.pool, func(tx pgx.Tx) error {
		rules, err := loadRules(ctx, tx)
		if err != nil {
			return err
		}
		var built packedYears
		if err := packPersons(ctx, tx, rules, persons, &built); err != nil {
			return err
		}
		for i, packed := range built.packed {
			year, err := unpackYear(built.persons[i], int(built.years[i]), packed)
			if err != nil {
				return err
			}
			years[year.PersonID] = append(years[year.PersonID], year)
		}
		return nil
	})
	return years, err
}
