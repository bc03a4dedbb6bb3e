package latefee

import (
	"errors"
	"fmt"
	"math/big"
	"sort"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Claim is one item of arrears over the days that bear a fee.
type Claim struct {
	Principal money.Fen
	Insurance contribution.Insurance // none is taken as any but work injury
	Period    calendar.Period        // the period in arrears; none leaves the days to decide
	FirstDay  calendar.Date          // the first day in arrears
	LastDay   calendar.Date          // the last day that bears a fee, after the end-day convention (Rules.LastDay)
	Payments  []Payment              // part payments: the day of payment bears the fee on the old principal, or on the new one by DayBeforePayment
	Deferred  []Span                 // approved deferral (缓缴): no fee
	Declared  calendar.Date          // bankruptcy declared; none when not
	Accepted  calendar.Date          // bankruptcy petition accepted; none when not
}

// Segment is one line of the explanation: Principal × Days × Rate.
type Segment struct {
	Principal money.Fen
	From, To  calendar.Date
	Days      int
	Rate      DailyRate
	Amount    money.Fen
	Regime    string
	Basis     string
}

// Fee is the answer. Amount is what Rules demand; Uncapped and Capped are always both told.
type Fee struct {
	Amount   money.Fen
	Uncapped money.Fen
	Capped   money.Fen
	Segments []Segment
	Stopped  calendar.Date // the bankruptcy day from which nothing was counted; none when it changed nothing
}

// Exact is in fen, before rounding.
func (s Segment) Exact() *big.Rat {
	return new(big.Rat).Mul(s.Principal.Rat(), big.NewRat(int64(s.Rate)*int64(s.Days), rateUnit))
}

// Exact is in fen, before the one rounding.
func (f Fee) Exact() *big.Rat {
	sum := new(big.Rat)
	for _, s := range f.Segments {
		sum.Add(sum, s.Exact())
	}
	return sum
}

// Why a fee cannot be computed.
var (
	ErrNeedsLocalRule = errors.New("latefee: these days or arrears are left to a local rule, and none is set")
	ErrDays           = errors.New("latefee: the last day comes before the first")
	ErrPrincipal      = errors.New("latefee: the principal must be above zero")
	ErrPayments       = errors.New("latefee: payments must be above zero and together not above the principal")
)

// NeedsLocalRule is an ErrNeedsLocalRule that names the days: no rule tells their fee, and none is made up.
type NeedsLocalRule struct {
	Period   calendar.Period // of the arrears; none when the days alone decide
	From, To calendar.Date
}

// Error names the days.
func (e NeedsLocalRule) Error() string {
	return fmt.Sprintf("%s (%s to %s)", ErrNeedsLocalRule, e.From, e.To)
}

// Unwrap is ErrNeedsLocalRule.
func (e NeedsLocalRule) Unwrap() error { return ErrNeedsLocalRule }

// LastDay is the last day that bears a fee when the arrears are paid on a day.
func (r Rules) LastDay(paidOn calendar.Date) calendar.Date {
	if r.EndDay == DayBeforePayment {
		return paidOn.AddDays(-1)
	}
	return paidOn
}

// Compute counts the fee: simple, on the principal only, days inclusive, rounded half up once for the item (劳社厅发〔2001〕4号: 按照单位欠费本金; 四舍五入到分).
// Days before the Regulation, and arrears of periods that ended before it, need a local rule (same notice, 二(一)): one that covers a part of the days does not let the rest take the
// national rate; from 1999-01-22 on OldArrears decides. Periods from June 2011 bear only the rate of the law.
// Errors: ErrPrincipal, ErrDays, ErrPayments, NeedsLocalRule (an ErrNeedsLocalRule), money.ErrOverflow.
func (r Rules) Compute(c Claim) (Fee, error) {
	if c.Principal <= 0 {
		return Fee{}, ErrPrincipal
	}
	if c.LastDay.Before(c.FirstDay) {
		return Fee{}, ErrDays
	}
	payments, err := r.sorted(c)
	if err != nil {
		return Fee{}, err
	}
	var fee Fee
	last := c.LastDay
	if stop := r.stopDay(c); !stop.IsZero() && !stop.After(last) {
		last, fee.Stopped = stop.AddDays(-1), stop
	}
	principal := c.Principal
	for from := c.FirstDay; !from.After(last); {
		for len(payments) > 0 && payments[0].On.Before(from) {
			principal -= payments[0].Amount
			payments = payments[1:]
		}
		if principal == 0 {
			break
		}
		to := last
		if len(payments) > 0 && payments[0].On.Before(to) {
			to = payments[0].On
		}
		if deferred, until := c.deferral(from, to); deferred {
			from = until.AddDays(1)
			continue
		} else if until.Before(to) {
			to = until
		}
		regime, ok := r.regimeOn(c, from)
		to = r.until(regime, ok, c, from, to)
		if !ok {
			return Fee{}, NeedsLocalRule{c.Period, from, to}
		}
		days := to.Sub(from) + 1
		amount, err := money.MulDiv(principal, int64(regime.Rate)*int64(days), rateUnit)
		if err != nil {
			return Fee{}, err
		}
		fee.Segments = append(fee.Segments, Segment{principal, from, to, days, regime.Rate, amount, regime.ID, regime.Basis})
		from = to.AddDays(1)
	}
	if len(fee.Segments) == 1 { // as most have: it is rounded already
		fee.Uncapped = fee.Segments[0].Amount
	} else if fee.Uncapped, err = money.Round(fee.Exact()); err != nil {
		return Fee{}, err
	}
	fee.Capped = min(fee.Uncapped, c.Principal)
	fee.Amount = fee.Uncapped
	if r.Capped && !c.LastDay.Before(EnforcementLaw) {
		fee.Amount = fee.Capped
	}
	return fee, nil
}

// sorted are the payments by the last day that bears a fee on the principal before each. Error: ErrPayments.
func (r Rules) sorted(c Claim) ([]Payment, error) {
	payments := append([]Payment(nil), c.Payments...)
	sort.SliceStable(payments, func(i, j int) bool { return payments[i].On.Before(payments[j].On) })
	var total money.Fen
	for i, p := range payments {
		payments[i].On = r.LastDay(p.On)
		if p.Amount <= 0 || p.Amount > c.Principal-total {
			return nil, ErrPayments
		}
		total += p.Amount
	}
	return payments, nil
}

func (r Rules) stopDay(c Claim) calendar.Date {
	if r.Stop == StopAccepted && !c.Accepted.Before(BankruptcyLaw) {
		return c.Accepted
	}
	return c.Declared
}

// deferral reports whether a day lies in an approved deferral, and until when; for a day outside it is the day before the next one begins.
func (c Claim) deferral(from, to calendar.Date) (bool, calendar.Date) {
	for _, span := range c.Deferred {
		if !from.Before(span.From) && !from.After(span.To) {
			return true, span.To
		}
		if from.Before(span.From) && !span.From.After(to) {
			to = span.From.AddDays(-1)
		}
	}
	return false, to
}

// firstLawPeriod is the first period whose arrears never bore the old rate: its payment was not late before the law came into force.
const firstLawPeriod calendar.Period = 201106

// candidates are the local regimes and the national ones of the claim's insurance.
func (r Rules) candidates(c Claim) [2][]Regime {
	if c.Insurance == contribution.WorkInjury {
		return [2][]Regime{r.Local, r.WorkInjury}
	}
	return [2][]Regime{r.Local, r.National}
}

// regimeOn is the regime of a day: the local one, else the national one where the law leaves nothing to a local one; not ok is a day without a rule.
func (r Rules) regimeOn(c Claim, d calendar.Date) (regime Regime, ok bool) {
	lists := r.candidates(c)
	if regime, ok := inForce(lists[0], d); ok {
		return regime, true
	}
	old := c.Period != 0 && c.Period.LastDay().Before(Regulation)
	if old && (r.OldArrears == LocalOnly || !r.knowsOldArrears()) {
		return Regime{}, false
	}
	if c.Period >= firstLawPeriod && d.Before(InsuranceLaw) && c.Insurance != contribution.WorkInjury {
		d = InsuranceLaw
	}
	return inForce(lists[1], d)
}

// knowsOldArrears reports whether a local rule is about the time before the Regulation; one of later years says nothing of arrears from then.
func (r Rules) knowsOldArrears() bool {
	for _, regime := range r.Local {
		if regime.From.Before(Regulation) {
			return true
		}
	}
	return false
}

func inForce(list []Regime, d calendar.Date) (Regime, bool) {
	for _, regime := range list {
		if regime.covers(d) {
			return regime, true
		}
	}
	return Regime{}, false
}

// until is the last day up to to on which the same regime holds, or on which there is none either.
func (r Rules) until(regime Regime, ok bool, c Claim, from, to calendar.Date) calendar.Date {
	shorten := func(edge calendar.Date) {
		if edge.After(from) && !edge.After(to) {
			if next, known := r.regimeOn(c, edge); known != ok || next.ID != regime.ID {
				to = edge.AddDays(-1)
			}
		}
	}
	for _, list := range r.candidates(c) {
		for _, other := range list {
			shorten(other.From)
			if !other.To.IsZero() {
				shorten(other.To.AddDays(1))
			}
		}
	}
	return to
}

// Flat is a fee for a number of days at one rate, without dates. Errors: ErrPrincipal, ErrDays, money.ErrOverflow.
func Flat(principal money.Fen, days int, rate DailyRate) (Fee, error) {
	if principal <= 0 {
		return Fee{}, ErrPrincipal
	}
	if days < 0 || days > 200*366 {
		return Fee{}, ErrDays
	}
	amount, err := money.MulDiv(principal, int64(rate)*int64(days), rateUnit)
	if err != nil {
		return Fee{}, err
	}
	return Fee{Amount: amount, Uncapped: amount, Capped: min(amount, principal), Segments: []Segment{{Principal: principal, Days: days, Rate: rate, Amount: amount}}}, nil
}
