package calc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/money"
)

var (
	errText = errors.New("a text or a number is wanted")
	errMany = errors.New("the list is too long")
	errNone = errors.New("an amount in yuan is wanted")
	errLess = errors.New("an amount must not be below zero")
)

// text is a JSON string, or a JSON number by its literal text: no figure passes through a float.
type text string

// UnmarshalJSON reads a string, a number or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case b[0] == '-' || (b[0] >= '0' && b[0] <= '9'):
		*t = text(b)
		return nil
	}
	return errText
}

// amount is yuan with at most two decimals; none is zero.
func (t text) amount(field string) (money.Fen, error) {
	if t == "" {
		return 0, nil
	}
	fen, err := money.Parse(string(t))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", field, err)
	}
	return fen, nil
}

// balance is an amount that must be given and cannot be below zero: a calculation never takes what was forgotten for nothing.
func (t text) balance(field string) (money.Fen, error) {
	if t == "" {
		return 0, fmt.Errorf("%s: %w", field, errNone)
	}
	fen, err := t.amount(field)
	if err == nil && fen < 0 {
		err = fmt.Errorf("%s: %w", field, errLess)
	}
	return fen, err
}

// decimal writes exact fen as plain yuan, such as 22.266465. Fees have at most eleven decimals: two of fen, nine of the rate.
func decimal(fen *big.Rat) string {
	s := new(big.Rat).Quo(fen, big.NewRat(100, 1)).FloatString(11)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func few(n, limit int, field string) error {
	if n > limit {
		return fmt.Errorf("%s: %w: at most %d", field, errMany, limit)
	}
	return nil
}

// dates reads one date after the other and keeps the first error.
type dates struct{ err error }

// read reads a date; an empty text is no date.
func (r *dates) read(field, s string) calendar.Date {
	if s == "" || r.err != nil {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", field, err)
	}
	return d
}
