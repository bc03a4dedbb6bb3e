package arrears

import (
	"errors"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

// Line is what the ledger holds of one month and insurance of an employer, of the persons with something owed; Gap is what a truer base adds to the due.
type Line struct {
	Period    calendar.Period        `json:"period"`
	Insurance contribution.Insurance `json:"insurance"`
	Persons   int                    `json:"persons"`
	Base      money.Fen              `json:"base"` // the persons' bases together: the true ones where found
	Due       money.Fen              `json:"due"`
	Paid      money.Fen              `json:"paid"`
	Gap       money.Fen              `json:"gap"`
}

// Principal is what is owed of the line.
func (l Line) Principal() money.Fen { return l.Due - l.Paid + l.Gap }

// Facts of the employer that stop or suspend the fee.
type Facts struct {
	Declared calendar.Date  `json:"declared"` // bankruptcy declared; none when not
	Accepted calendar.Date  `json:"accepted"` // bankruptcy petition accepted; none when not
	Deferred []latefee.Span `json:"deferred"` // approved deferral (缓缴): no fee
}

// Input is all that a calculation is made of; it is kept with the result.
type Input struct {
	PaidOn  calendar.Date `json:"paid_on"` // the day of payment that the fee is counted to
	Lines   []Line        `json:"lines"`
	Facts   Facts         `json:"facts"`
	Setting Setting       `json:"setting"`
	// Interest that the payer owes besides, counted from the workers' accounts; none in most regions.
	Interest Interest `json:"interest,omitzero"`
	// OpenFee is what was charged with earlier payments, in the late fee's own ledger, and is not paid.
	OpenFee money.Fen `json:"open_fee,omitzero"`
}

// Why a row bears no fee, or none that can be counted; the locale files say it in words.
const (
	WhyCurrent   = "current"    // its due date has not passed on the day of payment
	WhyDeferred  = "deferred"   // every day lies in an approved deferral, or after the stop
	WhyLocalRule = "local_rule" // the days are left to a local rule, and none is set (劳社厅发〔2001〕4号 二(一))
	WhyNotDue    = "not_due"    // the month begins after the declaration of bankruptcy: nothing is due (劳社厅函〔2001〕286号)
)

// Class of a row in the repayment order.
const (
	Current        = "current"
	PreRegulation  = "pre_regulation"  // periods that ended before 1999-01-22
	PostRegulation = "post_regulation" // those since
)

// Segment is one line of the explanation: Principal × Days × Rate.
type Segment struct {
	Principal money.Fen         `json:"principal"`
	From      calendar.Date     `json:"from"`
	To        calendar.Date     `json:"to"`
	Days      int               `json:"days"`
	Rate      latefee.DailyRate `json:"rate"`
	Amount    money.Fen         `json:"amount"`
	Regime    string            `json:"regime"`
	Basis     string            `json:"basis"`
}

// Row is a line with its fee.
type Row struct {
	Line
	Class    string        `json:"class"`
	Owed     money.Fen     `json:"owed"` // nothing when the month is not due
	Fee      money.Fen     `json:"fee"`  // what the setting demands
	Uncapped money.Fen     `json:"uncapped"`
	Capped   money.Fen     `json:"capped"`
	Segments []Segment     `json:"segments"`
	Stopped  calendar.Date `json:"stopped"`
	Why      string        `json:"why"`
}

// Sum adds rows.
type Sum struct {
	Due      money.Fen `json:"due"`
	Paid     money.Fen `json:"paid"`
	Gap      money.Fen `json:"gap"`
	Owed     money.Fen `json:"owed"`
	Fee      money.Fen `json:"fee"`
	Uncapped money.Fen `json:"uncapped"`
	Capped   money.Fen `json:"capped"`
}

func (s *Sum) add(r Row) {
	s.Due, s.Paid, s.Gap, s.Owed = s.Due+r.Due, s.Paid+r.Paid, s.Gap+r.Gap, s.Owed+r.Owed
	s.Fee, s.Uncapped, s.Capped = s.Fee+r.Fee, s.Uncapped+r.Uncapped, s.Capped+r.Capped
}

// Total is owed and fee together.
func (s Sum) Total() money.Fen { return s.Owed + s.Fee }

// Result of a calculation: rows by period and insurance, their sums, and the lost interest of the whole. It never changes once kept.
type Result struct {
	Rows     []Row     `json:"rows"`
	Sum      Sum       `json:"sum"`
	Interest Interest  `json:"interest,omitzero"`
	OpenFee  money.Fen `json:"open_fee,omitzero"`
}

// Total is all that is to be paid: owed, fee, lost interest, and the fees that earlier payments left open.
func (r Result) Total() money.Fen { return r.Sum.Total() + r.Interest.Total() + r.OpenFee }

// Compute counts what is owed on the day of payment and the fee on it: simple, on the principal only, one rounding an item.
// Errors: money.ErrOverflow; what latefee refuses.
func Compute(in Input) (Result, error) {
	lines := slices.Clone(in.Lines)
	slices.SortStableFunc(lines, func(a, b Line) int {
		if a.Period != b.Period {
			return int(a.Period - b.Period)
		}
		return int(a.Insurance - b.Insurance)
	})
	rules := in.Setting.Rules()
	result := Result{Rows: make([]Row, 0, len(lines)), Interest: in.Interest, OpenFee: in.OpenFee}
	for _, line := range lines {
		if line.Principal() <= 0 {
			continue
		}
		row := Row{Line: line, Class: classOf(line.Period, in.Setting.Due, in.PaidOn), Owed: line.Principal()}
		if !in.Facts.Declared.IsZero() && line.Period.FirstDay().After(in.Facts.Declared) {
			row.Owed, row.Why = 0, WhyNotDue
		} else if err := row.count(in, rules); err != nil {
			return Result{}, err
		}
		result.Rows = append(result.Rows, row)
		result.Sum.add(row)
	}
	if result.Sum.Owed > money.Limit || result.Sum.Uncapped > money.Limit || result.Interest.Total() > money.Limit || result.OpenFee > money.Limit {
		return Result{}, money.ErrOverflow
	}
	return result, nil
}

func classOf(p calendar.Period, due contribution.Due, paidOn calendar.Date) string {
	switch {
	case !due.Date(p).Before(paidOn):
		return Current
	case p.LastDay().Before(latefee.Regulation):
		return PreRegulation
	}
	return PostRegulation
}

// count fills the row's fee.
func (r *Row) count(in Input, rules latefee.Rules) error {
	fee, why, err := feeOn(in.Setting, rules, in.Facts, r.Period, r.Insurance, r.Owed, in.PaidOn)
	if err != nil {
		return err
	}
	r.Why, r.Fee, r.Uncapped, r.Capped, r.Stopped = why, fee.Amount, fee.Uncapped, fee.Capped, fee.Stopped
	if len(fee.Segments) > 0 {
		r.Segments = make([]Segment, 0, len(fee.Segments))
	}
	for _, s := range fee.Segments {
		r.Segments = append(r.Segments, Segment{s.Principal, s.From, s.To, s.Days, s.Rate, s.Amount, s.Regime, s.Basis})
	}
	return nil
}

// feeOn is the fee on a principal of a period that is paid on a day; why says that there is none.
func feeOn(setting Setting, rules latefee.Rules, facts Facts, p calendar.Period, insurance contribution.Insurance, principal money.Fen, paidOn calendar.Date) (latefee.Fee, string, error) {
	first, last := setting.firstDay(p), rules.LastDay(paidOn)
	if last.Before(first) {
		return latefee.Fee{}, WhyCurrent, nil
	}
	fee, err := rules.Compute(latefee.Claim{Principal: principal, Insurance: insurance, Period: p, FirstDay: first, LastDay: last,
		Deferred: facts.Deferred, Declared: facts.Declared, Accepted: facts.Accepted})
	if errors.Is(err, latefee.ErrNeedsLocalRule) {
		return latefee.Fee{}, WhyLocalRule, nil
	}
	if err != nil {
		return latefee.Fee{}, "", err
	}
	if len(fee.Segments) == 0 {
		return fee, WhyDeferred, nil
	}
	return fee, "", nil
}

// ByInsurance sums the rows of each insurance, in the order of statements.
func (r Result) ByInsurance() []Group {
	return r.group(func(row Row) int { return int(row.Insurance) })
}

// ByPeriod sums the rows of each month, oldest first.
func (r Result) ByPeriod() []Group { return r.group(func(row Row) int { return int(row.Period) }) }

// ByClass sums the rows of each class of the repayment order.
func (r Result) ByClass(class string) Sum {
	var s Sum
	for _, row := range r.Rows {
		if row.Class == class {
			s.add(row)
		}
	}
	return s
}

// Group is a sum under a period or an insurance's number.
type Group struct {
	Key int
	Sum
}

func (r Result) group(key func(Row) int) []Group {
	var groups []Group
	for _, row := range r.Rows {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Key == key(row) })
		if i < 0 {
			groups, i = append(groups, Group{Key: key(row)}), len(groups)
		}
		groups[i].add(row)
	}
	slices.SortFunc(groups, func(a, b Group) int { return a.Key - b.Key })
	return groups
}
