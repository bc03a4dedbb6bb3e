package document

import (
	"errors"
	"io"
	"strings"
)

// Code is a verification code (验真码): 16 characters of Crockford's base 32, 80 bits drawn at random, which say nothing of the document.
type Code string

// alphabet leaves out I, L, O and U, which are misread or make words.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength in characters.
const codeLength = 16

// ErrCode says that a text cannot be a verification code.
var ErrCode = errors.New("document: not a verification code")

// NewCode draws a code. Its error is the source's.
func NewCode(random io.Reader) (Code, error) {
	b := make([]byte, codeLength)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return Code(b), nil
}

// ParseCode reads a code as people type it: in small letters, with spaces and dashes, full-width, O for 0, I and L for 1. Error: ErrCode.
func ParseCode(s string) (Code, error) {
	b := make([]byte, 0, codeLength)
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if strings.ContainsRune(" -_.\t\r\n\u00a0\u3000\u2010\u2011\u2012\u2013\u2014\u2212·", r) {
			continue
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
		if r > '~' || strings.IndexByte(alphabet, byte(r)) < 0 || len(b) == codeLength {
			return "", ErrCode
		}
		b = append(b, byte(r))
	}
	if len(b) != codeLength {
		return "", ErrCode
	}
	return Code(b), nil
}

// String is the 16 characters.
func (c Code) String() string { return string(c) }

// Grouped is the code in groups of four, as it is printed.
func (c Code) Grouped() string {
	if len(c) != codeLength {
		return string(c)
	}
	return string(c[:4] + " " + c[4:8] + " " + c[8:12] + " " + c[12:])
}
