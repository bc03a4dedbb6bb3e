package softphone

import (
	"strconv"
	"strings"

	"shebao/frontend/layout"
)

// View of a call.
type View struct {
	Page   layout.Page
	Heard  []Line
	Awaits string // keys, speech, record, transfer, nothing
	InCall bool
	Error  string
	Hints  []string // several in one are separated by |
	Texts  []Text   // the latest first
	Agent  AgentPhone
	Typed  string // keys of an entry that is not whole yet
	Wait   int    // seconds after which silence counts; 0 when nothing is awaited
}

// AgentPhone is the telephone of the people who answer.
type AgentPhone struct {
	Rings string // the number that rings; none
	Dials string // the number that is dialled for whoever took the call; none
	Heard []Line
}

// Text is a text message that one of the invented phones received.
type Text struct{ To, When, Body string }

// Line is one thing that was heard.
type Line struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
}

// Status says what the telephone waits for.
func (v View) Status() string {
	if v.Typed != "" {
		return v.Page.T("softphone.typed", v.Typed)
	}
	return v.Page.T("softphone.status." + v.Awaits)
}

func (v View) wait() string { return strconv.Itoa(v.Wait) }

func (v View) inCall() string { return strconv.FormatBool(v.InCall) }

func (v View) hints() []string {
	var all []string
	for _, h := range v.Hints {
		all = append(all, strings.Split(h, "|")...)
	}
	return all
}
