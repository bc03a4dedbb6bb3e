package notice_test

import (
	"slices"
	"testing"
	"time"

	"shebao/complaints/notice"
	"shebao/shared/calendar"
)

func on(m time.Month, d int) calendar.Date { return calendar.NewDate(2026, m, d) }

func TestTheOrderOfDocuments(t *testing.T) {
	w := calendar.China()
	demand := notice.Issued{ID: 1, Kind: notice.Demand, IssuedOn: on(11, 2), Days: 5}
	servedDemand := demand
	servedDemand.ServedOn = on(11, 3)                                                                               // limit: 10 November
	order := notice.Issued{ID: 2, Kind: notice.Rectification, IssuedOn: on(11, 11), ServedOn: on(11, 12), Days: 15} // limit: 27 November
	warning := notice.Issued{ID: 3, Kind: notice.EnforcementWarning, IssuedOn: on(11, 30), ServedOn: on(11, 30), Days: 10}
	base := notice.Situation{State: "investigating", Today: on(11, 11), Calculated: on(11, 2), Owed: 100}
	with := func(change func(*notice.Situation), issued ...notice.Issued) notice.Situation {
		s := base
		s.Issued = issued
		if change != nil {
			change(&s)
		}
		return s
	}
	for _, c := range []struct {
		name string
		kind notice.Kind
		s    notice.Situation
		want []string
	}{
		{"a demand with a calculation", notice.Demand, with(nil), nil},
		{"a demand without one", notice.Demand, with(func(s *notice.Situation) { s.Calculated = calendar.Date{} }), []string{"notice.need.calculation"}},
		{"a demand for nothing", notice.Demand, with(func(s *notice.Situation) { s.Owed = 0 }), []string{"notice.need.owed"}},
		{"a demand before the case is accepted", notice.Demand, with(func(s *notice.Situation) { s.State = "received" }), []string{"notice.need.accepted"}},
		{"an order without a demand", notice.Rectification, with(nil), []string{"notice.need.demand_served", "notice.need.demand_passed"}},
		{"an order when the demand is not served", notice.Rectification, with(nil, demand), []string{"notice.need.demand_served", "notice.need.demand_passed"}},
		{"an order on the demand's last day", notice.Rectification, with(func(s *notice.Situation) { s.Today = on(11, 10) }, servedDemand), []string{"notice.need.demand_passed"}},
		{"an order on the day after", notice.Rectification, with(nil, servedDemand), nil},
		{"an order when all is paid", notice.Rectification, with(func(s *notice.Situation) { s.Owed = 0 }, servedDemand), []string{"notice.need.owed"}},
		{"a warning without an order", notice.EnforcementWarning, with(nil, servedDemand), []string{"notice.need.order_served", "notice.need.order_passed"}},
		{"a warning before the order's day", notice.EnforcementWarning, with(func(s *notice.Situation) { s.Today = on(11, 27) }, servedDemand, order), []string{"notice.need.order_passed"}},
		{"a warning after it", notice.EnforcementWarning, with(func(s *notice.Situation) { s.Today = on(11, 28) }, servedDemand, order), nil},
		{"court without a warning", notice.CourtApplication, with(nil, servedDemand, order), []string{"notice.need.warning_served", "notice.need.warning_passed"}},
		{"court within the ten working days", notice.CourtApplication, with(func(s *notice.Situation) { s.Today = on(12, 14) }, servedDemand, order, warning), []string{"notice.need.warning_passed"}},
		{"court after them", notice.CourtApplication, with(func(s *notice.Situation) { s.Today = on(12, 15) }, servedDemand, order, warning), nil},
		{"a clean result while something is owed", notice.CleanResult, with(nil, notice.Issued{Kind: notice.AuditNotice, ServedOn: on(11, 2)}), []string{"notice.need.nothing_owed"}},
		{"an opinion after a clean result", notice.AuditOpinion, with(nil, notice.Issued{Kind: notice.AuditNotice, ServedOn: on(11, 2)}, notice.Issued{Kind: notice.CleanResult}), []string{"notice.need.not_clean"}},
		{"an opinion without a notice", notice.AuditOpinion, with(nil), []string{"notice.need.audit_notice"}},
		{"a refusal of an accepted case", notice.Refusal, with(nil), []string{"notice.need.refusable"}},
		{"a reply before the decision", notice.Reply, with(nil), []string{"notice.need.decided"}},
	} {
		var got []string
		for _, r := range notice.Lacks(c.kind, c.s, w) {
			got = append(got, r.Key)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClocksFollowFromService(t *testing.T) {
	w := calendar.China()
	s := notice.Situation{State: "investigating", Today: on(11, 24), Calculated: on(11, 2), Owed: 100, AuditEnded: on(11, 20)}
	check := func(name string, want ...notice.Clock) {
		t.Helper()
		got := notice.Clocks(s, w)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	check("found, not demanded", notice.Clock{ID: "AR-demand", Due: on(11, 9)}, notice.Clock{ID: "AU-opinion", Due: on(12, 4)})
	s.Owed = 0
	check("found clean", notice.Clock{ID: "AU-clean", Due: on(11, 27)})
	s.Owed, s.AuditEnded = 100, calendar.Date{}
	s.Issued = []notice.Issued{{ID: 1, Kind: notice.Demand, Days: 5}}
	check("demanded, not served")
	s.Issued[0].ServedOn = calendar.NewDate(2026, 9, 29) // over the National Day rest
	check("demand served", notice.Clock{ID: "AR-pay", Notice: 1, Due: on(10, 12), Employer: true})
	s.Issued = append(s.Issued, notice.Issued{ID: 2, Kind: notice.Rectification, Days: 15, ServedOn: on(10, 23)})
	check("ordered: 15 natural days end on a Saturday", notice.Clock{ID: "AR-correct", Notice: 2, Due: on(11, 9), Employer: true})
	s.Issued = append(s.Issued, notice.Issued{ID: 3, Kind: notice.EnforcementWarning, Days: 10, ServedOn: on(12, 21)})
	check("warned: ten working days into a year without a notice", notice.Clock{ID: "AR-court-dun", Notice: 3, Due: calendar.NewDate(2027, 1, 5), Employer: true, Provisional: true})
	s.Owed = 0
	check("paid")
	s.Issued = []notice.Issued{{ID: 4, Kind: notice.AuditNotice, AuditOn: on(12, 1)}}
	check("to be served three days before", notice.Clock{ID: "AU-notice", Notice: 4, Due: on(11, 28)})
	if got := notice.ServedOn(notice.Announcement, on(11, 1), 30); got != on(12, 1) {
		t.Errorf("an announcement counts on %s", got)
	}
	if notice.ServedOn(notice.Post, on(11, 1), 30) != on(11, 1) {
		t.Error("post counts on the receipt's day")
	}
}
