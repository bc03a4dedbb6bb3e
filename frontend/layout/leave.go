package layout

import (
	"strconv"

	"github.com/a-h/templ"
)

// Leave makes a page go away by itself, so that the next person at a shared computer does not read it.
type Leave struct {
	After int // seconds
	To    string
}

// refresh is what a browser without script goes by.
func (l Leave) refresh() string { return strconv.Itoa(l.After) + ";url=" + l.To }

// leaving tells leave.js when, where to, and what to say before.
func (p Page) leaving() templ.Attributes {
	if p.Leave == nil {
		return nil
	}
	return templ.Attributes{"data-leave-after": strconv.Itoa(p.Leave.After), "data-leave-to": p.Leave.To, "data-leave-words": p.T("account.leave"), "data-leave-stay": p.T("account.leave.stay")}
}
