// Package lifecycle is the way of a complaint through the desk: states, actions, one table of who may do what when, and the statutory clocks in working
// days. It is pure. A note, a view or an edit never moves a deadline: only the actions of the table do.
package lifecycle

import (
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// State of a case.
type State string

// The states.
const (
	Received      State = "received"
	Supplement    State = "needs_supplement"
	Accepted      State = "accepted"
	Rejected      State = "rejected"
	Investigating State = "investigating"
	Suspended     State = "suspended"
	Transferred   State = "transferred_out"
	Decided       State = "decided"
	Closed        State = "closed"
	Withdrawn     State = "withdrawn"
)

// States in the order of the way.
var States = [...]State{Received, Supplement, Accepted, Rejected, Investigating, Suspended, Transferred, Decided, Closed, Withdrawn}

// Action is something that somebody at the desk does to a case.
type Action string

// The actions.
const (
	Accept      Action = "accept"
	Reject      Action = "reject"
	AskMore     Action = "ask_more"
	GotMore     Action = "got_more"
	Investigate Action = "investigate"
	Suspend     Action = "suspend"
	Resume      Action = "resume"
	Extend      Action = "extend"
	Decide      Action = "decide"
	Close       Action = "close"
	Transfer    Action = "transfer"
	Withdraw    Action = "withdraw"
	Reopen      Action = "reopen"
)

// Actions in the order in which they are offered.
var Actions = [...]Action{Accept, Reject, AskMore, GotMore, Investigate, Decide, Close, Suspend, Resume, Extend, Transfer, Withdraw, Reopen}

// Role of a member of staff.
type Role string

// The roles. Administrators and auditors see no case content.
const (
	Intake       Role = "intake"
	Investigator Role = "investigator"
	Supervisor   Role = "supervisor"
	Sysadmin     Role = "sysadmin"
	Auditor      Role = "auditor"
)

// clock is what an action does to the deadline.
type clock uint8

const (
	keep     clock = iota
	finish60       // 60 working days to finish (劳动保障监察条例 art. 17)
	extend30       // 30 more, once
	pause          // the remaining days are kept
	goOn           // from the remaining days
	close10        // 10 working days to close and answer
	accept5        // 5 working days to decide on acceptance (劳社部令第25号 art. 18)
	stop           // nothing is owed any more
)

// transition is one row of the table.
type transition struct {
	from        State
	action      Action
	to          State
	head        bool // only a supervisor may
	needsText   bool // the reporter is told in words
	needsReason bool
	clock       clock
}

// table is the one place that says what may happen. vectors: deadlines.json state machine; a decision is a reply and the closing.
var table = []transition{
	{Received, Accept, Accepted, false, false, false, finish60},
	{Received, Reject, Rejected, false, true, true, stop},
	{Received, AskMore, Supplement, false, true, false, pause},
	{Received, Transfer, Transferred, false, true, true, stop},
	{Received, Withdraw, Withdrawn, false, false, true, stop},
	{Supplement, GotMore, Received, false, false, false, goOn},
	{Supplement, Reject, Rejected, false, true, true, stop},
	{Supplement, Withdraw, Withdrawn, false, false, true, stop},
	{Accepted, Investigate, Investigating, false, false, false, keep},
	{Accepted, Withdraw, Withdrawn, false, false, true, stop},
	{Investigating, Suspend, Suspended, true, true, true, pause},
	{Suspended, Resume, Investigating, false, false, false, goOn},
	{Investigating, Extend, Investigating, true, true, true, extend30},
	{Investigating, Transfer, Transferred, false, true, true, stop},
	{Investigating, Decide, Decided, false, true, true, close10},
	{Decided, Close, Closed, false, true, false, stop},
	{Closed, Reopen, Received, true, false, true, accept5},
	{Rejected, Reopen, Received, true, false, true, accept5},
}

// Case is what the rules look at.
type Case struct {
	State     State
	Due       calendar.Date // none: nothing is owed, or the clock is paused
	Remaining int           // working days kept while paused
	Extended  bool
}

// Input of an action.
type Input struct {
	Action Action
	Role   Role
	Reason string // internal, of the decision
	Text   string // what the reporter reads
	Today  calendar.Date
}

// New is a case received on a day.
func New(received calendar.Date, w *calendar.Workdays) Case {
	due, _ := w.Add(received, 5)
	return Case{State: Received, Due: due}
}

// Allowed lists the actions that a role may take in a state, in the order in which they are offered.
func Allowed(c Case, role Role) []Action {
	var list []Action
	for _, a := range Actions {
		if t, ok := find(c.State, a); ok && permit(t, c, role) == nil {
			list = append(list, a)
		}
	}
	return list
}

// Needs says what an action in a state asks for besides the click.
func Needs(state State, action Action) (text, reason bool) {
	t, _ := find(state, action)
	return t.needsText, t.needsReason
}

func find(state State, action Action) (transition, bool) {
	for _, t := range table {
		if t.from == state && t.action == action {
			return t, true
		}
	}
	return transition{}, false
}

func permit(t transition, c Case, role Role) error {
	switch {
	case role != Investigator && role != Supervisor && (role != Intake || t.from != Received):
		return fault.New(fault.Denied, "fault.desk.role")
	case t.head && role != Supervisor:
		return fault.New(fault.Denied, "fault.desk.head")
	case t.clock == extend30 && c.Extended:
		return fault.New(fault.Conflict, "fault.desk.extended")
	}
	return nil
}

// Apply takes an action. Errors: fault.Conflict when the state does not allow it, an extension is a second one or comes after the limit; fault.Denied for the role;
// fault.Invalid for a missing reason or text.
func Apply(c Case, in Input, w *calendar.Workdays) (Case, error) {
	t, ok := find(c.State, in.Action)
	if !ok {
		return c, fault.New(fault.Conflict, "fault.desk.state")
	}
	if err := permit(t, c, in.Role); err != nil {
		return c, err
	}
	var wrong []fault.Field
	if t.needsReason && in.Reason == "" {
		wrong = append(wrong, fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	if t.needsText && in.Text == "" {
		wrong = append(wrong, fault.Field{Name: "text", Key: "fault.desk.text"})
	}
	if len(wrong) > 0 {
		return c, fault.InvalidFields(wrong...)
	}
	if t.clock == extend30 && in.Today.After(c.Due) {
		return c, fault.New(fault.Conflict, "fault.desk.late")
	}
	c.State = t.to
	return wind(c, t.clock, in.Today, w), nil
}

func wind(c Case, what clock, today calendar.Date, w *calendar.Workdays) Case {
	switch what {
	case accept5:
		c.Due, _ = w.Add(today, 5)
		c.Extended = false
	case finish60:
		c.Due, _ = w.Add(today, 60)
	case extend30:
		c.Due, _ = w.Add(c.Due, 30)
		c.Extended = true
	case close10:
		c.Due, _ = w.Add(today, 10)
	case pause:
		c.Remaining, _ = w.Count(today, c.Due)
		c.Due = calendar.Date{}
	case goOn:
		c.Due, _ = w.Add(today, c.Remaining)
		c.Remaining = 0
	case stop:
		c.Due, c.Remaining = calendar.Date{}, 0
	}
	return c
}

// Left is the working days until the deadline, negative once it has passed.
func Left(c Case, today calendar.Date, w *calendar.Workdays) int {
	n, _ := w.Count(today, c.Due)
	return n
}

// Route says which authority a matter of a kind belongs to (domain: routing by content); ownRights tells a complaint from a tip-off about others.
func Route(kind string, ownRights bool) string {
	switch {
	case kind == "fraud":
		return "fund_supervision_tipoff"
	case ownRights:
		return "labour_inspection_complaint"
	case kind == "not_registered":
		return "labour_inspection_tipoff"
	}
	return "audit_tipoff"
}
