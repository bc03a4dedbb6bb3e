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

// LateMonth is a month of pension insurance that an employer makes good late for a person: what of both parts is still to be paid, the true base where an audit found one, and the interest
// that has been charged for it before, when it was made good once and is no longer.
type LateMonth struct {
	PersonID     int64
	Period       calendar.Period
	Insurance    contribution.Insurance
	Base         money.Fen // none: the declared one
	EmployerOwed money.Fen
	PersonOwed   money.Fen
	Charged      money.Fen
}

// LostInterest is what the payer of late months owes besides them in regions that book them as if they had been paid on time (account.CreditAsOnTime).
type LostInterest struct {
	Amount  money.Fen
	Persons int // whose accounts have lost some
	Months  int // of theirs
}

// LostInterest counts the interest that the accounts would have earned to the last year's end before paidOn, had the months been paid on time, less what was charged for them. Persons of
// regions that book late payments in the month of payment, and those whose accounts need a local rule, add nothing. Errors: money.ErrOverflow, fault.Unavailable.
func (l *Ledger) LostInterest(ctx context.Context, employerID int32, paidOn calendar.Date, months []LateMonth) (lost LostInterest, err error) {
	err = postgres.Tx(ctx, l.pool, func(tx pgx.Tx) error {
		lost = LostInterest{}
		return lateMonths{employerID, paidOn, months}.eachPerson(ctx, tx, func(p latePerson) error {
			amount, err := p.lost()
			if err != nil || amount <= 0 {
				return err
			}
			lost.Persons++
			for _, row := range p.late {
				if row.Period.Year() < paidOn.Year {
					lost.Months++
				}
			}
			lost.Amount, err = money.Sum(lost.Amount, amount)
			return err
		})
	})
	if err != nil {
		return LostInterest{}, postgres.Classify(fmt.Errorf("lost interest: %w", err))
	}
	return lost, nil
}

// LostInterestByMonth is LostInterest month by month, in the caller's transaction: what each adds to those of the person before it in the list, since it is made good after them. The
// amounts stand as the months do. Errors: money.ErrOverflow, fault.Unavailable.
func (l *Ledger) LostInterestByMonth(ctx context.Context, tx pgx.Tx, employerID int32, paidOn calendar.Date, months []LateMonth) ([]money.Fen, error) {
	lost := make([]money.Fen, len(months))
	err := lateMonths{employerID, paidOn, months}.eachPerson(ctx, tx, func(p latePerson) error {
		each, err := p.lostEach()
		for i, amount := range each {
			lost[p.at[i]] = amount
		}
		return err
	})
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("lost interest by month: %w", err))
	}
	return lost, nil
}

// lateMonths are months that an employer makes good on a day.
type lateMonths struct {
	employerID int32
	paidOn     calendar.Date
	months     []LateMonth
}

// latePerson is somebody whose account books late months as if they had been paid on time: late are the account's rows as they stand once they are paid, and at their places in the list
// of months.
type latePerson struct {
	lateMonths
	in   account.Input
	late []contribution.Row
	at   []int
}

// lost is what all of a person's months lose, less what was charged for them.
func (p latePerson) lost() (money.Fen, error) {
	oneByOne := len(p.in.Events) > 0 // an account that was taken elsewhere in between loses some months' interest and not others'
	for _, i := range p.at {
		oneByOne = oneByOne || p.months[i].Charged != 0
	}
	if !oneByOne {
		amount, err := account.LostInterest(p.in, p.paidOn, p.late)
		if errors.Is(err, account.ErrLocalRule) {
			return 0, nil
		}
		return amount, err
	}
	each, err := p.lostEach()
	if err != nil {
		return 0, err
	}
	return money.Sum(each...)
}

func (p latePerson) lostEach() ([]money.Fen, error) {
	each, err := account.LostInterestEach(p.in, p.paidOn, p.late)
	if errors.Is(err, account.ErrLocalRule) {
		return nil, nil
	}
	for i := range each {
		each[i] = max(0, each[i]-p.months[p.at[i]].Charged)
	}
	return each, err
}

// eachPerson goes through the persons who have an account of a region that books late months as if they had been paid on time.
func (l lateMonths) eachPerson(ctx context.Context, tx pgx.Tx, do func(p latePerson) error) error {
	rules, err := loadSettings(ctx, tx)
	if err != nil || !rules.asOnTime() {
		return err
	}
	byPerson := map[int64][]int{}
	var persons []int64
	for i, m := range l.months {
		if byPerson[m.PersonID] == nil {
			persons = append(persons, m.PersonID)
		}
		byPerson[m.PersonID] = append(byPerson[m.PersonID], i)
	}
	slices.Sort(persons)
	if rules, err = rulesFor(ctx, tx, persons); err != nil {
		return err
	}
	for len(persons) > 0 {
		some := persons[:min(len(persons), personsAtOnce)]
		persons = persons[len(some):]
		people, err := openPeople(ctx, tx, some, lastYear)
		if err != nil {
			return err
		}
		for _, id := range some {
			if err = l.ofPerson(rules, people, id, byPerson[id], do); err != nil {
				break
			}
		}
		people.close()
		if err := errors.Join(err, people.err()); err != nil {
			return err
		}
	}
	return nil
}

// ofPerson finds the late rows of one person, in the order of the months.
func (l lateMonths) ofPerson(rules *rules, people *people, id int64, own []int, do func(p latePerson) error) error {
	rows, _, err := people.next(id)
	if err != nil {
		return err
	}
	in, ok := rules.input(people.books[id], slices.Clone(rows))
	if !ok || rules.SettingOf(rules.RegionOf(l.employerID)).Policy != account.CreditAsOnTime { // that of the region that the employer pays to, wherever the person is now
		return nil
	}
	p := latePerson{lateMonths: l, in: in}
	for _, at := range own {
		m := l.months[at]
		i := slices.IndexFunc(in.Rows, func(r contribution.Row) bool {
			return r.EmployerID == l.employerID && r.Period == m.Period && r.Insurance == m.Insurance
		})
		if i >= 0 {
			m.makeGood(&in.Rows[i], l.paidOn)
			p.late, p.at = append(p.late, in.Rows[i]), append(p.at, at)
		}
	}
	return do(p)
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
