package money

import (
	"math/big"
	"strings"
)

// ShareUnit is one whole in the billionths in which rates are kept.
const ShareUnit = 1_000_000_000

// ParseShare reads a rate of nothing to a whole, such as 0.0005, in billionths; ok is false for anything else and for more than nine decimals.
func ParseShare(s string) (billionths int64, ok bool) {
	if len(s) > 32 || strings.Trim(s, "0123456789.") != "" { // no exponents: a big.Rat would write them out
		return 0, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(ShareUnit, 1))
	if !r.IsInt() || r.Cmp(big.NewRat(ShareUnit, 1)) > 0 {
		return 0, false
	}
	return r.Num().Int64(), true
}
