package lifecycle_test

import (
	"encoding/json"
	"os"
	"testing"

	"pgregory.net/rapid"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

func step(t testing.TB, c lifecycle.Case, a lifecycle.Action, on calendar.Date, change ...func(*lifecycle.Input)) lifecycle.Case {
	t.Helper()
	in := full(a, lifecycle.Supervisor)
	in.Today, in.Staff = on, 3
	for _, f := range change {
		f(&in)
	}
	next, err := lifecycle.Apply(c, in, rules)
	if err != nil {
		t.Fatalf("%s in %s: %v", a, c.State, err)
	}
	return next
}

// limits are the desk's limits under the numbers of the vectors; "" is a limit that another wing keeps.
func limits(s lifecycle.Settings) map[string]lifecycle.Limit {
	return map[string]lifecycle.Limit{
		"LI-accept": lifecycle.LabourAccept, "LI-investigate": lifecycle.LabourHandle, "LI-notify-extension": lifecycle.ExtensionTold, "FS-jurisdiction": lifecycle.FundExamine,
		"FS-accept-notice": lifecycle.FundTold, "FS-handle": s.FundHandle, "FS-result": s.FundResult, "AU-notice": lifecycle.AuditNotice, "AU-clean": lifecycle.AuditClean,
		"AU-opinion": lifecycle.AuditOpinion, "AR-demand": lifecycle.Demand, "AR-pay": lifecycle.PayOnDemand, "AR-court-dun": lifecycle.CourtAfterDun, "PE-register": lifecycle.PetitionTold,
		"PE-object": lifecycle.PetitionObject, "PE-finish": lifecycle.PetitionHandle, "PE-review": lifecycle.PetitionReview,
	}
}

func TestEveryLimitOfTheVectors(t *testing.T) {
	content, err := os.ReadFile("testdata/deadlines.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Deadlines []struct {
			ID, Unit  string
			Within    any
			Extension int
		}
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	elsewhere := map[string]bool{"LI-limitation": true, "RO-change": true, "HL-answer": true, "ST-annual": true, "PUB-region": true, "AUD-report": true}
	longer := map[string]lifecycle.Limit{"LI-investigate": lifecycle.LabourLonger, "FS-handle": rules.Settings.FundLonger, "PE-finish": lifecycle.PetitionLonger}
	known := limits(rules.Settings)
	for _, d := range file.Deadlines {
		if elsewhere[d.ID] {
			continue
		}
		l, ok := known[d.ID]
		if days, number := d.Within.(float64); !ok || !number || l.Days != int(days) || string(l.Unit) != d.Unit || longer[d.ID].Days != d.Extension {
			t.Errorf("%s is %d %s, longer by %d", d.ID, l.Days, l.Unit, longer[d.ID].Days)
		}
		delete(known, d.ID)
	}
	if len(known) > 0 {
		t.Errorf("the vectors know nothing of %v", known)
	}
	if got := rules.Settings.ObjectionReview; got.Days != 10 || got.Unit != lifecycle.WorkingDays {
		t.Errorf("RO-change is %v", got)
	}
}

// Every route's own clock from the receipt to the end, in 2026 with its make-up days.
func TestTheClockOfEveryRoute(t *testing.T) {
	received := calendar.NewDate(2026, 2, 11) // the Wednesday before the Spring Festival; 02-14 is worked, 02-15 to 02-23 are not
	for _, test := range []struct {
		route                           lifecycle.Route
		accept, handle, longer, decided string // accepted 03-02, extended, decided 03-09 (Monday)
	}{
		{lifecycle.LabourComplaint, "2026-02-25", "2026-05-28", "2026-07-10", "2026-03-23"},
		{lifecycle.LabourTipOff, "2026-02-25", "2026-05-28", "2026-07-10", "2026-03-23"},
		{lifecycle.AuditTipOff, "2026-02-25", "2026-05-28", "2026-07-10", "2026-03-23"},
		{lifecycle.FundTipOff, "2026-02-25", "2026-05-28", "2026-07-10", "2026-03-23"},
		{lifecycle.RecordObjection, "2026-03-03", "2026-03-03", "", "2026-03-03"},
		{lifecycle.Petition, "2026-02-26", "2026-05-06", "2026-06-01", "2026-06-01"}, // 05-01 to 05-05 are days of rest, 05-31 is a Sunday
		{lifecycle.OtherAuthority, "2026-02-25", "2026-03-09", "", "2026-03-09"},
	} {
		c := lifecycle.New(test.route, false, received, rules)
		is := func(what, want string) {
			t.Helper()
			if c.Due.String() != want || c.Provisional {
				t.Errorf("%s: to %s by %s, want %s", test.route, what, c.Due, want)
			}
		}
		is("accept", test.accept)
		c = step(t, c, lifecycle.Screen, calendar.NewDate(2026, 2, 12))
		is("accept after screening", test.accept)
		c = step(t, c, lifecycle.Accept, calendar.NewDate(2026, 3, 2))
		c = step(t, c, lifecycle.Investigate, calendar.NewDate(2026, 3, 3))
		is("handle", test.handle)
		if test.longer == "" {
			in := full(lifecycle.Extend, lifecycle.Supervisor)
			in.Today = calendar.NewDate(2026, 3, 3)
			if _, err := lifecycle.Apply(c, in, rules); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: extended: %v", test.route, err)
			}
		} else {
			c = step(t, c, lifecycle.Extend, calendar.NewDate(2026, 3, 5))
			is("handle, extended", test.longer)
		}
		c = step(t, c, lifecycle.ProposeDecision, calendar.NewDate(2026, 3, 6))
		c = step(t, c, lifecycle.Approve, calendar.NewDate(2026, 3, 9), func(in *lifecycle.Input) { in.Staff = 4 })
		is("tell", test.decided)
		c = step(t, c, lifecycle.Notify, calendar.NewDate(2026, 3, 10), func(in *lifecycle.Input) { in.By = calendar.NewDate(2026, 3, 17) })
		is("obey", "2026-03-17")
		if c = step(t, c, lifecycle.Close, calendar.NewDate(2026, 3, 18)); !c.Due.IsZero() || c.Clock != (lifecycle.Clock{}) {
			t.Errorf("%s: closed, and due %s", test.route, c.Due)
		}
		c = step(t, c, lifecycle.Reopen, calendar.NewDate(2026, 3, 19))
		if c.State != lifecycle.Screening || c.Extended || c.Proposer != 0 || c.Clock.Duty != lifecycle.ToAccept {
			t.Errorf("%s reopened: %+v", test.route, c)
		}
	}
}

// A clean audit has five working days for its notice, one with findings ten for its opinion; an audit from the plan starts with its notice.
func TestAudits(t *testing.T) {
	c := lifecycle.NewAudit(calendar.NewDate(2026, 3, 2), calendar.NewDate(2026, 3, 30), rules)
	if c.State != lifecycle.Accepted || c.Due != calendar.NewDate(2026, 3, 27) || c.Clock.Duty != lifecycle.ToAnnounce {
		t.Errorf("planned: %+v", c)
	}
	for ground, want := range map[lifecycle.Ground]string{"no_violation": "2026-04-13", "base_low": "2026-04-20"} {
		c := step(t, c, lifecycle.Investigate, calendar.NewDate(2026, 3, 30))
		if c.Clock.Duty != lifecycle.ToHandle || c.Due.String() != "2026-06-26" {
			t.Errorf("begun: %+v, want sixty working days: announcing it is done", c)
		}
		c = step(t, c, lifecycle.ProposeDecision, calendar.NewDate(2026, 4, 2), func(in *lifecycle.Input) { in.Ground, in.Text = ground, "" })
		if c = step(t, c, lifecycle.Approve, calendar.NewDate(2026, 4, 3), func(in *lifecycle.Input) { in.Staff = 4 }); c.Due.String() != want {
			t.Errorf("%s: to be told by %s, want %s", ground, c.Due, want)
		}
	}
}

func TestANamedReporterOfFraudHearsInTenDays(t *testing.T) {
	c := lifecycle.New(lifecycle.FundTipOff, true, today, rules)
	if c.TellBy != calendar.NewDate(2026, 10, 9) {
		t.Errorf("to be told by %s", c.TellBy)
	}
	asked := step(t, c, lifecycle.AskMore, today.AddDays(1))
	if asked.TellBy != c.TellBy || !asked.Due.IsZero() {
		t.Errorf("asked for more: %+v", asked)
	}
	if got := step(t, asked, lifecycle.GotMore, today.AddDays(3)); got.TellBy != c.TellBy {
		t.Errorf("a pause moved it to %s", got.TellBy)
	}
	if got := step(t, c, lifecycle.Accept, today.AddDays(1)); !got.TellBy.IsZero() {
		t.Errorf("told, and still to be told by %s", got.TellBy)
	}
	if got := lifecycle.New(lifecycle.FundTipOff, false, today, rules); !got.TellBy.IsZero() {
		t.Errorf("an anonymous one by %s", got.TellBy)
	}
	other := step(t, c, lifecycle.Reroute, today.AddDays(1))
	if !other.TellBy.IsZero() || other.Route != lifecycle.LabourTipOff || other.Due != calendar.NewDate(2026, 9, 24) {
		t.Errorf("rerouted: %+v", other)
	}
}

func TestAnExtensionIsOneAndBeforeTheLimit(t *testing.T) {
	c := lifecycle.Case{Route: lifecycle.LabourTipOff, State: lifecycle.Investigating, Clock: lifecycle.Clock{Duty: lifecycle.ToHandle, From: calendar.NewDate(2026, 3, 2), Days: 60, Unit: lifecycle.WorkingDays}}
	c = lifecycle.Recomputed(c, rules.Workdays)
	late := full(lifecycle.Extend, lifecycle.Supervisor)
	late.Today = c.Due.AddDays(1)
	if _, err := lifecycle.Apply(c, late, rules); !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "fault.desk.late" {
		t.Errorf("after the limit: %v", err)
	}
	c = step(t, c, lifecycle.Extend, c.Due)
	if c.Due != calendar.NewDate(2026, 7, 10) {
		t.Errorf("extended to %s", c.Due)
	}
	if _, err := lifecycle.Apply(c, full(lifecycle.Extend, lifecycle.Supervisor), rules); !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "fault.desk.extended" {
		t.Errorf("a second one: %v", err)
	}
}

// A limit that ends in a year without a holiday notice is provisional, and moves when the notice comes; paused days too are counted anew.
func TestACalendarThatArrivesLate(t *testing.T) {
	received := calendar.NewDate(2026, 12, 28)
	c := lifecycle.New(lifecycle.LabourComplaint, true, received, rules)
	if c.Due != calendar.NewDate(2027, 1, 5) || !c.Provisional {
		t.Errorf("provisionally due %s", c.Due)
	}
	paused := step(t, c, lifecycle.AskMore, calendar.NewDate(2026, 12, 29))
	w, err := rules.Workdays.WithYear(calendar.YearData{Year: 2027, Holidays: []string{"01-01", "01-02", "01-03", "01-04"}})
	if err != nil {
		t.Fatal(err)
	}
	c = lifecycle.Recomputed(c, w)
	if c.Due != calendar.NewDate(2027, 1, 6) || c.Provisional {
		t.Errorf("due %s", c.Due)
	}
	if before, after := lifecycle.Remaining(paused, rules.Workdays), lifecycle.Remaining(paused, w); before != 4 || after != 4 {
		t.Errorf("%d days remain, %d after the notice", before, after)
	}
	if got := lifecycle.Recomputed(paused, w); got != paused {
		t.Errorf("a paused clock was moved: %+v", got)
	}
	if got := lifecycle.Recomputed(lifecycle.Case{State: lifecycle.Closed}, w); !got.Due.IsZero() {
		t.Errorf("a stopped clock runs: %+v", got)
	}
}

// Whatever the desk does, in whatever order: a deadline moves only by what the table says moves it, a pause costs no day, and a case that waits or is over owes nothing.
func TestDeadlinesMoveOnlyByTheTable(t *testing.T) {
	moves := map[lifecycle.Action]bool{lifecycle.Accept: true, lifecycle.AskMore: true, lifecycle.GotMore: true, lifecycle.Reroute: true, lifecycle.Suspend: true, lifecycle.Resume: true, lifecycle.Extend: true,
		lifecycle.Approve: true, lifecycle.Notify: true, lifecycle.Close: true, lifecycle.Transfer: true, lifecycle.Reject: true, lifecycle.Withdraw: true, lifecycle.Reopen: true, lifecycle.Merge: true}
	rapid.Check(t, func(rt *rapid.T) {
		on := calendar.NewDate(2024, 1, 1).AddDays(rapid.IntRange(0, 700).Draw(rt, "received"))
		c := lifecycle.New(rapid.SampledFrom(lifecycle.Routes[:]).Draw(rt, "route"), rapid.Bool().Draw(rt, "named"), on, rules)
		extensions := 0
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			on = on.AddDays(rapid.IntRange(0, 20).Draw(rt, "days"))
			in := full(rapid.SampledFrom(lifecycle.Actions[:]).Draw(rt, "action"), lifecycle.Supervisor)
			in.Today, in.Staff, in.Route = on, int32(rapid.IntRange(1, 3).Draw(rt, "staff")), rapid.SampledFrom(lifecycle.Routes[:]).Draw(rt, "to")
			next, err := lifecycle.Apply(c, in, rules)
			switch {
			case err != nil && next != c:
				rt.Fatalf("a refused %s changed the case", in.Action)
			case err == nil && !moves[in.Action] && (next.Due != c.Due || next.Clock != c.Clock):
				rt.Fatalf("%s moved the deadline from %s to %s", in.Action, c.Due, next.Due)
			case err == nil && in.Action == lifecycle.Extend:
				extensions++
			case err == nil && (in.Action == lifecycle.Resume || in.Action == lifecycle.GotMore):
				left, _ := lifecycle.Left(next, on, rules.Workdays)
				kept := lifecycle.Remaining(c, rules.Workdays)
				if kept >= 0 && left != kept && next.Clock.Unit == lifecycle.WorkingDays || kept < 0 && !next.Due.Before(on) {
					rt.Fatalf("%d days were kept, %d are left", kept, left)
				}
			case err == nil && in.Action == lifecycle.Reopen:
				extensions = 0
			}
			c = next
			waits := c.State == lifecycle.Supplement || c.State == lifecycle.Suspended
			if (waits || c.State.Over()) && !c.Due.IsZero() {
				rt.Fatalf("%s is due %s", c.State, c.Due)
			}
			if extensions > 1 {
				rt.Fatal("extended twice")
			}
			if again := lifecycle.Recomputed(c, rules.Workdays); again != c {
				rt.Fatalf("computing again what is known moved %+v to %+v", c, again)
			}
		}
	})
}
