package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// The places that sealed values are bound to, and the domain of the lookup hash.
const (
	placeIDNumber  = "ledger.person.id_number"
	placeMobile    = "ledger.person.mobile"
	domainIDNumber = "id_number"
	domainPerson   = "person"
	domainEmployer = "employer"
)

const personColumns = `id, id_type, id_sealed, name, sex, birth_date, card_number, mobile_sealed, status, opening_balance, opening_employer, opening_on`

// PersonByDocument finds a person by a normalized ID number of any type. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) PersonByDocument(ctx context.Context, number string) (Person, error) {
	return l.person(ctx, `SELECT `+personColumns+` FROM ledger.person WHERE id_hash = ANY ($1)`, l.keys.Hash.Sums(domainIDNumber, number))
}

// Person reads a person. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) Person(ctx context.Context, id int64) (Person, error) {
	return l.person(ctx, `SELECT `+personColumns+` FROM ledger.person WHERE id = $1`, id)
}

func (l *Ledger) person(ctx context.Context, query string, key any) (Person, error) {
	rows, err := l.pool.Query(ctx, query, inBinary, key)
	if err != nil {
		return Person{}, postgres.Classify(fmt.Errorf("read person: %w", err))
	}
	person, err := pgx.CollectExactlyOneRow(rows, l.scanPerson)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, fault.New(fault.NotFound, "ledger.no_person")
	}
	if err != nil {
		return Person{}, postgres.Classify(fmt.Errorf("read person: %w", err))
	}
	return person, nil
}

// scanPerson reads a row of personColumns that was asked for inBinary.
func (l *Ledger) scanPerson(row pgx.CollectableRow) (Person, error) {
	raw, err := rawOf(row)
	if err != nil {
		return Person{}, err
	}
	return l.personOf(&raw)
}

// personOf reads personColumns.
func (l *Ledger) personOf(row *rawRow) (Person, error) {
	p := Person{ID: row.int(), IDType: row.text()}
	sealedNumber := row.bytes()
	p.Name, p.Sex, p.BirthDate, p.CardNumber = row.text(), identity.Sex(row.text()), row.date(), row.text()
	sealedMobile := row.bytes()
	p.Status, p.OpeningBalance, p.OpeningEmployer, p.OpeningOn = PersonStatus(row.int()), money.Fen(row.int()), money.Fen(row.int()), row.date()
	if err := row.err(); err != nil {
		return Person{}, err
	}
	number, err := l.keys.Field.Open(placeIDNumber, sealedNumber)
	if err != nil {
		return Person{}, fmt.Errorf("ID number of person %d: %w", p.ID, err)
	}
	p.IDNumber = string(number)
	if sealedMobile != nil {
		mobile, err := l.keys.Field.Open(placeMobile, sealedMobile)
		if err != nil {
			return Person{}, fmt.Errorf("mobile of person %d: %w", p.ID, err)
		}
		p.Mobile = string(mobile)
	}
	return p, nil
}
