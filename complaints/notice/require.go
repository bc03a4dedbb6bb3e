package notice

import (
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// CourtApplication is no document of the desk; the order in which documents may be issued guards it all the same.
const CourtApplication Kind = "court_application"

// Issued is a document that was issued and neither withdrawn nor replaced.
type Issued struct {
	ID       int64
	Kind     Kind
	Number   string
	IssuedOn calendar.Date
	ServedOn calendar.Date // none while it is not served
	Days     int           // of its limit, as it says
	AuditOn  calendar.Date // of an audit notice
}

// Situation of a case, which decides what may be issued.
type Situation struct {
	State      string // of the case, as lifecycle names it
	Today      calendar.Date
	Issued     []Issued
	Calculated calendar.Date // when the latest calculation was kept; none when there is none
	Owed       money.Fen     // what is owed now
	AuditEnded calendar.Date
}

// latest is the last document of a kind.
func (s Situation) latest(k Kind) (Issued, bool) {
	for i := len(s.Issued) - 1; i >= 0; i-- {
		if s.Issued[i].Kind == k {
			return s.Issued[i], true
		}
	}
	return Issued{}, false
}

func (s Situation) served(k Kind) bool {
	n, ok := s.latest(k)
	return ok && s.reached(n)
}

// reached reports whether a document counts as served: while an announcement's days run it does not yet.
func (s Situation) reached(n Issued) bool { return !n.ServedOn.IsZero() && !n.ServedOn.After(s.Today) }

// passed reports whether the limit of the last document of a kind has passed.
func (s Situation) passed(k Kind, w *calendar.Workdays) bool {
	n, ok := s.latest(k)
	if !ok {
		return false
	}
	limit, _ := Limit(n, w)
	return !limit.IsZero() && s.Today.After(limit)
}

func (s Situation) in(states ...string) bool {
	for _, state := range states {
		if s.State == state {
			return true
		}
	}
	return false
}

// Reason why a document may not be issued. Waivable: the law knows exceptions, and whoever issues it writes down which.
type Reason struct {
	Key      string
	Waivable bool
}

// requirement is one row of the table.
type requirement struct {
	kind     Kind
	key      string // of the reason, in the locale files
	waivable bool
	met      func(s Situation, w *calendar.Workdays) bool
}

// requirements is the one place that says in which order documents may be issued: domain §5, 稽核办法 art. 10, 劳社厅发〔2001〕4号 二(三), 行政强制法 arts. 35, 53, 54.
var requirements = []requirement{
	{AuditOpinion, "notice.need.audit_notice", true, func(s Situation, _ *calendar.Workdays) bool { return s.served(AuditNotice) }}, // special cases go without
	{AuditOpinion, "notice.need.not_clean", false, func(s Situation, _ *calendar.Workdays) bool { _, ok := s.latest(CleanResult); return !ok }},
	{AuditOpinion, "notice.need.calculation", true, func(s Situation, _ *calendar.Workdays) bool { return !s.Calculated.IsZero() }}, // a violation may cost nothing
	{CleanResult, "notice.need.audit_notice", true, func(s Situation, _ *calendar.Workdays) bool { return s.served(AuditNotice) }},
	{CleanResult, "notice.need.no_opinion", false, func(s Situation, _ *calendar.Workdays) bool { _, ok := s.latest(AuditOpinion); return !ok }},
	{CleanResult, "notice.need.nothing_owed", false, func(s Situation, _ *calendar.Workdays) bool { return s.Owed == 0 }},
	{PenaltyProposal, "notice.need.opinion_served", true, func(s Situation, _ *calendar.Workdays) bool { return s.served(AuditOpinion) }}, // who refuses records is proposed at once
	{PenaltyProposal, "notice.need.opinion_passed", true, func(s Situation, w *calendar.Workdays) bool { return s.passed(AuditOpinion, w) }},
	{Demand, "notice.need.calculation", false, func(s Situation, _ *calendar.Workdays) bool { return !s.Calculated.IsZero() }},
	{Demand, "notice.need.owed", false, func(s Situation, _ *calendar.Workdays) bool { return s.Owed > 0 }},
	{Rectification, "notice.need.demand_served", false, func(s Situation, _ *calendar.Workdays) bool { return s.served(Demand) }},
	{Rectification, "notice.need.demand_passed", false, func(s Situation, w *calendar.Workdays) bool { return s.passed(Demand, w) }},
	{Rectification, "notice.need.owed", false, func(s Situation, _ *calendar.Workdays) bool { return s.Owed > 0 }},
	{EnforcementWarning, "notice.need.order_served", false, func(s Situation, _ *calendar.Workdays) bool { return s.served(Rectification) }},
	{EnforcementWarning, "notice.need.order_passed", false, func(s Situation, w *calendar.Workdays) bool { return s.passed(Rectification, w) }},
	{EnforcementWarning, "notice.need.owed", false, func(s Situation, _ *calendar.Workdays) bool { return s.Owed > 0 }},
	{CourtApplication, "notice.need.warning_served", false, func(s Situation, _ *calendar.Workdays) bool { return s.served(EnforcementWarning) }},
	{CourtApplication, "notice.need.warning_passed", false, func(s Situation, w *calendar.Workdays) bool { return s.passed(EnforcementWarning, w) }},
	{CourtApplication, "notice.need.owed", false, func(s Situation, _ *calendar.Workdays) bool { return s.Owed > 0 }},
	{Refusal, "notice.need.refusable", false, func(s Situation, _ *calendar.Workdays) bool {
		return s.in("received", "screening", "needs_supplement", "rejected")
	}},
	{TransferLetter, "notice.need.transferable", false, func(s Situation, _ *calendar.Workdays) bool {
		return s.in("received", "screening", "accepted", "investigating", "transferred_out")
	}},
	{Reply, "notice.need.decided", false, func(s Situation, _ *calendar.Workdays) bool { return s.in("decided", "notified", "closed") }},
}

// underWay are the states in which an employer may be written to.
var underWay = []string{"accepted", "investigating", "decision_proposed", "decided", "notified"}

// Lacks lists why a document may not be issued now; nothing when it may.
func Lacks(k Kind, s Situation, w *calendar.Workdays) []Reason {
	var reasons []Reason
	if (k.ToEmployer() || k == PenaltyProposal) && !s.in(underWay...) {
		reasons = append(reasons, Reason{"notice.need.accepted", false})
	}
	for _, r := range requirements {
		if r.kind == k && !r.met(s, w) {
			reasons = append(reasons, Reason{r.key, r.waivable})
		}
	}
	return reasons
}
