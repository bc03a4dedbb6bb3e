package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	grants "shebao/deploy/postgres"
	"shebao/shared/config"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
	"shebao/shared/redis"
	"shebao/shared/seal"
)

// ground is what every command stands on: the database, Redis, and the settings of this installation.
type ground struct {
	dataDir     string
	own         bool // the database is one of our own in the data directory
	databaseURL string
	redisURL    string
	lookup      config.Lookup
	stops       []func()
	restart     func(ctx context.Context, away time.Duration) error // of a database of our own
}

func (p program) newGround() *ground {
	g := &ground{dataDir: ".shebao", lookup: p.env}
	if dir, ok := p.env("SHEBAO_DATA"); ok && dir != "" {
		g.dataDir = dir
	}
	return g
}

// openGround finds the configured database and Redis, or starts our own, whose schemas it brings up to date. A data directory whose database another process already runs is joined.
func (p program) openGround(ctx context.Context) (*ground, error) {
	g := p.newGround()
	if err := g.openDatabase(ctx, p); err != nil {
		g.close()
		return nil, err
	}
	if err := g.openRedis(p); err != nil {
		g.close()
		return nil, err
	}
	if g.own {
		if err := g.migrate(ctx); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

func (g *ground) openDatabase(ctx context.Context, p program) error {
	if url, ok := p.env("DATABASE_URL"); ok && url != "" {
		g.databaseURL = url
		return nil
	}
	g.own = true
	if err := os.MkdirAll(g.dataDir, 0o755); err != nil {
		return err
	}
	secrets, err := g.ownSecrets()
	if err != nil {
		return err
	}
	g.lookup = config.Chain(p.env, secrets, config.Map(map[string]string{auditCheckpoints: filepath.Join(g.dataDir, "audit-checkpoints.jsonl")}))
	lock, err := os.OpenFile(filepath.Join(g.dataDir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	running := filepath.Join(g.dataDir, "running")
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close() // another process holds it
		return g.join(running)
	}
	cluster, err := g.clusterDir()
	if err != nil {
		return err
	}
	sockets, err := os.MkdirTemp("", "shebao-pg-")
	if err != nil {
		return err
	}
	options := embedded.Options{Dir: cluster, Say: p.err, Sockets: sockets}
	server, err := embedded.Start(ctx, options)
	if err != nil {
		return err
	}
	g.restart = func(ctx context.Context, away time.Duration) (err error) {
		if err := server.Stop(); err != nil {
			return err
		}
		time.Sleep(away)
		server, err = embedded.Start(ctx, options)
		return err
	}
	g.databaseURL = server.URL("postgres")
	if err := os.WriteFile(running, []byte(g.databaseURL), 0o600); err != nil {
		return err
	}
	g.stops = append(g.stops, func() {
		_ = os.Remove(running) // a stale one is overwritten at the next start
		if err := server.Stop(); err != nil {
			p.sayError(err.Error())
		}
		_ = lock.Close() // gives the lock back
	})
	return nil
}

func (g *ground) join(running string) error {
	url, err := os.ReadFile(running)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("another shebao is just starting or stopping in %s: try again in a moment", g.dataDir)
	}
	if err != nil {
		return err
	}
	g.databaseURL = string(url)
	return nil
}

// clusterDir is inside the data directory, unless the server's user could not enter it (as below root's home).
func (g *ground) clusterDir() (string, error) {
	abs, err := filepath.Abs(g.dataDir)
	if err != nil {
		return "", err
	}
	if embedded.Reachable(abs) {
		return filepath.Join(abs, "postgres"), nil
	}
	sum := sha256.Sum256([]byte(abs))
	return filepath.Join("/var/lib/shebao", hex.EncodeToString(sum[:6]), "postgres"), nil
}

func (g *ground) openRedis(p program) error {
	if url, ok := p.env("REDIS_URL"); ok && url != "" {
		g.redisURL = url
		return nil
	}
	if !g.own {
		return errors.New("REDIS_URL: missing (a configured database goes with a configured Redis)")
	}
	server, err := redis.StartEmbedded()
	if err != nil {
		return err
	}
	g.redisURL = server.URL()
	g.stops = append(g.stops, server.Stop)
	return nil
}

// close stops what this process started, last first.
func (g *ground) close() {
	for i := len(g.stops) - 1; i >= 0; i-- {
		g.stops[i]()
	}
}

// migrate brings schemas and rights up to date.
func (g *ground) migrate(ctx context.Context) error {
	pool, err := g.pool(ctx, "", "migrate")
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.Migrate(ctx, pool, grants.Migrations()...); err != nil {
		return err
	}
	return grants.Grant(ctx, pool)
}

// pool connects as the given role; no role is the owner.
func (g *ground) pool(ctx context.Context, role, name string, options ...postgres.Option) (*pgxpool.Pool, error) {
	return postgres.Open(ctx, g.databaseURL, role, "shebao "+name, options...)
}

// ledgerOn opens the ledger over a pool with the installation's keys for it.
func (g *ground) ledgerOn(pool *pgxpool.Pool, r *config.Reader) (*ledger.Ledger, error) {
	secrets, statements := r.Secrets("SHEBAO_LEDGER_KEY", 32), ledger.ReadStatementKeys(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	field, err := seal.FieldKeyOf(secrets, "ledger")
	if err != nil {
		return nil, err
	}
	hash, err := seal.HashKeyOf(secrets, "ledger")
	if err != nil {
		return nil, err
	}
	return ledger.New(pool, ledger.Keys{Field: field, Hash: hash, Statements: statements}), nil
}
