package notice

import (
	"slices"

	"shebao/shared/calendar"
)

// Way of service.
type Way string

// The ways (民事诉讼法 arts. 87–95, as administrative bodies serve).
const (
	Direct       Way = "direct"       // 直接送达
	Left         Way = "left"         // 留置送达: refused, left before a witness
	Post         Way = "post"         // 邮寄送达: the day on the return receipt
	Proxy        Way = "proxy"        // 委托送达
	Announcement Way = "announcement" // 公告送达: served when the announcement's days have passed
	Mailbox      Way = "mailbox"      // 电子送达 into the reporter's mailbox, by the step that owes the letter; never entered by hand
)

// Ways in the order in which they are offered.
var Ways = [...]Way{Direct, Left, Post, Proxy, Announcement}

// Why a document is announced: nothing else may be tried (民事诉讼法 art. 95).
type Why string

// The reasons.
const (
	Unknown Why = "unknown" // 下落不明
	Failed  Why = "failed"  // 用其他方式无法送达
)

// Whys in the order in which they are offered.
var Whys = [...]Why{Unknown, Failed}

// Announced is what a file must hold of an announcement: why, where, and what was tried before (art. 95: 在案卷中记明原因和经过).
type Announced struct {
	Why    Why
	Place  string
	Course string
}

// KnownWay reports whether there is such a way.
func KnownWay(w Way) bool { return slices.Contains(Ways[:], w) }

// ServedOn is the day on which a document counts as served: that of the receipt, or for an announcement the day its time has run.
func ServedOn(w Way, on calendar.Date, announceDays int) calendar.Date {
	if w == Announcement {
		return on.AddDays(announceDays)
	}
	return on
}

// Limit is the last day that a served document leaves: working days for a demand (AR-pay: 人社部令第20号) and a warning (AR-court-dun: 行政强制法 arts. 54, 69),
// natural days rolled off a rest for an opinion and an order (民法典 arts. 201, 203). None while it is not served, or has no limit.
func Limit(n Issued, w *calendar.Workdays) (day calendar.Date, provisional bool) {
	if n.ServedOn.IsZero() || n.Days == 0 {
		return calendar.Date{}, false
	}
	switch n.Kind {
	case Demand, EnforcementWarning:
		return w.Add(n.ServedOn, n.Days)
	case AuditOpinion, Rectification:
		return w.AddNatural(n.ServedOn, n.Days)
	}
	return calendar.Date{}, false
}

// Clock is a deadline that the documents of a case set: for the desk, or for the employer.
type Clock struct {
	ID          string // as deadlines.json names it
	Notice      int64  // the document it runs from; 0 for one that is still to be issued
	Due         calendar.Date
	Employer    bool // the employer's to keep; else the desk's
	Provisional bool // the holiday notice of a year is not out
}

// Unserved reports whether a document is still to be served: nobody whom it binds knows of it.
func (s Situation) Unserved() bool {
	return slices.ContainsFunc(s.Issued, func(n Issued) bool { return n.Kind.Served() && !s.reached(n) })
}

// Running reports whether a limit that a document set the employer has neither passed nor been met: until then nobody can say how the matter ended.
func (s Situation) Running(w *calendar.Workdays) bool {
	return slices.ContainsFunc(Clocks(s, w), func(c Clock) bool { return c.Employer && !c.Due.Before(s.Today) })
}

// CourtDays is how long an enforcement warning leaves (行政强制法 art. 54: ten days, working days by art. 69).
const CourtDays = 10

// Clocks are the deadlines that run in a situation, soonest first. A limit that was met by the next document is no longer shown.
func Clocks(s Situation, w *calendar.Workdays) []Clock {
	var list []Clock
	add := func(id string, notice int64, due calendar.Date, employer, provisional bool) {
		if !due.IsZero() {
			list = append(list, Clock{id, notice, due, employer, provisional})
		}
	}
	_, demanded := s.latest(Demand)
	if !s.Calculated.IsZero() && !demanded && s.Owed > 0 {
		due, guess := w.Add(s.Calculated, 5) // 人社部令第20号: the demand within 5 working days of finding
		add("AR-demand", 0, due, false, guess)
	}
	_, opinion := s.latest(AuditOpinion)
	_, clean := s.latest(CleanResult)
	if !s.AuditEnded.IsZero() && !opinion && !clean {
		if s.Owed == 0 {
			due, guess := w.Add(s.AuditEnded, 5) // 稽核办法 art. 10
			add("AU-clean", 0, due, false, guess)
		} else {
			due, guess := w.Add(s.AuditEnded, 10)
			add("AU-opinion", 0, due, false, guess)
		}
	}
	for _, n := range s.Issued {
		if n.Kind == AuditNotice && n.ServedOn.IsZero() && !n.AuditOn.IsZero() {
			add("AU-notice", n.ID, n.AuditOn.AddDays(-3), false, false) // to be served 3 days before the audit
		}
		if n.Kind == AuditOpinion && n.ServedOn.IsZero() && !s.AuditEnded.IsZero() {
			due, guess := w.Add(s.AuditEnded, 10)
			add("AU-opinion", n.ID, due, false, guess)
		}
		if last, _ := s.latest(n.Kind); last.ID != n.ID || s.Owed == 0 {
			continue
		}
		due, guess := Limit(n, w)
		switch _, ordered := s.latest(Rectification); {
		case n.Kind == Demand && !ordered:
			add("AR-pay", n.ID, due, true, guess)
		case n.Kind == Rectification:
			if _, warned := s.latest(EnforcementWarning); !warned {
				add("AR-correct", n.ID, due, true, guess)
			}
		case n.Kind == AuditOpinion:
			add("AU-correct", n.ID, due, true, guess)
		case n.Kind == EnforcementWarning:
			add("AR-court-dun", n.ID, due, true, guess)
		}
	}
	slices.SortStableFunc(list, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	return list
}
