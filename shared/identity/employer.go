package identity

import (
	"strings"
)

// USCC is a unified social credit code (统一社会信用代码), normalized.
type USCC string

const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseUSCC checks a code by GB 32100-2015: 18 characters without I, O, S, V, Z, the last a check character. Blanks around it, full-width and
// small letters are taken. Errors: ErrLength, ErrCharacters, ErrCheck.
func ParseUSCC(s string) (USCC, error) {
	b, err := normalize(s)
	if err != nil {
		return "", err
	}
	if len(b) != 18 {
		return "", ErrLength
	}
	sum, weight := 0, 1
	for i, c := range b {
		value := strings.IndexByte(usccAlphabet, c)
		if value < 0 || (i >= 2 && i < 8 && value > 9) {
			return "", ErrCharacters
		}
		if i < 17 {
			sum += value * weight
			weight = weight * 3 % 31
		}
	}
	if b[17] != usccAlphabet[(31-sum%31)%31] {
		return "", ErrCheck
	}
	return USCC(b), nil
}

// Region is the area code of the registering authority.
func (c USCC) Region() string { return string(c[2:8]) }

// OrgCode is the organisation code (GB 11714) inside.
func (c USCC) OrgCode() string { return string(c[8:17]) }

// OrgCodeOK reports whether the organisation code's own check digit fits; when not it is worth a warning, not a refusal.
func (c USCC) OrgCodeOK() bool {
	code := c.OrgCode()
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", code[i])
	}
	return code[8] == "0X987654321"[sum%11]
}
