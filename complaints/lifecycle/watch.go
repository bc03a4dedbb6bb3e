package lifecycle

import "shebao/shared/calendar"

// Alarm is how loudly a running clock calls.
type Alarm int

// The alarms, each louder than the one before.
const (
	Calm      Alarm = iota
	Warned          // the limit is near
	Escalated       // the limit is near and nobody has the case: a supervisor is told
	Breached        // the limit has passed: a supervisor is told
)

// WarnedTo is the last day whose deadlines are warned of today.
func WarnedTo(today calendar.Date, r Rules) calendar.Date {
	day, _ := r.Workdays.Add(today, r.Settings.WarnDays)
	return day
}

// Watch says how loudly a case calls today. Cases that nobody has escalate before those that somebody has.
func Watch(due calendar.Date, owned bool, today calendar.Date, r Rules) Alarm {
	switch {
	case due.IsZero() || due.After(WarnedTo(today, r)):
		return Calm
	case due.Before(today):
		return Breached
	case !owned:
		return Escalated
	}
	return Warned
}
