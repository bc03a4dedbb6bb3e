package account

import (
	"fmt"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Setting is how a region keeps its accounts.
type Setting struct {
	Region string
	Method Method
	Policy Policy
	Due    contribution.Due // until when a payment is on time
}

// Input is everything that the account of one person follows from.
type Input struct {
	Setting
	Rates Rates
	// The balance at the end of a day, from the agency's books. The employer's part is that of the 11 % years; most files give only the total.
	OpeningOn       calendar.Date
	OpeningPersonal money.Fen
	OpeningEmployer money.Fen
	Rows            []contribution.Row // in any order, every insurance
	Adjustments     []Adjustment
	Transfers       []Transfer
	// Through is the day that the data reaches: a year is settled, with interest, once its last day is reached.
	Through calendar.Date
	// EndsOn is the last day of an account that was closed; none while it lives. What Ending says becomes of the interest of its year.
	EndsOn calendar.Date
	Ending Ending
}

// Ending is why an account ends.
type Ending uint8

// The endings.
const (
	Closed         Ending = iota // by retirement or death: interest for the months that it lived
	TransferredOut               // to another region: the balance at the year's start and the bare principal of the year move, the receiver credits the interest (TransferRule)
)

// Adjustment is a correction that the agency booked, with its reason. It begins to earn in the year after.
type Adjustment struct {
	On     calendar.Date
	Amount money.Fen
	Reason string
}

// Transfer is the account that another region has moved here within a year: its balance at the year's start, and the bare principal that it had credited since, by the months
// in which it did. Neither has earned anything in the year: the receiver credits interest for the whole year, as if the account had always been here (TransferRule).
type Transfer struct {
	On      calendar.Date // the day of receipt; its year is the one of Credits
	Opening money.Fen
	Credits [12]money.Fen // January first
}

// Year is one year of the account. Closing = Opening + Credited + InterestOnOpening + InterestOnCurrent + Adjustments, to the fen, always.
type Year struct {
	Year              int
	Opening           money.Fen
	Credits           [12]money.Fen // booked in January … December, both parts
	CreditedPersonal  money.Fen
	CreditedEmployer  money.Fen
	InterestOnOpening money.Fen
	InterestOnCurrent money.Fen
	Adjustments       money.Fen
	Closing           money.Fen
	ClosingEmployer   money.Fen // of Closing, the employer's part
	Rate              Rate
	RateDocument      string
	Provisional       bool     // the rate is not that year's published one
	Settled           bool     // the year is over and its interest credited
	Shares            []string // IDs of the RuleVersions of the credited shares, and of a transfer
}

// Credited is both parts.
func (y Year) Credited() money.Fen { return y.CreditedPersonal + y.CreditedEmployer }

// Interest is both components.
func (y Year) Interest() money.Fen { return y.InterestOnOpening + y.InterestOnCurrent }

// ledger is one of the two sub-ledgers: computed apart and added, so that the parts of a statement add up to the total.
type subLedger struct {
	balance money.Fen
	credits map[int]*[12]money.Fen
}

func (l *subLedger) credit(p calendar.Period, amount money.Fen) error {
	year := l.credits[p.Year()]
	if year == nil {
		year = new([12]money.Fen)
		l.credits[p.Year()] = year
	}
	var err error
	year[p.Month()-1], err = money.Sum(year[p.Month()-1], amount)
	return err
}

// Run rolls the account forward from the opening, year by year, to the year of Through (or of EndsOn). Years without contributions earn interest too.
// Errors: ErrLocalRule for unsettled contributions before 1998, money.ErrOverflow.
func Run(in Input) ([]Year, error) {
	personal := subLedger{in.OpeningPersonal, map[int]*[12]money.Fen{}}
	employer := subLedger{in.OpeningEmployer, map[int]*[12]money.Fen{}}
	shares := map[int][]string{}
	opening := in.OpeningOn.Period()
	for _, row := range in.Rows {
		booked := in.CreditedIn(row)
		if booked <= opening {
			continue // it is in the opening balance
		}
		credit, rule, err := CreditOf(row)
		if err != nil {
			return nil, err
		}
		if rule.ID == "" {
			continue
		}
		if err := personal.credit(booked, credit.Personal); err != nil {
			return nil, err
		}
		if credit.Employer != 0 {
			if err := employer.credit(booked, credit.Employer); err != nil {
				return nil, err
			}
		}
		shares[booked.Year()] = addOnce(shares[booked.Year()], rule.ID)
	}
	first, last := in.OpeningOn.AddDays(1), in.Through
	if !in.EndsOn.IsZero() && in.EndsOn.Before(last) {
		last = in.EndsOn
	}
	var years []Year
	for y := first.Year; y <= last.Year; y++ {
		months := WholeYear
		if y == first.Year {
			months.First = int(first.Month)
		}
		if y == in.EndsOn.Year {
			months.Last = int(in.EndsOn.Month)
		}
		year, err := runYear(in, y, months, &personal, &employer)
		if err != nil {
			return nil, fmt.Errorf("account year %d: %w", y, err)
		}
		year.Shares = append(shares[y], year.Shares...)
		years = append(years, year)
	}
	return years, nil
}

func runYear(in Input, y int, months Months, personal, employer *subLedger) (Year, error) {
	year := Year{Year: y, Settled: !in.Through.Before(calendar.Date{Year: y, Month: time.Month(months.Last), Day: 1}.Period().LastDay())}
	var err error
	if year.Opening, err = money.Sum(personal.balance, employer.balance); err != nil {
		return Year{}, err
	}
	if entry, provisional, ok := in.Rates.Of(in.Region, y); ok {
		year.Rate, year.RateDocument, year.Provisional = entry.Rate, entry.Document, provisional
	} else {
		year.Provisional = true
	}
	moved, err := in.moved(y)
	if err != nil {
		return Year{}, err
	}
	year.Adjustments = moved.total
	bare := in.Ending == TransferredOut && y == in.EndsOn.Year
	if bare || moved.transferred {
		year.Shares = []string{TransferRule.ID}
	}
	parts := [2]struct {
		ledger   *subLedger
		credited *money.Fen
	}{{personal, &year.CreditedPersonal}, {employer, &year.CreditedEmployer}}
	for i, part := range parts {
		credits := part.ledger.credits[y]
		if credits == nil {
			credits = new([12]money.Fen)
		}
		if *part.credited, err = money.Sum(credits[:]...); err != nil {
			return Year{}, err
		}
		earning, earningCredits, adjustment := part.ledger.balance, *credits, money.Fen(0)
		for m, amount := range credits {
			year.Credits[m] += amount
			if i == 0 { // transfers and corrections are booked to the person's own part
				earningCredits[m] += moved.credits[m]
			}
		}
		if i == 0 {
			earning, adjustment = earning+moved.opening, year.Adjustments
		}
		var interest Interest
		if year.Settled && !bare {
			if interest, err = InterestOf(in.Method, earning, earningCredits, year.Rate, months); err != nil {
				return Year{}, err
			}
		}
		year.InterestOnOpening += interest.OnOpening
		year.InterestOnCurrent += interest.OnCurrent
		if part.ledger.balance, err = money.Sum(part.ledger.balance, *part.credited, interest.OnOpening, interest.OnCurrent, adjustment); err != nil {
			return Year{}, err
		}
	}
	if year.Closing, err = money.Sum(personal.balance, employer.balance); err != nil {
		return Year{}, err
	}
	year.ClosingEmployer = employer.balance
	return year, nil
}

// movement is what a year's adjustments and transfers bring: all of it, and of it what earns from the year's start and from its months.
type movement struct {
	total, opening money.Fen
	credits        [12]money.Fen
	transferred    bool
}

// moved adds up what was booked in a year. Error: money.ErrOverflow.
func (in Input) moved(year int) (m movement, err error) {
	amounts := []money.Fen{}
	for _, a := range in.Adjustments {
		if a.On.Year == year {
			amounts = append(amounts, a.Amount)
		}
	}
	for _, t := range in.Transfers {
		if t.On.Year != year {
			continue
		}
		m.transferred = true
		amounts = append(append(amounts, t.Opening), t.Credits[:]...)
		if m.opening, err = money.Sum(m.opening, t.Opening); err != nil {
			return m, err
		}
		for i, credit := range t.Credits {
			if m.credits[i], err = money.Sum(m.credits[i], credit); err != nil {
				return m, err
			}
		}
	}
	m.total, err = money.Sum(amounts...)
	return m, err
}

func addOnce(list []string, id string) []string {
	for _, known := range list {
		if known == id {
			return list
		}
	}
	return append(list, id)
}

// LostInterest is what the payer of late contributions, paid together on one day, also pays under policy B: the interest that the account would have
// earned from the rows' own months to the end of the last settled year before the payment. Errors as Run.
func LostInterest(in Input, paidOn calendar.Date, late []contribution.Row) (money.Fen, error) {
	in.Policy = CreditAsOnTime
	in.Through = calendar.Date{Year: paidOn.Year - 1, Month: 12, Day: 31}
	with, err := Run(in)
	if err != nil || len(with) == 0 {
		return 0, err
	}
	isLate := make(map[contribution.Row]bool, len(late))
	var principal money.Fen
	for _, r := range late {
		isLate[r] = true
		if r.Period.Year() >= paidOn.Year {
			continue
		}
		credit, _, err := CreditOf(r)
		if err != nil {
			return 0, err
		}
		principal += credit.Personal + credit.Employer
	}
	rows := make([]contribution.Row, 0, len(in.Rows))
	for _, r := range in.Rows {
		if !isLate[r] {
			rows = append(rows, r)
		}
	}
	in.Rows = rows
	without, err := Run(in)
	if err != nil {
		return 0, err
	}
	return with[len(with)-1].Closing - without[len(without)-1].Closing - principal, nil
}
