package web

import (
	"strconv"
	"strings"
	"unicode"

	"shebao/shared/calendar"
	"shebao/shared/intake"
)

// tipOffForm is the form as it was sent; nothing in it has been believed yet.
type tipOffForm struct {
	key      string // sealed filing key
	kind     intake.Kind
	own      string // yes, no, or nothing
	choice   string // an employer's credit code, or typed
	seen     string // the name for which the choices were looked up
	employer string // the name as written
	from, to monthField
	words    string
	named    bool
	safe     bool
	files    string // sealed list
	restored bool   // it waited for a sign-in
	refused  string // files that were not taken meanwhile, in words
}

// typedChoice is the choice of the name as written.
const typedChoice = "typed"

// monthField is a month as two lists.
type monthField struct{ year, month string }

// mostNameRunes is how long an employer's name may be.
const mostNameRunes = 100

// readTipOff reads the form's fields.
func readTipOff(get func(name string) string) tipOffForm {
	line := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(clean(get(name)), "\n", " ")) }
	return tipOffForm{
		key: get("key"), kind: intake.Kind(line("kind")), own: line("own"), choice: line("choice"), seen: line("seen"), employer: line("employer"),
		from: monthField{line("from_year"), line("from_month")}, to: monthField{line("to_year"), line("to_month")},
		words: strings.TrimSpace(clean(get("words"))), named: get("named") == "yes", safe: get("safe") == "yes", files: get("files"),
	}
}

// fields are what the check page carries to the next step; readTipOff of them gives the same form.
func (f tipOffForm) fields() [][2]string {
	named, safe := "no", ""
	if f.named {
		named = "yes"
	}
	if f.safe {
		safe = "yes"
	}
	return [][2]string{{"key", f.key}, {"kind", string(f.kind)}, {"own", f.own}, {"choice", f.choice}, {"seen", f.seen}, {"employer", f.employer},
		{"from_year", f.from.year}, {"from_month", f.from.month}, {"to_year", f.to.year}, {"to_month", f.to.month}, {"words", f.words}, {"named", named}, {"safe", safe}, {"files", f.files}}
}

// clean makes text of whatever was sent: valid UTF-8, plain line ends, no other control characters.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// period reads the month; wrong is the message key of what is wrong with it. No choice is no month.
func (m monthField) period(thisMonth calendar.Period) (p calendar.Period, wrong string) {
	if m.year == "" && m.month == "" {
		return 0, ""
	}
	month, err := strconv.Atoi(m.month)
	if err != nil || month < 1 || month > 12 || len(m.year) != 4 {
		return 0, "portal.tipoff.month.half"
	}
	p, err = calendar.ParsePeriod(m.year + string([]byte{'0' + byte(month/10), '0' + byte(month%10)}))
	if err != nil {
		return 0, "portal.tipoff.month.half"
	}
	if p > thisMonth {
		return 0, "portal.tipoff.month.future"
	}
	return p, ""
}

func monthFieldOf(p calendar.Period) monthField {
	if p == 0 {
		return monthField{}
	}
	return monthField{strconv.Itoa(p.Year()), strconv.Itoa(int(p.Month()))}
}
