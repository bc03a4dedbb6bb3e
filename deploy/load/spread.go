package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Spread is how long one thing took when many did it at once.
type Spread struct {
	Name        string
	Times       int
	Median, P99 time.Duration
	Most        float64 // of P99 / Median that is good
}

// Ratio is how much longer the slowest hundredth takes than the usual.
func (s Spread) Ratio() float64 { return float64(s.P99) / float64(max(1, s.Median)) }

// Missed is the name of what did not keep within its limit; none when it did.
func (s Spread) Missed() string { return missed(s.Name, s.Ratio() > s.Most) }

// String is a line for people.
func (s Spread) String() string {
	return fmt.Sprintf("%-40s median %6d µs  p99 %8d µs    ratio %.2f (at most %.0f; %d times, none failed)", s.Name, s.Median.Microseconds(), s.P99.Microseconds(), s.Ratio(), s.Most, s.Times)
}

// Measure has every worker do work so many times and takes each time of each. One failure is an error: a figure of what failed would be no figure.
func Measure(ctx context.Context, name string, workers, times int, most float64, work Work) (Spread, error) {
	var wait sync.WaitGroup
	errs := make([]error, workers)
	all := make([][]time.Duration, workers)
	for w := range workers {
		wait.Go(func() {
			for range times {
				began := time.Now()
				if errs[w] = work(ctx, w); errs[w] != nil {
					return
				}
				all[w] = append(all[w], time.Since(began))
			}
		})
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return Spread{}, fmt.Errorf("%s: %w", name, err)
	}
	took := slices.Concat(all...)
	slices.Sort(took)
	return Spread{name, len(took), took[len(took)/2], took[min(len(took)-1, len(took)*99/100)], most}, nil
}
