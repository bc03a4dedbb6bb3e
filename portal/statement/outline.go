package statement

import (
	"encoding/binary"
	"errors"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Outline is what a person last saw of a record: each month's status and what was owed of it. Two outlines tell what has changed between two visits.
type Outline struct{ months []outlined }

type outlined struct {
	period calendar.Period
	status contribution.Status
	owed   money.Fen
}

// Add a month; months come ascending, and one of which nothing is known is left out.
func (o *Outline) Add(m *Month) {
	if m.Status == contribution.None {
		return
	}
	one := outlined{period: m.Period, status: m.Status}
	if m.Status.Owing() {
		one.owed = m.Owed()
	}
	o.months = append(o.months, one)
}

// outlineVersion stands before every encoded outline.
const outlineVersion = 1

// Encode writes an outline in a few bytes a month.
func (o Outline) Encode() []byte {
	b := []byte{outlineVersion}
	last := calendar.Period(0)
	for _, m := range o.months {
		b = binary.AppendUvarint(b, uint64(m.period-last))
		b = append(b, byte(m.status))
		b = binary.AppendUvarint(b, uint64(m.owed))
		last = m.period
	}
	return b
}

var errOutline = errors.New("not an outline")

// DecodeOutline reads what Encode wrote.
func DecodeOutline(b []byte) (Outline, error) {
	var o Outline
	if len(b) == 0 || b[0] != outlineVersion {
		return o, errOutline
	}
	last := calendar.Period(0)
	for b = b[1:]; len(b) > 0; {
		step, n := binary.Uvarint(b)
		if n <= 0 || n >= len(b) || b[n] >= byte(len(severity)) {
			return Outline{}, errOutline
		}
		status := contribution.Status(b[n])
		owed, k := binary.Uvarint(b[n+1:])
		if k <= 0 || step > 999912 {
			return Outline{}, errOutline
		}
		last += calendar.Period(step)
		o.months = append(o.months, outlined{last, status, money.Fen(owed)})
		b = b[n+1+k:]
	}
	return o, nil
}

// ChangeKind is what became of some months.
type ChangeKind string

// The changes, those that a person needs to know most first.
const (
	NowOwed    ChangeKind = "owed"      // arrears that were none before
	NowMore    ChangeKind = "more"      // more is owed than before: a true base was found
	NowPart    ChangeKind = "part"      // some of the arrears was paid
	NowGood    ChangeKind = "good"      // arrears that are made good
	NowPaid    ChangeKind = "paid"      // a month that has come in
	NowChanged ChangeKind = "corrected" // the record was corrected otherwise
)

var changeKinds = [...]ChangeKind{NowOwed, NowMore, NowPart, NowGood, NowPaid, NowChanged}

// Change is what became of some months between two visits.
type Change struct {
	Kind   ChangeKind
	Months []calendar.Period // ascending
	Amount money.Fen         // of NowOwed, NowMore: how much more; of NowPart, NowGood: how much less is owed
}

// Since tells what has changed since an earlier outline, at most one change of each kind.
func (o Outline) Since(before Outline) []Change {
	changes := map[ChangeKind]*Change{}
	add := func(kind ChangeKind, p calendar.Period, amount money.Fen) {
		if changes[kind] == nil {
			changes[kind] = &Change{Kind: kind}
		}
		changes[kind].Months = append(changes[kind].Months, p)
		changes[kind].Amount += amount
	}
	for _, p := range bothMonths(before, o) {
		was, is := before.of(p), o.of(p)
		switch owedMore := is.owed - was.owed; {
		case is.status == was.status && owedMore == 0, is.status == contribution.Pending && was.status == contribution.None:
		case is.status.Owing() && !was.status.Owing():
			add(NowOwed, p, is.owed)
		case is.status.Owing() && owedMore > 0:
			add(NowMore, p, owedMore)
		case is.status.Owing():
			add(NowPart, p, -owedMore)
		case was.status.Owing() && is.status != contribution.None && is.status != contribution.Pending:
			add(NowGood, p, was.owed)
		case is.status == contribution.Paid && (was.status == contribution.None || was.status == contribution.Pending):
			add(NowPaid, p, 0)
		default:
			add(NowChanged, p, 0)
		}
	}
	var list []Change
	for _, kind := range changeKinds {
		if c := changes[kind]; c != nil {
			list = append(list, *c)
		}
	}
	return list
}

func (o Outline) of(p calendar.Period) outlined {
	i, found := slices.BinarySearchFunc(o.months, p, func(m outlined, p calendar.Period) int { return int(m.period) - int(p) })
	if !found {
		return outlined{period: p}
	}
	return o.months[i]
}

func bothMonths(a, b Outline) []calendar.Period {
	var list []calendar.Period
	for _, m := range append(slices.Clone(a.months), b.months...) {
		list = append(list, m.period)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
