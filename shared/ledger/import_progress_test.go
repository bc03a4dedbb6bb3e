package ledger

import (
	"testing"
	"time"
)

func TestProgressLine(t *testing.T) {
	for _, tc := range []struct {
		rows, done, whole int64
		want              string
	}{
		{250_000, 1, 4, "reading [######..................]  25%  250000 rows  125000/s  6s left"},
		{1_000_000, 4, 4, "reading [########################] 100%  1000000 rows  500000/s  0s left"},
		{1000, 0, 0, "reading  1000 rows  500/s"},
		{1000, 5, 4, "reading [########################] 100%  1000 rows  500/s  0s left"}, // a file that grows meanwhile
	} {
		if got := progressLine("reading", tc.rows, tc.done, tc.whole, 2*time.Second); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}
