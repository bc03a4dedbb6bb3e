package load

import (
	"fmt"
	"sync"
	"time"
)

// Budget counts things that each have a time in which they must be done. It is safe for concurrent use.
type Budget struct {
	Name  string
	Limit time.Duration

	mu      sync.Mutex
	done    int
	over    int
	failed  int
	longest time.Duration
}

// Took counts one thing.
func (b *Budget) Took(d time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done++
	b.longest = max(b.longest, d)
	if d > b.Limit {
		b.over++
	}
	if !ok {
		b.failed++
	}
}

// Counts are how many were done, how many of them took longer than they may, and how many failed.
func (b *Budget) Counts() (done, over, failed int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.done, b.over, b.failed
}

// Ratio is the longest one's share of the limit.
func (b *Budget) Ratio() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return float64(b.longest) / float64(b.Limit)
}

// Missed is the name of what failed, or took longer than it may, even once; none when nothing did.
func (b *Budget) Missed() string {
	_, over, failed := b.Counts()
	return missed(b.Name, over > 0 || failed > 0)
}

// String is a line for people.
func (b *Budget) String() string {
	ratio := b.Ratio()
	done, over, failed := b.Counts()
	return fmt.Sprintf("%-40s limit %5d ms  longest at ratio %.2f (at most 1; %d times, %d over, %d failed)", b.Name, b.Limit.Milliseconds(), ratio, done, over, failed)
}
