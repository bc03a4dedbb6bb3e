// Package lifecycle is the way of a complaint through the desk: states, actions, one table of who may do what when, and the statutory clocks. It is pure.
// A note, a view or an edit never moves a deadline: only the actions of the table do.
package lifecycle

import "slices"

// State of a case.
type State string

// The states. An extension is a mark of the case and a reopened case is being screened again, so neither is a state of its own.
const (
	Received      State = "received"
	Screening     State = "screening"
	Supplement    State = "needs_supplement"
	Accepted      State = "accepted"
	Rejected      State = "rejected"
	Merged        State = "merged" // follows a lead case about the same matter; its reporter and its clock stay its own
	Investigating State = "investigating"
	Suspended     State = "suspended"
	Proposed      State = "decision_proposed" // waits for a second person
	Transferred   State = "transferred_out"
	Decided       State = "decided"
	Notified      State = "notified" // employer and reporter have the result; the employer has time to obey
	Closed        State = "closed"
	Withdrawn     State = "withdrawn"
)

// States in the order of the way.
var States = [...]State{Received, Screening, Supplement, Accepted, Rejected, Merged, Investigating, Suspended, Proposed, Transferred, Decided, Notified, Closed, Withdrawn}

// Over reports whether nothing more is to be done in a state, unless the case is reopened.
func (s State) Over() bool {
	return s == Rejected || s == Transferred || s == Closed || s == Withdrawn
}

// Told is the state as the reporter reads it: what is internal to the desk shows as the step before or after it. A merged case is told the state of its lead.
func (s State) Told() State {
	switch s {
	case Screening:
		return Received
	case Proposed:
		return Investigating
	case Notified:
		return Decided
	case Merged:
		return Accepted
	}
	return s
}

// Action is something that somebody at the desk does to a case.
type Action string

// The actions.
//
// A decision takes two people: ProposeDecision, by whoever investigates, keeps finding, reason and the words for the reporter with the case and
// changes nothing for anybody outside; then a supervisor who is not the proposer takes Approve, and only now is the reporter told, or
// ReturnDecision with a reason, and the investigation goes on with its clock untouched. Case.Proposer is who proposed.
const (
	Screen          Action = "screen"
	Accept          Action = "accept"
	Reject          Action = "reject"
	AskMore         Action = "ask_more"
	GotMore         Action = "got_more"
	Reroute         Action = "reroute"
	Investigate     Action = "investigate"
	Suspend         Action = "suspend"
	Resume          Action = "resume"
	Extend          Action = "extend"
	ProposeDecision Action = "propose_decision"
	Approve         Action = "approve_decision"
	ReturnDecision  Action = "return_decision"
	Notify          Action = "notify"
	Close           Action = "close"
	Transfer        Action = "transfer"
	Merge           Action = "merge"
	Unmerge         Action = "unmerge"
	Withdraw        Action = "withdraw"
	Reopen          Action = "reopen"
)

// Actions in the order in which they are offered.
var Actions = [...]Action{Screen, Accept, Investigate, ProposeDecision, Approve, ReturnDecision, Notify, Close, AskMore, GotMore, Suspend, Resume, Extend, Reject, Reroute, Transfer, Merge, Unmerge, Withdraw, Reopen}

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

// Roles in the order in which they are offered.
var Roles = [...]Role{Intake, Investigator, Supervisor, Sysadmin, Auditor}

// need is what an action asks for besides the click.
type need uint16

const (
	head     need = 1 << iota // only a supervisor may
	second                    // only a supervisor who is not the proposer may
	words                     // what the reporter will read
	reason                    // internal
	code                      // one of the reason codes of a refusal
	ground                    // reason code of the decision: what the inquiry found
	receiver                  // the authority that takes it over
	route                     // another route
	leads                     // new leads, unless a supervisor decides
	apart                     // not offered on the case itself: another case belongs to it
	screens                   // the intake role may, too
	settled                   // no issued document is still to be served, and no limit that one sets the employer still runs
)

// effect is what an action does to the clock.
type effect uint8

const (
	keep     effect = iota
	handle          // the route's time to finish begins
	begun           // it begins, unless it runs since the acceptance: a planned audit had only to be announced
	longer          // the one extension
	pause           // the days that remain are kept
	goOn            // from the days that remain
	result          // the time to tell the result begins
	employer        // the employer's time to obey, when a day was set
	again           // the time to accept begins anew
	change          // the new route's time to accept, counted from the receipt
	stop            // nothing is owed any more
)

// transition is one row of the table.
type transition struct {
	from   State
	action Action
	to     State
	needs  need
	clock  effect
}

// table is the one place that says what may happen (domain: state machine). Whoever examines and decides at once passes through screening in the same step.
var table = slices.Concat(
	[]transition{{Received, Screen, Screening, screens, keep}},
	examined(Received), examined(Screening),
	[]transition{
		{Supplement, GotMore, Screening, screens, goOn},
		{Supplement, Reject, Rejected, words | reason | code, stop},
		{Supplement, Withdraw, Withdrawn, reason | screens, stop},
		{Accepted, Investigate, Investigating, 0, begun},
		{Accepted, Merge, Merged, apart, keep},
		{Accepted, Withdraw, Withdrawn, reason, stop},
		{Investigating, Merge, Merged, apart, keep},
		{Investigating, Suspend, Suspended, head | words | reason, pause},
		{Investigating, Extend, Investigating, head | words | reason, longer},
		{Investigating, Transfer, Transferred, words | reason | receiver, stop},
		{Investigating, ProposeDecision, Proposed, words | reason | ground, keep},
		{Investigating, Withdraw, Investigating, reason, keep}, // an inquiry that is open goes on of its own motion
		{Suspended, Resume, Investigating, 0, goOn},
		{Suspended, Withdraw, Suspended, reason, keep},
		{Proposed, Approve, Decided, second, result},
		{Proposed, ReturnDecision, Investigating, second | reason, keep},
		{Proposed, Withdraw, Proposed, reason, keep},
		{Decided, Notify, Notified, 0, employer},
		{Decided, Close, Closed, words | settled, stop},
		{Notified, Close, Closed, words | settled, stop},
		{Merged, Unmerge, Merged, apart, keep}, // leads to the state before the merge, see Unmerged
		{Merged, Withdraw, Withdrawn, reason, stop},
		{Closed, Reopen, Screening, reason | leads, again},
		{Rejected, Reopen, Screening, reason | leads, again},
	},
)

func examined(from State) []transition {
	return []transition{
		{from, Accept, Accepted, screens, handle},
		{from, Reject, Rejected, words | reason | code | screens, stop},
		{from, AskMore, Supplement, words | screens, pause},
		{from, Reroute, Screening, reason | route | screens, change},
		{from, Transfer, Transferred, words | reason | receiver | screens, stop},
		{from, Merge, Merged, apart | screens, handle}, // to be merged is to be accepted
		{from, Withdraw, Withdrawn, reason | screens, stop},
	}
}

func find(state State, action Action) (transition, bool) {
	for _, t := range table {
		if t.from == state && t.action == action {
			return t, true
		}
	}
	return transition{}, false
}
