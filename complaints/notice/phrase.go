package notice

import (
	"regexp"
	"slices"
	"strings"

	"shebao/shared/calendar"
)

// Placeholders are what a phrase may ask a case for. None of them leads to the reporter: there is none for a name, a number or a telephone of theirs.
var Placeholders = [...]string{"案件编号", "单位", "月份", "期限", "今天", "机构", "联系电话", "地址"}

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// UnknownPlaceholders lists what a phrase asks for and no case can give.
func UnknownPlaceholders(words string) []string {
	var unknown []string
	for _, m := range braces.FindAllStringSubmatch(words, -1) {
		if !slices.Contains(Placeholders[:], m[1]) {
			unknown = append(unknown, m[0])
		}
	}
	return unknown
}

// PhraseFacts are what a case gives a phrase.
type PhraseFacts struct {
	CaseNo, Unit string
	From, To     calendar.Period
	Due, Today   calendar.Date
	Agency       Agency
}

// FillPhrase puts a case's facts into a phrase. What the case does not have leaves a mark that is seen before anything is sent.
func FillPhrase(words string, n PhraseFacts) string {
	values := map[string]string{"案件编号": n.CaseNo, "单位": n.Unit, "月份": Facts{From: n.From, To: n.To}.scope(), "期限": chineseDate(n.Due), "今天": chineseDate(n.Today), "机构": n.Agency.Name, "联系电话": n.Agency.Phone,
		"地址": n.Agency.Address}
	for name, value := range values {
		if value == "" {
			value = "____"
		}
		words = strings.ReplaceAll(words, "{"+name+"}", value)
	}
	return words
}

// LeftOpen reports whether something in a text to the reporter was left to be filled.
func LeftOpen(text string) bool { return strings.Contains(text, "____") || braces.MatchString(text) }
