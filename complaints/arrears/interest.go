package arrears

import (
	"cmp"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Interest is what the payer owes besides principal and late fee where a region books late months as if they had been paid on time: the interest that the workers' accounts would
// have earned to the last year's end before the payment (补缴记账办法 B: 补缴本金和利息). It joins the accounts, not the fund, and bears no fee.
type Interest struct {
	Amount  money.Fen     `json:"amount"`        // of what is unpaid
	Open    money.Fen     `json:"open,omitzero"` // charged with payments before, and not paid
	Persons int           `json:"persons"`       // whose accounts have lost some
	Months  int           `json:"months"`        // of theirs
	Through calendar.Date `json:"through"`       // the year's end that it is counted to
	Basis   string        `json:"basis"`         // name of the rule
}

// Total is all of it that is to be paid.
func (i Interest) Total() money.Fen { return i.Amount + i.Open }

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

// personMonth is one person's month of an insurance.
type personMonth struct {
	PersonID  int64                  `json:"person_id"`
	Period    calendar.Period        `json:"period"`
	Insurance contribution.Insurance `json:"insurance"`
}

// MonthInterest is lost interest of one person's month of an insurance.
type MonthInterest struct {
	personMonth
	Amount money.Fen
}

// InterestOf is the interest of a person's month.
func InterestOf(person int64, p calendar.Period, insurance contribution.Insurance, amount money.Fen) MonthInterest {
	return MonthInterest{personMonth{person, p, insurance}, amount}
}

// BookedInterest is what of a payment's interest is one person's: what fell due, and what was paid of that or of what was open.
type BookedInterest struct {
	personMonth
	Charged money.Fen `json:"charged"`
	Paid    money.Fen `json:"paid"`
}

// interestDue is interest that waits to be paid.
type interestDue struct {
	BookedInterest
	due money.Fen
}

// Reach are the lines that a payment may make good, in the order in which it would: those of all months that it begins if principal came alone. Whose account has lost how much by them is
// to be known before the payment can be allocated.
func Reach(r Receipt) []PersonLine {
	b := newBooks(r)
	left := b.left
	var reached []PersonLine
	for _, it := range b.order() {
		if left <= 0 {
			break
		}
		reached = append(reached, it.lines...)
		left -= it.owed
	}
	return reached
}

// openInterest lets what earlier payments have left wait first, the oldest before.
func (b *books) openInterest() {
	open := slices.Clone(b.receipt.Interest)
	slices.SortStableFunc(open, func(x, y MonthInterest) int {
		return cmp.Or(cmp.Compare(x.Period, y.Period), cmp.Compare(x.Insurance, y.Insurance), cmp.Compare(x.PersonID, y.PersonID))
	})
	for _, m := range open {
		b.interest = append(b.interest, interestDue{BookedInterest{personMonth: m.personMonth}, max(0, m.Amount)})
	}
}

// chargeInterest lets the interest of a person's month fall due that is whole now.
func (b *books) chargeInterest(l PersonLine) {
	key := personMonth{l.PersonID, l.Period, l.Insurance}
	if amount := b.lost[key]; amount > 0 {
		b.entry(l.Period, l.Insurance).Interest += amount
		b.interest = append(b.interest, interestDue{BookedInterest{personMonth: key, Charged: amount}, amount})
	}
}

// payInterest pays what is due so far, as far as the money goes.
func (b *books) payInterest() {
	for i := range b.interest {
		x := &b.interest[i]
		if paid := min(b.left, x.due); paid > 0 {
			x.due, x.Paid = x.due-paid, x.Paid+paid
			b.entry(x.Period, x.Insurance).InterestPaid += paid
			b.left -= paid
		}
	}
}

// bookedInterest is what was charged or paid.
func (b *books) bookedInterest() []BookedInterest {
	var list []BookedInterest
	for _, x := range b.interest {
		if x.Charged != 0 || x.Paid != 0 {
			list = append(list, x.BookedInterest)
		}
	}
	return list
}
