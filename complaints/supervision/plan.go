package supervision

import (
	"sort"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
)

// Instalment is one promised payment of a repayment plan (补缴计划).
type Instalment struct {
	DueOn  calendar.Date
	Amount money.Fen
}

// Receipt is money that came in.
type Receipt struct {
	On     calendar.Date
	Amount money.Fen
}

// PlanState is how a plan stands on a day.
type PlanState string

// The states. A plan that is broken stays broken: what was agreed falls due at once.
const (
	PlanRunning PlanState = "running"
	PlanKept    PlanState = "kept"
	PlanLate    PlanState = "late"   // an instalment is missed, within the days of grace
	PlanBroken  PlanState = "broken" // the days of grace have passed: the whole rest is due and is demanded
)

// Grace is how many natural days after an instalment's day a plan still stands [M: regional].
const Grace = 15

// Standing is what has become of each instalment.
type Standing struct {
	State    PlanState
	Paid     []money.Fen     // of each instalment, in order of the days: payments fill the earliest first
	Settled  []calendar.Date // the day on which an instalment was filled; none yet
	Rest     money.Fen       // of the whole plan
	DueNow   money.Fen       // instalments whose day has passed, less what came; the whole rest once the plan is broken
	MissedOn calendar.Date   // the first missed instalment's day
}

// NewPlan checks a plan: at least one instalment, each above zero, on different days not before the signing, together what is owed.
// Error: fault.Invalid with the fields instalments or total.
func NewPlan(signedOn calendar.Date, owed money.Fen, instalments []Instalment) ([]Instalment, error) {
	list := append([]Instalment(nil), instalments...)
	sort.SliceStable(list, func(i, j int) bool { return list[i].DueOn.Before(list[j].DueOn) })
	var total money.Fen
	for i, one := range list {
		switch {
		case one.Amount <= 0 || one.Amount > money.Limit:
			return nil, fault.InvalidFields(fault.Field{Name: "instalments", Key: "fault.register.instalment.amount"})
		case one.DueOn.Before(signedOn) || i > 0 && one.DueOn == list[i-1].DueOn:
			return nil, fault.InvalidFields(fault.Field{Name: "instalments", Key: "fault.register.instalment.day"})
		}
		total += one.Amount
	}
	if len(list) == 0 {
		return nil, fault.InvalidFields(fault.Field{Name: "instalments", Key: "fault.register.instalment.none"})
	}
	if total != owed {
		return nil, fault.InvalidFields(fault.Field{Name: "instalments", Key: "fault.register.instalment.total", Args: []any{total.Grouped(), owed.Grouped()}})
	}
	return list, nil
}

// Stand follows a plan to a day. instalments ascend by day; receipts come in any order, and only those up to the day count.
func Stand(instalments []Instalment, receipts []Receipt, today calendar.Date) Standing {
	s := Standing{State: PlanRunning, Paid: make([]money.Fen, len(instalments)), Settled: make([]calendar.Date, len(instalments))}
	sorted := append([]Receipt(nil), receipts...)
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].On.Before(sorted[j].On) })
	next := 0
	for _, r := range sorted {
		if r.On.After(today) {
			break
		}
		for left := r.Amount; left > 0 && next < len(instalments); {
			part := min(left, instalments[next].Amount-s.Paid[next])
			s.Paid[next] += part
			left -= part
			if s.Paid[next] == instalments[next].Amount {
				s.Settled[next] = r.On
				next++
			}
		}
	}
	broken := false
	for i, one := range instalments {
		open := one.Amount - s.Paid[i]
		s.Rest += open
		if settled := s.Settled[i]; settled.IsZero() && one.DueOn.AddDays(Grace).Before(today) || !settled.IsZero() && settled.After(one.DueOn.AddDays(Grace)) {
			broken = true
		}
		if open > 0 && one.DueOn.Before(today) {
			s.DueNow += open
			if s.MissedOn.IsZero() {
				s.MissedOn = one.DueOn
			}
		}
	}
	switch {
	case s.Rest == 0:
		s.State = PlanKept
	case broken:
		s.State, s.DueNow = PlanBroken, s.Rest
	case s.DueNow > 0:
		s.State = PlanLate
	}
	return s
}

// Spread divides what is owed into equal monthly instalments on the same day of the month; the last one takes what does not divide.
func Spread(owed money.Fen, first calendar.Date, n int) []Instalment {
	if n < 1 || owed <= 0 {
		return nil
	}
	list := make([]Instalment, n)
	each := owed / money.Fen(n)
	for i := range list {
		period := first.Period().Add(i)
		list[i] = Instalment{DueOn: period.FirstDay().AddDays(min(first.Day, period.LastDay().Day) - 1), Amount: each}
	}
	list[n-1].Amount = owed - each*money.Fen(n-1)
	return list
}
