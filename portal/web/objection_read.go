package web

import (
	"strings"

	"shebao/shared/intake"
)

// objectionForm is the form as it was sent; nothing in it has been believed yet.
type objectionForm struct {
	key      string // sealed filing key
	matter   intake.Matter
	from, to monthField
	words    string
	safe     bool
	files    string // sealed list
	restored bool   // it waited for a sign-in
	refused  string // files that were not taken meanwhile, in words
}

func readObjection(get func(name string) string) objectionForm {
	line := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(clean(get(name)), "\n", " ")) }
	return objectionForm{key: get("key"), matter: intake.Matter(line("matter")), from: monthField{line("from_year"), line("from_month")}, to: monthField{line("to_year"), line("to_month")},
		words: strings.TrimSpace(clean(get("words"))), safe: get("safe") == "yes", files: get("files")}
}

// fields are what the check page carries to the next step; readObjection of them gives the same form.
func (f objectionForm) fields() [][2]string {
	safe := ""
	if f.safe {
		safe = "yes"
	}
	return [][2]string{{"key", f.key}, {"matter", string(f.matter)}, {"from_year", f.from.year}, {"from_month", f.from.month}, {"to_year", f.to.year}, {"to_month", f.to.month},
		{"words", f.words}, {"safe", safe}, {"files", f.files}}
}
