package calc

import (
	"errors"
	"fmt"

	"shebao/shared/calendar"
	"shebao/shared/latefee"
	"shebao/shared/money"
)

var (
	errPolicy = errors.New("policy must be notice_2001 or rolling_1997")
	errItem   = errors.New("arrears must be pairs of a period and an amount")
)

// maxArrears is above the months since 1949 of every insurance.
const maxArrears = 10_000

type repaymentQuestion struct {
	Payment text
	Current text     `json:"current_due"`
	Pre     [][]text `json:"pre_regulation_arrears"`
	Post    [][]text `json:"post_regulation_arrears"`
	Policy  text     // a year may be a number
}

type repaymentAnswer struct {
	Mode        string      `json:"mode"`
	Allocations [][2]string `json:"allocations"`
	LeftOver    money.Fen   `json:"left_over"`
}

func repayment(q repaymentQuestion) (repaymentAnswer, error) {
	policies := map[text]latefee.Policy{"": latefee.Notice2001, "notice_2001": latefee.Notice2001, "2001": latefee.Notice2001, "rolling_1997": latefee.Rolling1997, "1997": latefee.Rolling1997}
	policy, ok := policies[q.Policy]
	if !ok {
		return repaymentAnswer{}, errPolicy
	}
	payment, err1 := q.Payment.balance("payment")
	current, err2 := q.Current.balance("current_due")
	pre, err3 := items("pre_regulation_arrears", q.Pre)
	post, err4 := items("post_regulation_arrears", q.Post)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return repaymentAnswer{}, err
		}
	}
	booked := latefee.Allocate(policy, payment, current, pre, post)
	answer := repaymentAnswer{Mode: booked.Mode, Allocations: [][2]string{}, LeftOver: booked.LeftOver}
	for _, line := range booked.Lines {
		answer.Allocations = append(answer.Allocations, [2]string{line.Target, line.Amount.String()})
	}
	return answer, nil
}

func items(field string, pairs [][]text) (list []latefee.Item, err error) {
	if err := few(len(pairs), maxArrears, field); err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if len(pair) != 2 {
			return nil, fmt.Errorf("%s: %w", field, errItem)
		}
		period, err := calendar.ParsePeriod(string(pair[0]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		amount, err := pair[1].balance(field)
		if err != nil {
			return nil, err
		}
		list = append(list, latefee.Item{Period: period, Amount: amount})
	}
	return list, nil
}
