package account

import (
	"fmt"
	"slices"

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
	Setting        // of everybody's region, or of everywhere where Places tells them apart
	Places  Places // none where no region has rules of its own; which of them kept the account when follows from the contributions
	Rates   Rates
	// The balance at the end of a day, from the agency's books. The employer's part is that of the 11 % years; most files give only the total.
	OpeningOn       calendar.Date
	OpeningPersonal money.Fen
	OpeningEmployer money.Fen
	Rows            []contribution.Row // in any order, every insurance
	Events          []Event            // in any order; those up to OpeningOn are in the opening balance
	// Through is the day that the data reaches: a year is settled, with interest, once its last day is reached.
	Through calendar.Date

	keepers     keepers      // of all Rows, where they are only some of them
	ownBookings map[int]bool // years to which something is booked otherwise than everywhere
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
	Adjustments       money.Fen // what the events of the year brought and took, together
	Closing           money.Fen
	ClosingEmployer   money.Fen // of Closing, the employer's part
	Rate              Rate      // the last one of the year
	RateDocument      string
	Rates             []RatePart // January to the last month, when the rate changed within the year
	Provisional       bool       // some of the rates is not that time's published one
	Region            string     // that kept the account at the year's end, where the year would be another without its own rate, method or booking; none: it is as everywhere
	Settled           bool       // the year is over, or its account has ended or left, and its interest is credited
	Shares            []string   // IDs of the RuleVersions of the credited shares, and of a transfer
	Events            []Booked   // in their order
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

// in is the setting of a region that keeps the account.
func (in Input) in(region string) Setting {
	if in.Places == nil {
		return in.Setting
	}
	return in.Places.SettingOf(region)
}

// of is the setting of the region that a row is paid to: it is on time by that one's due date, and booked by its policy.
func (in Input) of(r *contribution.Row) Setting {
	if in.Places == nil {
		return in.Setting
	}
	return in.Places.SettingOf(in.Places.RegionOf(r.EmployerID))
}

// Run rolls the account forward from the opening, year by year, to the year of Through. Years without contributions earn interest too. An account that has ended, or has left and is
// empty, goes no further than what is booked to it.
// Errors: ErrLocalRule for unsettled contributions before 1998, money.ErrOverflow.
func Run(in Input) ([]Year, error) {
	if in.keepers == nil {
		in.keepers = keepersOf(in.Rows, in.Events, in.Places)
	}
	opened, err := in.opened()
	if err != nil {
		return nil, err
	}
	personal := subLedger{opened.Personal, map[int]*[12]money.Fen{}}
	employer := subLedger{opened.Employer, map[int]*[12]money.Fen{}}
	shares := map[int][]string{}
	in.ownBookings = map[int]bool{}
	opening := in.OpeningOn.Period()
	last := 0 // the last year to which something is booked
	for i := range in.Rows {
		row := in.Rows[i]
		booked, by := row.Period, Setting{}
		if row.PaidOn.Period() > row.Period { // else it is booked there by every setting
			by = in.of(&row)
			booked = by.CreditedIn(row)
		}
		if booked <= opening {
			continue // it is in the opening balance, or opened has put it there
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
		last = max(last, booked.Year())
		shares[booked.Year()] = addOnce(shares[booked.Year()], rule.ID)
		if in.Places == nil || booked == row.Period && by == (Setting{}) || booked == in.CreditedIn(row) {
			continue
		}
		in.ownBookings[booked.Year()] = true
		if by.Policy == CreditAsOnTime && in.in(in.keepers.in(booked.Year()).region).Policy != CreditAsOnTime {
			shares[booked.Year()] = addOnce(shares[booked.Year()], AsOnTimeRule.ID) // it was paid to another region than the keeper
		}
	}
	in.Events = inOrder(in.Events)
	ended := endOf(in.Events)
	left := false
	for len(in.Events) > 0 && !in.Events[0].On.After(in.OpeningOn) {
		in.Events = in.Events[1:]
	}
	if n := len(in.Events); n > 0 {
		last = max(last, in.Events[n-1].On.Year)
	}
	first := in.OpeningOn.AddDays(1)
	var years []Year
	for y := first.Year; y <= in.Through.Year; y++ {
		months := WholeYear
		if y == first.Year {
			months.First = int(first.Month)
		}
		if y == ended.Year {
			months.Last = int(ended.Month)
		}
		year, err := runYear(in, y, months, ended, &personal, &employer)
		if err != nil {
			return nil, fmt.Errorf("account year %d: %w", y, err)
		}
		year.Shares = append(shares[y], year.Shares...)
		years = append(years, year)
		for _, e := range year.Events {
			left = left || e.Kind == TransferOut
		}
		if y >= last && (!ended.IsZero() && y >= ended.Year || left && year.Closing == 0) {
			break
		}
	}
	return years, nil
}

// opened is the balance that the account opens with here: the agency's, and under policy B with it what was made good after its day for months up to it, principal and
// lost interest, as if the account had been run again from there. Errors as Run.
func (in Input) opened() (Credit, error) {
	opening := Credit{in.OpeningPersonal, in.OpeningEmployer}
	first := in.OpeningOn.Period()
	var late []contribution.Row
	for _, r := range in.Rows {
		if r.Period > in.OpeningOn.Period() || !r.PaidOn.After(in.OpeningOn) || !r.Insurance.IsPension() || !r.PaidInFull() {
			continue
		}
		if by := in.of(&r); r.PaidOn.After(by.Due.Date(r.Period)) && by.CreditedIn(r) <= in.OpeningOn.Period() {
			late = append(late, r)
			first = min(first, r.Period)
		}
	}
	if len(late) == 0 {
		return opening, nil
	}
	years, err := Run(Input{
		Setting: in.Setting, Places: in.Places, keepers: in.keepers, Rates: in.Rates, Rows: late, Through: in.OpeningOn,
		OpeningOn: calendar.Date{Year: first.Year() - 1, Month: 12, Day: 31},
		Events:    []Event{{Kind: Termination, On: in.OpeningOn}}, // with the interest of a part year
	})
	if err != nil {
		return Credit{}, err
	}
	closed := years[len(years)-1]
	if opening.Personal, err = money.Sum(opening.Personal, closed.Closing-closed.ClosingEmployer); err != nil {
		return Credit{}, err
	}
	opening.Employer, err = money.Sum(opening.Employer, closed.ClosingEmployer)
	return opening, err
}

func runYear(in Input, y int, months Months, ended calendar.Date, personal, employer *subLedger) (Year, error) {
	year := Year{Year: y}
	var err error
	if year.Opening, err = money.Sum(personal.balance, employer.balance); err != nil {
		return Year{}, err
	}
	kept := in.keepers.in(y)
	if in.Places == nil {
		kept.region = in.Region
	}
	setting := in.in(kept.region)
	var rates []RatePart
	if ended.IsZero() || y <= ended.Year { // after it nothing earns any more, by whatever rate
		rates = in.Rates.In(kept.region, kept.scheme, y)
		year.Provisional = len(rates) == 0
	}
	parts := [2]struct {
		ledger   *subLedger
		credited *money.Fen
		events   course
	}{{ledger: personal, credited: &year.CreditedPersonal}, {ledger: employer, credited: &year.CreditedEmployer}}
	for i := range parts {
		part := &parts[i]
		credits := part.ledger.credits[y]
		if credits == nil {
			credits = new([12]money.Fen)
		}
		if *part.credited, err = money.Sum(credits[:]...); err != nil {
			return Year{}, err
		}
		for m, amount := range credits {
			year.Credits[m] += amount
		}
		part.events = course{opening: part.ledger.balance, credits: *credits}
		for _, e := range in.Events {
			if e.On.Year != y {
				continue
			}
			if err := part.events.take(e, i == 1); err != nil {
				return Year{}, err
			}
		}
	}
	if err := year.book(in.Events, parts[0].events, parts[1].events); err != nil {
		return Year{}, err
	}
	earns := months
	if parts[0].events.received {
		earns.First = 1 // what was moved here earns the whole year
	}
	year.rated(rates, earns)
	if in.Places != nil && setting.Method != in.Method || in.ownBookings[y] || slices.ContainsFunc(rates, func(p RatePart) bool { return p.own }) {
		year.Region = kept.region
	}
	gone := parts[0].events.left && parts[0].events.empty() && parts[1].events.empty()
	year.Settled = gone || !ended.IsZero() && y >= ended.Year || !in.Through.Before(calendar.Date{Year: y, Month: 12, Day: 31})
	for i := range parts {
		part := &parts[i]
		var interest Interest
		if year.Settled && (ended.IsZero() || y <= ended.Year) { // what comes after the end earns nothing
			if interest, err = part.events.interest(setting.Method, monthly(rates), months); err != nil {
				return Year{}, err
			}
		}
		year.InterestOnOpening += interest.OnOpening
		year.InterestOnCurrent += interest.OnCurrent
		if part.ledger.balance, err = money.Sum(part.ledger.balance, *part.credited, part.events.brought, interest.OnOpening, interest.OnCurrent); err != nil {
			return Year{}, err
		}
	}
	if year.Closing, err = money.Sum(personal.balance, employer.balance); err != nil {
		return Year{}, err
	}
	year.ClosingEmployer = employer.balance
	return year, nil
}

// monthly are the rates of each month.
func monthly(parts []RatePart) (rates MonthRates) {
	for _, p := range parts {
		for m := p.First; m <= p.Last; m++ {
			rates[m-1] = p.Rate
		}
	}
	return rates
}

// rated notes the rates of the months in which the account lives.
func (y *Year) rated(parts []RatePart, lives Months) {
	if len(parts) == 1 { // nearly always
		y.Rate, y.RateDocument, y.Provisional = parts[0].Rate, parts[0].Document, parts[0].Provisional
		return
	}
	for _, p := range parts {
		p.First, p.Last = max(p.First, lives.First), min(p.Last, lives.Last)
		if p.First > p.Last {
			continue
		}
		p.own = false // it is said once, by Region
		y.Rates = append(y.Rates, p)
		y.Rate, y.RateDocument, y.Provisional = p.Rate, p.Document, y.Provisional || p.Provisional
	}
	if len(y.Rates) == 1 {
		y.Rates = nil
	}
}

func addOnce(list []string, id string) []string {
	for _, known := range list {
		if known == id {
			return list
		}
	}
	return append(list, id)
}
