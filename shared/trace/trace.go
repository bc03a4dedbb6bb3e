// Package trace tells a collector (OpenTelemetry) what each request did and how long each question to the database took, across processes. A span's name and attributes are names out
// of our own source (a wing, a route's pattern, a statement without its values): nothing of a request or of a person can become one.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	spans "go.opentelemetry.io/otel/trace"

	"shebao/shared/config"
)

// Endpoint is the setting that turns traces on: the collector's address, as OpenTelemetry names it. What else it names (headers, sampling) its library reads from the environment.
const Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

// Tracer traces one process. A nil one traces nothing.
type Tracer struct {
	provider *trace.TracerProvider
	tracer   spans.Tracer
}

// Read makes a tracer when the settings name a collector, else nil. What is wrong is kept in the reader; a collector that is away is told to log, and what it missed is lost.
func Read(ctx context.Context, r *config.Reader, log *slog.Logger) (*Tracer, error) {
	if r.Text(Endpoint, "") == "" {
		return nil, nil
	}
	r.PublicURL(Endpoint, "")
	if r.Err() != nil {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(r.Text(Endpoint, "")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are lost", "error", err.Error()) }))
	return New(trace.WithBatcher(exporter)), nil
}

// New is a tracer that hands its spans on as the option says.
func New(to trace.TracerProviderOption) *Tracer {
	provider := trace.NewTracerProvider(to, trace.WithResource(resource.NewSchemaless(attribute.String("service.name", "shebao"))))
	return &Tracer{provider, provider.Tracer("shebao")}
}

// Close hands on what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Request begins a request's span, as a part of the caller's trace when header (traceparent, W3C) names one. The ID, empty when nothing is traced, goes into the log's line; end is
// called once with the route's pattern, never the address.
func (t *Tracer) Request(ctx context.Context, wing, method, traceparent string) (_ context.Context, id string, end func(route string, status int)) {
	if t == nil {
		return ctx, "", func(string, int) {}
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(http.Header{"Traceparent": {traceparent}}))
	ctx, span := t.tracer.Start(ctx, method, spans.WithSpanKind(spans.SpanKindServer))
	return ctx, span.SpanContext().TraceID().String(), func(route string, status int) {
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("shebao.wing", wing), attribute.String("http.route", route), attribute.String("http.request.method", method), attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Queries traces what is asked of a database within a traced request; nil when nothing is traced.
func (t *Tracer) Queries() pgx.QueryTracer {
	if t == nil {
		return nil
	}
	return queries{t.tracer}
}

type queries struct{ tracer spans.Tracer }

// TraceQueryStart implements pgx.QueryTracer. Work in the background has no span of its own and is not traced.
func (q queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !spans.SpanFromContext(ctx).IsRecording() {
		return ctx
	}
	ctx, _ = q.tracer.Start(ctx, "sql", spans.WithSpanKind(spans.SpanKindClient), spans.WithAttributes(attribute.String("db.system.name", "postgresql"), attribute.String("db.query.text", statement(data.SQL))))
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer. What the database says of a failure may hold values: only that there was one is told.
func (q queries) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	span := spans.SpanFromContext(ctx)
	if read, ok := span.(trace.ReadOnlySpan); !ok || read.Name() != "sql" {
		return
	}
	if data.Err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// statement is a statement's beginning, on one line. Values are never in it: they go beside it.
func statement(sql string) string {
	words := []rune(strings.Join(strings.Fields(sql), " "))
	return string(words[:min(len(words), 200)])
}
