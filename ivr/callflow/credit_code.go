package callflow

import (
	"strings"

	"shebao/shared/identity"
)

// letters of the alphabet of credit codes (GB 32100): no I, O, S, V, Z.
const codeLetters = "ABCDEFGHJKLMNPQRTUWXY"

// CreditCodes are the codes that a caller can have meant by 18 keys, in which * stands for any letter: telephones have no letters, and the check characters leave few.
// More than two letters are not guessed: such an employer is better named.
func CreditCodes(keys string) []identity.USCC {
	if len(keys) != 18 || strings.Count(keys, "*") > 2 {
		return nil
	}
	i := strings.IndexByte(keys, '*')
	if i < 0 {
		if code, err := identity.ParseUSCC(keys); err == nil {
			return []identity.USCC{code}
		}
		return nil
	}
	var codes []identity.USCC
	for _, letter := range codeLetters {
		codes = append(codes, CreditCodes(keys[:i]+string(letter)+keys[i+1:])...)
	}
	return codes
}
