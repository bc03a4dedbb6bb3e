package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"shebao/shared/metrics"
	"shebao/shared/postgres/postgrestest"
)

func look(t *testing.T, r *metrics.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func reads(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, line := range wanted {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestRequestsAndFailures(t *testing.T) {
	r := metrics.New()
	r.Request("portal", "GET", "/statement/:year", 200, 30*time.Millisecond)
	r.Request("portal", "GET", "/statement/:year", 200, 3*time.Second)
	var written bytes.Buffer
	log := slog.New(r.Failures(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelError + 1})))
	log.With("wing", "ivr").WithGroup("g").Error("fetching a recording failed", "error", "the carrier is away")
	log.Info("fetched")
	reads(t, look(t, r), `shebao_request_seconds_count{method="GET",route="/statement/:year",status="200",wing="portal"} 2`,
		`shebao_request_seconds_bucket{method="GET",route="/statement/:year",status="200",wing="portal",le="0.05"} 1`, `shebao_failures_total{what="fetching a recording failed"} 1`)
	if written.Len() > 0 {
		t.Errorf("the log writes below its level: %s", written.String())
	}
}

func TestWorkThatWaits(t *testing.T) {
	now := time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)
	r := metrics.New()
	clock := func() time.Time { return now }
	r.Waiting(clock, metrics.Waiting{What: "recordings", Count: func(context.Context) (int64, time.Time, error) { return 3, now.Add(-90 * time.Second), nil }},
		metrics.Waiting{What: "texts", Count: func(context.Context) (int64, time.Time, error) { return 0, time.Time{}, nil }})
	r.Waiting(clock, metrics.Waiting{What: "filings", Count: func(ctx context.Context) (int64, time.Time, error) {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the question may take for ever")
		}
		return 0, time.Time{}, errors.New("the database is away")
	}})
	text := look(t, r)
	reads(t, text, `shebao_waiting{what="recordings"} 3`, `shebao_waiting_oldest_seconds{what="recordings"} 90`, `shebao_waiting_known{what="recordings"} 1`,
		`shebao_waiting{what="texts"} 0`, `shebao_waiting_oldest_seconds{what="texts"} 0`, `shebao_waiting_known{what="filings"} 0`)
	if strings.Contains(text, `shebao_waiting{what="filings"}`) {
		t.Error("what is not known is given as a number")
	}
}

func TestConnectionsOfTwoWings(t *testing.T) {
	pool := postgrestest.New(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	r := metrics.New()
	r.Pool("portal", pool)
	r.Pool("ivr", pool)
	reads(t, look(t, r), `shebao_database_connections{state="used",wing="portal"} 1`, `shebao_database_connections{state="used",wing="ivr"} 1`)
}

func TestNoRegistryMeasuresNothing(t *testing.T) {
	var r *metrics.Registry
	r.Request("portal", "GET", "/", 200, time.Second)
	r.Pool("portal", nil)
	r.Waiting(time.Now, metrics.Waiting{})
	if h := slog.DiscardHandler; r.Failures(h) != h {
		t.Error("the log's handler is another")
	}
}
