package portal

import (
	"html"
	"strings"
	"testing"

	"pgregory.net/rapid"
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

func TestTablesByHandEscapeTheirValues(t *testing.T) {
	bad := `<b>"&'`
	cells := []Cell{{bad, bad, bad}}
	link := []Link{{Text: bad, Href: bad}}
	months := []MonthRow{{Month: bad, Link: bad, Employer: bad, Person: bad, Base: bad, Credited: bad, Note: bad, Status: cells[0]}}
	var m markup
	m.cell(cells[0])
	m.grid(Grid{Caption: bad, Months: []string{bad}, Rows: []GridRow{{bad, cells}}, Legend: cells}, bad)
	m.pairs([]Pair{{bad, bad, false}, {bad, bad, true}}, "")
	m.years(link)
	m.months(Statement{Months: months, Totals: months[0]})
	m.insurances(Statement{Insurances: []InsuranceRow{{bad, bad, bad, bad}}})
	if page := string(m.b); strings.Contains(page, "<b>") || strings.Count(page, html.EscapeString(bad)) != 38 {
		t.Errorf("%d escaped values in %s", strings.Count(page, html.EscapeString(bad)), page)
	}
}
