package web

import (
	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
)

// limitation tells whoever decides on a labour inspection when two years have passed since the reported act ended (劳动保障监察条例 art. 20), and that contributions are recovered
// all the same. An act that goes on has no such day, nor has an audit.
func limitation(p layout.Page, k Case) (pages.Pair, bool) {
	if k.Route != lifecycle.LabourComplaint && k.Route != lifecycle.LabourTipOff {
		return pages.Pair{}, false
	}
	on, passed := lifecycle.Limitation(k.To, calendar.DateOf(k.ReceivedAt))
	if on.IsZero() {
		return pages.Pair{}, false
	}
	key := "limitation.runs"
	if passed {
		key = "limitation.passed"
	}
	return pages.Pair{Term: p.T("limitation"), Value: p.T(key, on.String())}, true
}
