package lifecycle

import "shebao/shared/fault"

// MayLead says whether other cases can be merged into a case: one that is open and follows no other. Error: fault.Conflict (fault.desk.lead).
func MayLead(c Case) error {
	if c.State.Over() || c.State == Merged || c.State == Decided || c.State == Notified {
		return fault.New(fault.Conflict, "fault.desk.nolead")
	}
	return nil
}

// Unmerged is a follower as it was before the merge: state, clock and what its reporter was promised, as if it had gone its own way all the time.
// Errors: fault.Conflict when it follows nobody; fault.Denied for the role.
func Unmerged(c, before Case, in Input, r Rules) (Case, error) {
	t, ok := find(c.State, Unmerge)
	if !ok || c.State != Merged {
		return c, fault.New(fault.Conflict, "fault.desk.state")
	}
	if err := permit(t, c, in.Role, in.Staff); err != nil {
		return c, err
	}
	return Recomputed(before, r.Workdays), nil
}

// Follows says whether an action on a lead concerns its followers too, and the words to the lead's reporter are for theirs as well. To ask one reporter
// for more, to screen or to accept the lead concerns nobody else: the followers were accepted when they were merged.
func Follows(a Action) bool {
	switch a {
	case Suspend, Resume, Extend, Approve, Notify, Close, Reject, Transfer, Reopen:
		return true
	}
	return false
}

// Follow is a follower after its lead took an action: it ends with the lead, and while the inquiry goes on its own clock is paused, resumed, extended once
// and wound like the lead's. before is the lead's state when the action was taken; in.Finding and in.Ground are the lead's.
func Follow(c Case, before State, in Input, r Rules) Case {
	t, ok := find(before, in.Action)
	if !ok || !Follows(in.Action) || t.clock == longer && c.Extended {
		return c
	}
	switch {
	case t.to.Over():
		c.State = t.to
	case in.Action == Reopen:
		c.State = Merged
	case in.Action == Approve:
		c.Finding, c.Ground = in.Finding, in.Ground
	}
	return wind(c, t.clock, in, r)
}
