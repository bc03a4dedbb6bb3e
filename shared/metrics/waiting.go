package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Waiting is work that waits to be done.
type Waiting struct {
	What  string // such as recordings
	Count func(ctx context.Context) (n int64, oldest time.Time, err error)
}

// waitingBudget is what a question about waiting work may take: an operator asks most when the database has least time.
const waitingBudget = 2 * time.Second

// Waiting measures how much work waits and for how long, asked when somebody looks. What cannot be asked is missing from the answer, and counted as not known.
func (r *Registry) Waiting(now func() time.Time, list ...Waiting) {
	if r != nil && len(list) > 0 {
		r.all.MustRegister(&backlog{now: now, list: list})
	}
}

type backlog struct {
	now  func() time.Time
	list []Waiting
	mu   sync.Mutex // one question at a time
}

var (
	waitingCount  = prometheus.NewDesc("shebao_waiting", "How much work waits, by what it is.", []string{"what"}, nil)
	waitingOldest = prometheus.NewDesc("shebao_waiting_oldest_seconds", "For how long the oldest has waited.", []string{"what"}, nil)
	waitingKnown  = prometheus.NewDesc("shebao_waiting_known", "1 when the database could say how much waits, else 0.", []string{"what"}, nil)
)

// Describe names nothing: two wings of one process give the same measures, each of its own work.
func (*backlog) Describe(chan<- *prometheus.Desc) {}

// Collect asks the database.
func (b *backlog) Collect(out chan<- prometheus.Metric) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), waitingBudget)
	defer cancel()
	for _, w := range b.list {
		n, oldest, err := w.Count(ctx)
		if err != nil {
			out <- prometheus.MustNewConstMetric(waitingKnown, prometheus.GaugeValue, 0, w.What)
			continue
		}
		waited := 0.0
		if n > 0 {
			waited = max(0, b.now().Sub(oldest).Seconds())
		}
		out <- prometheus.MustNewConstMetric(waitingKnown, prometheus.GaugeValue, 1, w.What)
		out <- prometheus.MustNewConstMetric(waitingCount, prometheus.GaugeValue, float64(n), w.What)
		out <- prometheus.MustNewConstMetric(waitingOldest, prometheus.GaugeValue, waited, w.What)
	}
}
