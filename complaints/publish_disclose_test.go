package complaints

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/publication"
)

// payer is an invented employer's contribution of a month and insurance: when it came, 0 never.
type payer struct {
	employer         int
	region           string
	insurance        contribution.Insurance
	period, received calendar.Period
}

// world is an invented province of two cities and five counties over half a year. Some counties have few employers, and some pay late.
func world(r *rand.Rand) (all []payer) {
	counties := []string{"330101", "330102", "330401", "330402", "330403"}
	employer := 0
	for _, county := range counties {
		for range []int{1, 2, 4, 7, 12}[r.IntN(5)] {
			employer++
			from, to := 202601+calendar.Period(r.IntN(2)), 202606-calendar.Period(r.IntN(2))
			late := r.IntN(4) == 0
			if r.IntN(3) == 0 { // owes from long before anything was published
				all = append(all, payer{employer, county, 110, 202301, 0}, payer{employer, county, 210, 202301, []calendar.Period{0, 202602, 202604}[r.IntN(3)]}, payer{employer, county, 310, 202301, 0})
			}
			for p := from; p <= to; p++ {
				for _, insurance := range []contribution.Insurance{110, 210, 310} {
					if insurance == 310 && employer%4 != 0 || r.IntN(12) == 0 {
						continue
					}
					received := p
					if late {
						received = []calendar.Period{p, p + 1, p + 3, 0}[r.IntN(4)]
					}
					if received > 202606 {
						received = 0
					}
					all = append(all, payer{employer, county, insurance, p, received})
				}
			}
		}
	}
	return all
}

// edition composes one as the desk does, from counts that are made here without the database.
func edition(all []payer, region string, span supervision.Span, published supervision.Shelf) (*publication.CollectionFigures, error) {
	spans := spansTo(span)
	who := behind{spans: spans}
	digits := rowDigits(region)
	var flows []supervision.RegionFlow
	for _, p := range all {
		if strings.HasPrefix(p.region, region) {
			paid := money.Fen(100)
			if p.received == 0 {
				paid = 0
			}
			flows = append(flows, supervision.RegionFlow{Region: p.region[:digits], Insurance: p.insurance, Flow: supervision.Flow{Period: p.period, Received: p.received, Due: 100, Paid: paid}})
		}
	}
	type group struct {
		region    string
		insurance contribution.Insurance
	}
	for i, s := range spans {
		counted, opening, recovered, closing := map[group]map[int]bool{}, map[group]map[int]bool{}, map[group]map[int]bool{}, map[group]map[int]bool{}
		for _, p := range all {
			if !strings.HasPrefix(p.region, region) {
				continue
			}
			for _, g := range []group{{}, {region: p.region[:digits]}, {insurance: p.insurance}} {
				for _, c := range []struct {
					in map[group]map[int]bool
					ok bool
				}{{counted, s.Holds(p.period)}, {opening, p.period < s.From && (p.received == 0 || p.received >= s.From)}, {recovered, p.period < s.From && s.Holds(p.received)}, {closing, p.period <= s.To && (p.received == 0 || p.received > s.To)}} {
					if c.ok {
						if c.in[g] == nil {
							c.in[g] = map[int]bool{}
						}
						c.in[g][p.employer] = true
					}
				}
			}
		}
		for g, of := range counted {
			who.payers = append(who.payers, ledger.Payers{Span: i, Region: g.region, Insurance: g.insurance, Employers: len(of)})
		}
		for _, in := range []map[group]map[int]bool{opening, recovered, closing} {
			for g := range in {
				l := ledger.Late{Span: i, Region: g.region, Insurance: g.insurance, Opening: len(opening[g]), Recovered: len(recovered[g]), Closing: len(closing[g])}
				if !slices.Contains(who.late, l) {
					who.late = append(who.late, l)
				}
			}
		}
	}
	slices.SortFunc(who.payers, func(a, b ledger.Payers) int { return strings.Compare(a.Region, b.Region) })
	figures, _, err := composeCollection(region, spans, flows, who, published)
	return figures, err
}

// reader is somebody who adds and subtracts published figures. Each is a sum over what fell due in a county, an insurance and a month, and what of it came in a month.
type reader struct {
	atoms []atom
	at    map[atom]int
	rows  map[int][]uint64 // by their first column, in a field of prime order
}

// atom is what fell due (received 0), or what of it came in a month.
type atom struct {
	region           string
	insurance        contribution.Insurance
	period, received calendar.Period
}

const fieldPrime = 1<<31 - 1

func newReader(all []payer) *reader {
	r := &reader{at: map[atom]int{}, rows: map[int][]uint64{}}
	add := func(a atom) {
		if _, ok := r.at[a]; !ok {
			r.at[a] = len(r.atoms)
			r.atoms = append(r.atoms, a)
		}
	}
	for _, p := range all { // whoever reads does not know in which months, or for which insurances, nothing fell due or came
		for _, insurance := range []contribution.Insurance{110, 210, 310} {
			for _, period := range []calendar.Period{202301, 202601, 202602, 202603, 202604, 202605, 202606} {
				add(atom{p.region, insurance, period, 0})
				for m := max(period, 202512); m <= 202606; m = m.Add(1) { // before 2026 is one month to who reads of 2026
					add(atom{p.region, insurance, period, m})
				}
			}
		}
	}
	return r
}

// sum is a figure as a sum over atoms: of a quantity, a region, an insurance (0: all) and a span.
func (r *reader) sum(quantity, region string, insurance contribution.Insurance, s supervision.Span) []uint64 {
	row := make([]uint64, len(r.atoms))
	for i, a := range r.atoms {
		if !strings.HasPrefix(a.region, region) || insurance != 0 && insurance != a.insurance {
			continue
		}
		in, before, fell := s.Holds(a.period), a.period < s.From, a.received == 0
		switch {
		case quantity == "due" && in && fell, quantity == "collected" && in && !fell && a.received <= s.To, quantity == "recovered" && before && !fell && s.Holds(a.received), quantity == "opening" && before && fell:
			row[i] = 1
		case quantity == "opening" && before && a.received < s.From:
			row[i] = fieldPrime - 1
		}
	}
	return row
}

// learn takes a figure in; knows reports whether it follows from those that were taken in.
func (r *reader) learn(row []uint64) {
	if at := r.reduce(row); at >= 0 {
		n := row[at]
		inverse, e := uint64(1), fieldPrime-2
		for ; e > 0; e >>= 1 {
			if e&1 == 1 {
				inverse = inverse * n % fieldPrime
			}
			n = n * n % fieldPrime
		}
		for i := range row {
			row[i] = row[i] * inverse % fieldPrime
		}
		r.rows[at] = row
	}
}

func (r *reader) knows(row []uint64) bool { return r.reduce(row) < 0 }

func (r *reader) reduce(row []uint64) (first int) {
	first = -1
	for i := range row {
		if row[i] == 0 {
			continue
		}
		known, ok := r.rows[i]
		if !ok {
			if first < 0 {
				first = i
			}
			continue
		}
		times := row[i]
		for j := i; j < len(row); j++ {
			row[j] = (row[j] + fieldPrime - known[j]*times%fieldPrime) % fieldPrime
		}
	}
	return first
}

// few reports whether few employers stand behind a quantity.
func few(all []payer, quantity, region string, insurance contribution.Insurance, s supervision.Span) bool {
	who := map[int]bool{}
	for _, p := range all {
		if !strings.HasPrefix(p.region, region) || insurance != 0 && insurance != p.insurance {
			continue
		}
		switch quantity {
		case "due", "collected":
			who[p.employer] = who[p.employer] || s.Holds(p.period)
		case "recovered":
			who[p.employer] = who[p.employer] || p.period < s.From && s.Holds(p.received)
		case "opening":
			who[p.employer] = who[p.employer] || p.period < s.From && (p.received == 0 || p.received >= s.From)
		}
	}
	n := 0
	for _, one := range who {
		if one {
			n++
		}
	}
	return supervision.Small(n)
}

// Whatever is published of months, quarters, regions and insurances, in whatever order, and published anew or withdrawn in between: no figure of few employers that an edition leaves out follows from all
// that the others tell and have told, for whoever kept every revision.
func TestWhatIsLeftOutCannotBeComputed(t *testing.T) {
	refused, told, left, replaced := 0, 0, 0, 0
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		all := world(r)
		spans := []supervision.Span{supervision.Quarter(2026, 1), supervision.Quarter(2026, 2)}
		for p := calendar.Period(202601); p <= 202606; p++ {
			spans = append(spans, supervision.Span{From: p, To: p})
		}
		knows := newReader(all)
		type secret struct {
			quantity string
			region   string
			of       contribution.Insurance
			in       supervision.Span
		}
		secrets := map[secret]bool{}
		now, before := map[string]supervision.Sheet{}, []supervision.Sheet(nil)
		var order []string
		for range 20 {
			span, region := spans[r.IntN(len(spans))], []string{"33", "33", "3301", "3304"}[r.IntN(4)]
			name := region + " " + spanName(span)
			own, again := now[name]
			if again && r.IntN(3) == 0 { // withdrawn; who read it has read it
				order, before = append(order, "without "+name), append(before, own)
				delete(now, name)
				continue
			}
			shelf := supervision.Shelf{Before: before}
			for _, of := range slices.Sorted(maps.Keys(now)) {
				if of != name {
					shelf.Now = append(shelf.Now, now[of])
				}
			}
			if again {
				shelf.Before = append(slices.Clip(before), own)
			}
			c, err := edition(all, region, span, shelf)
			if err != nil {
				if !fault.Is(err, fault.Conflict) {
					t.Fatal(err)
				}
				refused++
				continue
			}
			order = append(order, name)
			sheet, err := store.SheetOf(region, spanName(span), *c)
			if err != nil {
				t.Fatal(err)
			}
			if again {
				replaced, before = replaced+1, append(before, own)
			}
			now[name] = sheet
			for _, group := range [][]supervision.Line{{sheet.Total}, sheet.Regions, sheet.Insurances, sheet.Course} {
				for _, l := range group {
					for quantity, said := range map[string]bool{"due": l.Amounts, "collected": l.Amounts, "recovered": l.Arrears, "opening": l.Arrears} {
						small := few(all, quantity, l.Region, l.Insurance, l.Span)
						switch {
						case said && small:
							t.Fatalf("seed %d: %s tells %s of few: %+v", seed, name, quantity, l)
						case said:
							told++
							knows.learn(knows.sum(quantity, l.Region, l.Insurance, l.Span))
						case small:
							secrets[secret{quantity, l.Region, l.Insurance, l.Span}] = true
						}
					}
				}
			}
		}
		for s := range secrets { // what some edition of few left out; none of few is ever told
			left++
			if knows.knows(knows.sum(s.quantity, s.region, s.of, s.in)) {
				t.Errorf("seed %d: %s of %s, insurance %d, %s follows from %v", seed, s.quantity, s.region, s.of, spanName(s.in), order)
			}
		}
	}
	if t.Logf("%d figures told, %d of few left out, %d editions refused, %d replaced", told, left, refused, replaced); told < 500 || left < 100 || replaced < 20 {
		t.Error("too little was published to mean anything")
	}
}
