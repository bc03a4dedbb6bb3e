package statement

import (
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// RecoveryStep is one thing that happened to a month's arrears.
type RecoveryStep struct {
	Kind   RecoveryKind
	On     calendar.Date
	By     calendar.Date // of Demanded: the last day to pay; none when it sets no limit
	Number string        // of Demanded: the paper's
	Amount money.Fen     // of PartPaid and MadeGood: what came; 0 when the ledger knows the day only
}

// RecoveryKind is what a step is.
type RecoveryKind string

// The steps in the order in which they usually come.
const (
	Demanded RecoveryKind = "demanded" // the employer was served a paper that tells it to pay
	PartPaid RecoveryKind = "partpaid" // money came, and something is still owed
	MadeGood RecoveryKind = "madegood" // nothing is owed any more
)

// Recovery is how the arrears of a month come back.
type Recovery struct {
	Period calendar.Period
	Status contribution.Status // the month's now
	Due    calendar.Date       // when it should have been paid
	Owed   money.Fen           // still, both parts, all insurances
	Steps  []RecoveryStep      // by day
}

// Open reports whether something is still owed.
func (r Recovery) Open() bool { return r.Status.Owing() }

// Last is the day of the latest step.
func (r Recovery) Last() calendar.Date {
	if len(r.Steps) == 0 {
		return calendar.Date{}
	}
	return r.Steps[len(r.Steps)-1].On
}

// RecoveryOf tells how the arrears of a month come back; ok is false when the month has none and had none. Of steps are the demands and the payments that the ledger has of the month; a
// month that an import made good has the day of its last payment only.
func RecoveryOf(m *Month, due contribution.Dues, steps []RecoveryStep) (r Recovery, ok bool) {
	r = Recovery{Period: m.Period, Status: m.Status, Due: due.Date(m.Period)}
	if len(due.Others) > 0 && len(m.Rows) > 0 {
		r.Due = due.Of(m.Rows[0].EmployerID).Date(m.Period)
	}
	if m.Status.Owing() {
		r.Owed = m.Owed()
	}
	r.Steps = slices.Clone(steps)
	slices.SortStableFunc(r.Steps, byDay)
	if m.Status != contribution.BackPaid {
		return r, m.Status.Owing() // a demand of what was not owed after all is no step of anything
	}
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if r.Steps[i].Kind == PartPaid && r.Steps[i].On == m.PaidOn {
			r.Steps[i].Kind = MadeGood
			return r, true
		}
	}
	r.Steps = append(r.Steps, RecoveryStep{Kind: MadeGood, On: m.PaidOn})
	slices.SortStableFunc(r.Steps, byDay)
	return r, true
}

// Alike reports whether two months came back in the same way on the same days, so that they can be told together.
func (r Recovery) Alike(o Recovery) bool {
	return r.Status == o.Status && slices.EqualFunc(r.Steps, o.Steps, func(a, b RecoveryStep) bool {
		return a.Kind == b.Kind && a.On == b.On && a.By == b.By && a.Number == b.Number
	})
}

func byDay(a, b RecoveryStep) int { return a.On.Compare(b.On) }
