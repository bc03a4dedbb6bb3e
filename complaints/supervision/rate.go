// Package supervision holds the rules by which an agency watches over itself and over the employers that owe: the collection rate, watch levels, repayment plans,
// write-offs, the way of a publication, audit coverage, auditors' certificates, the sample of pensioners. It is pure: figures, settings and days come in.
package supervision

import (
	"errors"
	"math/big"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Flow is what fell due for one period and, of it, what arrived in one month. Figures of any span and any group of regions are sums over flows.
type Flow struct {
	Period   calendar.Period // 费款所属期
	Received calendar.Period // the month in which the money arrived; none for what has not
	Due      money.Fen       // of the rows that were paid in that month, or not at all
	Paid     money.Fen
}

// RegionFlow is a flow of a region, rolled up to as many leading digits as were asked for, and of one insurance.
type RegionFlow struct {
	Region    string
	Insurance contribution.Insurance
	Flow
}

// Span is a run of months, both ends included: a month, a quarter, a year.
type Span struct{ From, To calendar.Period }

// Quarter is a calendar quarter; q is 1 to 4.
func Quarter(year, q int) Span {
	first := calendar.NewPeriod(year, 1).Add(3 * (q - 1))
	return Span{first, first.Add(2)}
}

// QuarterOf is the quarter that a month lies in.
func QuarterOf(p calendar.Period) Span { return Quarter(p.Year(), (int(p.Month())+2)/3) }

// Number is the quarter of the span's first month.
func (s Span) Number() int { return (int(s.From.Month()) + 2) / 3 }

// Before is the span of the same length that ends where this one begins.
func (s Span) Before() Span {
	length := s.To.Sub(s.From) + 1
	return Span{s.From.Add(-length), s.To.Add(-length)}
}

// Holds reports whether a month lies in the span.
func (s Span) Holds(p calendar.Period) bool { return p >= s.From && p <= s.To }

// Figures are a span's collection (征缴情况). The contribution rows hold neither subsidies from above, remittances from below, fiscal transfers, fiscal
// subsidies nor interest, which the rate leaves out (劳社部函〔2001〕28号 二).
type Figures struct {
	Due       money.Fen // 应征缴额: what fell due for the span's periods
	Collected money.Fen // 实际征缴额: of it, what arrived by the span's end
	Recovered money.Fen // 清欠回收: what arrived within the span for earlier periods
	Opening   money.Fen // what earlier periods owed when the span began
}

// Add counts one flow. The sum of Collected and Recovered over the months of a quarter is the quarter's own; only the split between the two moves, since what was
// late by a month may still have come within the quarter.
func (f *Figures) Add(s Span, flow Flow) {
	switch {
	case s.Holds(flow.Period):
		f.Due += flow.Due
		if flow.Received != 0 && flow.Received <= s.To {
			f.Collected += flow.Paid
		}
	case flow.Period < s.From:
		late := flow.Received >= s.From
		if s.Holds(flow.Received) {
			f.Recovered += flow.Paid
		}
		if late {
			f.Opening += flow.Paid
		}
		f.Opening += flow.Due - flow.Paid
	}
}

// Plus adds the figures of another region or insurance over the same span.
func (f Figures) Plus(g Figures) Figures {
	return Figures{f.Due + g.Due, f.Collected + g.Collected, f.Recovered + g.Recovered, f.Opening + g.Opening}
}

// Of counts the flows of a span.
func Of(s Span, flows []Flow) Figures {
	var f Figures
	for _, flow := range flows {
		f.Add(s, flow)
	}
	return f
}

// Counting says whether recovered arrears count as collected: no rule says it, so both are always shown.
type Counting uint8

// The two ways of counting.
const (
	Current       Counting = iota // 当期口径: only what was due in the span
	WithRecovered                 // 含清欠口径: recovered arrears too
)

// Ratio is a share in hundredths of a percent, rounded half up once; Known is false where there is nothing to divide by.
type Ratio struct {
	Hundredths int64
	Known      bool
}

// ErrRatio says that a share does not fit.
var ErrRatio = errors.New("supervision: share out of range")

// RatioOf is part ÷ whole in hundredths of a percent: exact integers, one rounding, half up. Without a positive whole it is not known.
func RatioOf(part, whole int64) Ratio {
	if whole <= 0 {
		return Ratio{}
	}
	r := new(big.Rat).SetFrac(big.NewInt(part), big.NewInt(whole))
	r.Mul(r, big.NewRat(10_000, 1))
	n, err := money.Round(r)
	return Ratio{int64(n), err == nil}
}

// Percent writes the share with two decimals, such as 96.83, or nothing when it is not known.
func (r Ratio) Percent() string {
	if !r.Known {
		return ""
	}
	return money.Fen(r.Hundredths).String()
}

// Rate is the collection rate (征缴率 = 实际征缴额 ÷ 应征缴额) by a way of counting.
func (f Figures) Rate(by Counting) Ratio { return RatioOf(int64(f.numerator(by)), int64(f.Due)) }

func (f Figures) numerator(by Counting) money.Fen {
	if by == WithRecovered {
		return f.Collected + f.Recovered
	}
	return f.Collected
}

// RecoveryRate is recovered arrears ÷ arrears at the span's beginning (欠费回收率).
func (f Figures) RecoveryRate() Ratio { return RatioOf(int64(f.Recovered), int64(f.Opening)) }

// SubsidyLine is the share in percent below which subsidies are cut (劳社厅发〔2001〕4号 一(三)): 征缴率未达到 90% 的，要相应扣减补助数额.
const SubsidyLine = 90

// Below reports whether the rate is under a line in percent. It compares the exact integers, not the rounded rate: 89.996 % is below 90 %.
func (f Figures) Below(by Counting, line int64) bool {
	if f.Due <= 0 {
		return false
	}
	part := new(big.Int).Mul(big.NewInt(int64(f.numerator(by))), big.NewInt(100))
	return part.Cmp(new(big.Int).Mul(big.NewInt(int64(f.Due)), big.NewInt(line))) < 0
}
