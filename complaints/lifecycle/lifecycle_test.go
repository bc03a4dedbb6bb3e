package lifecycle_test

import (
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

var (
	today = calendar.NewDate(2026, 9, 18)
	china = calendar.China()
)

// may is the whole way: what leads from a state to another.
var may = map[lifecycle.State]map[lifecycle.Action]lifecycle.State{
	"received":         {"accept": "accepted", "reject": "rejected", "ask_more": "needs_supplement", "transfer": "transferred_out", "withdraw": "withdrawn"},
	"needs_supplement": {"got_more": "received", "reject": "rejected", "withdraw": "withdrawn"},
	"accepted":         {"investigate": "investigating", "withdraw": "withdrawn"},
	"investigating":    {"suspend": "suspended", "extend": "investigating", "transfer": "transferred_out", "decide": "decided"},
	"suspended":        {"resume": "investigating"},
	"decided":          {"close": "closed"},
	"closed":           {"reopen": "received"},
	"rejected":         {"reopen": "received"},
}

func TestEveryStateTimesEveryAction(t *testing.T) {
	for _, state := range lifecycle.States {
		for _, action := range lifecycle.Actions {
			c := lifecycle.Case{State: state, Due: today.AddDays(3), Remaining: 4}
			got, err := lifecycle.Apply(c, lifecycle.Input{Action: action, Role: lifecycle.Supervisor, Reason: "r", Text: "t", Today: today}, china)
			if want, ok := may[state][action]; ok {
				if err != nil || got.State != want {
					t.Errorf("%s × %s = %s, %v, want %s", state, action, got.State, err, want)
				}
			} else if !fault.Is(err, fault.Conflict) || got != c {
				t.Errorf("%s × %s = %v, %v, want a conflict", state, action, got, err)
			}
			if _, err := lifecycle.Apply(c, lifecycle.Input{Action: action, Role: lifecycle.Sysadmin, Reason: "r", Text: "t", Today: today}, china); err == nil {
				t.Errorf("%s × %s: an administrator may", state, action)
			}
		}
	}
}

func TestClocks(t *testing.T) {
	step := func(c lifecycle.Case, a lifecycle.Action, on calendar.Date) lifecycle.Case {
		t.Helper()
		next, err := lifecycle.Apply(c, lifecycle.Input{Action: a, Role: lifecycle.Supervisor, Reason: "r", Text: "t", Today: on}, china)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	c := lifecycle.New(calendar.NewDate(2026, 2, 11), china)
	if c.Due != calendar.NewDate(2026, 2, 25) {
		t.Errorf("to be accepted by %s", c.Due)
	}
	c = step(c, lifecycle.Accept, calendar.NewDate(2026, 3, 2))
	c = step(c, lifecycle.Investigate, calendar.NewDate(2026, 3, 3))
	before := c.Due
	c = step(c, lifecycle.Suspend, calendar.NewDate(2026, 3, 16))
	left := c.Remaining
	c = step(c, lifecycle.Resume, calendar.NewDate(2026, 4, 20))
	if n := lifecycle.Left(c, calendar.NewDate(2026, 4, 20), china); n != left || !c.Due.After(before) {
		t.Errorf("%d days left after a pause, %d before", n, left)
	}
	c = step(c, lifecycle.Extend, calendar.NewDate(2026, 4, 21))
	_, err := lifecycle.Apply(c, lifecycle.Input{Action: lifecycle.Extend, Role: lifecycle.Supervisor, Reason: "r", Text: "t", Today: calendar.NewDate(2026, 4, 22)}, china)
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a second extension: %v", err)
	}
	late := lifecycle.Case{State: lifecycle.Investigating, Due: today.AddDays(-1)}
	if _, err := lifecycle.Apply(late, lifecycle.Input{Action: lifecycle.Extend, Role: lifecycle.Supervisor, Reason: "r", Text: "t", Today: today}, china); !fault.Is(err, fault.Conflict) {
		t.Errorf("an extension after the limit: %v", err)
	}
}

func TestSixtyAndThirtyMoreDaysAreThoseOfTheVectors(t *testing.T) {
	c := lifecycle.Case{State: lifecycle.Received}
	c, _ = lifecycle.Apply(c, lifecycle.Input{Action: lifecycle.Accept, Role: lifecycle.Investigator, Today: calendar.NewDate(2026, 3, 2)}, china)
	c, _ = lifecycle.Apply(c, lifecycle.Input{Action: lifecycle.Investigate, Role: lifecycle.Investigator, Today: calendar.NewDate(2026, 3, 2)}, china)
	c, err := lifecycle.Apply(c, lifecycle.Input{Action: lifecycle.Extend, Role: lifecycle.Supervisor, Reason: "r", Text: "t", Today: calendar.NewDate(2026, 4, 1)}, china)
	if err != nil || c.Due != calendar.NewDate(2026, 7, 10) {
		t.Errorf("%s, %v", c.Due, err)
	}
}

func TestWordsAndReasonsAreAskedFor(t *testing.T) {
	c := lifecycle.Case{State: lifecycle.Received}
	_, err := lifecycle.Apply(c, lifecycle.Input{Action: lifecycle.Reject, Role: lifecycle.Investigator, Today: today}, china)
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || len(f.Fields) != 2 {
		t.Errorf("a rejection without words: %v", err)
	}
}
