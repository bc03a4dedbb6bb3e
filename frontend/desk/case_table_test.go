package desk

import (
	"html"
	"strings"
	"testing"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
)

// What is written by hand must be escaped like what templates write.
func TestCaseTableEscapesItsValues(t *testing.T) {
	bad := `<b>"&'`
	row := Row{Number: bad, Employer: bad, Kind: bad, State: bad, Due: bad, DueClass: bad, Why: bad, Owner: bad, Received: bad, Tags: []string{bad, bad}}
	mine := row
	mine.Mine = true
	for choose, values := range map[bool]int{true: 34, false: 30} {
		var b strings.Builder
		if err := caseTable(layout.Page{Lang: locale.Chinese}, []Row{row, mine}, choose).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if page := b.String(); strings.Contains(page, "<b>") || strings.Count(page, html.EscapeString(bad)) != values {
			t.Errorf("%d escaped values in %s", strings.Count(page, html.EscapeString(bad)), page)
		}
	}
}
