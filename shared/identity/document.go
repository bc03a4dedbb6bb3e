package identity

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ResidentID is the ID type of the citizen's card, as the agencies' files name it.
const ResidentID = "居民身份证"

// ErrMobile says that a text is not a mainland mobile number.
var ErrMobile = errors.New("identity: not a mobile number")

// ParseDocument checks a number of an ID type: citizens' and residence permits' numbers by their check character, old cards of permanent
// residents (three letters, twelve digits), passports and travel permits by length and characters only.
// Errors: ErrLength, ErrCharacters, ErrBirthDate, ErrCheck.
func ParseDocument(idType, number string) (string, error) {
	if idType == "" || idType == ResidentID || strings.Contains(idType, "居住证") {
		id, err := ParseCitizenID(number)
		return string(id), err
	}
	b, err := normalize(number)
	if err != nil {
		return "", err
	}
	if strings.Contains(idType, "永久居留") && len(b) == 18 {
		id, err := ParseCitizenID(number)
		return string(id), err
	}
	if len(b) < 5 || len(b) > 18 {
		return "", ErrLength
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return "", ErrCharacters
		}
	}
	return string(b), nil
}

// ParseNumber checks a number whose ID type is not said, as at a sign-in: what can only be a citizen's is checked as one, anything with letters (passports, travel permits, old cards of
// permanent residents, foreigners' social security numbers) and whatever has another length as ParseDocument checks those. Errors: as ParseDocument.
func ParseNumber(number string) (string, error) {
	b, err := normalize(number)
	if err != nil {
		return "", err
	}
	if (len(b) < 5 || len(b) == 15 || len(b) >= 18) && strings.Trim(strings.TrimSuffix(string(b), "X"), "0123456789") == "" {
		id, err := ParseCitizenID(number)
		return string(id), err
	}
	return ParseDocument("other", number)
}

// ParseMobile takes 11 digits that begin with 1, with blanks, dashes or +86 around them. Error: ErrMobile.
func ParseMobile(s string) (string, error) {
	b, err := normalize(strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(s))
	if err != nil {
		return "", ErrMobile
	}
	digits := strings.TrimPrefix(strings.TrimPrefix(string(b), "+86"), "0086")
	if len(digits) != 11 || digits[0] != '1' || strings.Trim(digits, "0123456789") != "" {
		return "", ErrMobile
	}
	return digits, nil
}

// MaskNumber keeps the first six and last four characters of a long number, less of a short one.
func MaskNumber(s string) string {
	n := len(s)
	switch {
	case n >= 15:
		return s[:6] + strings.Repeat("*", n-10) + s[n-4:]
	case n > 4:
		return s[:2] + strings.Repeat("*", n-4) + s[n-2:]
	}
	return strings.Repeat("*", n)
}

// MaskName keeps the first character: 张*.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(first) + strings.Repeat("*", max(1, min(3, utf8.RuneCountInString(name[size:]))))
}

// MaskMobile keeps the first three and the last four digits: 138 **** 1234.
func MaskMobile(mobile string) string {
	if len(mobile) != 11 {
		return strings.Repeat("*", len(mobile))
	}
	return mobile[:3] + " **** " + mobile[7:]
}
