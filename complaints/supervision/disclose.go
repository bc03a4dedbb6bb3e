package supervision

import (
	"cmp"
	"maps"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// Line is one line of collection figures: which region, insurance (0: all) and span, how many stand behind it, and what it tells.
type Line struct {
	Region    string
	Insurance contribution.Insurance
	Span      Span
	Payers    int  // employers behind due and collected
	Late      int  // the fewest behind what it tells of earlier arrears
	Amounts   bool // due and collected are told
	Arrears   bool // earlier arrears are told; never without the amounts
}

// Sheet is what one edition tells: its total, the lines that add up to it by part of the region and by insurance, and the totals of earlier spans.
type Sheet struct {
	Total                       Line
	Regions, Insurances, Course []Line
	Parts                       []string // of the region, known to be there without a line
}

func (s *Sheet) lines() []*Line {
	all := []*Line{&s.Total}
	for _, group := range [][]Line{s.Regions, s.Insurances, s.Course} {
		for i := range group {
			all = append(all, &group[i])
		}
	}
	return all
}

// quantity is what is measured. Opening arrears are those at the beginning of the span's first month; what a span ends with the next begins with.
type quantity uint8

const (
	due quantity = iota
	collected
	recovered
	opening
)

// value is one figure: a quantity of a line.
type value struct {
	quantity
	region    string
	insurance contribution.Insurance
	from, to  calendar.Period // no end for opening arrears
}

// compare orders amounts before arrears, then by place.
func (v value) compare(w value) int {
	return cmp.Or(cmp.Compare(v.quantity/recovered, w.quantity/recovered), cmp.Compare(v.region, w.region), cmp.Compare(v.insurance, w.insurance), cmp.Compare(v.from, w.from), cmp.Compare(v.to, w.to), cmp.Compare(v.quantity, w.quantity))
}

func (l Line) value(q quantity) value {
	v := value{q, l.Region, l.Insurance, l.Span.From, l.Span.To}
	if q == opening {
		v.to = 0
	}
	return v
}

// left is what is owed when the span ends.
func (l Line) left() value {
	return value{opening, l.Region, l.Insurance, l.Span.To.Add(1), 0}
}

func (l Line) tells(q quantity) bool {
	return q < recovered && l.Amounts || q >= recovered && l.Arrears
}

// book is everything that some sheets say and leave out.
type book struct {
	told      map[value]bool
	ended     map[value]bool // what a line that tells its arrears leaves owed
	spoken    map[value]bool // what a line is of, told or left out
	lines     map[value]Line // by their due
	sheets    map[value]bool // by the due of their total
	inParts   map[value]bool // the same, of sheets with lines by part of the region
	equations []map[value]int64
}

// read takes the sheets' lines and all that is known to add up: a region's parts and its insurances to the region, months to their quarter, arrears from one span to the next. What no sheet speaks of
// is as unknown as what is left out.
func read(sheets []Sheet) book {
	b := book{told: map[value]bool{}, ended: map[value]bool{}, spoken: map[value]bool{}, lines: map[value]Line{}, sheets: map[value]bool{}, inParts: map[value]bool{}}
	spans, regions, insurances, own := map[Span]bool{}, map[string]bool{}, map[contribution.Insurance]bool{}, map[string]bool{}
	for i := range sheets {
		total := sheets[i].Total.value(due)
		b.sheets[total], own[total.region] = true, true
		b.inParts[total] = b.inParts[total] || len(sheets[i].Regions) > 0
		for _, part := range sheets[i].Parts {
			regions[part] = true
		}
		for _, l := range sheets[i].lines() {
			spans[l.Span], regions[l.Region] = true, true
			if l.Insurance != 0 {
				insurances[l.Insurance] = true
			}
			b.lines[l.value(due)] = *l
			if l.Arrears {
				b.ended[l.left()] = true
			}
			for q := due; q <= opening; q++ {
				b.spoken[l.value(q)] = true
				if l.tells(q) {
					b.told[l.value(q)] = true
				}
			}
		}
	}
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		var parts []string
		ofEach := own[region] // the insurances of every part are told somewhere
		for _, part := range slices.Sorted(maps.Keys(regions)) {
			if len(part) == len(region)+2 && part[:len(region)] == region {
				parts = append(parts, part)
				ofEach = ofEach && own[part]
			}
		}
		for _, span := range slices.SortedFunc(maps.Keys(spans), func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) }) {
			total := Line{Region: region, Span: span}
			b.add(total, parts, nil)
			if own[region] {
				b.add(total, nil, insurances)
			}
			for _, insurance := range slices.Sorted(maps.Keys(insurances)) {
				if ofEach {
					b.add(Line{Region: region, Insurance: insurance, Span: span}, parts, nil)
				}
			}
		}
	}
	for _, v := range slices.SortedFunc(maps.Keys(b.lines), value.compare) {
		l := b.lines[v]
		b.equations = append(b.equations, map[value]int64{l.value(opening): 1, l.value(due): 1, l.value(collected): -1, l.value(recovered): -1, l.left(): -1})
		b.addMonths(l)
	}
	return b
}

// add states that a figure is the sum of those of its parts, or of its insurances.
func (b *book) add(total Line, parts []string, insurances map[contribution.Insurance]bool) {
	var lines []Line
	for _, part := range parts {
		lines = append(lines, Line{Region: part, Insurance: total.Insurance, Span: total.Span})
	}
	for insurance := range insurances {
		lines = append(lines, Line{Region: total.Region, Insurance: insurance, Span: total.Span})
	}
	if len(lines) == 0 {
		return
	}
	for q := due; q <= opening; q++ {
		sum := map[value]int64{total.value(q): 1}
		for _, l := range lines {
			if !b.empty(l) {
				sum[l.value(q)] = -1
			}
		}
		b.equations = append(b.equations, sum)
	}
}

// empty reports whether a line is not there in a sheet that would have it.
func (b *book) empty(l Line) bool {
	if _, there := b.lines[l.value(due)]; there {
		return false
	}
	if l.Insurance != 0 {
		l.Insurance = 0
		return b.sheets[l.value(due)] || b.empty(l)
	}
	if len(l.Region) <= 2 || b.sheets[l.value(due)] {
		return false
	}
	l.Region = l.Region[:len(l.Region)-2]
	return b.inParts[l.value(due)]
}

// addMonths states that a quarter is the sum of its months. What was collected and recovered in them is the quarter's own; only the split between the two moves.
func (b *book) addMonths(l Line) {
	if l.Span.From == l.Span.To {
		return
	}
	fell, came := map[value]int64{l.value(due): 1}, map[value]int64{l.value(collected): 1, l.value(recovered): 1}
	for m := l.Span.From; m <= l.Span.To; m = m.Add(1) {
		month := Line{Region: l.Region, Insurance: l.Insurance, Span: Span{m, m}}
		if !b.empty(month) {
			fell[month.value(due)], came[month.value(collected)], came[month.value(recovered)] = -1, -1, -1
		}
	}
	b.equations = append(b.equations, fell, came)
}

// secret reports whether a figure is left out wherever it stands. Opening arrears that the span before tells by its other figures are no secret of the line that begins with them.
func (b *book) secret(v value) bool {
	return b.spoken[v] && !b.told[v] && (v.quantity != opening || !b.ended[v])
}

// disclosed are the secrets that can be computed from what is told.
func (b *book) disclosed() map[value]bool {
	found := map[value]bool{}
	for _, v := range determined(b.equations, b.told) {
		if b.secret(v) {
			found[v] = true
		}
	}
	return found
}

// prime is the field in which equations are solved: the coefficients are small, and exact fractions would cost much more.
const prime = 1<<31 - 1

// determined are the unknown values of linear equations that follow from the known ones, by elimination: those whose row holds nothing else unknown.
func determined(equations []map[value]int64, known map[value]bool) (found []value) {
	rows, names := solve(equations, known, false)
	for c, row := range rows {
		if len(row) == 1 {
			found = append(found, names[c])
		}
	}
	return found
}

// derivation are the known values from which an unknown one is computed; none when it does not follow.
func derivation(equations []map[value]int64, known map[value]bool, of value) (from []value) {
	rows, names := solve(equations, known, true)
	for c, row := range rows {
		if names[c] != of {
			continue
		}
		for c := range row {
			if v := names[c]; v != of {
				if !known[v] {
					return nil
				}
				from = append(from, v)
			}
		}
	}
	return from
}

// solve eliminates: each row has a one in its own column, and nothing in those of the other rows. Known values are dropped, or, to tell what follows from which, kept in columns of their own (below 0),
// which are never solved for.
func solve(equations []map[value]int64, known map[value]bool, keep bool) (pivots map[int]map[int]uint64, names map[int]value) {
	columns := map[value]int{}
	names, pivots = map[int]value{}, map[int]map[int]uint64{}
	for _, e := range equations {
		row := map[int]uint64{}
		for _, v := range slices.SortedFunc(maps.Keys(e), value.compare) { // in order, so that the same figures are left out for the same reasons every time
			n := e[v]
			if n == 0 || known[v] && !keep {
				continue
			}
			c, ok := columns[v]
			if !ok {
				if c = len(columns); known[v] {
					c = -1 - c
				}
				columns[v], names[c] = c, v
			}
			row[c] = uint64((n%prime + prime) % prime)
		}
		for _, c := range slices.Collect(maps.Keys(row)) {
			if p, ok := pivots[c]; ok {
				subtract(row, p, row[c])
			}
		}
		own := -1
		for c := range row {
			if c >= 0 && (own < 0 || c < own) {
				own = c
			}
		}
		if own < 0 {
			continue
		}
		scale(row, inverse(row[own]))
		for _, p := range pivots {
			if n := p[own]; n != 0 {
				subtract(p, row, n)
			}
		}
		pivots[own] = row
	}
	return pivots, names
}

func subtract(row, other map[int]uint64, times uint64) {
	for c, n := range other {
		if left := (row[c] + prime - n*times%prime) % prime; left == 0 {
			delete(row, c)
		} else {
			row[c] = left
		}
	}
}

func scale(row map[int]uint64, by uint64) {
	for c, n := range row {
		row[c] = n * by % prime
	}
}

// inverse of a number in the field: its power of prime − 2.
func inverse(n uint64) uint64 {
	result := uint64(1)
	for e := prime - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			result = result * n % prime
		}
		n = n * n % prime
	}
	return result
}
