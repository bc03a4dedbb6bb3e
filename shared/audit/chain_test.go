package audit_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/audit"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

func entry(action string) audit.Entry {
	return audit.Entry{Stream: "complaints", At: now, Actor: "staff:1", Role: "investigator", Action: action, Subject: "person:1", Reason: "work"}
}

func textOf(t *testing.T, pool *pgxpool.Pool, sql string) (text string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// Many write while several chain: every entry is in the chain once, each writer's in their order, and what was undone is nowhere.
func TestEveryEntryIsChainedOnce(t *testing.T) {
	pool, ctx := postgrestest.New(t, audit.Migrations()), t.Context()
	const writers, each = 6, 40
	var writing, chaining sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		chaining.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := audit.Chain(ctx, pool); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				undone := fmt.Errorf("undone")
				err := postgres.Tx(ctx, pool, func(tx pgx.Tx) error {
					for part := range 2 {
						if err := audit.Append(ctx, tx, entry(fmt.Sprintf("w%d %03d", w, i*2+part))); err != nil {
							return err
						}
					}
					if i%4 == 3 {
						return undone
					}
					return nil
				})
				if err != nil && err != undone {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	chaining.Wait()
	checked, breaks, err := audit.Verify(ctx, pool)
	if want := int64(writers * each / 4 * 3 * 2); err != nil || checked != want || len(breaks) > 0 {
		t.Fatalf("%d rows, %v, %v, want %d", checked, breaks, err, want)
	}
	if got := textOf(t, pool, `SELECT count(DISTINCT action) || ' ' || count(*) FILTER (WHERE action < before) || ' ' || (SELECT count(*) FROM audit.waiting)
		FROM (SELECT action, lag(action) OVER (PARTITION BY left(action, 2) ORDER BY seq) AS before FROM audit.log) l`); got != "360 0 0" {
		t.Errorf("different, out of order, still waiting: %s", got)
	}
}

// Whoever reads the log misses nothing that has been committed; the person concerned reads it before it is chained.
func TestWhatWaitsIsRead(t *testing.T) {
	for name, read := range map[string]func(pool *pgxpool.Pool) (string, error){
		"search": func(pool *pgxpool.Pool) (string, error) {
			list, err := audit.Search(context.Background(), pool, audit.Filter{Limit: 10})
			return fmt.Sprint(len(list)), err
		},
		"verify": func(pool *pgxpool.Pool) (string, error) {
			n, _, err := audit.Verify(context.Background(), pool)
			return fmt.Sprint(n), err
		},
		"checkpoint": func(pool *pgxpool.Pool) (string, error) {
			c, err := audit.TakeCheckpoint(context.Background(), pool, keyOf(1), now)
			return fmt.Sprint(c.Heads[0].Seq), err
		},
		"the person": func(pool *pgxpool.Pool) (string, error) {
			return textOf(t, pool, `SELECT count(*)::text FROM audit.seen`), nil
		},
	} {
		pool := postgrestest.New(t, audit.Migrations())
		for range 3 {
			if err := audit.Append(t.Context(), pool, entry("view record")); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := read(pool); err != nil || got != "3" {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// What waits is not changed; a chain that existed before entries waited goes on where it ended.
func TestWhatWaitsStands(t *testing.T) {
	pool := logged(t)
	if err := audit.Chain(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	before := textOf(t, pool, `SELECT encode(hash, 'hex') FROM audit.head WHERE stream = 'complaints'`)
	if err := audit.Append(t.Context(), pool, entry("view case")); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE audit.waiting SET actor = 'staff:2'`, `TRUNCATE audit.waiting`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "never changed") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if breaks := verify(t, pool); len(breaks) > 0 {
		t.Errorf("breaks = %v", breaks)
	}
	if got := textOf(t, pool, `SELECT encode(prev, 'hex') || ' ' || seq FROM audit.log WHERE action = 'view case' AND subject = 'person:1'`); got != before+" 13" {
		t.Errorf("chained after %s", got)
	}
}
