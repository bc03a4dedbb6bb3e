package supervision

import (
	"shebao/shared/calendar"
	"shebao/shared/money"
)

// AuditKind is why an audit is in the year's plan (社会保险稽核办法: 日常稽核, 重点稽核, 举报稽核).
type AuditKind string

// The kinds.
const (
	Routine AuditKind = "routine"
	Special AuditKind = "special"
	TipOff  AuditKind = "tip_off"
)

// AuditKinds in the order of the plan.
var AuditKinds = [...]AuditKind{Routine, Special, TipOff}

// AuditProgress is how far one kind of audit has come with the year's plan.
type AuditProgress struct {
	Planned int // employers that the plan names a number of
	Chosen  int // of which there is a case
	Begun   int // of the chosen
	Done    int // decided
}

// Coverage is what is done of what was planned; the plan asks for all of it.
func (p AuditProgress) Coverage() Coverage { return Coverage{int64(p.Done), int64(p.Planned), 100} }

// Plus adds another kind's.
func (p AuditProgress) Plus(q AuditProgress) AuditProgress {
	return AuditProgress{p.Planned + q.Planned, p.Chosen + q.Chosen, p.Begun + q.Begun, p.Done + q.Done}
}

// AuditFigures are a span's work of the auditors in a region, as every quarter is reported (劳社部函〔2003〕32号 四). What a target is set for runs from the first of
// January to the span's end; everything else is of the span itself. Money is in fen.
type AuditFigures struct {
	Region string
	Span   Span
	Plan   [len(AuditKinds)]AuditProgress // to the span's end, in the order of AuditKinds

	Begun, Closed, Clean, Violations   int // cases
	Employers                          int // visited on site
	Checked                            int // persons
	Unregistered, Underreported        int // of them
	Found, Recovered, LateFees         money.Fen
	Headcount                          Coverage // persons audited on site, of the insured: to the span's end
	Pensioners                         Coverage // pensioners verified, of all: to the span's end
	ByPortal, ByPhone, ByOther         int      // of the verified, by portal, by telephone, and by visit, assistance or counter
	Drawn, Visited, NotMet             int      // of the samples of the year
	Overpaid, PaidBack                 money.Fen
	AskedOut, AskedIn                  int // requests for assistance begun in the span
	Answered, AnsweredLate, Unanswered int // incoming: answered in the span, of them late; open past their day at its end
	Auditors, Fit                      int // with a file, and who may be assigned on the span's last day
	TrainingDays, Examined, Passed     int
	TipOffs                            int // audit tip-offs received
}

// Planned is the progress of all kinds together.
func (f AuditFigures) Planned() AuditProgress {
	var all AuditProgress
	for _, p := range f.Plan {
		all = all.Plus(p)
	}
	return all
}

// Year is the span from January to the end of the span: of what has a target for the year.
func (f AuditFigures) Year() Span {
	return Span{calendar.NewPeriod(f.Span.To.Year(), 1), f.Span.To}
}

// LastDay is the day on which the figures stand.
func (f AuditFigures) LastDay() calendar.Date { return f.Span.To.LastDay() }

// Measure is one line of the year-end evaluation: what was reached, of what, and what is asked for in percent. Nothing to be measured by is not judged.
type Measure struct {
	Aspect, Word string // keys of the locale files
	Coverage
}

// Judged reports whether there is anything to judge by.
func (m Measure) Judged() bool { return m.Of > 0 }

// Evaluation is the year-end check by its three aspects (劳社部函〔2003〕32号 四: 按队伍建设、业务水平、工作实效三个方面). Targets that the notice does not name are
// a hundred percent, since it asks for the thing as such; two auditors are the least (令第16号).
func Evaluation(f AuditFigures) []Measure {
	planned := f.Planned()
	return []Measure{
		{"team", "auditors", Coverage{int64(min(f.Fit, AuditorsNeeded)), AuditorsNeeded, 100}},
		{"team", "certified", Coverage{int64(f.Fit), int64(f.Auditors), 100}},
		{"team", "training", Coverage{int64(f.TrainingDays), int64(f.Auditors * TrainingDays), 100}},
		{"skill", "exam", Coverage{int64(f.Passed), int64(f.Examined), 100}},
		{"skill", "intime", Coverage{int64(f.Answered - f.AnsweredLate), int64(f.Answered + f.Unanswered), 100}},
		{"skill", "sample", Coverage{int64(f.Visited), int64(f.Drawn), 100}},
		{"effect", "plan", planned.Coverage()},
		{"effect", "headcount", f.Headcount},
		{"effect", "pensioners", f.Pensioners},
		{"effect", "recovered", Coverage{int64(f.Recovered), int64(f.Found), 100}},
		{"effect", "paidback", Coverage{int64(f.PaidBack), int64(f.Overpaid), 100}},
	}
}
