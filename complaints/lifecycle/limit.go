package lifecycle

import "shebao/shared/calendar"

// Unit of a limit.
type Unit string

// The units. Limits of ten days and less are working days where a law does not say otherwise (行政强制法 art. 69, 行政处罚法 art. 85).
const (
	WorkingDays Unit = "WD"
	NaturalDays Unit = "D"
)

// Limit is a span of time that a rule gives. The day of the event is not counted (民法典 art. 201); natural days that end on a day of rest end on the day after
// the rest (art. 203). Below zero it is counted back, and then nothing is moved: moving would shorten a notice.
type Limit struct {
	Days  int
	Unit  Unit
	Basis string
}

// By is the last day of the limit. provisional says that a year in between has no holiday notice yet.
func (l Limit) By(event calendar.Date, w *calendar.Workdays) (day calendar.Date, provisional bool) {
	switch {
	case l.Unit == WorkingDays:
		return w.Add(event, l.Days)
	case l.Days < 0:
		return event.AddDays(l.Days), false
	}
	return w.AddNatural(event, l.Days)
}

// The limits that laws and ministry rules name.
var (
	LabourAccept   = Limit{5, WorkingDays, "劳社部令第25号 art. 18"}
	LabourHandle   = Limit{60, WorkingDays, "劳动保障监察条例 art. 17"}
	LabourLonger   = Limit{30, WorkingDays, "劳动保障监察条例 art. 17"}
	ExtensionTold  = Limit{3, NaturalDays, "浙江省劳动保障监察条例 art. 30"}
	FundExamine    = Limit{5, WorkingDays, "人社部令第49号"}
	FundTold       = Limit{10, WorkingDays, "人社部令第49号"} // a named reporter who asked hears whether it was accepted
	AuditNotice    = Limit{-3, NaturalDays, "社会保险稽核办法 art. 10"}
	AuditClean     = Limit{5, WorkingDays, "社会保险稽核办法 art. 10"}
	AuditOpinion   = Limit{10, WorkingDays, "社会保险稽核办法 art. 10"}
	Demand         = Limit{5, WorkingDays, "人社部令第20号"}
	PayOnDemand    = Limit{5, WorkingDays, "人社部令第20号"}
	CourtAfterDun  = Limit{10, WorkingDays, "行政强制法 arts. 54, 69"}
	PetitionTold   = Limit{15, NaturalDays, "信访工作条例 art. 23"}
	PetitionObject = Limit{5, WorkingDays, "信访工作条例 art. 23"}
	PetitionHandle = Limit{60, NaturalDays, "信访工作条例 art. 34"}
	PetitionLonger = Limit{30, NaturalDays, "信访工作条例 art. 34"}
	PetitionReview = Limit{30, NaturalDays, "信访工作条例 arts. 35–36"}
)

// Settings are the limits for which no rule with a number is known for certain: an agency sets them.
type Settings struct {
	LabourResult    Limit // from the decision to telling the complainant
	AuditAccept     Limit // of a tip-off that leads to an audit
	AuditHandle     Limit
	AuditLonger     Limit
	FundHandle      Limit // 人社部令第49号, the numbers unverified
	FundLonger      Limit
	FundResult      Limit
	ObjectionReview Limit // by analogy to 社会保险经办条例 art. 10; from the application
	HandOver        Limit // 社会保险法 art. 82 names no number
	WarnDays        int   // working days before a limit at which its case is warned of
}

// DefaultSettings are the defaults of the domain.
func DefaultSettings() Settings {
	return Settings{
		LabourResult:    Limit{10, WorkingDays, ""},
		AuditAccept:     Limit{5, WorkingDays, ""},
		AuditHandle:     Limit{60, WorkingDays, ""},
		AuditLonger:     Limit{30, WorkingDays, ""},
		FundHandle:      Limit{60, WorkingDays, ""},
		FundLonger:      Limit{30, WorkingDays, ""},
		FundResult:      Limit{10, WorkingDays, ""},
		ObjectionReview: Limit{10, WorkingDays, ""},
		HandOver:        Limit{5, WorkingDays, ""},
		WarnDays:        3,
	}
}

// Rules are what the table is applied with.
type Rules struct {
	Workdays *calendar.Workdays
	Settings Settings
}

// routeLimits of a route. A zero limit lets the clock that runs run on.
type routeLimits struct{ accept, handle, longer, clean, violation Limit }

func (s Settings) of(r Route) routeLimits {
	switch r {
	case LabourComplaint, LabourTipOff:
		return routeLimits{LabourAccept, LabourHandle, LabourLonger, s.LabourResult, s.LabourResult}
	case FundTipOff:
		return routeLimits{FundExamine, s.FundHandle, s.FundLonger, s.FundResult, s.FundResult}
	case RecordObjection:
		return routeLimits{accept: s.ObjectionReview} // one limit for the whole way, from the application
	case Petition:
		return routeLimits{accept: PetitionTold, handle: PetitionHandle, longer: PetitionLonger}
	case OtherAuthority:
		return routeLimits{accept: s.HandOver, handle: s.HandOver}
	}
	return routeLimits{s.AuditAccept, s.AuditHandle, s.AuditLonger, AuditClean, AuditOpinion}
}

func (l routeLimits) result(f Finding) Limit {
	if f == Clean {
		return l.clean
	}
	return l.violation
}
