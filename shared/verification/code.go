// Package verification is the code (验真码) that stands on every official document, by which whoever holds the paper can ask whether it is genuine and still valid.
package verification

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
)

// Code is 80 random bits, written as 16 characters of Crockford's base-32: they say nothing of the document and cannot be guessed. Whoever holds one may see what the check
// page shows.
type Code [10]byte

// ErrCode says that a text is not a verification code.
var ErrCode = errors.New("verification: not the 16 characters of a code")

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Draw draws n codes.
func Draw(n int) []Code {
	random := make([]byte, n*len(Code{}))
	_, _ = rand.Read(random) // never fails: it crashes the process instead
	codes := make([]Code, n)
	for i := range codes {
		copy(codes[i][:], random[i*len(Code{}):])
	}
	return codes
}

// Parse reads a code as people type it: small letters, blanks and dashes, O for 0, I and L for 1. Error: ErrCode.
func Parse(s string) (Code, error) {
	var c Code
	digits := 0
	for _, r := range s {
		if strings.ContainsRune(" -\t\r\n\u00a0\u3000\u2013\u2014", r) {
			continue
		}
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		value := strings.IndexRune(crockford, r)
		if value < 0 || digits == 16 {
			return Code{}, ErrCode
		}
		for bit := range 5 {
			if value>>(4-bit)&1 == 1 {
				at := digits*5 + bit
				c[at/8] |= 1 << (7 - at%8)
			}
		}
		digits++
	}
	if digits != 16 {
		return Code{}, ErrCode
	}
	return c, nil
}

// String is the 16 characters, as they stand in an address.
func (c Code) String() string {
	var b [16]byte
	for i := range b {
		value := 0
		for bit := range 5 {
			at := i*5 + bit
			value = value<<1 | int(c[at/8]>>(7-at%8)&1)
		}
		b[i] = crockford[value]
	}
	return string(b[:])
}

// Grouped is the code as people read it, such as 7M2K Q4ZT 09AB WXYZ.
func (c Code) Grouped() string {
	s := c.String()
	return s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:]
}

// LogValue keeps the code out of logs.
func (c Code) LogValue() slog.Value { return slog.StringValue("[code]") }
