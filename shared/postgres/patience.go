package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// connections is how many a pool has at most unless its address says otherwise (pool_max_conns): three wings of three processes each stay below the hundred that PostgreSQL admits
	// unless told otherwise. More than four for each core serve no more requests in a second; the others are for what waits for a disk, a lock or a long report.
	connections = 10
	// patience is how long a request waits for a connection before it is told to come back: a flood is answered while its askers are still there.
	patience = 3 * time.Second
)

// errBusy is told apart from an outage, and from a statement that took too long: every connection was in use all the time.
var errBusy = errors.New("no connection to the database came free")

// impatient adds to a tracer of statements, which may be none, that requests do not wait for ever.
func impatient(patience time.Duration, statements pgx.QueryTracer) pgx.QueryTracer {
	t := &multitracer.Tracer{PoolAcquireTracers: []pgxpool.AcquireTracer{patient{patience}}}
	if statements != nil {
		t.QueryTracers = []pgx.QueryTracer{statements}
	}
	return t
}

// patient ends a request's wait for a connection after a while. Work without a deadline, such as a command's or the background's, waits as long as it takes.
type patient struct{ patience time.Duration }

// TraceAcquireStart gives the acquisition a shorter time than the request has.
func (p patient) TraceAcquireStart(ctx context.Context, pool *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) <= p.patience {
		return ctx
	}
	within, cancel := context.WithTimeout(ctx, p.patience)
	return acquisition{within, ctx, pool, cancel}
}

// TraceAcquireEnd lets the timer go.
func (patient) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if a, ok := ctx.(acquisition); ok {
		a.cancel()
	}
}

// acquisition is the context of one wait for a connection; nothing else runs in it.
type acquisition struct {
	context.Context
	request context.Context
	pool    *pgxpool.Pool
	cancel  context.CancelFunc
}

// Err says errBusy when the wait ended before the request, and for no other reason than that all connections are in use.
func (a acquisition) Err() error {
	err := a.Context.Err()
	if s := a.pool.Stat(); errors.Is(err, context.DeadlineExceeded) && a.request.Err() == nil && s.AcquiredConns() == s.MaxConns() {
		return errBusy
	}
	return err
}
