package account

import (
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// EventKind is what happens to an account besides contributions and interest (个人账户变动).
type EventKind uint8

// The kinds.
const (
	TransferIn  EventKind = iota + 1 // 转入: another region has moved the account here
	TransferOut                      // 转出: it is moved to another region
	Retirement                       // 离退休: interest for the months that it lived; later credits are booked and earn nothing
	Death                            // 死亡: as Retirement
	Correction                       // 调整: an amount that the agency booked, with its reason; it begins to earn in the year after
	Termination                      // 终止: as Death; the person has settled abroad, or draws no pension, and is paid what the account held (社会保险法实施细则 art. 3, 6)
)

// Ends reports whether the account lives no longer: what it held then is what its closing says.
func (k EventKind) Ends() bool { return k == Retirement || k == Death || k == Termination }

var eventNames = [...]string{"", "transfer_in", "transfer_out", "retirement", "death", "correction", "termination"}

// EventKinds lists every kind.
func EventKinds() []EventKind {
	kinds := make([]EventKind, len(eventNames)-1)
	for i := range kinds {
		kinds[i] = EventKind(i + 1)
	}
	return kinds
}

// Known reports whether there is such a kind: stored bytes may hold anything.
func (k EventKind) Known() bool { return k > 0 && int(k) < len(eventNames) }

// String is the kind as programs name it.
func (k EventKind) String() string { return eventNames[k] }

// Event is one of them. A transfer within a year moves the balance at the year's start and the bare principal that was credited since; neither has earned anything in the year: the
// receiver credits interest for the whole of it, as if the account had always been here (TransferRule).
type Event struct {
	Kind     EventKind
	On       calendar.Date
	Personal money.Fen     // TransferIn: the balance at the year's start, own part; Correction: the amount, which may be below zero
	Employer money.Fen     // the same of the employer's part
	Credits  [12]money.Fen // TransferIn: the principal of the year, January first, own part
	Note     string        // the other agency, or the reason
	Region   string        // TransferIn: that has taken the account over (six digits); none follows from the contributions
}

// Booked is what an event brought to the account, or took from it.
type Booked struct {
	Kind   EventKind
	On     calendar.Date
	Amount money.Fen
	Note   string
}

// inOrder are events by day; of one day, transfers to another region come last, but for one that names where: there the account goes.
func inOrder(events []Event) []Event {
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b Event) int {
		if a.On != b.On {
			return a.On.Sub(b.On)
		}
		return int(rank(a)) - int(rank(b))
	})
	return sorted
}

func rank(e Event) EventKind {
	switch {
	case e.Kind == TransferOut:
		return Termination + 1
	case e.Kind == TransferIn && e.Region != "":
		return Termination + 2
	}
	return e.Kind
}

// endOf is the first day on which the account ends; none while it lives. Events come in order.
func endOf(events []Event) calendar.Date {
	for _, e := range events {
		if e.Kind.Ends() {
			return e.On
		}
	}
	return calendar.Date{}
}

// course is a sub-ledger's year while its events pass by: what earns from the year's start and by months, and what the events have brought so far.
type course struct {
	opening        money.Fen
	moved          money.Fen // into here: it earns from January, whenever the account began here
	corrected      money.Fen
	credits        [12]money.Fen
	movedCredits   [12]money.Fen
	brought        money.Fen
	amounts        []money.Fen // what each event brought
	left, received bool
}

// take lets an event pass. Error: money.ErrOverflow.
func (c *course) take(e Event, employer bool) (err error) {
	amount := e.Personal
	if employer {
		amount, e.Credits = e.Employer, [12]money.Fen{}
	}
	switch e.Kind {
	case TransferIn:
		c.received = true
		if c.moved, err = money.Sum(c.moved, amount); err != nil {
			return err
		}
		for m, credit := range e.Credits {
			if c.movedCredits[m], err = money.Sum(c.movedCredits[m], credit); err != nil {
				return err
			}
		}
		amount, err = money.Sum(append(e.Credits[:], amount)...)
	case Correction:
		c.corrected, err = money.Sum(c.corrected, amount)
	case TransferOut:
		// Everything goes that was there by the end of the month; what is booked later stays, until it too is moved.
		c.left = true
		gone := append(append([]money.Fen{c.opening, c.moved, c.corrected}, c.movedCredits[:]...), c.credits[:e.On.Month]...)
		amount, err = money.Sum(gone...)
		amount = -amount
		c.opening, c.moved, c.corrected, c.movedCredits = 0, 0, 0, [12]money.Fen{}
		clear(c.credits[:e.On.Month])
	default:
		amount = 0
	}
	if err != nil {
		return err
	}
	c.amounts = append(c.amounts, amount)
	c.brought, err = money.Sum(c.brought, amount)
	return err
}

// empty reports whether nothing is left.
func (c *course) empty() bool {
	return c.opening == 0 && c.moved == 0 && c.corrected == 0 && c.credits == [12]money.Fen{} && c.movedCredits == [12]money.Fen{}
}

// interest is that of what is left; what was moved here earns from January on. Error: money.ErrOverflow.
func (c *course) interest(method Method, rates MonthRates, months Months) (Interest, error) {
	opening, credits := c.opening, c.credits
	var err error
	for m, credit := range c.movedCredits {
		if credits[m], err = money.Sum(credits[m], credit); err != nil {
			return Interest{}, err
		}
	}
	var moved Interest
	if months.First == 1 {
		if opening, err = money.Sum(opening, c.moved); err != nil {
			return Interest{}, err
		}
	} else if moved, err = InterestByMonth(method, c.moved, [12]money.Fen{}, rates, Months{1, months.Last}); err != nil {
		return Interest{}, err
	}
	interest, err := InterestByMonth(method, opening, credits, rates, months)
	interest.OnOpening += moved.OnOpening
	return interest, err
}

// book lists the year's events with what they brought to both parts. Error: money.ErrOverflow.
func (y *Year) book(events []Event, personal, employer course) (err error) {
	n := 0
	for _, e := range events {
		if e.On.Year != y.Year {
			continue
		}
		booked := Booked{Kind: e.Kind, On: e.On, Note: e.Note}
		if booked.Amount, err = money.Sum(personal.amounts[n], employer.amounts[n]); err != nil {
			return err
		}
		y.Events = append(y.Events, booked)
		n++
	}
	if personal.left || personal.received {
		y.Shares = []string{TransferRule.ID}
	}
	y.Adjustments, err = money.Sum(personal.brought, employer.brought)
	return err
}

// AfterEnd reports whether the account had ended before the year began: no rate is of use in it, and what is booked in it is all that it will hold.
func (y Year) AfterEnd() bool {
	return y.Settled && !y.Provisional && y.Rate == 0 && y.RateDocument == ""
}

// HeldOn is the day on which Closing is what the account holds: the year's last, or the day on which it ended or left for good.
func (y Year) HeldOn() calendar.Date {
	on := calendar.Date{Year: y.Year, Month: 12, Day: 31}
	for _, e := range y.Events {
		if e.Kind.Ends() || e.Kind == TransferOut && y.Closing == 0 {
			on = e.On
		}
	}
	return on
}
