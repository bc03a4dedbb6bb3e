package ledger

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// books are what an account follows from besides contributions: the balance from the agency's books, and what has happened since. No day: it begins with the first contribution or event.
type books struct {
	balance  money.Fen // both parts
	employer money.Fen // of balance, the employer's part
	on       calendar.Date
	events   []account.Event
}

// begun is the first year of the account that is before every contribution; 0 is none.
func (b books) begun() (year int) {
	if !b.on.IsZero() {
		year = b.on.AddDays(1).Year
	}
	if len(b.events) > 0 && (year == 0 || b.events[0].On.Year < year) {
		year = b.events[0].On.Year
	}
	return year
}

// people reads persons' rows one person after the other, in memory for one person only. Its transaction serves nothing else until it is closed.
type people struct {
	books  map[int64]books
	rows   pgx.Rows
	more   bool
	person int64 // of row, which is read ahead
	row    contribution.Row
	run    int32
	own    []contribution.Row
	runs   []int32
}

// openPeople begins reading some persons, ascending: of years before from only the pension rows, which accounts are run from.
func openPeople(ctx context.Context, tx pgx.Tx, persons []int64, from int) (*people, error) {
	p := &people{books: make(map[int64]books, len(persons))}
	events, err := eventsOf(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT id, opening_balance, opening_employer, opening_on FROM ledger.person WHERE id = ANY ($1)`, persons)
	if err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	var id int64
	var balance, employer money.Fen
	var on civilDate
	if _, err := pgx.ForEachRow(rows, []any{&id, &balance, &employer, &on}, func() error {
		p.books[id] = books{balance, employer, calendar.Date(on), events[id]}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read openings: %w", err)
	}
	p.rows, err = tx.Query(ctx, `
		SELECT person_id, base, employer_due, employer_paid, person_due, person_paid, period, employer_id, paid_on, insurance, run_id
		FROM ledger.contribution
		WHERE person_id = ANY ($1) AND (period >= $2 OR insurance IN (110, 120))
		ORDER BY person_id, period, insurance, employer_id`, persons, from*100)
	if err != nil {
		return nil, fmt.Errorf("read contributions: %w", err)
	}
	if err := p.advance(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *people) advance() error {
	p.more = p.rows.Next()
	if !p.more {
		return p.err()
	}
	raw := p.rows.RawValues()
	var err error
	if p.person, err = rawContribution(raw, &p.row); err != nil {
		return err
	}
	p.run = int32(binary.BigEndian.Uint32(raw[10]))
	return nil
}

// next is a person's rows, by period, insurance and employer, and the runs that brought them; both are valid until the next call. Persons are asked for ascending.
func (p *people) next(id int64) ([]contribution.Row, []int32, error) {
	p.own, p.runs = p.own[:0], p.runs[:0]
	for p.more && p.person <= id {
		if p.person == id {
			p.own, p.runs = append(p.own, p.row), append(p.runs, p.run)
		}
		if err := p.advance(); err != nil {
			return nil, nil, err
		}
	}
	return p.own, p.runs, nil
}

func (p *people) err() error {
	if err := p.rows.Err(); err != nil {
		return fmt.Errorf("read contributions: %w", err)
	}
	return nil
}

func (p *people) close() { p.rows.Close() }
