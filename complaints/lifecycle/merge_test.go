package lifecycle_test

import (
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

func TestAFollowerHasItsOwnClockAndEndsWithItsLead(t *testing.T) {
	lead := lifecycle.New(lifecycle.AuditTipOff, false, calendar.NewDate(2026, 3, 2), rules)
	lead = step(t, lead, lifecycle.Accept, calendar.NewDate(2026, 3, 3))
	lead = step(t, lead, lifecycle.Investigate, calendar.NewDate(2026, 3, 4))
	before := lifecycle.New(lifecycle.LabourComplaint, true, calendar.NewDate(2026, 3, 10), rules)
	f := step(t, before, lifecycle.Merge, calendar.NewDate(2026, 3, 11))
	if f.State != lifecycle.Merged || f.Due == lead.Due || f.Clock.Duty != lifecycle.ToHandle || f.Clock.From != calendar.NewDate(2026, 3, 11) {
		t.Fatalf("merged: %+v", f)
	}
	own := f.Due
	act := func(a lifecycle.Action, on calendar.Date) {
		t.Helper()
		in := full(a, lifecycle.Supervisor)
		in.Today, in.Staff = on, 3
		if a == lifecycle.Approve {
			in.Staff = 4
		}
		f = lifecycle.Follow(f, lead.State, in, rules)
		lead = step(t, lead, a, on, func(x *lifecycle.Input) { x.Staff = in.Staff })
	}
	act(lifecycle.Suspend, calendar.NewDate(2026, 3, 16))
	if !f.Due.IsZero() || f.State != lifecycle.Merged {
		t.Errorf("while the lead is suspended: %+v", f)
	}
	act(lifecycle.Resume, calendar.NewDate(2026, 3, 16))
	if f.Due != own {
		t.Errorf("a pause of no day moved %s to %s", own, f.Due)
	}
	act(lifecycle.Extend, calendar.NewDate(2026, 3, 17))
	act(lifecycle.ProposeDecision, calendar.NewDate(2026, 3, 18))
	act(lifecycle.Approve, calendar.NewDate(2026, 3, 19))
	if f.State != lifecycle.Merged || f.Clock.Duty != lifecycle.ToTell || !f.Extended {
		t.Errorf("decided: %+v", f)
	}
	act(lifecycle.Close, calendar.NewDate(2026, 3, 20))
	if f.State != lifecycle.Closed || !f.Due.IsZero() {
		t.Errorf("closed: %+v", f)
	}
	act(lifecycle.Reopen, calendar.NewDate(2026, 3, 23))
	if f.State != lifecycle.Merged || f.Due.IsZero() {
		t.Errorf("reopened: %+v", f)
	}
}

// Undoing a merge gives back what was, whatever happened to the lead in between.
func TestUnmergedIsAsIfItHadNeverBeen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		on := calendar.NewDate(2026, 3, 2).AddDays(rapid.IntRange(0, 60).Draw(rt, "received"))
		before := lifecycle.New(rapid.SampledFrom(lifecycle.Routes[:]).Draw(rt, "route"), rapid.Bool().Draw(rt, "named"), on, rules)
		in := full(lifecycle.Merge, lifecycle.Supervisor)
		in.Today = on
		f, err := lifecycle.Apply(before, in, rules)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(0, 5).Draw(rt, "steps") {
			act := full(rapid.SampledFrom([]lifecycle.Action{lifecycle.Suspend, lifecycle.Resume, lifecycle.Extend}).Draw(rt, "action"), lifecycle.Supervisor)
			act.Today = on.AddDays(1)
			state := lifecycle.Investigating
			if act.Action == lifecycle.Resume {
				state = lifecycle.Suspended
			}
			f = lifecycle.Follow(f, state, act, rules)
		}
		got, err := lifecycle.Unmerged(f, before, full(lifecycle.Unmerge, lifecycle.Investigator), rules)
		if err != nil || got != before {
			rt.Fatalf("%+v, %v, want %+v", got, err, before)
		}
	})
}

func TestWhoMayLead(t *testing.T) {
	for _, state := range lifecycle.States {
		err := lifecycle.MayLead(lifecycle.Case{State: state})
		want := !state.Over() && state != lifecycle.Merged && state != lifecycle.Decided && state != lifecycle.Notified
		if (err == nil) != want {
			t.Errorf("%s leads: %v", state, err)
		}
	}
	if _, err := lifecycle.Apply(lifecycle.Case{State: lifecycle.Accepted, Followers: 1}, full(lifecycle.Merge, lifecycle.Supervisor), rules); !fault.Is(err, fault.Conflict) {
		t.Errorf("a lead follows: %v", err)
	}
	if _, err := lifecycle.Unmerged(lifecycle.Case{State: lifecycle.Accepted}, lifecycle.Case{}, full(lifecycle.Unmerge, lifecycle.Supervisor), rules); !fault.Is(err, fault.Conflict) {
		t.Errorf("what was never merged is unmerged: %v", err)
	}
	if _, err := lifecycle.Unmerged(lifecycle.Case{State: lifecycle.Merged}, lifecycle.Case{}, full(lifecycle.Unmerge, lifecycle.Auditor), rules); !fault.Is(err, fault.Denied) {
		t.Errorf("an auditor unmerges: %v", err)
	}
}

func TestUnassignedCasesEscalateFirst(t *testing.T) {
	friday := calendar.NewDate(2026, 9, 18) // 09-20 is worked; three working days on is 09-22
	for _, test := range []struct {
		due   calendar.Date
		owned bool
		want  lifecycle.Alarm
	}{
		{calendar.Date{}, false, lifecycle.Calm}, {friday.AddDays(5), false, lifecycle.Calm}, {friday.AddDays(4), true, lifecycle.Warned}, {friday.AddDays(4), false, lifecycle.Escalated},
		{friday, true, lifecycle.Warned}, {friday.AddDays(-1), true, lifecycle.Breached}, {friday.AddDays(-1), false, lifecycle.Breached},
	} {
		if got := lifecycle.Watch(test.due, test.owned, friday, rules); got != test.want {
			t.Errorf("due %s owned %t: %d, want %d", test.due, test.owned, got, test.want)
		}
	}
}
