package ledger

import "shebao/shared/contribution"

// Late is how many employers stand behind what a span tells of earlier arrears.
type Late struct {
	Span                        int                    // index of the span
	Region                      string                 // rolled up to so many digits; empty: all together
	Insurance                   contribution.Insurance // 0: any
	Opening, Recovered, Closing int                    // owed when it began, paid for earlier months within it, owed when it ended
}

// Fewest is the smallest of the numbers that is not nobody; 0 when nobody stands behind any.
func (l Late) Fewest() (n int) {
	for _, m := range [...]int{l.Opening, l.Recovered, l.Closing} {
		if m > 0 && (n == 0 || m < n) {
			n = m
		}
	}
	return n
}
