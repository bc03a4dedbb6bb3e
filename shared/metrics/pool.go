package metrics

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// Pool measures a wing's connections to the database.
func (r *Registry) Pool(wing string, pool *pgxpool.Pool) {
	if r != nil {
		r.all.MustRegister(poolStats{wing, pool})
	}
}

type poolStats struct {
	wing string
	pool *pgxpool.Pool
}

var (
	poolConnections = prometheus.NewDesc("shebao_database_connections", "Connections to the database, by wing and what they do.", []string{"wing", "state"}, nil)
	poolWaits       = prometheus.NewDesc("shebao_database_waits_total", "How often work had to wait for a connection to the database.", []string{"wing"}, nil)
	poolWaited      = prometheus.NewDesc("shebao_database_waited_seconds_total", "How long work waited for connections to the database.", []string{"wing"}, nil)
)

// Describe names nothing: two wings of one process give the same measures, each of its own.
func (poolStats) Describe(chan<- *prometheus.Desc) {}

// Collect reads the pool's counters.
func (p poolStats) Collect(out chan<- prometheus.Metric) {
	s := p.pool.Stat()
	for state, n := range map[string]int32{"used": s.AcquiredConns(), "idle": s.IdleConns(), "opening": s.ConstructingConns(), "limit": s.MaxConns()} {
		out <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(n), p.wing, state)
	}
	out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(s.EmptyAcquireCount()), p.wing)
	out <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds(), p.wing)
}
