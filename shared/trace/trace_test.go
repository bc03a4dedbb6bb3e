package trace_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"shebao/shared/config"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/trace"
)

// A request is a span of its caller's trace, its questions to the database are spans within it; no value, no address and nothing that the database says of a failure is in any of them.
func TestARequestAndItsQuestions(t *testing.T) {
	kept := tracetest.NewSpanRecorder()
	tracer := trace.New(sdk.WithSpanProcessor(kept))
	pool, err := postgres.Open(t.Context(), postgrestest.URL(t), "", "test", postgres.Traced(tracer.Queries()))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const secret = "070102199109257626"
	ctx, id, end := tracer.Request(t.Context(), "portal", "GET", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if id != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("the trace is %s, not the caller's", id)
	}
	var got string
	if err := pool.QueryRow(ctx, "SELECT\n  $1::text", secret).Scan(&got); err != nil || got != secret {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, `SELECT $1::text::integer`, secret+"x"); err == nil {
		t.Fatal("no number became one")
	}
	end("/statement/:year", 503)
	if _, err := pool.Exec(t.Context(), `SELECT 1`); err != nil { // work in the background
		t.Fatal(err)
	}
	spans := kept.Ended()
	if len(spans) != 3 {
		t.Fatalf("%d spans", len(spans))
	}
	request := spans[2]
	if request.Name() != "GET /statement/:year" || request.Parent().SpanID().String() != "b7ad6b7169203331" || request.Status().Code.String() != "Error" {
		t.Errorf("%s of %s, %v", request.Name(), request.Parent().SpanID(), request.Status())
	}
	for i, span := range spans[:2] {
		if span.Parent().SpanID() != request.SpanContext().SpanID() || (span.Status().Code.String() == "Error") != (i == 1) {
			t.Errorf("%s is not the request's, or ended with %v", span.Name(), span.Status())
		}
	}
	for _, span := range spans {
		if said := fmt.Sprint(span.Name(), span.Attributes(), span.Events(), span.Status()); strings.Contains(said, secret) || strings.Contains(said, "invalid input") {
			t.Errorf("a span tells %s", said)
		}
	}
	if said := fmt.Sprint(spans[0].Attributes()); !strings.Contains(said, "SELECT $1::text") {
		t.Errorf("the question is not told: %s", said)
	}
}

// Without a collector nothing is traced; a wrong address is a problem of the settings; one that answers nobody harms nothing.
func TestTracesAreASetting(t *testing.T) {
	none, err := trace.Read(t.Context(), config.NewReader(config.Map(nil)), slog.Default())
	if none != nil || err != nil || none.Queries() != nil || none.Close(t.Context()) != nil {
		t.Errorf("%v, %v", none, err)
	}
	ctx, id, end := none.Request(t.Context(), "ivr", "POST", "")
	end("/", 200)
	if ctx != t.Context() || id != "" {
		t.Error("nothing is something")
	}
	wrong := config.NewReader(config.Map(map[string]string{trace.Endpoint: "collector:4318"}))
	if got, err := trace.Read(t.Context(), wrong, slog.Default()); got != nil || err != nil || wrong.Err() == nil {
		t.Errorf("%v, %v, %v", got, err, wrong.Err())
	}
	var said bytes.Buffer
	away, err := trace.Read(t.Context(), config.NewReader(config.Map(map[string]string{trace.Endpoint: "http://127.0.0.1:1"})), slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	_, _, end = away.Request(t.Context(), "ivr", "POST", "nonsense")
	end("/", 200)
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := away.Close(soon); err == nil && !strings.Contains(said.String(), "traces are lost") {
		t.Error("nobody is told that traces are lost")
	}
}
