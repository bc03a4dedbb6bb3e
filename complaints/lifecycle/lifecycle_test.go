package lifecycle_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

var (
	today = calendar.NewDate(2026, 9, 18)
	rules = lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}
)

// may is the whole way: what leads from a state to another, and who may: i intake, v investigator, s supervisor.
var may = map[lifecycle.State]map[lifecycle.Action][2]string{
	"received": {"screen": {"screening", "ivs"}, "accept": {"accepted", "ivs"}, "reject": {"rejected", "ivs"}, "ask_more": {"needs_supplement", "ivs"}, "reroute": {"screening", "ivs"},
		"transfer": {"transferred_out", "ivs"}, "merge": {"merged", "ivs"}, "withdraw": {"withdrawn", "ivs"}},
	"screening": {"accept": {"accepted", "ivs"}, "reject": {"rejected", "ivs"}, "ask_more": {"needs_supplement", "ivs"}, "reroute": {"screening", "ivs"},
		"transfer": {"transferred_out", "ivs"}, "merge": {"merged", "ivs"}, "withdraw": {"withdrawn", "ivs"}},
	"needs_supplement": {"got_more": {"screening", "ivs"}, "reject": {"rejected", "vs"}, "withdraw": {"withdrawn", "ivs"}},
	"accepted":         {"investigate": {"investigating", "vs"}, "merge": {"merged", "vs"}, "withdraw": {"withdrawn", "vs"}},
	"investigating": {"suspend": {"suspended", "s"}, "extend": {"investigating", "s"}, "transfer": {"transferred_out", "vs"}, "propose_decision": {"decision_proposed", "vs"},
		"merge": {"merged", "vs"}, "withdraw": {"investigating", "vs"}},
	"suspended":         {"resume": {"investigating", "vs"}, "withdraw": {"suspended", "vs"}},
	"decision_proposed": {"approve_decision": {"decided", "s"}, "return_decision": {"investigating", "s"}, "withdraw": {"decision_proposed", "vs"}},
	"decided":           {"notify": {"notified", "vs"}, "close": {"closed", "vs"}},
	"notified":          {"close": {"closed", "vs"}},
	"merged":            {"withdraw": {"withdrawn", "vs"}},
	"closed":            {"reopen": {"screening", "vs"}},
	"rejected":          {"reopen": {"screening", "vs"}},
}

func full(a lifecycle.Action, role lifecycle.Role) lifecycle.Input {
	return lifecycle.Input{Action: a, Role: role, Staff: 2, Reason: "r", Code: "no_leads", Text: "t", Ground: "unpaid", To: "市医疗保障局", Route: lifecycle.LabourTipOff, NewLeads: true, Today: today}
}

func TestEveryStateTimesEveryActionTimesEveryRole(t *testing.T) {
	letters := map[lifecycle.Role]string{lifecycle.Intake: "i", lifecycle.Investigator: "v", lifecycle.Supervisor: "s", lifecycle.Sysadmin: "-", lifecycle.Auditor: "-"}
	for _, state := range lifecycle.States {
		for _, action := range lifecycle.Actions {
			for _, role := range lifecycle.Roles {
				c := lifecycle.Case{Route: lifecycle.AuditTipOff, State: state, Received: today, Due: today.AddDays(3), Clock: lifecycle.Clock{Duty: lifecycle.ToAccept, From: today, Days: 5, Unit: lifecycle.WorkingDays}, Proposer: 1}
				got, err := lifecycle.Apply(c, full(action, role), rules)
				row, ok := may[state][action]
				letter := letters[role]
				switch {
				case !ok:
					if !fault.Is(err, fault.Conflict) || got != c {
						t.Errorf("%s × %s × %s = %v, %v, want a conflict", state, action, role, got, err)
					}
				case letter != "-" && slices.Contains([]rune(row[1]), rune(letter[0])):
					if err != nil || got.State != lifecycle.State(row[0]) {
						t.Errorf("%s × %s × %s = %s, %v, want %s", state, action, role, got.State, err, row[0])
					}
				default:
					if !fault.Is(err, fault.Denied) || got != c {
						t.Errorf("%s × %s × %s = %s, %v, want a denial", state, action, role, got.State, err)
					}
				}
				offered := slices.Contains(lifecycle.Allowed(c, role, 2), action)
				if want := err == nil && action != lifecycle.Merge; offered != want {
					t.Errorf("%s × %s × %s is offered: %t", state, action, role, offered)
				}
			}
		}
	}
}

// Documents that are not settled stop closing and nothing else, whoever acts, in every state.
func TestOnlyClosingWaitsForTheDocuments(t *testing.T) {
	for _, state := range lifecycle.States {
		for _, action := range lifecycle.Actions {
			for _, role := range lifecycle.Roles {
				c := lifecycle.Case{Route: lifecycle.AuditTipOff, State: state, Received: today, Due: today.AddDays(3), Clock: lifecycle.Clock{Duty: lifecycle.ToAccept, From: today, Days: 5, Unit: lifecycle.WorkingDays}, Proposer: 1}
				want, wantErr := lifecycle.Apply(c, full(action, role), rules)
				for key, in := range map[string]lifecycle.Input{"fault.desk.unserved": {Unserved: true}, "fault.desk.running": {Running: true}} {
					open := full(action, role)
					open.Unserved, open.Running = in.Unserved, in.Running
					got, err := lifecycle.Apply(c, open, rules)
					if action == lifecycle.Close && wantErr == nil {
						if !fault.Is(err, fault.Conflict) || fault.Of(err).Key != key || got != c {
							t.Errorf("%s × %s × %s, %s: %v", state, action, role, key, err)
						}
						continue
					}
					if got != want || (err == nil) != (wantErr == nil) || err != nil && fault.Of(err).Key != fault.Of(wantErr).Key {
						t.Errorf("%s × %s × %s, %s: %v, %v, want %v, %v", state, action, role, key, got, err, want, wantErr)
					}
				}
			}
		}
	}
}

func TestEveryStateIsReachedAndNoneIsATrap(t *testing.T) {
	reached := map[lifecycle.State]bool{lifecycle.Received: true}
	for _, row := range may {
		for _, to := range row {
			reached[lifecycle.State(to[0])] = true
		}
	}
	for _, state := range lifecycle.States {
		if !reached[state] {
			t.Errorf("nothing leads to %s", state)
		}
		if len(may[state]) == 0 && !state.Over() {
			t.Errorf("%s leads nowhere", state)
		}
		if told := state.Told(); told != told.Told() {
			t.Errorf("%s is told as %s", state, told)
		}
	}
}

func TestWhatAnActionNeedsIsAskedForAllAtOnce(t *testing.T) {
	for _, test := range []struct {
		state  lifecycle.State
		action lifecycle.Action
		fields []string
	}{
		{lifecycle.Received, lifecycle.Reject, []string{"code", "reason", "text"}},
		{lifecycle.Received, lifecycle.AskMore, []string{"text"}},
		{lifecycle.Screening, lifecycle.Reroute, []string{"route", "reason"}},
		{lifecycle.Investigating, lifecycle.ProposeDecision, []string{"ground", "reason", "text"}},
		{lifecycle.Investigating, lifecycle.Withdraw, []string{"reason"}},
		{lifecycle.Closed, lifecycle.Reopen, []string{"leads", "reason"}},
	} {
		_, err := lifecycle.Apply(lifecycle.Case{State: test.state}, lifecycle.Input{Action: test.action, Role: lifecycle.Investigator, Today: today}, rules)
		var names []string
		if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
			for _, field := range f.Fields {
				names = append(names, field.Name)
			}
		}
		if !slices.Equal(names, test.fields) {
			t.Errorf("%s × %s asks for %v (%v), want %v", test.state, test.action, names, err, test.fields)
		}
	}
	if _, err := lifecycle.Apply(lifecycle.Case{State: lifecycle.Closed}, lifecycle.Input{Action: lifecycle.Reopen, Role: lifecycle.Supervisor, Reason: "r", Today: today}, rules); err != nil {
		t.Errorf("a supervisor may reopen without new leads: %v", err)
	}
	in := full(lifecycle.Reject, lifecycle.Investigator)
	in.Code = "limitation"
	if _, err := lifecycle.Apply(lifecycle.Case{State: lifecycle.Received}, in, rules); !fault.Is(err, fault.Invalid) {
		t.Errorf("an invented refusal code: %v", err)
	}
}

func TestADecisionTakesTwoPeople(t *testing.T) {
	c := lifecycle.Case{Route: lifecycle.LabourTipOff, State: lifecycle.Investigating, Due: today.AddDays(9), Clock: lifecycle.Clock{Duty: lifecycle.ToHandle, From: today, Days: 7, Unit: lifecycle.WorkingDays}}
	in := full(lifecycle.ProposeDecision, lifecycle.Supervisor)
	proposed, err := lifecycle.Apply(c, in, rules)
	if err != nil || proposed.Proposer != 2 || proposed.Finding != lifecycle.Violation || proposed.Due != c.Due {
		t.Fatalf("%+v, %v", proposed, err)
	}
	for _, a := range []lifecycle.Action{lifecycle.Approve, lifecycle.ReturnDecision} {
		if _, err := lifecycle.Apply(proposed, full(a, lifecycle.Supervisor), rules); !fault.Is(err, fault.Denied) || fault.Of(err).Key != "fault.desk.second" {
			t.Errorf("%s by the proposer: %v", a, err)
		}
		if slices.Contains(lifecycle.Allowed(proposed, lifecycle.Supervisor, 2), a) {
			t.Errorf("%s is offered to the proposer", a)
		}
	}
	in = full(lifecycle.ReturnDecision, lifecycle.Supervisor)
	in.Staff = 3
	back, err := lifecycle.Apply(proposed, in, rules)
	if err != nil || back != c {
		t.Errorf("returned: %+v, %v, want what was before", back, err)
	}
}

func TestWithdrawing(t *testing.T) {
	for state, want := range map[lifecycle.State]lifecycle.State{lifecycle.Received: lifecycle.Withdrawn, lifecycle.Supplement: lifecycle.Withdrawn, lifecycle.Investigating: lifecycle.Investigating, lifecycle.Suspended: lifecycle.Suspended} {
		c := lifecycle.Case{Route: lifecycle.AuditTipOff, State: state}
		got, err := lifecycle.Apply(c, full(lifecycle.Withdraw, lifecycle.Investigator), rules)
		if err != nil || got.State != want || !got.Dropped {
			t.Errorf("%s withdrawn = %+v, %v", state, got, err)
		}
		c.Followers = 1
		if got, err := lifecycle.Apply(c, full(lifecycle.Withdraw, lifecycle.Investigator), rules); err != nil || got.State != state {
			t.Errorf("%s withdrawn while others' matter hangs on it = %s, %v", state, got.State, err)
		}
	}
	dropped := lifecycle.Case{State: lifecycle.Investigating, Dropped: true}
	if _, err := lifecycle.Apply(dropped, full(lifecycle.Withdraw, lifecycle.Investigator), rules); !fault.Is(err, fault.Conflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
}

func TestRoutesByContent(t *testing.T) {
	for _, test := range []struct {
		kind string
		own  bool
		want lifecycle.Route
	}{
		{"unpaid", true, lifecycle.LabourComplaint}, {"unpaid", false, lifecycle.AuditTipOff}, {"underpaid", false, lifecycle.AuditTipOff}, {"not_registered", false, lifecycle.LabourTipOff},
		{"not_registered", true, lifecycle.LabourComplaint}, {"fraud", false, lifecycle.FundTipOff}, {"fraud", true, lifecycle.FundTipOff}, {"record", true, lifecycle.RecordObjection}, {"other", false, lifecycle.AuditTipOff},
	} {
		if got := lifecycle.RouteOf(test.kind, test.own); got != test.want {
			t.Errorf("%s own %t → %s, want %s", test.kind, test.own, got, test.want)
		}
	}
}

func TestTheLimitationIsANote(t *testing.T) {
	for _, test := range []struct {
		last     calendar.Period
		received calendar.Date
		on       calendar.Date
		passed   bool
	}{
		{0, today, calendar.Date{}, false},
		{202408, calendar.NewDate(2026, 8, 31), calendar.NewDate(2026, 8, 31), false},
		{202408, calendar.NewDate(2026, 9, 1), calendar.NewDate(2026, 8, 31), true},
		{202402, today, calendar.NewDate(2026, 2, 28), true},
	} {
		if on, passed := lifecycle.Limitation(test.last, test.received); on != test.on || passed != test.passed {
			t.Errorf("%s received %s: %s %t", test.last, test.received, on, passed)
		}
	}
}

func TestEveryGroundHasOneFinding(t *testing.T) {
	for _, f := range []lifecycle.Finding{lifecycle.Violation, lifecycle.Clean} {
		for _, g := range lifecycle.Grounds(f) {
			c := lifecycle.Case{Route: lifecycle.LabourTipOff, State: lifecycle.Investigating}
			in := full(lifecycle.ProposeDecision, lifecycle.Investigator)
			in.Ground = g
			if got, err := lifecycle.Apply(c, in, rules); err != nil || got.Finding != f || got.Ground != g {
				t.Errorf("%s: %+v, %v", g, got, err)
			}
			in.Finding = map[lifecycle.Finding]lifecycle.Finding{lifecycle.Violation: lifecycle.Clean, lifecycle.Clean: lifecycle.Violation}[f]
			if _, err := lifecycle.Apply(c, in, rules); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s with the other finding: %v", g, err)
			}
		}
	}
	for _, g := range []lifecycle.Ground{"", "limitation", "UNPAID"} {
		if lifecycle.FindingOf(g) != "" {
			t.Errorf("%q finds something", g)
		}
	}
}

// Every transition that the domain names is in the table; a reopened case is screened again, and an extension is a mark of the investigation.
func TestEveryTransitionOfTheVectors(t *testing.T) {
	content, err := os.ReadFile("testdata/deadlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Machine struct {
			States      []string
			Transitions [][2]string
		} `json:"state_machine"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	marks := map[string]lifecycle.State{"reopened": lifecycle.Screening, "extended": lifecycle.Investigating, "draft": "draft"}
	ours := func(name string) lifecycle.State {
		if s, ok := marks[name]; ok {
			return s
		}
		return lifecycle.State(name)
	}
	for _, name := range file.Machine.States {
		if _, mark := marks[name]; !mark && !slices.Contains(lifecycle.States[:], lifecycle.State(name)) {
			t.Errorf("no state %s", name)
		}
	}
	// A decision is proposed first.
	reach := map[lifecycle.State]map[lifecycle.State]bool{}
	for from, row := range may {
		reach[from] = map[lifecycle.State]bool{from: true}
		for _, to := range row {
			reach[from][lifecycle.State(to[0])] = true
		}
	}
	for _, tr := range file.Machine.Transitions {
		from, to := ours(tr[0]), ours(tr[1])
		if tr[0] == "draft" { // a draft is no case yet
			continue
		}
		if !reach[from][to] && !(reach[from][lifecycle.Proposed] && reach[lifecycle.Proposed][to]) && tr[0] != tr[1] {
			t.Errorf("nothing leads from %s to %s", tr[0], tr[1])
		}
	}
	if len(file.Machine.Transitions) < 20 {
		t.Error("transitions are missing")
	}
}
