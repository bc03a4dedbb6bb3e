// Package money is integer money: Chinese fen. No float comes near it; a fraction exists only inside Round and is rounded once.
package money

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Fen is an amount in fen (1/100 yuan).
type Fen int64

// Why a text is not an amount. The import maps them to its reason codes.
var (
	ErrText     = errors.New("money: not an amount in yuan")
	ErrDecimals = errors.New("money: more than two decimals")
	ErrOverflow = errors.New("money: too large")
)

// Limit is the largest amount a single figure may have, 10 trillion yuan; sums of a hundred thousand such still fit an int64 when they are checked with Add.
const Limit Fen = 1_000_000_000_000_000

// Parse reads yuan with at most two decimals, such as 1141.87, -3 or 0.5. Thousands separators and exponents are refused.
// Errors: ErrText, ErrDecimals, ErrOverflow.
func Parse(s string) (Fen, error) {
	digits, negative := s, false
	if strings.HasPrefix(digits, "-") {
		digits, negative = digits[1:], true
	} else if strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	whole, part, pointed := strings.Cut(digits, ".")
	if whole == "" || (pointed && part == "") || !allDigits(whole) || !allDigits(part) {
		return 0, ErrText
	}
	if len(strings.TrimRight(part, "0")) > 2 {
		return 0, ErrDecimals
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 14 {
		return 0, ErrOverflow
	}
	part = (part + "00")[:2]
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || Fen(n) > Limit {
		return 0, ErrOverflow
	}
	if negative {
		n = -n
	}
	return Fen(n), nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes yuan with two decimals, such as -4505.00.
func (f Fen) String() string {
	b := make([]byte, 0, 20)
	return string(f.Append(b))
}

// Append writes yuan with two decimals to b.
func (f Fen) Append(b []byte) []byte {
	u := uint64(f)
	if f < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	return append(b, '.', byte('0'+u/10%10), byte('0'+u%10))
}

// Grouped writes yuan with thousands separators for people, such as 86,432.17.
func (f Fen) Grouped() string {
	var plain, grouped [32]byte
	digits := f.Append(plain[:0])
	b := grouped[:0]
	if digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	whole := len(digits) - len(".00")
	for i, c := range digits[:whole] {
		if i > 0 && (whole-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, c)
	}
	return string(append(b, digits[whole:]...))
}

// MarshalText writes yuan with two decimals: in JSON money is a string, since a JSON number invites floats.
func (f Fen) MarshalText() ([]byte, error) { return f.Append(nil), nil }

// UnmarshalText reads what MarshalText writes.
func (f *Fen) UnmarshalText(text []byte) error {
	n, err := Parse(string(text))
	if err == nil {
		*f = n
	}
	return err
}

// Sum adds amounts; it returns ErrOverflow when the total does not fit.
func Sum(amounts ...Fen) (Fen, error) {
	var total Fen
	for _, a := range amounts {
		next := total + a
		if (a > 0 && next < total) || (a < 0 && next > total) {
			return 0, ErrOverflow
		}
		total = next
	}
	return total, nil
}

// Rat is the amount as an exact number of fen.
func (f Fen) Rat() *big.Rat { return new(big.Rat).SetInt64(int64(f)) }

// Round is the one place where a fraction of a fen becomes fen: half up, away from zero for negative amounts.
// 四舍五入 to 0.01 yuan is the practice of the agencies; no statute states it.
func Round(fen *big.Rat) (Fen, error) {
	twice := new(big.Int).Lsh(fen.Num(), 1)
	negative := twice.Sign() < 0
	twice.Abs(twice)
	twice.Add(twice, fen.Denom())
	n := twice.Quo(twice, new(big.Int).Lsh(fen.Denom(), 1))
	if !n.IsInt64() || n.Int64() == math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return Fen(-n.Int64()), nil
	}
	return Fen(n.Int64()), nil
}

// MulDiv is amount × numerator ÷ denominator, rounded as Round does, without leaving 128 bits. The denominator is positive.
// Error: ErrOverflow.
func MulDiv(amount Fen, numerator, denominator int64) (Fen, error) {
	a, n, negative := magnitude(int64(amount)), magnitude(numerator), (amount < 0) != (numerator < 0)
	high, low := bits.Mul64(a, n)
	low, carry := bits.Add64(low, uint64(denominator)/2, 0) // half up; an odd denominator has no exact half
	high += carry
	if high >= uint64(denominator) {
		return 0, ErrOverflow
	}
	quotient, _ := bits.Div64(high, low, uint64(denominator))
	if quotient > math.MaxInt64 {
		return 0, ErrOverflow
	}
	if negative {
		return -Fen(quotient), nil
	}
	return Fen(quotient), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
