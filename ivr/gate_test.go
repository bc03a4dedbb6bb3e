package ivr_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// outage is how a database is away.
type outage int32

const (
	none   outage = iota
	gone          // connections break and are refused, as while it restarts
	silent        // nothing arrives there and nothing comes back
	mute          // what is asked is done, and the answer does not arrive
)

// gate stands between the hotline and its database and takes it away.
type gate struct {
	now   atomic.Int32
	mu    sync.Mutex
	conns []net.Conn
}

func (g *gate) is(o outage) bool { return outage(g.now.Load()) == o }

func (g *gate) set(o outage) {
	g.now.Store(int32(o))
	g.mu.Lock()
	defer g.mu.Unlock()
	if o == gone {
		for _, c := range g.conns {
			_ = c.Close() // broken is what it is meant to be
		}
		g.conns = nil
	}
}

func (g *gate) dial(ctx context.Context, network, address string) (net.Conn, error) {
	switch {
	case g.is(gone):
		return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
	case !g.is(none):
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns = append(g.conns, conn)
	return &gatedConn{conn, g}, nil
}

type gatedConn struct {
	net.Conn
	gate *gate
}

func (c *gatedConn) Write(b []byte) (int, error) {
	if c.gate.is(silent) {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Read gives nothing of what comes while the gate is mute: it waits for more until its deadline.
func (c *gatedConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.gate.is(mute) {
			return n, err
		}
	}
}

// gated is the hotline's pool, behind the gate.
func (h *hotline) gated(t *testing.T) *pgxpool.Pool {
	t.Helper()
	c := h.pool.Config().Copy()
	c.ConnConfig.DialFunc = h.gate.dial
	c.ConnConfig.Tracer = &h.trips
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// trips counts how often the database is asked: a batch is one trip, whatever it holds.
type trips struct{ n atomic.Int64 }

func (t *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	t.n.Add(1)
	return ctx
}

func (t *trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	t.n.Add(1)
	return ctx
}

func (*trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData)     {}
func (*trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (*trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
