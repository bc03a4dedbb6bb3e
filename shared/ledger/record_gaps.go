package ledger

import (
	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// Gaps are the months that the record lacks with one employer, both ends included; an end of zero is open.
func (r Record) Gaps(employer int32, from, to calendar.Period) []contribution.Gap {
	var rows []contribution.Row
	for _, y := range r.Years {
		rows = append(rows, y.Rows...)
	}
	return contribution.Gaps(rows, employer, from, to, r.DataDate)
}
