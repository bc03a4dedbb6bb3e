package account

import (
	_ "embed" // the published rates
	"encoding/json"
	"fmt"
	"sort"
	"sync"
	"time"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
)

// RateEntry is one published rate. The key is region, scheme and period, never the year alone: before 2016 every province set its own, account years have run from July to June, and
// government bodies had another rate than enterprises.
type RateEntry struct {
	Region   string                 // six digits or a prefix of them; empty is national
	Scheme   contribution.Insurance // a pension insurance; 0 is every one
	From, To calendar.Date
	Rate     Rate
	Final    bool // false: not an official publication
	Document string
}

// Rates finds the rate of an account-year. The zero value knows none.
type Rates struct{ entries []RateEntry }

// unified is when the state's rate began, one for all and for the whole of each year (人社部发〔2017〕31号).
var unified = calendar.Date{Year: 2016, Month: 1, Day: 1}

// NewRates makes a table. A scheme's own entry goes before one of every scheme, then a region's own before the national one. What a region had set before 2016 ends with 2015.
func NewRates(entries ...RateEntry) Rates {
	sorted := append([]RateEntry(nil), entries...)
	for i := range sorted {
		if e := &sorted[i]; e.Region != "" && e.From.Before(unified) && !e.To.Before(unified) {
			e.To = unified.AddDays(-1)
		}
	}
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].To.Before(sorted[j].To) })
	return Rates{sorted}
}

// With is the table with further entries.
func (r Rates) With(entries ...RateEntry) Rates {
	return NewRates(append(r.entries[:len(r.entries):len(r.entries)], entries...)...)
}

// Of is the rate at the year's end of a region and scheme and whether it is provisional: a year without a published rate takes the last published one, to be run again when its own has
// come. ok is false when there is no earlier rate either. In is how a year is counted.
func (r Rates) Of(region string, scheme contribution.Insurance, year int) (entry RateEntry, provisional, ok bool) {
	return r.on(region, scheme, calendar.Date{Year: year, Month: 12, Day: 31})
}

// concerns reports whether an entry is for a region and scheme.
func (e *RateEntry) concerns(region string, scheme contribution.Insurance) bool {
	return (e.Scheme == 0 || e.Scheme == scheme) && (e.Region == "" || len(region) >= len(e.Region) && region[:len(e.Region)] == e.Region)
}

// on is Of a day: end is a month's last.
func (r Rates) on(region string, scheme contribution.Insurance, end calendar.Date) (entry RateEntry, provisional, ok bool) {
	best := -1
	for i := range r.entries {
		e := &r.entries[i]
		if !e.concerns(region, scheme) || e.From.After(end) {
			continue
		}
		if best >= 0 && !e.goesBefore(&r.entries[best], end) {
			continue
		}
		best = i
	}
	if best < 0 {
		return RateEntry{}, false, false
	}
	entry = r.entries[best]
	return entry, !entry.Final || entry.To.Before(end), true
}

// goesBefore prefers a rate that covers the day, then the later one, then that of one scheme, then that of the smaller region.
func (e *RateEntry) goesBefore(o *RateEntry, end calendar.Date) bool {
	covers, oldCovers := !e.To.Before(end), !o.To.Before(end)
	switch {
	case covers != oldCovers:
		return covers
	case !covers && e.To != o.To:
		return e.To.After(o.To)
	}
	if (e.Scheme != 0) != (o.Scheme != 0) {
		return e.Scheme != 0
	}
	return len(e.Region) >= len(o.Region)
}

// RatePart is a part of a year with one rate.
type RatePart struct {
	Months
	Rate        Rate
	Document    string
	Provisional bool
	own         bool // it is a region's
}

// In are the rates of a region's and scheme's year, January to December: each month by the one that is in force on its last day, or by the last published before it, provisionally. Nearly
// every year has one. A month before every known rate takes the first of its year; none is known: no part.
func (r Rates) In(region string, scheme contribution.Insurance, year int) []RatePart {
	first, last := calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31}
	entry, provisional, ok := r.on(region, scheme, last)
	if !ok {
		return nil
	}
	parts := []RatePart{{WholeYear, entry.Rate, entry.Document, provisional, entry.Region != ""}}
	changes := false
	for i := range r.entries {
		if e := &r.entries[i]; e.From.After(first) && !e.From.After(last) || !e.To.Before(first) && e.To.Before(last) {
			changes = changes || e.concerns(region, scheme)
		}
	}
	if !changes {
		return parts
	}
	for m := 11; m >= 1; m-- {
		first := &parts[0]
		entry, provisional, ok := r.on(region, scheme, calendar.NewPeriod(year, time.Month(m)).LastDay())
		next := RatePart{Months{m, m}, entry.Rate, entry.Document, provisional, entry.Region != ""}
		switch {
		case !ok && first.Provisional:
			first.First = m
			continue
		case !ok:
			next.Rate, next.Document, next.Provisional, next.own = first.Rate, first.Document, true, first.own
		}
		if next.Rate == first.Rate && next.Document == first.Document && next.Provisional == first.Provisional {
			first.First = m
			continue
		}
		first.First = m + 1
		parts = append([]RatePart{next}, parts...)
	}
	parts[0].First = 1
	return parts
}

//go:embed rates.json
var published []byte

var national = sync.OnceValue(func() Rates {
	var file []struct {
		Year     int // or From and To
		From, To string
		Scheme   contribution.Insurance
		Rate     string
		Final    bool
		Document string
	}
	if err := json.Unmarshal(published, &file); err != nil {
		panic(err) // embedded; a test reads it
	}
	entries := make([]RateEntry, len(file))
	for i, f := range file {
		rate, err := ParseRate(f.Rate)
		if err != nil {
			panic(fmt.Sprintf("rate of %d: %v", f.Year, err)) // embedded; a test reads it
		}
		entries[i] = RateEntry{
			Scheme: f.Scheme, Rate: rate, Final: f.Final, Document: f.Document,
			From: calendar.Date{Year: f.Year, Month: 1, Day: 1}, To: calendar.Date{Year: f.Year, Month: 12, Day: 31},
		}
		if f.Year != 0 {
			continue
		}
		from, err1 := calendar.ParseDate(f.From)
		to, err2 := calendar.ParseDate(f.To)
		if err1 != nil || err2 != nil {
			panic(fmt.Sprintf("rate from %q to %q", f.From, f.To)) // embedded; a test reads it
		}
		entries[i].From, entries[i].To = from, to
	}
	return NewRates(entries...)
})

// NationalRates are those of 2016 and later that the state published (人社部发〔2017〕31号: one rate for all, once a year), and for the years before a third party's
// reference series, marked as not final: there every province had its own. Government bodies, whose accounts began in October 2014, have their own to the end of 2015.
func NationalRates() Rates { return national() }
