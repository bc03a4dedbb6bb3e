package retention

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
)

func TestARuleCountsFromTheYearAfter(t *testing.T) {
	for ended, want := range map[calendar.Date]calendar.Date{calendar.NewDate(2026, 1, 1): calendar.NewDate(2037, 1, 1), calendar.NewDate(2026, 12, 31): calendar.NewDate(2037, 1, 1), calendar.NewDate(2027, 1, 1): calendar.NewDate(2038, 1, 1)} {
		if got := (Rule{10, Anonymise}).Due(ended); got != want {
			t.Errorf("%s: %s", ended, got)
		}
	}
}

func TestEveryRouteHasARule(t *testing.T) {
	for _, route := range lifecycle.Routes {
		for _, state := range lifecycle.States {
			if r := Default().Of(route, state); r.Years < 1 || r.Then == "" {
				t.Errorf("%s %s has none", route, state)
			}
		}
	}
	if r := Default().Of(lifecycle.AuditTipOff, lifecycle.Closed); r != (Rule{30, Anonymise}) {
		t.Errorf("audit files: %v", r)
	}
}

func TestSettingsAreParsed(t *testing.T) {
	s, err := Default().Parse("petition:5:delete, not_taken:1:anonymise")
	if err != nil || s.ByRoute[lifecycle.Petition] != (Rule{5, Delete}) || s.NotTaken != (Rule{1, Anonymise}) || Default().ByRoute[lifecycle.Petition] == s.ByRoute[lifecycle.Petition] || s.Shortest() != 1 {
		t.Errorf("%v, %v", s, err)
	}
	for _, bad := range []string{"petition:5", "petition:0:delete", "petition:101:delete", "petition:x:delete", "petition:5:burn", "none:5:delete", "::"} {
		if _, err := Default().Parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// Whatever the cases are: nothing goes before its time, without a warning long enough ago, under a hold, or without the rest of its family; and every case is in one list at most.
func TestNothingGoesTooSoon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Default()
		day := func(label string) calendar.Date {
			return calendar.NewDate(rapid.IntRange(2000, 2060).Draw(t, label+" year"), time.Month(rapid.IntRange(1, 12).Draw(t, label+" month")), rapid.IntRange(1, 28).Draw(t, label+" day"))
		}
		var cases []Case
		for id := range rapid.IntRange(1, 8).Draw(t, "cases") {
			c := Case{ID: int64(id + 1), Family: int64(rapid.IntRange(1, id+1).Draw(t, "family")), Route: rapid.SampledFrom(lifecycle.Routes[:]).Draw(t, "route"), Ended: day("ended"),
				State: rapid.SampledFrom([]lifecycle.State{lifecycle.Closed, lifecycle.Rejected, lifecycle.Withdrawn, lifecycle.Transferred, lifecycle.Merged}).Draw(t, "state"),
				Held:  rapid.Bool().Draw(t, "held"), Books: rapid.Bool().Draw(t, "books")}
			if rapid.Bool().Draw(t, "warned") {
				c.Warned = day("warned")
			}
			cases = append(cases, c)
		}
		today := day("today")
		p := Make(s, cases, today)
		lists, ready := map[int64]int{}, map[int64]bool{}
		for _, list := range [][]Planned{p.Ready, p.Warn, p.Waiting, p.Held} {
			for _, x := range list {
				lists[x.ID]++
			}
		}
		for id, n := range lists {
			if n > 1 {
				t.Fatalf("case %d is in %d lists", id, n)
			}
		}
		for _, x := range p.Ready {
			ready[x.ID] = true
			if today.Before(x.Due) || x.Warned.IsZero() || today.Before(x.Warned.AddDays(s.WarnDays)) {
				t.Fatalf("too soon: %+v on %s", x, today)
			}
		}
		for _, x := range p.Ready {
			for _, c := range cases {
				if c.Family == x.Family && (!ready[c.ID] || c.Held) {
					t.Fatalf("%d goes without %d", x.ID, c.ID)
				}
				if c.Family == x.Family && c.Books && x.Then == Delete {
					t.Fatalf("%d has books and is deleted", x.ID)
				}
			}
		}
	})
}
