package arrears

import (
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// Interest is what the payer owes besides principal and late fee where a region books late months as if they had been paid on time: the interest that the workers' accounts would
// have earned to the last year's end before the payment (补缴记账办法 B: 补缴本金和利息). It joins the accounts, not the fund, and bears no fee.
type Interest struct {
	Amount  money.Fen     `json:"amount"`
	Persons int           `json:"persons"` // whose accounts have lost some
	Months  int           `json:"months"`  // of theirs
	Through calendar.Date `json:"through"` // the year's end that it is counted to
	Basis   string        `json:"basis"`   // name of the rule
}

// BearInterest are the lines whose accounts lose interest while they are unpaid: pension months past their due date on the day of payment, save those that a bankruptcy keeps from
// falling due. What is credited in the year of payment itself loses none: the fund credits it at the year's end.
func BearInterest(in Input, lines []PersonLine) []PersonLine {
	var late []PersonLine
	for _, l := range lines {
		notDue := !in.Facts.Declared.IsZero() && l.Period.FirstDay().After(in.Facts.Declared)
		if l.Insurance.IsPension() && l.Owed() > 0 && !notDue && in.Setting.Due.Date(l.Period).Before(in.PaidOn) && l.Period.Year() < in.PaidOn.Year {
			late = append(late, l)
		}
	}
	return late
}
