package publication_test

import (
	"testing"

	"shebao/shared/calendar"
	"shebao/shared/publication"
)

func TestWhenFiguresAreExpected(t *testing.T) {
	for span, want := range map[string]string{"2026Q2": "2026-07-15", "2026Q4": "2027-01-15", "2026-12": "2027-01-15", "2026-02": "2026-03-15", "2026Q5": "", "soon": ""} {
		if got := publication.ExpectedBy(span).String(); got != want {
			t.Errorf("%s is expected by %q, want %q", span, got, want)
		}
	}
	for day, want := range map[calendar.Date]string{calendar.NewDate(2026, 11, 27): "2026Q4", calendar.NewDate(2027, 1, 15): "2026Q4", calendar.NewDate(2027, 1, 16): "2027Q1", calendar.NewDate(2026, 7, 1): "2026Q2"} {
		if got := publication.NextExpected(day); got != want {
			t.Errorf("on %s the next is %s, want %s", day, got, want)
		}
	}
}
