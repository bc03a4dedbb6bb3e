// Package arrears is the arithmetic of the desk: what an employer owes by month and insurance, the late fee on it line by line, what a truer
// contribution base would have cost, and how a payment is booked. It is pure: rows of the ledger, days and a region's setting come in.
package arrears

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

// The names that a setting chooses between. Practice differs by region, and no law decides: each is a region's to set.
const (
	ThroughPaymentDay = "through_payment_day" // the day of payment bears a fee (tax style)
	DayBeforePayment  = "day_before_payment"  // it does not (the day before the back-payment form is made)

	DayAfterDue = "day_after_due" // the fee begins the day after the due date
	SecondMonth = "second_month"  // it begins on the first day of the second month after the month owed

	StopDeclared = "declared" // bankruptcy stops it on the court's declaration (劳社厅发〔2001〕4号 二(二))
	StopAccepted = "accepted" // on the acceptance of the petition, since 2007-06-01 (企业破产法 art. 46)

	Notice2001  = "notice_2001"  // current month, then arrears from before the Regulation (劳社厅发〔2001〕4号 二(四))
	Rolling1997 = "rolling_1997" // oldest arrears first (劳办发〔1997〕116号)

	PrincipalFirst = "principal_first" // all principal before any fee; neither document says, this is the default
	FeeWithItem    = "fee_with_item"   // charged fees, then each month's fee with its principal

	RoundFen  = "fen"     // half up to 0.01 yuan
	RoundJiao = "jiao_up" // up to 0.10 yuan (见分进角)
)

// Setting is how a region counts and books arrears. Every field that law leaves open is here and none is in the code.
type Setting struct {
	EndDay   string      `json:"end_day"`
	FirstDay string      `json:"first_day"`
	Capped   bool        `json:"capped"` // 行政强制法 art. 45(2): not above the principal
	Stop     string      `json:"stop"`
	Order    string      `json:"order"`
	FeeOrder string      `json:"fee_order"`
	Rounding string      `json:"rounding"`
	Rates    []Rate      `json:"rates"`
	Limits   []BaseLimit `json:"limits"`
	Local    []LocalRate `json:"local"`
	// Due is the last day on which a month's payment is on time: no choice of the desk's, but the ledger's rule of the region, filled in when a setting is read.
	Due contribution.Due `json:"due,omitzero"`
}

// Rate is what employer and person contribute of the base from a period on, in millionths: 16 % is 160000.
type Rate struct {
	Insurance contribution.Insurance `json:"insurance"`
	From      calendar.Period        `json:"from"`
	Employer  int64                  `json:"employer"`
	Person    int64                  `json:"person"`
}

// BaseLimit is the lowest and highest base from a period on (60 % and 300 % of the local average).
type BaseLimit struct {
	From calendar.Period `json:"from"`
	Min  money.Fen       `json:"min"`
	Max  money.Fen       `json:"max"`
}

// LocalRate is a region's own daily rate for days that the national rules leave to it, such as those before 1999-01-22.
type LocalRate struct {
	From, To calendar.Date
	Rate     latefee.DailyRate
	Basis    string
}

// Default is the setting of a region that has made none. Rates are those of most regions since 2019-05 and are to be set by each.
func Default() Setting {
	const first, since2019 = calendar.Period(199901), calendar.Period(201905)
	return Setting{EndDay: ThroughPaymentDay, FirstDay: DayAfterDue, Stop: StopDeclared, Order: Notice2001, FeeOrder: PrincipalFirst, Rounding: RoundFen, Rates: []Rate{
		{contribution.EmployeePension, first, 200_000, 80_000}, {contribution.EmployeePension, since2019, 160_000, 80_000},
		{contribution.InstitutionPension, first, 200_000, 80_000}, {contribution.InstitutionPension, since2019, 160_000, 80_000},
		{contribution.Unemployment, first, 5_000, 5_000}, {contribution.EmployeeMedical, first, 80_000, 20_000},
		{contribution.WorkInjury, first, 4_000, 0}, {contribution.Maternity, first, 7_000, 0},
	}}
}

// choices are what each named field may hold.
var choices = []struct {
	name  string
	of    func(Setting) string
	known []string
}{
	{"end_day", func(s Setting) string { return s.EndDay }, []string{ThroughPaymentDay, DayBeforePayment}},
	{"first_day", func(s Setting) string { return s.FirstDay }, []string{DayAfterDue, SecondMonth}},
	{"stop", func(s Setting) string { return s.Stop }, []string{StopDeclared, StopAccepted}},
	{"order", func(s Setting) string { return s.Order }, []string{Notice2001, Rolling1997}},
	{"fee_order", func(s Setting) string { return s.FeeOrder }, []string{PrincipalFirst, FeeWithItem}},
	{"rounding", func(s Setting) string { return s.Rounding }, []string{RoundFen, RoundJiao}},
}

// Choices are the values that a named field may have, the default first; nil for a field that has none.
func Choices(field string) []string {
	for _, c := range choices {
		if c.name == field {
			return c.known
		}
	}
	return nil
}

// Wrong names the fields whose value is none of their choices.
func (s Setting) Wrong() []string {
	var wrong []string
	for _, c := range choices {
		if !slices.Contains(c.known, c.of(s)) {
			wrong = append(wrong, c.name)
		}
	}
	return wrong
}

// Rules are the late fee's rules of the setting.
func (s Setting) Rules() latefee.Rules {
	r := latefee.NationalRules()
	r.Capped = s.Capped
	if s.EndDay == DayBeforePayment {
		r.EndDay = latefee.DayBeforePayment
	}
	if s.Stop == StopAccepted {
		r.Stop = latefee.StopAccepted
	}
	for i, l := range s.Local {
		r.Local = append(r.Local, latefee.Regime{ID: "local-" + strconv.Itoa(i+1), Rate: l.Rate, From: l.From, To: l.To, Basis: l.Basis})
	}
	return r
}

// policy is the repayment order of the setting.
func (s Setting) policy() latefee.Policy {
	if s.Order == Rolling1997 {
		return latefee.Rolling1997
	}
	return latefee.Notice2001
}

// firstDay is the first day that bears a fee for a period.
func (s Setting) firstDay(p calendar.Period) calendar.Date {
	if s.FirstDay == SecondMonth {
		return p.Add(2).FirstDay()
	}
	return s.Due.Date(p).AddDays(1)
}

// RateOf is the rate in force for an insurance and period.
func (s Setting) RateOf(insurance contribution.Insurance, p calendar.Period) (Rate, bool) {
	var best Rate
	found := false
	for _, r := range s.Rates {
		if r.Insurance == insurance && r.From <= p && (!found || r.From > best.From) {
			best, found = r, true
		}
	}
	return best, found
}

// clamp keeps a base within the limits of its period.
func (s Setting) clamp(base money.Fen, p calendar.Period) money.Fen {
	var best BaseLimit
	for _, l := range s.Limits {
		if l.From <= p && l.From >= best.From {
			best = l
		}
	}
	if best.Max > 0 {
		base = min(base, best.Max)
	}
	return max(base, best.Min)
}

// share is base × rate, rounded as the region rounds one contribution.
func (s Setting) share(base money.Fen, rate int64) (money.Fen, error) {
	exact := new(big.Rat).Mul(base.Rat(), big.NewRat(rate, 1_000_000))
	if s.Rounding != RoundJiao {
		return money.Round(exact)
	}
	jiao := new(big.Rat).Quo(exact, big.NewRat(10, 1))
	up := new(big.Int).Quo(new(big.Int).Add(jiao.Num(), new(big.Int).Sub(jiao.Denom(), big.NewInt(1))), jiao.Denom())
	if !up.IsInt64() || up.Int64() > int64(money.Limit) {
		return 0, money.ErrOverflow
	}
	return money.Fen(up.Int64() * 10), nil
}

// ErrLine says that a line of a setting's list cannot be read.
var ErrLine = errors.New("arrears: a line of the setting cannot be read")

// ParseRates reads a rate a line: insurance number, first period, employer's and person's part in percent, such as "110 2019-05 16 8". Error: ErrLine.
func ParseRates(text string) ([]Rate, error) {
	var list []Rate
	err := eachLine(text, 4, func(f []string) error {
		n, err := strconv.Atoi(f[0])
		if err != nil || !slices.Contains(contribution.Insurances[:], contribution.Insurance(n)) {
			return ErrLine
		}
		from, err := calendar.ParsePeriod(f[1])
		if err != nil {
			return ErrLine
		}
		employer, err1 := parsePercent(f[2])
		person, err2 := parsePercent(f[3])
		if errors.Join(err1, err2) != nil {
			return ErrLine
		}
		list = append(list, Rate{contribution.Insurance(n), from, employer, person})
		return nil
	})
	return list, err
}

// FormatRates writes what ParseRates reads.
func FormatRates(list []Rate) string {
	var b strings.Builder
	for _, r := range list {
		fmt.Fprintf(&b, "%d %s %s %s\n", r.Insurance, r.From, percent(r.Employer), percent(r.Person))
	}
	return b.String()
}

// ParseLimits reads a limit a line: first period, lowest and highest base in yuan, such as "2025-07 4812 24930". Error: ErrLine.
func ParseLimits(text string) ([]BaseLimit, error) {
	var list []BaseLimit
	err := eachLine(text, 3, func(f []string) error {
		from, err := calendar.ParsePeriod(f[0])
		if err != nil {
			return ErrLine
		}
		low, err1 := money.Parse(f[1])
		high, err2 := money.Parse(f[2])
		if errors.Join(err1, err2) != nil || low < 0 || high < low {
			return ErrLine
		}
		list = append(list, BaseLimit{from, low, high})
		return nil
	})
	return list, err
}

// FormatLimits writes what ParseLimits reads.
func FormatLimits(list []BaseLimit) string {
	var b strings.Builder
	for _, l := range list {
		fmt.Fprintf(&b, "%s %s %s\n", l.From, l.Min, l.Max)
	}
	return b.String()
}

// ParseLocal reads a local rate a line: first and last day, daily rate as a decimal, basis, such as "1995-01-01 1999-01-21 0.002 某省规定第十条". Error: ErrLine.
func ParseLocal(text string) ([]LocalRate, error) {
	var list []LocalRate
	err := eachLine(text, 4, func(f []string) error {
		from, err1 := calendar.ParseDate(f[0])
		to, err2 := calendar.ParseDate(f[1])
		rate, err3 := latefee.ParseDailyRate(f[2])
		if errors.Join(err1, err2, err3) != nil || to.Before(from) {
			return ErrLine
		}
		list = append(list, LocalRate{from, to, rate, f[3]})
		return nil
	})
	return list, err
}

// FormatLocal writes what ParseLocal reads.
func FormatLocal(list []LocalRate) string {
	var b strings.Builder
	for _, l := range list {
		fmt.Fprintf(&b, "%s %s %s %s\n", l.From, l.To, l.Rate, l.Basis)
	}
	return b.String()
}

// eachLine cuts a text into lines of n words; the last word may hold spaces. Empty lines count for nothing.
func eachLine(text string, n int, read func(words []string) error) error {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		words := strings.Fields(line)
		if len(words) < n {
			return fmt.Errorf("line %d: %w", i+1, ErrLine)
		}
		words = append(words[:n-1:n-1], strings.Join(words[n-1:], " "))
		if err := read(words); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

// parsePercent reads a percentage with at most four decimals into millionths.
func parsePercent(s string) (int64, error) {
	if len(s) > 12 || strings.Trim(s, "0123456789.") != "" {
		return 0, ErrLine
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, ErrLine
	}
	r.Mul(r, big.NewRat(10_000, 1))
	if !r.IsInt() || r.Sign() < 0 || r.Cmp(big.NewRat(1_000_000, 1)) > 0 {
		return 0, ErrLine
	}
	return r.Num().Int64(), nil
}

func percent(millionths int64) string {
	s := big.NewRat(millionths, 10_000).FloatString(4)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
