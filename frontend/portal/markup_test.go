package portal

import (
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
)

// What is written by hand must be escaped like what templates write.
func TestTextIsEscaped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune(`<>&"'社保a `)), 0, 20, -1).Draw(t, "text")
		var m markup
		m.put("<p>", s, "</p>")
		if got, want := string(m.b), "<p>"+html.EscapeString(s)+"</p>"; got != want {
			t.Fatalf("%q becomes %s, want %s", s, got, want)
		}
	})
}

func TestPagesByHandEscapeTheirValues(t *testing.T) {
	bad := `<b>"&'`
	cells := []Cell{{bad, bad, bad}}
	link := []Link{{Text: bad, Href: bad}}
	months := []MonthRow{{Month: bad, Link: bad, Employer: bad, Person: bad, Base: bad, Credited: bad, Note: bad, Status: cells[0]}}
	pairs := []Pair{{bad, bad, false}, {bad, bad, true}}
	v := Statement{
		Heading: bad, Sentence: bad, Alert: &Alert{Title: bad, Lines: []AlertLine{{bad, bad, bad}}}, Years: link, Older: link, Person: pairs, Hidden: pairs, Employers: []Engagement{{bad, bad, bad}},
		Grid: Grid{Caption: bad, Months: []string{bad}, Rows: []GridRow{{bad, cells}}, Legend: cells}, Months: months, Totals: months[0], Filter: link[0], Insurances: []InsuranceRow{{bad, bad, bad, bad}},
		Account: pairs, AccountWhy: bad, Notes: []string{bad}, DataDate: bad, JSON: bad, Issued: &Issued{Number: bad, Date: bad, DataDate: bad, Code: bad, Verify: bad}, IssuedNote: bad, PDF: link[0], EnglishPDF: bad,
	}
	for elder, values := range map[bool]int{false: 68, true: 62} {
		v.Page = layout.Page{Lang: locale.Chinese, Elder: elder}
		var m markup
		m.statement(&v)
		if page := string(m.b); strings.Contains(page, "<b>") || strings.Count(page, html.EscapeString(bad)) != values {
			t.Errorf("%d escaped values in %s", strings.Count(page, html.EscapeString(bad)), page)
		}
	}
}
