package ledger

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/postgres"
)

// Payers is how many employers had something due in a span of months: behind a figure of few of them stand too few to publish it.
type Payers struct {
	Span      int                    // index of the span
	Region    string                 // rolled up to so many digits; empty: all together
	Insurance contribution.Insurance // 0: any
	Employers int
}

// maxSpans is how many spans are counted at once.
const maxSpans = 32

// Payers counts the employers below a region's leading digits for every span (first and last month; 32 at most), by region of so many digits, by insurance, and in all: who had something due, and who
// stands behind what the span tells of earlier arrears. What was paid within its own month stands behind none of these; nobody is absent. Error: fault.Unavailable.
func (l *Ledger) Payers(ctx context.Context, region string, digits int, spans [][2]calendar.Period) (payers []Payers, late []Late, err error) {
	if len(spans) > maxSpans {
		return nil, nil, fmt.Errorf("count payers: %d spans", len(spans))
	}
	tx, err := l.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, nil, postgres.Classify(fmt.Errorf("count payers: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // only read
	rows, err := tx.Query(ctx, `SELECT id, left(region, $2) FROM ledger.employer WHERE starts_with(region, $1)`, region, digits)
	if err != nil {
		return nil, nil, postgres.Classify(fmt.Errorf("count payers: %w", err))
	}
	c := payerCounter{spans: spans, regions: map[int32]string{}, behind: map[payerKey]*behindSpans{}}
	var id int32
	var code string
	if _, err := pgx.ForEachRow(rows, []any{&id, &code}, func() error { c.regions[id] = code; return nil }); err != nil {
		return nil, nil, postgres.Classify(fmt.Errorf("count payers: %w", err))
	}
	if err := eachPackedRow(ctx, tx, c.add); err != nil {
		return nil, nil, err
	}
	payers, late = c.counts()
	return payers, late, nil
}

type payerKey struct {
	employer  int32
	insurance contribution.Insurance
}

// behindSpans are the spans, a bit each, behind whose figures an employer stands.
type behindSpans struct{ due, opening, recovered, closing uint32 }

func (b *behindSpans) and(other behindSpans) {
	b.due, b.opening, b.recovered, b.closing = b.due|other.due, b.opening|other.opening, b.recovered|other.recovered, b.closing|other.closing
}

type payerCounter struct {
	spans   [][2]calendar.Period
	regions map[int32]string // of the employers that count
	behind  map[payerKey]*behindSpans
}

func (c *payerCounter) add(row *contribution.Row) {
	due, paid := row.EmployerDue+row.PersonDue, row.EmployerPaid+row.PersonPaid
	open, received := paid < due, row.Period
	switch {
	case paid == 0:
		received = 0
	case !row.PaidOn.IsZero():
		received = row.PaidOn.Period()
	}
	var b behindSpans
	for i, span := range c.spans {
		first, last, bit := span[0], span[1], uint32(1)<<i
		if due > 0 && row.Period >= first && row.Period <= last {
			b.due |= bit
		}
		if !open && received <= row.Period {
			continue
		}
		if row.Period < first && (open || received >= first) {
			b.opening |= bit
		}
		if row.Period < first && received >= first && received <= last {
			b.recovered |= bit
		}
		if row.Period <= last && (open || received > last) {
			b.closing |= bit
		}
	}
	if b == (behindSpans{}) {
		return
	}
	key := payerKey{row.EmployerID, row.Insurance}
	if known := c.behind[key]; known != nil {
		known.and(b)
	} else if _, counts := c.regions[row.EmployerID]; counts {
		first := b // b itself stays off the heap, row after row
		c.behind[key] = &first
	}
}

// counts counts them: each employer once in all and in its region, whatever the insurances.
func (c *payerCounter) counts() (payers []Payers, late []Late) {
	type place struct {
		span      int
		region    string
		insurance contribution.Insurance
	}
	due, told := map[place]int{}, map[place]*Late{}
	count := func(region string, insurance contribution.Insurance, b behindSpans) {
		for all := b.due | b.opening | b.recovered | b.closing; all != 0; all &= all - 1 {
			i := bits.TrailingZeros32(all)
			at, set := place{i, region, insurance}, func(mask uint32) int { return int(mask >> i & 1) }
			if set(b.due) > 0 {
				due[at]++
			}
			if set(b.opening|b.recovered|b.closing) == 0 {
				continue
			}
			if told[at] == nil {
				told[at] = &Late{Span: i, Region: region, Insurance: insurance}
			}
			told[at].Opening += set(b.opening)
			told[at].Recovered += set(b.recovered)
			told[at].Closing += set(b.closing)
		}
	}
	whole := map[int32]*behindSpans{}
	for key, b := range c.behind {
		count("", key.insurance, *b)
		if whole[key.employer] == nil {
			whole[key.employer] = &behindSpans{}
		}
		whole[key.employer].and(*b)
	}
	for employer, b := range whole {
		count("", 0, *b)
		if region := c.regions[employer]; region != "" {
			count(region, 0, *b)
		}
	}
	for at, n := range due {
		payers = append(payers, Payers{at.span, at.region, at.insurance, n})
	}
	for _, l := range told {
		late = append(late, *l)
	}
	slices.SortFunc(payers, func(a, b Payers) int {
		return comparePlaces(a.Span, b.Span, a.Region, b.Region, a.Insurance, b.Insurance)
	})
	slices.SortFunc(late, func(a, b Late) int {
		return comparePlaces(a.Span, b.Span, a.Region, b.Region, a.Insurance, b.Insurance)
	})
	return payers, late
}

func comparePlaces(span, otherSpan int, region, otherRegion string, insurance, otherInsurance contribution.Insurance) int {
	return cmp.Or(cmp.Compare(span, otherSpan), cmp.Compare(region, otherRegion), cmp.Compare(insurance, otherInsurance))
}
