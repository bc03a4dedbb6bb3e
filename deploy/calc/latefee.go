package calc

import (
	"errors"
	"fmt"

	"shebao/shared/latefee"
	"shebao/shared/money"
)

// Limits that keep one line from taking for ever.
const (
	maxPayments = 1000
	maxSpans    = 1000
	maxRules    = 100
)

var (
	errDays       = errors.New("the days are wanted: first_day with last_day or paid_on, or days with daily_rate")
	errEnds       = errors.New("last_day and paid_on exclude each other")
	errConvention = errors.New("convention must be through_payment_day or day_before_payment")
	errStop       = errors.New("bankruptcy_stop must be declared or accepted")
	errOldArrears = errors.New("old_arrears must be national_since or local_only")
	errInsurance  = errors.New("insurance must be a code from 110 to 510 or the name of a branch")
	errSpan       = errors.New("a span is a pair of days in their order")
	errRate       = errors.New("daily_rate is not the rate in force on these days")
	errEach       = errors.New("principal_each and days_each go together, without dates")
)

type lateFeeQuestion struct {
	Principal  text
	FirstDay   string    `json:"first_day"`
	LastDay    string    `json:"last_day"`
	PaidOn     string    `json:"paid_on"`
	Convention string    `json:"convention"`
	Days       *int      `json:"days"`
	Rate       text      `json:"daily_rate"`
	Each       text      `json:"principal_each"`
	DaysEach   []int     `json:"days_each"`
	Payments   []payment `json:"payments"`
	Insurance  text      `json:"insurance"`
	Period     text      `json:"period"`
	PeriodEnd  string    `json:"period_end"`
	Cap        text      `json:"cap"`
	Declared   string    `json:"bankruptcy_declared"`
	Accepted   string    `json:"bankruptcy_accepted"`
	Stop       string    `json:"bankruptcy_stop"`
	OldArrears string    `json:"old_arrears"`
	Deferred   [][]string
	Local      []localRule `json:"local_rules"`
}

type payment struct {
	Date   string
	Amount text
}

type localRule struct {
	From, To string
	Rate     text `json:"daily_rate"`
	Document string
}

type lateFeeAnswer struct {
	Amount   money.Fen `json:"amount"`
	Capped   money.Fen `json:"capped"`
	Uncapped money.Fen `json:"uncapped"`
	Exact    string    `json:"exact"`
	Segments []segment `json:"segments"`
	Stopped  string    `json:"stopped,omitempty"` // the day of bankruptcy from which nothing was counted
}

type segment struct {
	Principal money.Fen `json:"principal"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to,omitempty"`
	Days      int       `json:"days"`
	Rate      string    `json:"daily_rate"`
	Amount    money.Fen `json:"amount"`
	Exact     string    `json:"amount_exact"`
	Basis     string    `json:"basis,omitempty"`
}

func lateFee(q lateFeeQuestion) (lateFeeAnswer, error) {
	if q.Each != "" || q.DaysEach != nil {
		return q.each()
	}
	if q.Days != nil && q.FirstDay == "" {
		return q.flat(q.Principal, []int{*q.Days})
	}
	rules, err := q.rules()
	if err != nil {
		return lateFeeAnswer{}, err
	}
	claim, err := q.claim(rules)
	if err != nil {
		return lateFeeAnswer{}, err
	}
	if q.PaidOn != "" && claim.Principal > 0 && claim.LastDay.Before(claim.FirstDay) {
		return answerOf(latefee.Fee{}), nil // paid before a day bore a fee
	}
	if claim.Principal == 0 && q.Principal != "" && !claim.LastDay.Before(claim.FirstDay) {
		return answerOf(latefee.Fee{}), nil // nothing owed bears nothing; what was not given is no zero
	}
	fee, err := rules.Compute(claim)
	if err != nil {
		return lateFeeAnswer{}, err
	}
	if q.Rate != "" {
		rate, err := latefee.ParseDailyRate(string(q.Rate))
		if err != nil {
			return lateFeeAnswer{}, err
		}
		for _, s := range fee.Segments {
			if s.Rate != rate {
				return lateFeeAnswer{}, fmt.Errorf("%s: %w: %s", s.From, errRate, s.Rate)
			}
		}
	}
	return answerOf(fee), nil
}

func (q lateFeeQuestion) each() (lateFeeAnswer, error) {
	if q.Each == "" || len(q.DaysEach) == 0 || q.Principal != "" || q.FirstDay != "" {
		return lateFeeAnswer{}, errEach
	}
	return q.flat(q.Each, q.DaysEach)
}

// flat adds items of one principal, each rounded by itself, as arrears of several periods are.
func (q lateFeeQuestion) flat(amount text, daysEach []int) (lateFeeAnswer, error) {
	if err := few(len(daysEach), maxArrears, "days_each"); err != nil {
		return lateFeeAnswer{}, err
	}
	principal, err := amount.amount("principal")
	if err != nil {
		return lateFeeAnswer{}, err
	}
	rate, err := latefee.ParseDailyRate(string(q.Rate))
	if err != nil {
		return lateFeeAnswer{}, err
	}
	var whole latefee.Fee
	for _, days := range daysEach {
		fee, err := latefee.Flat(principal, days, rate)
		if err != nil {
			return lateFeeAnswer{}, err
		}
		if whole.Uncapped, err = money.Sum(whole.Uncapped, fee.Uncapped); err != nil {
			return lateFeeAnswer{}, err
		}
		whole.Capped += fee.Capped // not above Uncapped, which fits
		whole.Segments = append(whole.Segments, fee.Segments...)
	}
	if whole.Amount = whole.Uncapped; q.Cap == "principal" {
		whole.Amount = whole.Capped
	}
	return answerOf(whole), nil
}

func answerOf(fee latefee.Fee) lateFeeAnswer {
	answer := lateFeeAnswer{Amount: fee.Amount, Capped: fee.Capped, Uncapped: fee.Uncapped, Exact: decimal(fee.Exact()), Segments: []segment{}, Stopped: fee.Stopped.String()}
	for _, s := range fee.Segments {
		answer.Segments = append(answer.Segments, segment{s.Principal, s.From.String(), s.To.String(), s.Days, s.Rate.String(), s.Amount, decimal(s.Exact()), s.Basis})
	}
	return answer
}
