package lifecycle

import (
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// Case is what the rules look at.
type Case struct {
	Route       Route
	State       State
	Received    calendar.Date
	Named       bool // the reporter gave a name, sealed
	Clock       Clock
	Paused      calendar.Date // the day on which the clock was stopped; none while it runs
	Due         calendar.Date // the clock's last day; none: nothing is owed, or the clock is paused
	Provisional bool          // Due touches a year whose holidays are not known yet
	TellBy      calendar.Date // by when a named reporter must hear whether it was accepted (人社部令第49号); none once told
	Extended    bool
	Dropped     bool // the reporter withdrew, the inquiry goes on
	Finding     Finding
	Ground      Ground // reason code of the decision that is proposed or made
	Proposer    int32  // staff who proposed the decision
	Followers   int    // cases merged into this one
}

// Input of an action.
type Input struct {
	Action   Action
	Role     Role
	Staff    int32   // who acts
	Reason   string  // internal, of the decision
	Code     string  // of a refusal, from RefusalCodes
	Text     string  // what the reporter reads
	Finding  Finding // may be left to the ground; must agree with it
	Ground   Ground
	To       string        // the authority that a case is handed to
	Route    Route         // to go on with
	By       calendar.Date // the employer's limit, from the notice that was served; none for none
	NewLeads bool
	Unpaid   bool // the case's calculation shows a rest that the employer still owes
	Unserved bool // a document was issued and not served yet
	Running  bool // a limit that a served document set the employer has not passed, and is not met
	Today    calendar.Date
}

// New is a case received on a day.
func New(route Route, named bool, received calendar.Date, r Rules) Case {
	c := promise(Case{Route: route, State: Received, Received: received, Named: named})
	return begin(c, ToAccept, r.Settings.of(route).accept, received, r.Workdays)
}

// NewAudit is a case that the audit plan makes: nobody reported it, it needs no acceptance, and what runs first is the notice three days before the audit's day.
// From Investigate on it goes the way of every case.
func NewAudit(planned, auditDay calendar.Date, r Rules) Case {
	return begin(Case{Route: Audit, State: Accepted, Received: planned}, ToAnnounce, AuditNotice, auditDay, r.Workdays)
}

// Wants says what an action asks for besides the click.
type Wants struct{ Text, Reason, Code, Ground, To, Route, By, NewLeads bool }

// Needs says what an action in a state asks for.
func Needs(state State, action Action) Wants {
	t, _ := find(state, action)
	has := func(n need) bool { return t.needs&n != 0 }
	return Wants{Text: has(words), Reason: has(reason), Code: has(code), Ground: has(ground), To: has(receiver), Route: has(route), By: t.clock == employer, NewLeads: has(leads)}
}

// Allowed lists the actions that a member of staff may take on the case, in the order in which they are offered; merging is offered elsewhere.
func Allowed(c Case, role Role, staff int32) []Action {
	var list []Action
	for _, a := range Actions {
		if t, ok := find(c.State, a); ok && t.needs&apart == 0 && permit(t, c, role, staff) == nil {
			list = append(list, a)
		}
	}
	return list
}

func permit(t transition, c Case, role Role, staff int32) error {
	switch {
	case role != Investigator && role != Supervisor && (role != Intake || t.needs&screens == 0):
		return fault.New(fault.Denied, "fault.desk.role")
	case t.needs&(head|second) != 0 && role != Supervisor:
		return fault.New(fault.Denied, "fault.desk.head")
	case t.needs&second != 0 && staff == c.Proposer:
		return fault.New(fault.Denied, "fault.desk.second")
	case t.clock == longer && c.Extended:
		return fault.New(fault.Conflict, "fault.desk.extended")
	case t.action == Withdraw && (c.Dropped || c.Route == Audit):
		return fault.New(fault.Conflict, "fault.desk.state")
	case t.action == Merge && c.Followers > 0:
		return fault.New(fault.Conflict, "fault.desk.lead")
	}
	return nil
}

// Apply takes an action. Errors: fault.Conflict when the state does not allow it, an extension is a second one, comes after the limit or the route has none,
// or documents are not settled;
// fault.Denied for the role, or for one person who proposes and approves; fault.Invalid for what the action needs and was not given.
func Apply(c Case, in Input, r Rules) (Case, error) {
	t, ok := find(c.State, in.Action)
	if !ok || in.Action == Unmerge {
		return c, fault.New(fault.Conflict, "fault.desk.state")
	}
	if err := permit(t, c, in.Role, in.Staff); err != nil {
		return c, err
	}
	if t.needs&settled != 0 && in.Unserved {
		return c, fault.New(fault.Conflict, "fault.desk.unserved")
	}
	if t.needs&settled != 0 && in.Running {
		return c, fault.New(fault.Conflict, "fault.desk.running")
	}
	if wrong := missing(t, c, in); len(wrong) > 0 {
		return c, fault.InvalidFields(wrong...)
	}
	if t.clock == longer {
		if r.Settings.of(c.Route).longer == (Limit{}) {
			return c, fault.New(fault.Conflict, "fault.desk.noextension")
		}
		if in.Today.After(c.Due) {
			return c, fault.New(fault.Conflict, "fault.desk.late")
		}
	}
	return take(c, t, in, r), nil
}

func take(c Case, t transition, in Input, r Rules) Case {
	switch in.Action {
	case Withdraw:
		c.Dropped = true
		if c.Followers > 0 { // other reporters' matter hangs on this case
			return c
		}
	case Reroute:
		c.Route = in.Route
	case ProposeDecision:
		c.Finding, c.Ground, c.Proposer = FindingOf(in.Ground), in.Ground, in.Staff
	case ReturnDecision:
		c.Finding, c.Ground, c.Proposer = "", "", 0
	case Accept, Reject, Transfer, Merge:
		c.TellBy = calendar.Date{}
	case Reopen:
		c.Dropped = false
	}
	c.State = t.to
	return wind(c, t.clock, in, r)
}

// missing lists what the action needs and was not given.
func missing(t transition, c Case, in Input) []fault.Field {
	var wrong []fault.Field
	lacks := func(n need, given bool, name, key string) {
		if t.needs&n != 0 && !given {
			wrong = append(wrong, fault.Field{Name: name, Key: key})
		}
	}
	lacks(code, slices.Contains(RefusalCodes[:], in.Code), "code", "fault.desk.code")
	lacks(route, slices.Contains(Routes[:], in.Route) && in.Route != c.Route && in.Route != Audit, "route", "fault.desk.route")
	found := FindingOf(in.Ground)
	lacks(ground, found != "" && (in.Finding == "" || in.Finding == found), "ground", "fault.desk.ground")
	lacks(receiver, in.To != "", "to", "fault.desk.to")
	lacks(leads, in.NewLeads || in.Role == Supervisor, "leads", "fault.desk.leads")
	lacks(reason, in.Reason != "", "reason", "fault.desk.reason")
	lacks(words, in.Text != "" || c.Route == Audit, "text", "fault.desk.text")
	if t.action == Close && c.Finding == Violation && in.Unpaid && in.Reason == "" { // closed as recovered, it would not be
		wrong = append(wrong, fault.Field{Name: "reason", Key: "fault.money.unpaid"})
	}
	if t.clock == employer && !in.By.IsZero() && in.By.Before(in.Today) {
		wrong = append(wrong, fault.Field{Name: "by", Key: "fault.desk.by"})
	}
	return wrong
}
