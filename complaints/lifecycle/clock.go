package lifecycle

import "shebao/shared/calendar"

// Duty is what a clock gives time for.
type Duty string

// The duties.
const (
	ToAccept   Duty = "accept"       // accept or refuse
	ToHandle   Duty = "handle"       // finish the inquiry
	ToTell     Duty = "result"       // serve the result
	ToObey     Duty = "employer"     // the employer's, not ours
	ToAnnounce Duty = "audit_notice" // give notice of an audit
)

// Clock is a running limit: where it began and how long it is. Its end is computed, so that a holiday notice that arrives late moves it and nothing else does.
type Clock struct {
	Duty Duty
	From calendar.Date // not itself counted
	Days int
	Unit Unit
}

// End is the clock's last day.
func (k Clock) End(w *calendar.Workdays) (calendar.Date, bool) {
	return Limit{Days: k.Days, Unit: k.Unit}.By(k.From, w)
}

// Remaining is the days, in the clock's unit, that were left when it was paused; below zero when it had already run out.
func Remaining(c Case, w *calendar.Workdays) int {
	if c.Clock.Unit == NaturalDays {
		return c.Clock.From.AddDays(c.Clock.Days).Sub(c.Paused)
	}
	end, _ := c.Clock.End(w)
	n, _ := w.Count(c.Paused, end)
	return n
}

// Left is the days until the deadline in the clock's unit, below zero once it has passed.
func Left(c Case, today calendar.Date, w *calendar.Workdays) (int, Unit) {
	if c.Clock.Unit == NaturalDays {
		return c.Due.Sub(today), NaturalDays
	}
	n, _ := w.Count(today, c.Due)
	return n, WorkingDays
}

// Recomputed is the case with its deadline asked anew of a calendar that has learned of another year.
func Recomputed(c Case, w *calendar.Workdays) Case {
	c.Due, c.Provisional = calendar.Date{}, false
	if c.Clock != (Clock{}) && c.Paused.IsZero() {
		c.Due, c.Provisional = c.Clock.End(w)
	}
	if !c.TellBy.IsZero() {
		day, guess := FundTold.By(c.Received, w)
		c.TellBy, c.Provisional = day, c.Provisional || guess
	}
	return c
}

func begin(c Case, duty Duty, l Limit, from calendar.Date, w *calendar.Workdays) Case {
	c.Clock, c.Paused = Clock{duty, from, l.Days, l.Unit}, calendar.Date{}
	return Recomputed(c, w)
}

// wind does to the clock what the table says.
func wind(c Case, what effect, in Input, r Rules) Case {
	limits := r.Settings.of(c.Route)
	switch what {
	case begun:
		if c.Clock.Duty == ToAnnounce {
			return wind(c, handle, in, r)
		}
	case handle:
		if limits.handle != (Limit{}) {
			return begin(c, ToHandle, limits.handle, in.Today, r.Workdays)
		}
		c.Clock.Duty = ToHandle
	case longer:
		c.Clock.Days += limits.longer.Days
		c.Extended = true
		return Recomputed(c, r.Workdays)
	case pause:
		if c.Paused.IsZero() { // a follower may wait already
			c.Paused = in.Today
		}
		return Recomputed(c, r.Workdays)
	case goOn:
		if c.Clock != (Clock{}) && !c.Paused.IsZero() {
			return begin(c, c.Clock.Duty, Limit{Days: Remaining(c, r.Workdays), Unit: c.Clock.Unit}, in.Today, r.Workdays)
		}
	case result:
		if l := limits.result(c.Finding); l != (Limit{}) {
			return begin(c, ToTell, l, in.Today, r.Workdays)
		}
	case employer:
		c = halt(c)
		if !in.By.IsZero() {
			c.Clock, c.Due = Clock{ToObey, in.By, 0, WorkingDays}, in.By
		}
	case again:
		c.Extended, c.Finding, c.Ground, c.Proposer = false, "", "", 0
		return begin(c, ToAccept, limits.accept, in.Today, r.Workdays)
	case change:
		c = promise(c)
		return begin(c, ToAccept, limits.accept, c.Received, r.Workdays)
	case stop:
		return halt(c)
	}
	return c
}

// promise notes what a named reporter of fund supervision must be told whatever else happens.
func promise(c Case) Case {
	c.TellBy = calendar.Date{}
	if c.Route == FundTipOff && c.Named {
		c.TellBy = c.Received // begin computes the day
	}
	return c
}

func halt(c Case) Case {
	c.Clock, c.Due, c.Paused, c.Provisional = Clock{}, calendar.Date{}, calendar.Date{}, false
	return c
}
