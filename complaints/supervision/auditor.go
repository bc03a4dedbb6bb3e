package supervision

import (
	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// TrainingDays are the days of central training that an auditor needs at least (劳社部函〔2003〕32号 二: 各级集中培训的时间一般不得少于 3 天).
const TrainingDays = 3

// AuditorsNeeded are how many go on an audit at least (社会保险稽核办法 令第16号: 两名以上稽核人员).
const AuditorsNeeded = 2

// Training is an auditor's file: 培训并经考试合格者，发给培训合格证书.
type Training struct {
	Days        int
	ExamPassed  bool
	Certificate string        // its number; empty: none
	Issued      calendar.Date // the certificate holds from this day
	Expires     calendar.Date // and to this one; none: without end
}

// Unfit says why an auditor may not be assigned on a day; empty when they may. The word is a key of the locale files.
func Unfit(t Training, today calendar.Date) string {
	switch {
	case t.Days < TrainingDays:
		return "training"
	case !t.ExamPassed:
		return "exam"
	case t.Certificate == "" || today.Before(t.Issued):
		return "certificate"
	case !t.Expires.IsZero() && today.After(t.Expires):
		return "expired"
	}
	return ""
}

// AssignAuditors checks who goes on an audit. Errors: fault.Invalid (field auditors) with fewer than two different ones, or one who is unfit.
func AssignAuditors(auditors []int32, files map[int32]Training, today calendar.Date) error {
	seen := map[int32]bool{}
	for _, a := range auditors {
		file, known := files[a]
		if why := Unfit(file, today); !known || why != "" {
			if !known {
				why = "certificate"
			}
			return fault.InvalidFields(fault.Field{Name: "auditors", Key: "fault.audit.unfit." + why})
		}
		seen[a] = true
	}
	if len(seen) < AuditorsNeeded {
		return fault.InvalidFields(fault.Field{Name: "auditors", Key: "fault.audit.two"})
	}
	return nil
}

// Signs are what the ledger and the desk hold of an employer when a year's audits are chosen.
type Signs struct {
	Owed            int64 // fen
	MonthsOwed      int
	Headcount       int
	HeadcountBefore int   // a year earlier
	AverageBase     int64 // fen
	LocalBase       int64 // the average base of the region, fen
	TipOffs         int   // within two years
	NeverAudited    bool
	PlanBroken      bool
}

// Reason is why an employer is proposed; Points rank it. Word is a key of the locale files.
type Reason struct {
	Word   string
	Points int
}

// Risk weighs the signs. The points are an order of looking, not a verdict, and each stands beside its reason [M].
func Risk(s Signs) (points int, reasons []Reason) {
	add := func(holds bool, word string, p int) {
		if holds {
			reasons = append(reasons, Reason{word, p})
			points += p
		}
	}
	add(s.TipOffs > 0, "tipoff", 30+5*min(s.TipOffs-1, 4))
	add(s.PlanBroken, "plan", 25)
	add(s.Owed > 0, "owed", 15+2*min(s.MonthsOwed, 10))
	add(s.HeadcountBefore >= 5 && s.Headcount*10 < s.HeadcountBefore*7, "headcount", 20)
	add(s.LocalBase > 0 && s.AverageBase > 0 && s.AverageBase*10 < s.LocalBase*7, "base", 20)
	add(s.NeverAudited, "never", 5)
	return points, reasons
}
