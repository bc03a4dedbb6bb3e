package ledger

import (
	"cmp"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// totaller sums packed years as they come, in memory for the sums only.
type totaller struct {
	employers       []Employer
	regions         map[int32]int32 // of employers, as places in codes
	codes           []string        // the first is of none
	through, before calendar.Period
	flows           map[flowKey]*Flow
	owed            map[owedKey]*EmployerOwed
	now, then       map[int32]*insured

	region  int32 // of the employer of the row before
	of      int32
	largest []insuredBase // of the person-year being read, in the month whose sizes are wanted
}

type flowKey struct {
	region           int32
	insurance        contribution.Insurance
	period, received calendar.Period
}

type owedKey struct {
	employer  int32
	period    calendar.Period
	insurance contribution.Insurance
}

// insured are an employer's persons in a month and the sum of the highest base of each.
type insured struct {
	persons int
	bases   money.Fen
}

type insuredBase struct {
	employer int32
	base     money.Fen
}

func newTotaller(employers []Employer, through calendar.Period) *totaller {
	t := &totaller{employers: employers, regions: make(map[int32]int32, len(employers)), codes: []string{""}, through: through, before: through.Add(-12),
		flows: map[flowKey]*Flow{}, owed: map[owedKey]*EmployerOwed{}, now: map[int32]*insured{}, then: map[int32]*insured{}}
	places := map[string]int32{}
	for _, e := range employers {
		place, known := places[e.Region]
		if !known {
			place = int32(len(t.codes))
			places[e.Region], t.codes = place, append(t.codes, e.Region)
		}
		t.regions[e.ID] = place
	}
	return t
}

// add sums one packed year of one person. Error: errPacked.
func (t *totaller) add(year int, packed []byte) error {
	sized := t.through // a year holds one of the two months at most
	if year != sized.Year() {
		sized = t.before
	}
	t.largest = t.largest[:0]
	err := rowsOf(year, packed, func(row *contribution.Row) {
		t.addRow(row)
		if row.Period == sized && !row.Void() {
			t.enlarge(row.EmployerID, row.Base)
		}
	})
	if err != nil {
		return err
	}
	sizes := t.now
	if sized == t.before {
		sizes = t.then
	}
	for _, one := range t.largest {
		size := sizes[one.employer]
		if size == nil {
			size = &insured{}
			sizes[one.employer] = size
		}
		size.persons++
		size.bases += one.base
	}
	return nil
}

func (t *totaller) addRow(row *contribution.Row) {
	if row.EmployerID != t.of {
		t.of, t.region = row.EmployerID, t.regions[row.EmployerID]
	}
	if t.region == 0 { // an import takes no row of an employer that is not registered
		return
	}
	due, paid := row.EmployerDue+row.PersonDue, row.EmployerPaid+row.PersonPaid
	if due == 0 {
		return
	}
	key := flowKey{t.region, row.Insurance, row.Period, row.Period}
	switch {
	case paid == 0:
		key.received = 0
	case !row.PaidOn.IsZero():
		key.received = row.PaidOn.Period()
	}
	flow := t.flows[key]
	if flow == nil {
		flow = &Flow{Region: t.codes[key.region], Insurance: key.insurance, Period: key.period, Received: key.received}
		t.flows[key] = flow
	}
	flow.Due += due
	flow.Paid += paid
	if row.PaidInFull() || row.Period > t.through {
		return
	}
	line := t.owed[owedKey{row.EmployerID, row.Period, row.Insurance}]
	if line == nil {
		line = &EmployerOwed{EmployerID: row.EmployerID, Period: row.Period, Insurance: row.Insurance}
		t.owed[owedKey{row.EmployerID, row.Period, row.Insurance}] = line
	}
	line.Persons++
	line.Owed += due - paid
}

// enlarge keeps the highest base on which an employer pays for the person.
func (t *totaller) enlarge(employer int32, base money.Fen) {
	for i := range t.largest {
		if one := &t.largest[i]; one.employer == employer {
			one.base = max(one.base, base)
			return
		}
	}
	t.largest = append(t.largest, insuredBase{employer, base})
}

func (t *totaller) totals() Totals {
	all := Totals{Employers: t.employers, Flows: make([]Flow, 0, len(t.flows)), Owed: make([]EmployerOwed, 0, len(t.owed)), Sizes: sizesOf(t.now), Before: sizesOf(t.then)}
	for _, flow := range t.flows {
		all.Flows = append(all.Flows, *flow)
	}
	for _, line := range t.owed {
		all.Owed = append(all.Owed, *line)
	}
	slices.SortFunc(all.Flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Insurance, b.Insurance), cmp.Compare(a.Period, b.Period), cmp.Compare(a.Received, b.Received))
	})
	slices.SortFunc(all.Owed, func(a, b EmployerOwed) int {
		return cmp.Or(cmp.Compare(a.EmployerID, b.EmployerID), cmp.Compare(a.Period, b.Period), cmp.Compare(a.Insurance, b.Insurance))
	})
	return all
}

func sizesOf(months map[int32]*insured) map[int32]EmployerSize {
	sizes := make(map[int32]EmployerSize, len(months))
	for id, m := range months {
		sizes[id] = EmployerSize{m.persons, (2*m.bases + money.Fen(m.persons)) / money.Fen(2*m.persons)} // half up
	}
	return sizes
}
