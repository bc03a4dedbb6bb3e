package supervision

import (
	"crypto/sha256"
	"encoding/binary"
	"sort"

	"shebao/shared/calendar"
	"shebao/shared/fault"
)

// The targets of a year in percent (劳社部函〔2003〕32号 三): 实地稽核的人数不少于参保人数的 60%；核查人数不少于退休人员的 60%.
const (
	OnSiteTarget    = 60
	PensionerTarget = 60
)

// Coverage is how far a year's duty is done.
type Coverage struct {
	Done, Of int64
	Target   int64 // percent
}

// Ratio is the share done.
func (c Coverage) Ratio() Ratio { return RatioOf(c.Done, c.Of) }

// Reached reports whether the target is met: exact, not by the rounded share. Nothing to do is done.
func (c Coverage) Reached() bool { return c.Done*100 >= c.Of*c.Target }

// Missing is how many are still to be done: the target rounded up, less what is done.
func (c Coverage) Missing() int64 { return max(0, (c.Of*c.Target+99)/100-c.Done) }

// Sample draws who is visited: n of the persons, the same ones for the same seed whatever the order, so that a draw can be repeated and checked, and nobody can
// choose. Fewer persons than n are all drawn.
func Sample(persons []int64, n int, seed string) []int64 {
	type drawn struct {
		person int64
		lot    [32]byte
	}
	lots := make([]drawn, len(persons))
	for i, person := range persons {
		lots[i] = drawn{person, sha256.Sum256(binary.BigEndian.AppendUint64([]byte(seed), uint64(person)))}
	}
	sort.Slice(lots, func(i, j int) bool {
		a, b := lots[i], lots[j]
		for k := range a.lot {
			if a.lot[k] != b.lot[k] {
				return a.lot[k] < b.lot[k]
			}
		}
		return a.person < b.person
	})
	list := make([]int64, 0, min(n, len(lots)))
	for _, one := range lots[:min(n, len(lots))] {
		list = append(list, one.person)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}

// AssistanceDays are the working days in which a request for assistance from another region (异地协查) is to be answered [M: no term is stated; 劳社部函〔2003〕32号 三
// asks for the system].
const AssistanceDays = 20

// AssistanceBy is the last day for the answer to a request that was sent or received on a day; provisional says that a year in between has no holiday notice yet.
func AssistanceBy(began calendar.Date, days int, w *calendar.Workdays) (due calendar.Date, provisional bool) {
	return w.Add(began, days)
}

// Wrong says which figures of a visit cannot be, field by field. A visit is entered when it is over, and whoever was found without registration or with too low a base
// is among those checked; an employer that will not sign is noted with the reason (社会保险稽核办法: 拒绝签字的注明原因).
func (v Visit) Wrong(today calendar.Date) []fault.Field {
	var wrong []fault.Field
	for _, one := range []struct {
		bad       bool
		name, key string
	}{
		{v.On.IsZero() || v.On.After(today), "visited_on", "fault.audit.past"},
		{v.Found < 0 || v.Found > planMost, "found", "fault.audit.count"},
		{v.Checked < 0 || v.Checked > v.Found, "checked", "fault.audit.checked"},
		{v.Unregistered < 0 || v.Unregistered > v.Checked, "unregistered", "fault.audit.among"},
		{v.Underreported < 0 || v.Underreported > v.Checked, "underreported", "fault.audit.among"},
		{v.Refused && v.Note == "", "note", "fault.desk.reason"},
	} {
		if one.bad {
			wrong = append(wrong, fault.Field{Name: one.name, Key: one.key})
		}
	}
	return wrong
}

// planMost is more people than any employer has.
const planMost = 1_000_000
