package notice

import (
	"testing"

	"shebao/shared/calendar"
)

// A document names one month once.
func TestOneMonthIsNamedOnce(t *testing.T) {
	for want, f := range map[string]Facts{"2025-03": {From: 202503, To: 202503}, "2025-03 至 2025-04": {From: 202503, To: 202504}, "2025-03 至今": {From: 202503}, "": {To: 202503}} {
		if got := f.scope(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := months(calendar.Period(202412), calendar.Period(202501)); got != "2024-12 至 2025-01" {
		t.Errorf("%q", got)
	}
}
