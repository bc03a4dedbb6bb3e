package account

import (
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// LostInterest is what the payer of late contributions, paid together on one day, also pays under policy B: the interest that the account would have
// earned from the rows' own months to the end of the last settled year before the payment. late are rows of in.Rows, as they will be once they are paid. Errors as Run.
func LostInterest(in Input, paidOn calendar.Date, late []contribution.Row) (money.Fen, error) {
	l, err := lossOf(in, paidOn, late)
	if err != nil {
		return 0, err
	}
	return l.makeGood(late...)
}

// LostInterestEach is LostInterest row by row, in the order in which rows are made good: what each adds to those before it, so that together they are the whole to the fen, in whatever
// order. None is below zero. Errors as Run.
func LostInterestEach(in Input, paidOn calendar.Date, late []contribution.Row) ([]money.Fen, error) {
	l, err := lossOf(in, paidOn, late)
	if err != nil {
		return nil, err
	}
	lost := make([]money.Fen, len(late))
	for i, r := range late {
		if r.Period.Year() >= paidOn.Year {
			continue // the fund credits it at the year's end
		}
		amount, err := l.makeGood(r)
		if err != nil {
			return nil, err
		}
		lost[i] = max(0, amount) // below only where the account has been taken elsewhere since
	}
	return lost, nil
}

// loss is an account to the last settled year before a payment, as if what has been made good had been paid on time.
type loss struct {
	in      Input
	balance money.Fen
}

// lossOf is the account without its late rows. Errors as Run.
func lossOf(in Input, paidOn calendar.Date, late []contribution.Row) (l loss, err error) {
	isLate := make(map[contribution.Row]bool, len(late))
	for _, r := range late {
		isLate[r] = true
	}
	l.in = in
	l.in.keepers = keepersOf(in.Rows, in.Events, in.Places)
	l.in.Policy, l.in.Through = CreditAsOnTime, calendar.Date{Year: paidOn.Year - 1, Month: 12, Day: 31}
	l.in.Rows = make([]contribution.Row, 0, len(in.Rows))
	for _, r := range in.Rows {
		if !isLate[r] {
			l.in.Rows = append(l.in.Rows, r)
		}
	}
	l.balance, err = l.in.balance()
	return l, err
}

// makeGood adds late rows, and is the interest that comes with them. Errors as Run.
func (l *loss) makeGood(late ...contribution.Row) (money.Fen, error) {
	before := l.balance
	for _, r := range late {
		if r.Period.Year() > l.in.Through.Year {
			continue
		}
		credit, _, err := CreditOf(r)
		if err != nil {
			return 0, err
		}
		before += credit.Personal + credit.Employer
	}
	l.in.Rows = append(l.in.Rows, late...)
	var err error
	l.balance, err = l.in.balance()
	return l.balance - before, err
}

// balance is what the account holds at the end of Through, or opens with where it opens later. Errors as Run.
func (in Input) balance() (money.Fen, error) {
	years, err := Run(in)
	if err != nil {
		return 0, err
	}
	if len(years) > 0 {
		return years[len(years)-1].Closing, nil
	}
	opened, err := in.opened()
	return opened.Personal + opened.Employer, err
}
