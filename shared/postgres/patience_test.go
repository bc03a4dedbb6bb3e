package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

// request runs a statement as a request does: with a deadline that is far away.
func request(ctx context.Context, pool *pgxpool.Pool, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := pool.Exec(ctx, sql)
	return postgres.Classify(err)
}

// While requests come and go, a flood waits its turn; while nothing comes free, each is told to come back, and the next one is served as soon as something is free.
func TestAFloodWaitsAndIsToldToWait(t *testing.T) {
	pool, err := postgres.OpenPatient(t.Context(), postgrestest.URL(t, module)+"&pool_max_conns=2", "", "flood", 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	flood := func(sql string, judge func(err error)) {
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() { judge(request(t.Context(), pool, sql)) })
		}
		wait.Wait()
	}
	flood(`SELECT 1`, func(err error) {
		if err != nil {
			t.Errorf("one who waited: %v", err)
		}
	})
	held := []*pgxpool.Conn{acquire(t, pool), acquire(t, pool)}
	background := make(chan error, 1)
	go func() {
		_, err := pool.Exec(t.Context(), `SELECT 1`)
		background <- err
	}()
	flood(`SELECT 1`, func(err error) {
		if f := fault.Of(err); f == nil || f.Kind != fault.Unavailable || f.Key != "fault.busy" || f.RetryAfter <= 0 {
			t.Errorf("all connections in use: %v", err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := pool.Exec(ctx, `SELECT 1`); fault.Of(postgres.Classify(err)).Key != "fault.unavailable" {
		t.Errorf("a request whose own time is over: %v", err)
	}
	for _, c := range held {
		c.Release()
	}
	if err := <-background; err != nil {
		t.Errorf("work without a deadline: %v", err)
	}
	if err := request(t.Context(), pool, `SELECT 1`); err != nil {
		t.Errorf("after the flood: %v", err)
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are still in use", n)
	}
}

func acquire(t *testing.T, pool *pgxpool.Pool) *pgxpool.Conn {
	t.Helper()
	c, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The address says how many connections there are; without a word there are more than pgx's four.
func TestConnections(t *testing.T) {
	url := postgrestest.URL(t, module)
	for more, want := range map[string]int32{"": 10, "&pool_max_conns=3": 3, "&pool_max_conns=40": 40} {
		pool, err := postgres.Open(t.Context(), url+more, "", "test")
		if err != nil {
			t.Fatal(err)
		}
		if got := pool.Config().MaxConns; got != want {
			t.Errorf("%q: %d connections, want %d", strings.TrimPrefix(more, "&"), got, want)
		}
		pool.Close()
	}
}
