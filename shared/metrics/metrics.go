// Package metrics tells the operator how a process does, in Prometheus' text format: requests by route, failures, connections, and the work that waits. A label is a name out of
// our own source (a wing, a route's pattern, a message of the log): nothing of a request or of a person can become one.
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Registry gathers one process's measures. A nil one measures nothing.
type Registry struct {
	all      *prometheus.Registry
	requests *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

// New is a registry that already knows about the Go runtime and the process.
func New() *Registry {
	r := &Registry{
		all: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "shebao_request_seconds", Help: "How long requests took, by wing, method, route pattern and status.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}}, []string{"wing", "method", "route", "status"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shebao_failures_total", Help: "Errors in the log, by their message: requests that failed, work in the background that is tried again."},
			[]string{"what"}),
	}
	r.all.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), r.requests, r.failures)
	return r
}

// Request notes an answered request; route is its pattern, never its address.
func (r *Registry) Request(wing, method, route string, status int, took time.Duration) {
	if r != nil {
		r.requests.WithLabelValues(wing, method, route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// Handler serves the measures. It belongs on an address that only the operator's network reaches.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.all, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Failures counts the errors that pass to a log's handler.
func (r *Registry) Failures(next slog.Handler) slog.Handler {
	if r == nil {
		return next
	}
	return failures{next, r.failures}
}

type failures struct {
	slog.Handler
	count *prometheus.CounterVec
}

func (f failures) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelError {
		f.count.WithLabelValues(record.Message).Inc()
	}
	if !f.Handler.Enabled(ctx, record.Level) {
		return nil
	}
	return f.Handler.Handle(ctx, record)
}

func (f failures) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError || f.Handler.Enabled(ctx, level)
}

func (f failures) WithAttrs(attrs []slog.Attr) slog.Handler {
	return failures{f.Handler.WithAttrs(attrs), f.count}
}

func (f failures) WithGroup(name string) slog.Handler {
	return failures{f.Handler.WithGroup(name), f.count}
}
