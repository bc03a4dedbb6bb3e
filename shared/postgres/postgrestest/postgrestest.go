// Package postgrestest gives every test a database of its own on a real PostgreSQL: one server per test process, one template per set of
// migrations, one clone per test.
package postgrestest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
)

var (
	start     sync.Once
	server    *embedded.Server
	startErr  error
	templates sync.Map // key of the migrations → *template
	databases atomic.Int64
)

type template struct {
	once sync.Once
	name string
	err  error
}

// New is a pool on a fresh database with the given migrations applied; the test's end drops it. Without server programs, and no way to
// obtain them, the test fails with a line that says what to install.
func New(t testing.TB, modules ...postgres.Migrations) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), URL(t, modules...), "", "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL is the address of such a database, for tests that start whole programs.
func URL(t testing.TB, modules ...postgres.Migrations) string {
	t.Helper()
	start.Do(func() { server, startErr = startServer() })
	if startErr != nil {
		t.Fatal(startErr)
	}
	var names []string
	for _, m := range modules {
		names = append(names, m.Module)
	}
	cached, _ := templates.LoadOrStore(strings.Join(names, "+"), new(template))
	model := cached.(*template)
	model.once.Do(func() { model.name, model.err = makeTemplate(nothing, modules) })
	return clone(t, model)
}

// Filled is New with rows that are written once: a package whose tests share a costly beginning clones it instead of making it again. The name tells one beginning from
// another within the test binary.
func Filled(t testing.TB, name string, fill func(ctx context.Context, pool *pgxpool.Pool) error, modules ...postgres.Migrations) *pgxpool.Pool {
	t.Helper()
	start.Do(func() { server, startErr = startServer() })
	if startErr != nil {
		t.Fatal(startErr)
	}
	cached, _ := templates.LoadOrStore("filled "+name, new(template))
	model := cached.(*template)
	model.once.Do(func() { model.name, model.err = makeTemplate(fill, modules) })
	pool, err := postgres.Open(t.Context(), clone(t, model), "", "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func nothing(context.Context, *pgxpool.Pool) error { return nil }

// clone makes a database of a template, dropped after the test.
func clone(t testing.TB, model *template) string {
	t.Helper()
	if model.err != nil {
		t.Fatal(model.err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := execAdmin("CREATE DATABASE " + name + " TEMPLATE " + model.name + " STRATEGY FILE_COPY"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execAdmin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return server.URL(name)
}

func makeTemplate(fill func(ctx context.Context, pool *pgxpool.Pool) error, modules []postgres.Migrations) (string, error) {
	ctx := context.Background()
	name := fmt.Sprintf("template_%d", databases.Add(1))
	if err := execAdmin("CREATE DATABASE " + name + " STRATEGY FILE_COPY"); err != nil {
		return "", err
	}
	pool, err := postgres.Open(ctx, server.URL(name), "", "template")
	if err != nil {
		return "", err
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool, modules...); err != nil {
		return "", err
	}
	return name, fill(ctx, pool)
}

func execAdmin(sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // the statement's error counts
	_, err = conn.Exec(ctx, sql)
	return err
}

// startServer starts this process's server from a copy of a cluster that the first test process ever made: copying takes a quarter of a second, initdb ten times that.
func startServer() (*embedded.Server, error) {
	root := filepath.Join(os.TempDir(), "shebao-test-"+strconv.Itoa(os.Geteuid()))
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(root, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Close() }() // closing gives the lock back
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, err
	}
	sweep(root)
	ctx := context.Background()
	bin, err := embedded.Programs(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	seed := filepath.Join(root, "seed-"+strings.NewReplacer("/", "_", ".", "_").Replace(bin))
	if _, err := os.Stat(filepath.Join(seed, "PG_VERSION")); err != nil {
		first, err := embedded.Start(ctx, embedded.Options{Dir: seed, Unsafe: true})
		if err != nil {
			return nil, err
		}
		if err := first.Stop(); err != nil {
			return nil, err
		}
	}
	run := filepath.Join(root, "run-"+strconv.Itoa(os.Getpid()))
	sockets := filepath.Join(run, "s")
	if err := os.MkdirAll(sockets, 0o755); err != nil {
		return nil, err
	}
	return embedded.Start(ctx, embedded.Options{Dir: filepath.Join(run, "pg"), Seed: seed, Unsafe: true, Sockets: sockets})
}

// sweep removes the clusters of test processes that are gone; their servers went with them.
func sweep(root string) {
	runs, _ := filepath.Glob(filepath.Join(root, "run-*")) // the pattern is well formed
	for _, dir := range runs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), "run-"))
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // what is left is swept next time
		}
	}
}
