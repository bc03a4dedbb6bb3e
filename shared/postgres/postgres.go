// Package postgres opens pools, runs migrations and transactions. Each module brings its own migrations and its own SQL.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/fault"
)

// Option changes how a pool connects.
type Option func(config *pgxpool.Config)

// Traced lets a tracer know of every question; a nil one changes nothing.
func Traced(tracer pgx.QueryTracer) Option {
	return func(config *pgxpool.Config) { config.ConnConfig.Tracer = tracer }
}

// Open connects a pool and checks it. role, when not empty, is what the pool acts as: one database role per process, so that
// the database itself forbids the portal to read a complaint. name shows in pg_stat_activity. Unless the address says pool_max_conns there are at most ten connections; a request, which
// has a deadline, waits three seconds for one of them, and Classify then says fault.Unavailable (fault.busy).
func Open(ctx context.Context, url, role, name string, options ...Option) (*pgxpool.Pool, error) {
	return open(ctx, url, role, name, patience, options...)
}

func open(ctx context.Context, url, role, name string, patience time.Duration, options ...Option) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database address: cannot be parsed") // the parser's error would print the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = connections
	}
	config.ConnConfig.RuntimeParams["application_name"] = name
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if role != "" {
		config.ConnConfig.RuntimeParams["role"] = role
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	for _, set := range options {
		set(config)
	}
	config.ConnConfig.Tracer = impatient(patience, config.ConnConfig.Tracer)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}

// Beginner is what starts a transaction: a pool or a connection.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Tx runs work in one transaction and returns the commit's error. On any error, or a panic, nothing is kept.
func Tx(ctx context.Context, db Beginner, work func(tx pgx.Tx) error) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return Classify(fmt.Errorf("begin: %w", err))
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	if err := work(tx); err != nil {
		return Classify(err)
	}
	if err := tx.Commit(ctx); err != nil {
		return Classify(fmt.Errorf("commit: %w", err))
	}
	return nil
}

// Classify turns an outage of the database into fault.Unavailable (fault.unavailable), and a flood of requests that uses all connections into fault.Unavailable (fault.busy); it leaves every other
// error as it is.
func Classify(err error) error {
	if err == nil || fault.Of(err).Kind != fault.Internal {
		return err
	}
	if errors.Is(err, errBusy) {
		busy := fault.New(fault.Unavailable, "fault.busy").Because(err)
		busy.RetryAfter = 5 * time.Second
		return busy
	}
	if !isOutage(err) {
		return err
	}
	return fault.New(fault.Unavailable, "fault.unavailable").Because(err)
}

func isOutage(err error) bool {
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		switch answered.Code[:2] {
		case "08", "57", "53": // connection, operator intervention (shutdown, statement timeout), out of resources
			return true
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err)
}

// IsUnique reports a violated unique constraint, by name, or any when the name is empty.
func IsUnique(err error, constraint string) bool {
	var answered *pgconn.PgError
	return errors.As(err, &answered) && answered.Code == "23505" && (constraint == "" || answered.ConstraintName == constraint)
}
