// Package receipt makes and reads the receipt codes of tip-offs: 16 digits that a telephone keypad takes, the last two of them check digits,
// so that a mis-keyed code is caught without a look-up.
package receipt

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Code is a receipt code: 14 random digits and two check digits by ISO 7064 MOD 97-10, which catch every single wrong digit and every
// swap of two neighbours.
type Code string

// Length of a code in digits.
const Length = 16

// Why a text is not a receipt code.
var (
	ErrLength     = errors.New("receipt: not 16 digits")
	ErrCharacters = errors.New("receipt: something else than digits")
	ErrCheck      = errors.New("receipt: the check digits do not fit")
)

// Generate draws a code from a source of randomness. Its error is the source's.
func Generate(random io.Reader) (Code, error) {
	digits := make([]byte, 0, Length)
	buf := make([]byte, 32)
	for len(digits) < Length-2 {
		if _, err := io.ReadFull(random, buf); err != nil {
			return "", fmt.Errorf("draw receipt code: %w", err)
		}
		for _, b := range buf {
			if b < 250 && len(digits) < Length-2 { // above it the digits would not be equally likely
				digits = append(digits, '0'+b%10)
			}
		}
	}
	check := 98 - remainder(digits)*100%97 // 02 to 98
	return Code(append(digits, byte('0'+check/10), byte('0'+check%10))), nil
}

func remainder(digits []byte) int {
	r := 0
	for _, d := range digits {
		r = (r*10 + int(d-'0')) % 97
	}
	return r
}

// Parse reads a code as people type it: with spaces or dashes, in full-width digits too. Errors: ErrLength, ErrCharacters, ErrCheck.
func Parse(s string) (Code, error) {
	digits := make([]byte, 0, Length)
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, byte(c))
		case c >= '０' && c <= '９':
			digits = append(digits, byte(c-'０')+'0')
		case strings.ContainsRune(" -\t\u00a0\u3000\u2013\u2014", c):
		default:
			return "", ErrCharacters
		}
		if len(digits) > Length {
			return "", ErrLength
		}
	}
	if len(digits) != Length {
		return "", ErrLength
	}
	check := int(digits[14]-'0')*10 + int(digits[15]-'0')
	if remainder(digits) != 1 || check < 2 || check > 98 {
		return "", ErrCheck
	}
	return Code(digits), nil
}

// String is the 16 digits, for whoever holds the code; logs get LogValue.
func (c Code) String() string { return string(c) }

// Grouped is the code in groups of four, as people read and hear it.
func (c Code) Grouped() string {
	if len(c) != Length {
		return string(c)
	}
	return string(c[:4] + " " + c[4:8] + " " + c[8:12] + " " + c[12:])
}

// LogValue keeps the code out of logs.
func (c Code) LogValue() slog.Value { return slog.StringValue("[receipt]") }
