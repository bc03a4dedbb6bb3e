package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// LateMonth is a month of pension insurance that an employer makes good late for a person: what of both parts is still to be paid, and the true base where an audit found one.
type LateMonth struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen // none: the declared one
	EmployerOwed money.Fen
	PersonOwed   money.Fen
}

// LostInterest is what the payer of late months owes besides them in regions that book them as if they had been paid on time (account.CreditAsOnTime).
type LostInterest struct {
	Amount  money.Fen
	Persons int // whose accounts have lost some
	Months  int // of theirs
}

// LostInterest counts the interest that the accounts would have earned to the last year's end before paidOn, had the months been paid on time. Persons of regions that book late payments
// in the month of payment, and those whose accounts need a local rule, add nothing. Errors: money.ErrOverflow, fault.Unavailable.
func (l *Ledger) LostInterest(ctx context.Context, employerID int32, paidOn calendar.Date, months []LateMonth) (lost LostInterest, err error) {
	byPerson := map[int64][]LateMonth{}
	for _, m := range months {
		byPerson[m.PersonID] = append(byPerson[m.PersonID], m)
	}
	var persons []int64
	for id := range byPerson {
		persons = append(persons, id)
	}
	slices.Sort(persons)
	err = postgres.Tx(ctx, l.pool, func(tx pgx.Tx) error {
		rules, err := loadSettings(ctx, tx)
		if err != nil || !rules.asOnTime() {
			return err
		}
		if rules, err = rulesFor(ctx, tx, persons); err != nil {
			return err
		}
		for len(persons) > 0 {
			some := persons[:min(len(persons), personsAtOnce)]
			persons = persons[len(some):]
			if err := lost.add(ctx, tx, rules, employerID, paidOn, some, byPerson); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return LostInterest{}, postgres.Classify(fmt.Errorf("lost interest: %w", err))
	}
	return lost, nil
}

// asOnTime reports whether any region books late payments as if they had come on time.
func (r *rules) asOnTime() bool {
	for _, s := range r.settings {
		if s.Policy == account.CreditAsOnTime {
			return true
		}
	}
	return false
}

// add counts some persons, ascending.
func (l *LostInterest) add(ctx context.Context, tx pgx.Tx, rules *rules, employerID int32, paidOn calendar.Date, persons []int64, months map[int64][]LateMonth) error {
	people, err := openPeople(ctx, tx, persons, lastYear)
	if err != nil {
		return err
	}
	defer people.close()
	for _, id := range persons {
		rows, _, err := people.next(id)
		if err != nil {
			return err
		}
		in, ok := rules.input(rules.regions[lastEmployer(rows)], people.books[id], slices.Clone(rows))
		if !ok || in.Policy != account.CreditAsOnTime {
			continue
		}
		var late []contribution.Row
		for i := range in.Rows {
			for _, m := range months[id] {
				if row := &in.Rows[i]; row.EmployerID == employerID && row.Period == m.Period && row.Insurance == m.Insurance {
					m.makeGood(row, paidOn)
					late = append(late, *row)
				}
			}
		}
		amount, err := account.LostInterest(in, paidOn, late)
		switch {
		case errors.Is(err, account.ErrLocalRule) || err == nil && amount <= 0:
			continue
		case err != nil:
			return err
		}
		if l.Amount, err = money.Sum(l.Amount, amount); err != nil {
			return err
		}
		l.Persons++
		for _, row := range late {
			if row.Period.Year() < paidOn.Year {
				l.Months++
			}
		}
	}
	return people.err()
}

// lastYear is after every contribution: of years before it, only pension rows are read.
const lastYear = 3000

// makeGood is the row as it stands once it is paid.
func (m LateMonth) makeGood(row *contribution.Row, paidOn calendar.Date) {
	row.EmployerDue, row.PersonDue = row.EmployerPaid+m.EmployerOwed, row.PersonPaid+m.PersonOwed
	row.EmployerPaid, row.PersonPaid, row.PaidOn = row.EmployerDue, row.PersonDue, paidOn
	if m.Base > 0 {
		row.Base = m.Base
	}
}
