// Package account keeps the personal pension account (个人账户): what is credited when, the yearly interest, the roll-forward from opening to closing. It is pure.
package account

import (
	"errors"
	"math/big"
	"strconv"

	"shebao/shared/money"
)

// Rate is a yearly credited rate (记账利率) in billionths: 3.97 % is 39_700_000.
type Rate int64

const rateUnit = money.ShareUnit

// ErrRate says that a text is not a rate.
var ErrRate = errors.New("account: not a rate with at most nine decimals")

// ParseRate reads a decimal such as 0.0397. Error: ErrRate.
func ParseRate(s string) (Rate, error) {
	rate, ok := money.ParseShare(s)
	if !ok {
		return 0, ErrRate
	}
	return Rate(rate), nil
}

// Percent writes the rate for people, such as 3.97, with two decimals or as many as it has.
func (r Rate) Percent() string {
	const percent = rateUnit / 100
	b := strconv.AppendInt(make([]byte, 0, 16), int64(r)/percent, 10)
	b = append(b, '.')
	for part, unit := int64(r)%percent, int64(percent)/10; unit >= percent/100 || part > 0; unit /= 10 {
		b = append(b, byte('0'+part/unit))
		part %= unit
	}
	return string(b)
}

// Method is how the interest on a year's own credits is counted (劳办发〔1997〕116号 annex 3). One account-year never mixes them.
type Method uint8

// The methods.
const (
	MonthProduct Method = iota // 月积数法: each month's credit earns from its own month to the last, a December credit one month
	Annual                     // 年度计算法: all credits together earn 1.083 halves of the rate
)

// Months is the part of a year in which an account lives: all of it is {1, 12}; retirement in August ends it as {1, 8}.
type Months struct{ First, Last int }

// WholeYear is every month.
var WholeYear = Months{1, 12}

// Interest of one account-year, each component rounded half up to the fen, so that a printed statement adds up.
type Interest struct {
	OnOpening money.Fen
	OnCurrent money.Fen
}

// InterestOf computes a year's interest: opening × r × months/12, and by the method
// ΣAₙ×(last−n+1) × r/12, or A × r × 1.083/2 × months/12. credits[0] is January's; what is credited after the last month earns nothing. Error: money.ErrOverflow.
func InterestOf(method Method, opening money.Fen, credits [12]money.Fen, rate Rate, months Months) (Interest, error) {
	var interest Interest
	var err error
	if interest.OnOpening, err = money.MulDiv(opening, int64(rate)*int64(months.Last-months.First+1), 12*rateUnit); err != nil {
		return Interest{}, err
	}
	if method == Annual {
		total, err := money.Sum(credits[:months.Last]...)
		if err != nil {
			return Interest{}, err
		}
		interest.OnCurrent, err = money.MulDiv(total, int64(rate)*1083*int64(months.Last-months.First+1), 24*1000*rateUnit)
		return interest, err
	}
	product, err := MonthProductOf(credits, months)
	if err != nil {
		return Interest{}, err
	}
	interest.OnCurrent, err = money.MulDiv(product, int64(rate), 12*rateUnit)
	return interest, err
}

// MonthRates is the rate of each month of a year, January first.
type MonthRates [12]Rate

// InterestByMonth is InterestOf in a year whose rate changes. Each month earns by its own: the opening balance a twelfth of each month's rate, a month's credit by the month product what its
// own month and those after it bring; the annual method, which knows of no months, takes the year's credits by the mean of the rates. Errors as InterestOf.
func InterestByMonth(method Method, opening money.Fen, credits [12]money.Fen, rates MonthRates, months Months) (Interest, error) {
	uniform := true
	for _, rate := range rates[:months.Last] {
		uniform = uniform && rate == rates[0]
	}
	if uniform {
		return InterestOf(method, opening, credits, rates[0], months)
	}
	var lived int64 // the sum of the rates of the months that the account lives
	for _, rate := range rates[months.First-1 : months.Last] {
		lived += int64(rate)
	}
	var interest Interest
	var err error
	if interest.OnOpening, err = money.MulDiv(opening, lived, 12*rateUnit); err != nil {
		return Interest{}, err
	}
	if method == Annual {
		total, err := money.Sum(credits[:months.Last]...)
		if err != nil {
			return Interest{}, err
		}
		interest.OnCurrent, err = money.MulDiv(total, lived*1083, 24*1000*rateUnit)
		return interest, err
	}
	var weight int64
	product := new(big.Int) // of each credit and the rates from its month on: rounded once
	for m := months.Last - 1; m >= 0; m-- {
		weight += int64(rates[m])
		product.Add(product, new(big.Int).Mul(big.NewInt(int64(credits[m])), big.NewInt(weight)))
	}
	interest.OnCurrent, err = money.Round(new(big.Rat).SetFrac(product, big.NewInt(12*rateUnit)))
	return interest, err
}

// MonthProductOf is the 月积数: the sum of each month's credit times the months that it earns.
func MonthProductOf(credits [12]money.Fen, months Months) (money.Fen, error) {
	var weighted [12]money.Fen
	for i, credit := range credits {
		if weight := months.Last - i; weight > 0 {
			if credit > money.Limit || credit < -money.Limit {
				return 0, money.ErrOverflow
			}
			weighted[i] = credit * money.Fen(weight)
		}
	}
	return money.Sum(weighted[:]...)
}
