package supervision

import (
	"cmp"
	"maps"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// Place is where a figure stands: a region, an insurance (0: all of them) and a span.
type Place struct {
	Region    string                 `json:"region"`
	Insurance contribution.Insurance `json:"insurance,omitempty"`
	From      calendar.Period        `json:"from"`
	To        calendar.Period        `json:"to"`
}

// Place of a line.
func (l Line) Place() Place { return Place{l.Region, l.Insurance, l.Span.From, l.Span.To} }

// Cause is why a figure is left out: few stand behind it, or it would give away what is left out elsewhere. It is for the desk alone; nothing of it is published.
type Cause struct {
	Place
	Arrears bool    `json:"arrears,omitempty"` // only what the line tells of earlier arrears
	Few     int     `json:"few,omitempty"`     // employers behind it, fewer than SmallCell
	Beside  bool    `json:"beside,omitempty"`  // the total less the other lines would be the secret
	Secret  *Place  `json:"secret,omitempty"`  // what would follow; of it the earlier arrears:
	Owed    bool    `json:"owed,omitempty"`
	By      []Place `json:"by,omitempty"` // the figures that it would follow from, together with the place's own
}

// Disclosed is the error of figures that cannot be published: what would follow, and from which.
type Disclosed struct {
	Cause
	Audit bool // of audit figures; else of collection
}

func (Disclosed) Error() string { return "a figure that is left out would follow" }

// Shelf are the sheets of a province that somebody may hold beside a draft.
type Shelf struct {
	Now    []Sheet // the last revision of each edition, but that of the draft's own
	Before []Sheet // revisions that were replaced or withdrawn, and the draft's own last one
}

// opened is a secret that a draft gives away, by what it follows from; nil when there is none. What was left out before and could be computed without the draft is not its fault.
func opened(draft Sheet, published []Sheet) (b book, secret *value, from []value, others map[value]bool) {
	before := read(published)
	b = read(append(slices.Clip(published), draft))
	open := b.disclosed()
	known := before.disclosed()
	maps.DeleteFunc(open, func(v value, _ bool) bool { return known[v] })
	if len(open) == 0 {
		return b, nil, nil, nil
	}
	first := slices.MinFunc(slices.Collect(maps.Keys(open)), value.compare)
	return b, &first, derivation(b.equations, b.told, first), before.told
}

// gives is the same beside all that somebody may hold: first what can be read now, since figures that were corrected may be told anew, then with the revisions of before, whose figures are still near
// the truth.
func gives(draft Sheet, on Shelf) (b book, secret *value, from []value, others map[value]bool) {
	if b, secret, from, others = opened(draft, on.Now); secret != nil || len(on.Before) == 0 {
		return b, secret, from, others
	}
	return opened(draft, append(slices.Clip(on.Before), on.Now...))
}

// Discloses reports what a sheet beside those that are published lets be computed though one of them leaves it out; nil when nothing.
func Discloses(draft Sheet, on Shelf) *Cause {
	b, secret, from, _ := gives(draft, on)
	if secret == nil {
		return nil
	}
	c := b.because(draft.Total, *secret, from)
	return &c
}

// Withhold leaves lines of a draft out until nothing that it or a published sheet leaves out can be computed from all of them, and tells why each: of those that the secret follows from, the line with
// the fewest behind it goes first. refused tells why nothing helps: what the edition is about, the total's own amounts, gives something away.
func Withhold(draft *Sheet, on Shelf) (left []Cause, refused *Cause) {
	for {
		b, secret, from, others := gives(*draft, on)
		if secret == nil {
			return left, nil
		}
		line, arrears := b.helps(draft, *secret, from, others)
		if line == nil {
			c := b.because(draft.Total, *secret, from)
			return nil, &c
		}
		c := b.because(*line, *secret, from)
		if c.Arrears = arrears; !arrears {
			line.Amounts = false
		}
		line.Arrears = false
		left = append(left, c)
	}
}

// because names a secret and what it follows from, beside a line of the draft.
func (b *book) because(of Line, secret value, from []value) Cause {
	at := b.place(secret)
	c := Cause{Place: of.Place(), Secret: &at, Owed: secret.quantity >= recovered}
	for _, v := range from {
		if p := b.place(v); v != of.value(v.quantity) && !slices.Contains(c.By, p) {
			c.By = append(c.By, p)
		}
	}
	slices.SortFunc(c.By, func(a, b Place) int {
		return cmp.Or(cmp.Compare(len(a.Region), len(b.Region)), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Insurance, b.Insurance), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return c
}

// place is where a figure stands; opening arrears stand with the longest span that begins with them, or with the one that ends with them.
func (b *book) place(v value) Place {
	p := Place{v.region, v.insurance, v.from, v.to}
	if v.quantity != opening {
		return p
	}
	p.To = 0
	for _, l := range b.lines {
		if l.Region == v.region && l.Insurance == v.insurance && l.Span.From == v.from {
			p.To = max(p.To, l.Span.To)
		}
	}
	if p.To == 0 {
		p.From, p.To = v.from.Add(-1), v.from.Add(-1)
	}
	return p
}

// helps is the line of a draft that is left out next, of those that nobody else tells and that the secret follows from: of the same region and insurance first, then one of the same group, best one of
// which something else is left out already. arrears is true where what it tells of earlier arrears is enough.
func (b *book) helps(draft *Sheet, secret value, from []value, others map[value]bool) (line *Line, arrears bool) {
	type choice struct{ rank, of int }
	var best choice
	for _, l := range draft.lines() {
		uses := func(q quantity) bool { v := l.value(q); return l.tells(q) && !others[v] && slices.Contains(from, v) }
		late, c := uses(recovered) || uses(opening), choice{3, l.Payers}
		if !late && (l == &draft.Total || !uses(due) && !uses(collected)) {
			continue
		}
		if late {
			c.of = l.Late
		}
		switch {
		case secret.region == l.Region && secret.insurance == l.Insurance:
			c.rank = 0
		case (secret.insurance == 0) == (l.Insurance == 0) && len(secret.region) == len(l.Region) && l != &draft.Total:
			if c.rank = 2; b.leavesOut(l, !late) {
				c.rank = 1
			}
		}
		if line == nil || cmp.Or(cmp.Compare(c.rank, best.rank), cmp.Compare(c.of, best.of)) < 0 {
			line, arrears, best = l, late, c
		}
	}
	return line, arrears
}

// leavesOut reports whether another span of a line's region and insurance is left out somewhere.
func (b *book) leavesOut(l *Line, amounts bool) bool {
	for _, o := range b.lines {
		if o.Region == l.Region && o.Insurance == l.Insurance && o.Span != l.Span && (amounts && !o.Amounts || !amounts && !o.Arrears) {
			return true
		}
	}
	return false
}
