package calc

import (
	"errors"
	"fmt"
	"strconv"

	"shebao/shared/account"
	"shebao/shared/money"
)

var (
	errMethod  = errors.New("method must be month_product, annual or month_product_partial")
	errThrough = errors.New("through_month must be from 1 to 12, and only with month_product_partial")
	errMonth   = errors.New("credits_by_month: a month must be from 1 to 12, not after through_month, and stand there once")
	errCredits = errors.New("one of credits_by_month and credited_in_year is wanted, and the months of the latter only annual can do without")
)

type interestInputs struct {
	Opening  text
	Credits  map[string]text `json:"credits_by_month"`
	Credited text            `json:"credited_in_year"`
	Rate     text            `json:"annual_rate"`
	Through  *int            `json:"through_month"`
}

type interestQuestion struct {
	Method string
	interestInputs
	Inputs *interestInputs // the same one level down
}

type interestAnswer struct {
	OnOpening money.Fen `json:"interest_on_opening"`
	OnCurrent money.Fen `json:"interest_on_current"`
	Closing   money.Fen `json:"closing"`
}

func interest(q interestQuestion) (interestAnswer, error) {
	in := q.interestInputs
	if q.Inputs != nil {
		in = *q.Inputs
	}
	opening, err := in.Opening.balance("opening")
	if err != nil {
		return interestAnswer{}, err
	}
	rate, err := account.ParseRate(string(in.Rate))
	if err != nil {
		return interestAnswer{}, fmt.Errorf("annual_rate: %w", err)
	}
	method, months, err := methodOf(q.Method, in)
	if err != nil {
		return interestAnswer{}, err
	}
	credits, err := in.credits(method, months)
	if err != nil {
		return interestAnswer{}, err
	}
	earned, err := account.InterestOf(method, opening, credits, rate, months)
	if err != nil {
		return interestAnswer{}, err
	}
	closing, err := money.Sum(append(credits[:], opening, earned.OnOpening, earned.OnCurrent)...)
	return interestAnswer{earned.OnOpening, earned.OnCurrent, closing}, err
}

func methodOf(name string, in interestInputs) (account.Method, account.Months, error) {
	months := account.WholeYear
	partial := name == "month_product_partial"
	if partial != (in.Through != nil) || (partial && (*in.Through < 1 || *in.Through > 12)) {
		return 0, months, errThrough
	}
	switch name {
	case "annual":
		return account.Annual, months, nil
	case "month_product":
		return account.MonthProduct, months, nil
	case "month_product_partial":
		months.Last = *in.Through
		return account.MonthProduct, months, nil
	}
	return 0, months, errMethod
}

// credits are those of January to December. The annual method asks only for their sum, so that where one sum stands does not matter.
func (in interestInputs) credits(method account.Method, months account.Months) (list [12]money.Fen, err error) {
	if (in.Credits == nil) == (in.Credited == "") || (method != account.Annual && in.Credited != "") {
		return list, errCredits
	}
	if in.Credited != "" {
		list[0], err = in.Credited.balance("credited_in_year")
		return list, err
	}
	if err := few(len(in.Credits), 12, "credits_by_month"); err != nil {
		return list, err
	}
	for month, credit := range in.Credits {
		n, err := strconv.Atoi(month)
		if err != nil || n < 1 || n > months.Last {
			return list, errMonth
		}
		amount, err := credit.balance("credits_by_month " + month)
		if err != nil {
			return list, err
		}
		if list[n-1] != 0 {
			return list, errMonth // "1" and "01"
		}
		list[n-1] = amount
	}
	return list, nil
}
