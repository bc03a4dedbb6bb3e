package web

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/money"
)

func TestMonthFields(t *testing.T) {
	const thisMonth = calendar.Period(202611)
	for field, want := range map[monthField]struct {
		period calendar.Period
		wrong  string
	}{
		{}:               {0, ""},
		{"2025", "3"}:    {202503, ""},
		{"2026", "11"}:   {202611, ""},
		{"2026", "12"}:   {0, "portal.tipoff.month.future"},
		{"2025", ""}:     {0, "portal.tipoff.month.half"},
		{"", "3"}:        {0, "portal.tipoff.month.half"},
		{"2025", "13"}:   {0, "portal.tipoff.month.half"},
		{"2025", "0"}:    {0, "portal.tipoff.month.half"},
		{"25", "3"}:      {0, "portal.tipoff.month.half"},
		{"2025", "März"}: {0, "portal.tipoff.month.half"},
		{"1900", "1"}:    {0, "portal.tipoff.month.half"},
	} {
		if p, wrong := field.period(thisMonth); p != want.period || wrong != want.wrong {
			t.Errorf("%+v: %s %q", field, p, wrong)
		}
	}
}

// Whatever a browser sends: nothing crashes, no control character and no broken text gets in, and what the check page carries on is the same form again.
func FuzzTipOffForm(f *testing.F) {
	f.Add("key", "unpaid", "yes", "杭城纺织", "91070102MAXG612DD9", "2025", "3", "第一行\r\n第二行", "yes")
	f.Add("", "", "", "\x00\xff<b>", "typed", "20255", "-1", strings.Repeat("长", 20), "")
	f.Fuzz(func(t *testing.T, key, kind, own, employer, choice, year, month, words, named string) {
		values := map[string]string{"key": key, "kind": kind, "own": own, "employer": employer, "choice": choice, "seen": employer, "from_year": year, "from_month": month, "to_year": month, "to_month": year,
			"words": words, "named": named, "safe": own}
		form := readTipOff(func(name string) string { return values[name] })
		for _, text := range []string{form.employer, form.words, form.own, form.choice} {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
				t.Fatalf("%q got in", text)
			}
		}
		if p, wrong := form.from.period(202611); wrong == "" && p > 202611 {
			t.Fatalf("a month of the future: %s", p)
		}
		again := map[string]string{}
		for _, field := range form.fields() {
			again[field[0]] = field[1]
		}
		if next := readTipOff(func(name string) string { return again[name] }); !reflect.DeepEqual(form, next) {
			t.Fatalf("the form changes on its way:\n%+v\n%+v", form, next)
		}
	})
}

func TestLocalPaths(t *testing.T) {
	for path, want := range map[string]string{
		"/": "/", "/statement/2025?only=gaps": "/statement/2025?only=gaps", "": "/", "statement": "/", "//evil.example": "/", `/\evil.example`: "/", "/a\\b": "/", "https://evil.example": "/",
		"/a b": "/", "/a\nb": "/", "/对账单": "/", "/" + strings.Repeat("a", 300): "/", "/a": "/a",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q leads to %q", path, got)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	f.Add("/statement/2025")
	f.Add("//evil.example")
	f.Fuzz(func(t *testing.T, path string) {
		got := localPath(path)
		if got[0] != '/' || len(got) > 1 && (got[1] == '/' || got[1] == '\\') || strings.ContainsAny(got, "\r\n\\ ") {
			t.Fatalf("%q leads to %q", path, got)
		}
	})
}

// A form that comes with a month of long ago keeps its year: the statement of that year leads here.
func TestAFormOffersTheYearItComesWith(t *testing.T) {
	for year, want := range map[string]int{"1995": yearsOffered + 2, "2025": yearsOffered + 1, "": yearsOffered + 1, "x": yearsOffered + 1} {
		list := monthChoice(layout.Page{Lang: locale.Chinese}, "from", monthField{year: year, month: "3"}, 2026).Years
		chosen := ""
		for _, choice := range list {
			if choice.Chosen && choice.Value != "" {
				chosen = choice.Value
			}
		}
		if ok := year != "x"; len(list) != want || ok && chosen != year || !ok && chosen != "" {
			t.Errorf("%q: %q is chosen of %d", year, chosen, len(list))
		}
	}
}

func TestMonthsInWords(t *testing.T) {
	for want, months := range map[string][]calendar.Period{
		"3\u00a0月、4\u00a0月": {202503, 202504}, "3\u00a0月至 6\u00a0月": {202503, 202504, 202505, 202506}, "1\u00a0月、3\u00a0月至 5\u00a0月、12\u00a0月": {202501, 202503, 202504, 202505, 202512}, "": nil,
	} {
		if got := monthsWords(locale.Chinese, months); got != want {
			t.Errorf("%v: %q, want %q", months, got, want)
		}
	}
	if got := monthsWords(locale.English, []calendar.Period{202503, 202504, 202505, 202512}); got != "Mar to May, Dec" {
		t.Errorf("%q", got)
	}
}

func TestAmountsAtTheHeadOfABar(t *testing.T) {
	for want, amount := range map[string]money.Fen{"14.9\u00a0万": 14897942, "0": 0, "500": 49999, "4,622": 462193, "9,999": 999949, "1.0\u00a0万": 1000000, "-958": -95841, "-1.2\u00a0万": -1200000, "99.9\u00a0万": 99944999, "148\u00a0万": 148450000} {
		if got := roundly(locale.Chinese, amount); strings.ReplaceAll(got, " ", "\u00a0") != want {
			t.Errorf("%s: %q, want %q", amount, got, want)
		}
	}
	for want, amount := range map[string]money.Fen{"149k": 14897942, "480": 48000, "1.0k": 100000} {
		if got := roundly(locale.English, amount); got != want {
			t.Errorf("%s: %q, want %q", amount, got, want)
		}
	}
}
