package notice

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
)

// MaxText is how many characters a field takes.
const MaxText = 6000

// Values are the fields of a document as somebody filled them in.
type Values map[string]string

// placeholder finds what a template left to be filled: braces, blanks, crosses, a question without its answer.
var placeholder = regexp.MustCompile(`[{}]|_{2,}|＿+|×{2,}|[xX]{3,}|【\s*】|（\s*）|\(\s*\)|\?{2,}|？{2,}|答：\s*(\n|$)`)

// Check reports every wrong field at once: missing, unreadable, with a placeholder left, or with something in it that could tell who reported.
// words are those of the tip-offs of the case. Error: fault.Invalid.
func Check(k Kind, v Values, words []string) error {
	var wrong []fault.Field
	for _, f := range Fields(k) {
		text := strings.TrimSpace(v[f.Name])
		if key := f.wrong(text); key != "" {
			wrong = append(wrong, fault.Field{Name: f.Name, Key: key})
			continue
		}
		if key := leak(k, f.Name, text, words); key != "" {
			wrong = append(wrong, fault.Field{Name: f.Name, Key: key})
		}
	}
	if one, two := strings.TrimSpace(v["inspector1"]), strings.TrimSpace(v["inspector2"]); one != "" && one == two {
		wrong = append(wrong, fault.Field{Name: "inspector2", Key: "fault.notice.inspectors"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// wrong is the key of what is wrong with a field's text, or nothing.
func (f Field) wrong(text string) string {
	switch {
	case text == "" && f.Optional:
		return ""
	case text == "":
		return "fault.notice.missing"
	case utf8.RuneCountInString(text) > MaxText:
		return "fault.notice.long"
	case placeholder.MatchString(text):
		return "fault.notice.placeholder"
	}
	switch f.Input {
	case Day:
		if _, err := calendar.ParseDate(text); err != nil {
			return "fault.date"
		}
	case Days:
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > 180 {
			return "fault.notice.days"
		}
	case Line:
		if strings.ContainsAny(text, "\r\n") {
			return "fault.notice.line"
		}
	}
	if f.Name == "uscc" {
		if _, err := identity.ParseUSCC(text); err != nil {
			return "fault.notice.uscc"
		}
	}
	return ""
}

var (
	idNumber = regexp.MustCompile(`\d{17}[\dXx]|\d{15}`)
	mobile   = regexp.MustCompile(`(^|\D)1\d{10}(\D|$)`)
	receipt  = regexp.MustCompile(`\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}`)
	reported = regexp.MustCompile(`举报|投诉|检举|信访`)
)

// leak is the key of what in a text could tell who reported, or nothing: an ID number, a mobile number, a receipt code; to the employer also that there was a
// report at all; and the reporter's own words (劳动保障监察条例 art. 9, 稽核办法 art. 6: the reporter is kept secret).
func leak(k Kind, name, text string, words []string) string {
	switch {
	case name == "uscc" || name == "registration":
		return ""
	case idNumber.MatchString(text) || mobile.MatchString(text) || receipt.MatchString(text):
		return "fault.notice.identity"
	case k.ToEmployer() && name != "unit" && reported.MatchString(text):
		return "fault.notice.reported"
	}
	if k == Refusal || k == Reply { // the reporter may read their own words
		return ""
	}
	for _, w := range words {
		if repeats(text, w) {
			return "fault.notice.words"
		}
	}
	return ""
}

// repeatedRunes is how long a run of the reporter's words is that a document may not repeat: shorter ones are everybody's.
const repeatedRunes = 12

// repeats reports whether a text holds a run of the words.
func repeats(text, words string) bool {
	flat := func(s string) []rune { return []rune(strings.Join(strings.Fields(s), "")) }
	within, runes := string(flat(text)), flat(words)
	for i := 0; i+repeatedRunes <= len(runes); i++ {
		if strings.Contains(within, string(runes[i:i+repeatedRunes])) {
			return true
		}
	}
	return false
}
