// Package latefee computes the late fee (滞纳金) on arrears and the order in which a payment is booked. It is pure: rules, days and amounts come in, and every
// line of the answer says what it was computed from.
package latefee

import (
	"errors"
	"math/big"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

// DailyRate is a share of the principal per day in billionths: 0.5‰ is 500_000.
type DailyRate int64

const rateUnit = money.ShareUnit

// ErrRate says that a text is not a daily rate.
var ErrRate = errors.New("latefee: not a daily rate with at most nine decimals")

// ParseDailyRate reads a decimal such as 0.0005. Error: ErrRate.
func ParseDailyRate(s string) (DailyRate, error) {
	rate, ok := money.ParseShare(s)
	if !ok {
		return 0, ErrRate
	}
	return DailyRate(rate), nil
}

// String is the rate as a decimal, such as 0.0005.
func (r DailyRate) String() string { return trimZeros(big.NewRat(int64(r), rateUnit).FloatString(9)) }

// PerMille is the rate as people say it, such as 0.5.
func (r DailyRate) PerMille() string {
	return trimZeros(big.NewRat(int64(r), rateUnit/1000).FloatString(6))
}

func trimZeros(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// Regime is a rate in force over a span of days, with the document that it comes from. To none: still in force.
type Regime struct {
	ID       string
	Rate     DailyRate
	From, To calendar.Date
	Basis    string
}

func (r Regime) covers(d calendar.Date) bool {
	return !d.Before(r.From) && (r.To.IsZero() || !d.After(r.To))
}

// Dates on which the law changed.
var (
	Regulation     = calendar.Date{Year: 1999, Month: 1, Day: 22} // 社会保险费征缴暂行条例 in force
	BankruptcyLaw  = calendar.Date{Year: 2007, Month: 6, Day: 1}  // 企业破产法 in force
	InsuranceLaw   = calendar.Date{Year: 2011, Month: 7, Day: 1}  // 社会保险法 in force
	WorkInjuryLaw  = calendar.Date{Year: 2011, Month: 1, Day: 1}  // 工伤保险条例 (2010) in force
	EnforcementLaw = calendar.Date{Year: 2012, Month: 1, Day: 1}  // 行政强制法 in force
)

// Stop says which day of a bankruptcy ends the fee.
type Stop uint8

// The stops.
const (
	StopDeclared Stop = iota // the court's declaration: 劳社厅发〔2001〕4号 二(二)
	StopAccepted             // the court's acceptance of the petition: 企业破产法 art. 46, since 2007-06-01
)

// EndDay says whether the day of payment itself bears a fee; practice differs by region.
type EndDay uint8

// The conventions.
const (
	ThroughPaymentDay EndDay = iota
	DayBeforePayment
)

// OldArrears says what arrears of periods that ended before the Regulation bear from 1999-01-22 on. The notice of 2001 (二(一)) leaves the fee of the days before to the local government
// and is silent about the days since; a region sets its own reading.
type OldArrears uint8

// The readings.
const (
	NationalSince OldArrears = iota // from 1999-01-22 the national rate, where no local rule says otherwise
	LocalOnly                       // no day without a local rule
)

// Rules are how a region computes; versions are told apart by the regimes' IDs.
type Rules struct {
	National   []Regime // all insurances
	WorkInjury []Regime // goes before National for work injury
	Local      []Regime // the region's own, for the days and arrears that the national rules leave to it; goes before both
	Stop       Stop
	EndDay     EndDay
	OldArrears OldArrears
	Capped     bool // 行政强制法 art. 45(2): not above the principal; practice is split, so both figures are always told
}

// NationalRules are those in force everywhere.
func NationalRules() Rules {
	return Rules{
		National: []Regime{
			{"regulation-1999", 2_000_000, Regulation, InsuranceLaw.AddDays(-1), "《社会保险费征缴暂行条例》第十三条：按日加收千分之二"},
			{"insurance-law-2011", 500_000, InsuranceLaw, calendar.Date{}, "《社会保险法》第八十六条：按日加收万分之五"},
		},
		WorkInjury: []Regime{
			{"work-injury-2011", 500_000, WorkInjuryLaw, InsuranceLaw.AddDays(-1), "《工伤保险条例》（2010 年修订）第六十二条：按日加收万分之五"},
			{"insurance-law-2011", 500_000, InsuranceLaw, calendar.Date{}, "《社会保险法》第八十六条：按日加收万分之五"},
		},
	}
}

// Payment is money received on a day for the principal.
type Payment struct {
	On     calendar.Date
	Amount money.Fen
}

// Span is a run of days, both ends included.
type Span struct{ From, To calendar.Date }
