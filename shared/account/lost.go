package account

import (
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// LostInterest is what the payer of late contributions, paid together on one day, also pays under policy B: the interest that the account would have
// earned from the rows' own months to the end of the last settled year before the payment. late are rows of in.Rows, as they will be once they are paid. Errors as Run.
func LostInterest(in Input, paidOn calendar.Date, late []contribution.Row) (money.Fen, error) {
	in.Policy = CreditAsOnTime
	in.Through = calendar.Date{Year: paidOn.Year - 1, Month: 12, Day: 31}
	with, err := in.balance()
	if err != nil {
		return 0, err
	}
	isLate := make(map[contribution.Row]bool, len(late))
	principal := Credit{}
	for _, r := range late {
		isLate[r] = true
		if r.Period.Year() >= paidOn.Year {
			continue
		}
		credit, _, err := CreditOf(r)
		if err != nil {
			return 0, err
		}
		principal.Personal += credit.Personal
		principal.Employer += credit.Employer
	}
	rows := make([]contribution.Row, 0, len(in.Rows))
	for _, r := range in.Rows {
		if !isLate[r] {
			rows = append(rows, r)
		}
	}
	in.Rows = rows
	without, err := in.balance()
	if err != nil {
		return 0, err
	}
	return with - without - principal.Personal - principal.Employer, nil
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
