package supervision

import (
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// EditionState is where a publication stands.
type EditionState string

// The states of an edition. Only a published one is seen outside.
const (
	Draft     EditionState = "draft"
	Review    EditionState = "review"    // waits for a second person
	Objection EditionState = "objection" // approved; those listed may object until a day
	Published EditionState = "published"
	Replaced  EditionState = "replaced"  // by a later edition of the same subject and period
	Withdrawn EditionState = "withdrawn" // it was wrong, and nothing took its place
	Dropped   EditionState = "dropped"
)

// EditionAction is what somebody does to an edition.
type EditionAction string

// The actions. Release is the system's own when the objection window is over.
const (
	Submit  EditionAction = "submit"
	Approve EditionAction = "approve"
	Return  EditionAction = "return"
	Drop    EditionAction = "drop"
	Release EditionAction = "release"

	AskWithdraw EditionAction = "ask_withdraw"
	Withdraw    EditionAction = "withdraw"
	Keep        EditionAction = "keep" // what somebody asked to withdraw
)

// EditionActions in the order in which they are offered.
var EditionActions = [...]EditionAction{Submit, Approve, Return, Release, Drop, Withdraw, Keep, AskWithdraw}

// Edition is what the rules look at.
type Edition struct {
	State          EditionState
	Author         int32
	Approver       int32
	ListsEmployers bool          // then there is an objection window
	Unserved       int           // letters to listed employers that are not served yet
	OpenObjections int           // not yet decided
	ObjectionsTo   calendar.Date // the last day of the last window; none while a letter is not served
	WithdrawBy     int32         // who has asked to withdraw it; 0 nobody
}

// ObjectionDays are the working days that listed employers have to object, after the day on which their letter was served, unless a setting says otherwise [M: regional; 行政处罚法 art. 45 gives five for a statement].
const ObjectionDays = 5

var editionTable = []struct {
	from   EditionState
	action EditionAction
	reason bool
}{
	{Draft, Submit, false}, {Draft, Drop, true},
	{Review, Approve, false}, {Review, Return, true}, {Review, Drop, true},
	{Objection, Release, false}, {Objection, Drop, true},
	{Published, AskWithdraw, true}, {Published, Withdraw, false}, {Published, Keep, true},
}

// EditionNeeds says whether an action asks for a reason.
func EditionNeeds(state EditionState, action EditionAction) bool {
	for _, row := range editionTable {
		if row.from == state && row.action == action {
			return row.reason
		}
	}
	return false
}

// EditionAllowed lists what a member of staff may do now.
func EditionAllowed(e Edition, staff int32, today calendar.Date) []EditionAction {
	var list []EditionAction
	for _, action := range EditionActions {
		if permitEdition(e, action, staff, today) == nil {
			list = append(list, action)
		}
	}
	return list
}

// Publish takes an action. staff 0 is the system, which may only release. Errors: fault.Conflict when the state does not allow it, a letter is not served, objections are open, or a window
// is not over; fault.Denied (fault.publication.two, fault.publication.withdraw.two) when one person would do both; fault.Invalid without a reason where one is asked.
func Publish(e Edition, action EditionAction, staff int32, reason string, today calendar.Date) (Edition, error) {
	if err := permitEdition(e, action, staff, today); err != nil {
		return e, err
	}
	if reason == "" && EditionNeeds(e.State, action) {
		return e, fault.InvalidFields(fault.Field{Name: "reason", Key: "fault.desk.reason"})
	}
	switch action {
	case Submit:
		e.Author, e.State = staff, Review // who hands it in answers for it, whoever began it
	case Return:
		e.State = Draft
	case Drop:
		e.State = Dropped
	case Release:
		e.State = Published
	case AskWithdraw:
		e.WithdrawBy = staff
	case Keep:
		e.WithdrawBy = 0
	case Withdraw:
		e.State = Withdrawn
	case Approve:
		e.Approver, e.State = staff, Published
		if e.ListsEmployers {
			e.State = Objection
		}
	}
	return e, nil
}

func permitEdition(e Edition, action EditionAction, staff int32, today calendar.Date) error {
	known := false
	for _, row := range editionTable {
		known = known || row.from == e.State && row.action == action
	}
	switch {
	case !known:
		return fault.New(fault.Conflict, "fault.publication.state")
	case staff == 0 && action != Release:
		return fault.New(fault.Denied, "fault.desk.role")
	case action == AskWithdraw && e.WithdrawBy != 0, (action == Withdraw || action == Keep) && e.WithdrawBy == 0:
		return fault.New(fault.Conflict, "fault.publication.state")
	case action == Withdraw && staff == e.WithdrawBy:
		return fault.New(fault.Denied, "fault.publication.withdraw.two")
	case action == Approve && staff == e.Author:
		return fault.New(fault.Denied, "fault.publication.two")
	case action == Release && e.Unserved > 0:
		return fault.New(fault.Conflict, "fault.publication.unserved")
	case action == Release && (e.ObjectionsTo.IsZero() || !today.After(e.ObjectionsTo)): // without a last day nobody is left to name, or nobody was told
		return fault.New(fault.Conflict, "fault.publication.window")
	case action == Release && e.OpenObjections > 0:
		return fault.New(fault.Conflict, "fault.publication.objections")
	}
	return nil
}
