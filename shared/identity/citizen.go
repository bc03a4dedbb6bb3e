// Package identity checks and masks the numbers by which people and employers are known. It never looks a number up.
package identity

import (
	"errors"
	"strings"

	"shebao/shared/calendar"
)

// CitizenID is a citizen number (公民身份号码) or a residence permit number of the same form: 18 characters, normalized.
type CitizenID string

// Sex as the number's seventeenth digit tells it.
type Sex string

// The sexes.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Why a text is not a citizen number or a credit code.
var (
	ErrLength     = errors.New("identity: wrong length")
	ErrCharacters = errors.New("identity: wrong characters")
	ErrBirthDate  = errors.New("identity: no such birth date")
	ErrCheck      = errors.New("identity: the check character does not fit")
)

// Reason is the short word for a parse error: length, alphabet, birth_date, checksum; empty for nil.
func Reason(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrLength):
		return "length"
	case errors.Is(err, ErrBirthDate):
		return "birth_date"
	case errors.Is(err, ErrCheck):
		return "checksum"
	}
	return "alphabet"
}

// ParseCitizenID checks a number by GB 11643-1999 (MOD 11-2): 18 characters, or 15 of the old form, which are lengthened. Blanks around it,
// full-width digits and a small x are taken. Area codes are never checked: the code of first registration stays valid when the area is gone.
// Errors: ErrLength, ErrCharacters, ErrBirthDate, ErrCheck.
func ParseCitizenID(s string) (CitizenID, error) {
	b, err := normalize(s)
	if err != nil {
		return "", err
	}
	switch len(b) {
	case 18:
	case 15:
		if b, err = lengthen(b); err != nil {
			return "", err
		}
	default:
		return "", ErrLength
	}
	for i, c := range b {
		if (c < '0' || c > '9') && (i != 17 || c != 'X') {
			return "", ErrCharacters
		}
	}
	if _, err := calendar.ParseDate(string(b[6:14])); err != nil {
		return "", ErrBirthDate
	}
	if b[17] != citizenCheck(b) {
		return "", ErrCheck
	}
	return CitizenID(b), nil
}

// normalize trims, narrows full-width characters and raises letters.
func normalize(s string) ([]byte, error) {
	s = strings.TrimSpace(strings.Trim(s, "\u3000\u00a0 "))
	b := make([]byte, 0, len(s))
	for _, c := range s {
		if c >= '！' && c <= '～' { // the full-width forms of ASCII
			c -= '！' - '!'
		}
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < '!' || c > '~' {
			return nil, ErrCharacters
		}
		b = append(b, byte(c))
	}
	return b, nil
}

// lengthen makes 18 characters of an old number: the century goes in, 18 for the sequence codes 996 to 999 of people over a hundred, else 19.
func lengthen(old []byte) ([]byte, error) {
	for _, c := range old {
		if c < '0' || c > '9' {
			return nil, ErrCharacters
		}
	}
	century := "19"
	if string(old[12:]) >= "996" {
		century = "18"
	}
	b := []byte(string(old[:6]) + century + string(old[6:]) + "0")
	b[17] = citizenCheck(b)
	return b, nil
}

func citizenCheck(b []byte) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(b[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// BirthDate that the number holds.
func (id CitizenID) BirthDate() calendar.Date {
	d, _ := calendar.ParseDate(string(id[6:14])) // checked by ParseCitizenID
	return d
}

// Sex that the number holds.
func (id CitizenID) Sex() Sex {
	if (id[16]-'0')%2 == 1 {
		return Male
	}
	return Female
}

// Region is the area code of first registration.
func (id CitizenID) Region() string { return string(id[:6]) }

// ForeignResident is the kind of a permanent resident's card of 2023: its first digit is 9, and what follows is no area code.
const ForeignResident = "foreign_pr_18"

// Kind tells resident citizens from holders of residence permits and of permanent resident cards.
func (id CitizenID) Kind() string {
	switch {
	case id[0] == '9':
		return ForeignResident
	case strings.HasPrefix(string(id), "810000"), strings.HasPrefix(string(id), "820000"), strings.HasPrefix(string(id), "830000"):
		return "hkmt_residence_permit_18"
	}
	return "resident_18"
}

// Masked hides the birth date and more: the first six and the last four characters stay.
func (id CitizenID) Masked() string { return MaskNumber(string(id)) }
