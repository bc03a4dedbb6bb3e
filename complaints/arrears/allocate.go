package arrears

import (
	"slices"
	"sort"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

// FeeOwed is a late fee that was charged when its principal was paid, and is not paid itself.
type FeeOwed struct {
	Period    calendar.Period        `json:"period"`
	Insurance contribution.Insurance `json:"insurance"`
	Amount    money.Fen              `json:"amount"`
}

// Receipt is money that came in on a day, and everything that decides what it is booked to.
type Receipt struct {
	Amount money.Fen
	PaidOn calendar.Date
	Lines  []PersonLine // what is owed, person by person
	Fees   []FeeOwed    // fees charged earlier and still open
	// Where the region books late months as if they had been paid on time: what the accounts have lost of the months that the money may make good (Reach), and what of it was charged with
	// earlier payments and is still open.
	Lost     []MonthInterest
	Interest []MonthInterest
	Facts    Facts
	Setting  Setting
}

// Part is what of a payment goes to one person's month and insurance.
type Part struct {
	PersonID  int64                  `json:"person_id"`
	Period    calendar.Period        `json:"period"`
	Insurance contribution.Insurance `json:"insurance"`
	Employer  money.Fen              `json:"employer"`
	Person    money.Fen              `json:"person"`
}

// Amount is both parts.
func (p Part) Amount() money.Fen { return p.Employer + p.Person }

// Booked is what of a payment goes to a month and insurance: principal, the fee that falls due with it, and the lost interest of those whose month is whole with it.
type Booked struct {
	Period    calendar.Period        `json:"period"`
	Insurance contribution.Insurance `json:"insurance"`
	Class     string                 `json:"class"`
	Owed      money.Fen              `json:"owed"` // before the payment
	Principal money.Fen              `json:"principal"`
	Charged   money.Fen              `json:"charged"` // the fee on this principal to the day of payment
	FeePaid   money.Fen              `json:"fee_paid"`
	Why       string                 `json:"why"` // why nothing was charged
	// Interest that fell due with this payment, and what of it and of earlier payments' was paid.
	Interest     money.Fen `json:"interest,omitzero"`
	InterestPaid money.Fen `json:"interest_paid,omitzero"`
}

// Allocation is a payment booked: principal, fees, lost interest and what is left add up to the payment, and nothing is booked beyond what is owed.
type Allocation struct {
	Mode     string           `json:"mode"` // latefee's mode
	Booked   []Booked         `json:"booked"`
	Parts    []Part           `json:"parts"`
	Interest []BookedInterest `json:"interest,omitempty"` // by person
	LeftOver money.Fen        `json:"left_over"`
}

// Principal is the sum of the principal booked.
func (a Allocation) Principal() money.Fen {
	var sum money.Fen
	for _, b := range a.Booked {
		sum += b.Principal
	}
	return sum
}

// FeePaid is the sum of the fees paid, Charged of those that fell due.
func (a Allocation) FeePaid() (paid, charged money.Fen) {
	for _, b := range a.Booked {
		paid, charged = paid+b.FeePaid, charged+b.Charged
	}
	return paid, charged
}

// InterestPaid is the sum of the lost interest paid, charged of that which fell due.
func (a Allocation) InterestPaid() (paid, charged money.Fen) {
	for _, b := range a.Booked {
		paid, charged = paid+b.InterestPaid, charged+b.Interest
	}
	return paid, charged
}

// Allocate books a payment by the region's order: months by the policy of the setting; within a month the insurances in the order of statements; within an insurance
// whole persons before parts, since only a month paid in full counts for the worker. Of a person's month what was withheld from the wage goes first.
// The fee falls due with the principal that is paid, for its own days: what stays unpaid goes on bearing its own, so that part payments never change the sum.
// Lost interest falls due with the payment that makes a person's month whole, since nothing is credited before. It comes after the principal, which alone makes the month count, and before
// the fees, since it is the workers' and fees are the fund's. Where each fee goes with its principal, so does the interest, after the fee; where the oldest arrears come first, it comes before
// the current month (滚动分配法, 劳办发〔1997〕116号: arrears and their interest, the rest is the current month).
// Errors: money.ErrOverflow; what latefee refuses.
func Allocate(r Receipt) (Allocation, error) {
	b := newBooks(r)
	b.openInterest()
	if r.Setting.FeeOrder == FeeWithItem {
		b.payInterest()
		b.payFees(r.Fees)
	}
	if err := b.bookPrincipal(); err != nil {
		return Allocation{}, err
	}
	b.payInterest()
	if r.Setting.FeeOrder != FeeWithItem {
		b.payFees(r.Fees)
		b.payCharged()
	}
	return Allocation{Mode: b.mode, Booked: b.booked, Parts: b.parts, Interest: b.bookedInterest(), LeftOver: b.left}, nil
}

// item is a month and insurance with its persons.
type item struct {
	period    calendar.Period
	insurance contribution.Insurance
	lines     []PersonLine
	owed      money.Fen
}

type books struct {
	receipt Receipt
	rules   latefee.Rules
	items   []item // by period and insurance
	left    money.Fen
	mode    string
	booked  []Booked
	parts   []Part
	// What is charged now is due in the order of booking, after what is open from before.
	interest []interestDue
	lost     map[personMonth]money.Fen
}

func newBooks(r Receipt) *books {
	b := &books{receipt: r, rules: r.Setting.Rules(), left: max(0, r.Amount), lost: make(map[personMonth]money.Fen, len(r.Lost))}
	for _, m := range r.Lost {
		b.lost[m.personMonth] = m.Amount
	}
	b.group()
	return b
}

// group sorts what is owed into items; months that are not due after a bankruptcy are none.
func (b *books) group() {
	lines := slices.Clone(b.receipt.Lines)
	sort.SliceStable(lines, func(i, j int) bool {
		x, y := lines[i], lines[j]
		if x.Period != y.Period {
			return x.Period < y.Period
		}
		if x.Insurance != y.Insurance {
			return x.Insurance < y.Insurance
		}
		return x.PersonID < y.PersonID
	})
	declared := b.receipt.Facts.Declared
	for _, l := range lines {
		if l.Owed() <= 0 || (!declared.IsZero() && l.Period.FirstDay().After(declared)) {
			continue
		}
		if n := len(b.items); n == 0 || b.items[n-1].period != l.Period || b.items[n-1].insurance != l.Insurance {
			b.items = append(b.items, item{period: l.Period, insurance: l.Insurance})
		}
		last := &b.items[len(b.items)-1]
		last.lines, last.owed = append(last.lines, l), last.owed+l.Owed()
	}
}

// order is the items in the order of the policy, and the mode in which the rule of the repayment books the payment.
func (b *books) order() []item {
	var current money.Fen
	var pre, post []latefee.Item
	rank := func(it item) int {
		switch classOf(it.period, b.receipt.Setting.Due, b.receipt.PaidOn) {
		case Current:
			if b.receipt.Setting.policy() == latefee.Rolling1997 {
				return 3
			}
			return 0
		case PreRegulation:
			return 1
		}
		return 2
	}
	for _, it := range b.items {
		switch classOf(it.period, b.receipt.Setting.Due, b.receipt.PaidOn) {
		case Current:
			current += it.owed
		case PreRegulation:
			pre = addItem(pre, it)
		default:
			post = addItem(post, it)
		}
	}
	b.mode = latefee.Allocate(b.receipt.Setting.policy(), b.left, current, pre, post).Mode
	ordered := slices.Clone(b.items)
	sort.SliceStable(ordered, func(i, j int) bool { return rank(ordered[i]) < rank(ordered[j]) })
	return ordered
}

func addItem(list []latefee.Item, it item) []latefee.Item {
	if n := len(list); n > 0 && list[n-1].Period == it.period {
		list[n-1].Amount += it.owed
		return list
	}
	return append(list, latefee.Item{Period: it.period, Amount: it.owed})
}

func (b *books) bookPrincipal() error {
	for _, it := range b.order() {
		if b.receipt.Setting.FeeOrder == FeeWithItem || b.receipt.Setting.policy() == latefee.Rolling1997 && b.current(it) {
			b.payInterest() // of the months before
		}
		if b.left == 0 {
			return nil
		}
		amount, err := b.affordable(it)
		if err != nil {
			return err
		}
		if amount == 0 {
			return nil // what is left does not cover a fen with its fee: it is not booked to a later month instead
		}
		fee, why, err := b.fee(it, amount)
		if err != nil {
			return err
		}
		entry := b.entry(it.period, it.insurance)
		entry.Owed, entry.Principal, entry.Charged, entry.Why = it.owed, amount, fee, why
		b.left -= amount
		if b.receipt.Setting.FeeOrder == FeeWithItem {
			entry.FeePaid += fee
			b.left -= fee
		}
		b.spread(it, amount)
		if amount < it.owed {
			return nil
		}
	}
	return nil
}

// current reports whether an item's due date has not passed on the day of payment.
func (b *books) current(it item) bool {
	return classOf(it.period, b.receipt.Setting.Due, b.receipt.PaidOn) == Current
}

func (b *books) fee(it item, principal money.Fen) (money.Fen, string, error) {
	fee, why, err := feeOn(b.receipt.Setting, b.rules, b.receipt.Facts, it.period, it.insurance, principal, b.receipt.PaidOn)
	return fee.Amount, why, err
}

// affordable is how much principal of an item the rest of the payment covers, with its fee when the fee goes with the item.
func (b *books) affordable(it item) (money.Fen, error) {
	if b.receipt.Setting.FeeOrder != FeeWithItem {
		return min(b.left, it.owed), nil
	}
	low, high := money.Fen(0), min(b.left, it.owed)
	for low < high {
		middle := low + (high-low+1)/2
		fee, _, err := b.fee(it, middle)
		if err != nil {
			return 0, err
		}
		if middle+fee <= b.left {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

// spread divides an item's amount among its persons: whole ones first, in the order of the register; the rest to the next.
func (b *books) spread(it item, amount money.Fen) {
	var waiting []PersonLine
	for _, l := range it.lines {
		if l.Owed() > amount {
			waiting = append(waiting, l)
			continue
		}
		b.parts = append(b.parts, Part{l.PersonID, l.Period, l.Insurance, l.EmployerOwed(), l.PersonOwed()})
		b.chargeInterest(l)
		amount -= l.Owed()
	}
	if amount > 0 && len(waiting) > 0 {
		l := waiting[0]
		own := min(amount, l.PersonOwed())
		b.parts = append(b.parts, Part{l.PersonID, l.Period, l.Insurance, amount - own, own})
	}
}

// payFees pays fees that were charged earlier, the oldest first.
func (b *books) payFees(fees []FeeOwed) {
	sorted := slices.Clone(fees)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Period < sorted[j].Period })
	for _, f := range sorted {
		paid := min(b.left, max(0, f.Amount))
		if paid > 0 {
			b.entry(f.Period, f.Insurance).FeePaid += paid
			b.left -= paid
		}
	}
}

// payCharged pays the fees that fell due with this payment's principal, in the order of booking.
func (b *books) payCharged() {
	for i := range b.booked {
		paid := min(b.left, b.booked[i].Charged)
		b.booked[i].FeePaid += paid
		b.left -= paid
	}
}

// entry is the line of a month and insurance, made when there is none yet. It is good until the next one is asked for.
func (b *books) entry(p calendar.Period, insurance contribution.Insurance) *Booked {
	i := slices.IndexFunc(b.booked, func(x Booked) bool { return x.Period == p && x.Insurance == insurance })
	if i < 0 {
		i = len(b.booked)
		b.booked = append(b.booked, Booked{Period: p, Insurance: insurance, Class: classOf(p, b.receipt.Setting.Due, b.receipt.PaidOn)})
	}
	return &b.booked[i]
}
