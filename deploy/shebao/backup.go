package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/backup"
	"shebao/shared/audit"
	"shebao/shared/config"
)

// backup keeps the whole database in a file, or writes it to standard output for a program that encrypts it.
func (p program) backup(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	return p.asOwner(ctx, "backup", func(g *ground, _ *pgxpool.Pool) error {
		if args[0] == "-" {
			return backup.Write(ctx, g.databaseURL, p.out)
		}
		if err := backup.WriteFile(ctx, g.databaseURL, args[0]); err != nil {
			return err
		}
		p.say(fmt.Sprintf("%s holds the whole database; what is sealed in it opens only with this installation's secrets: keep both, apart from each other", args[0]))
		return nil
	})
}

// restore brings a backup into an empty database, up to date and with its rights, and proves what came back: the secrets open what is sealed, packed years agree with the
// contributions, the audit log's chain is whole. It exits with 4 when one of them does not hold.
func (p program) restore(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	in := p.in
	if args[0] != "-" {
		file, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // only read
		in = file
	}
	g := p.newGround()
	defer g.close()
	if url, ok := p.env("DATABASE_URL"); !ok || url == "" {
		if _, err := os.Stat(filepath.Join(g.dataDir, secretsFile)); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s holds no %s: put the old installation's there first, else nobody can open what is sealed", g.dataDir, secretsFile)
		}
	}
	if err := g.openDatabase(ctx, p); err != nil {
		return err
	}
	pool, err := g.pool(ctx, "", "restore")
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := backup.Read(ctx, g.databaseURL, pool, in); err != nil {
		return err
	}
	if err := g.migrate(ctx); err != nil {
		return err
	}
	return p.proveRestored(ctx, g, pool)
}

func (p program) proveRestored(ctx context.Context, g *ground, pool *pgxpool.Pool) error {
	book, err := g.ledgerOn(pool, config.NewReader(g.lookup))
	if err != nil {
		return err
	}
	kinds, _, err := g.rekeyed(ctx, pool)
	if err != nil {
		return err
	}
	lines, err := p.walkKinds(ctx, pool, kinds, false, false)
	if err != nil {
		return err
	}
	if errors.Is(verdict(lines), exitLost) {
		for _, l := range lines {
			if l.Lost > 0 {
				p.say(fmt.Sprintf("everything is back, but %s is not what %d of %d %s were made with: give the old installation's secrets", l.Secret, l.Lost, l.Rows, l.What))
			}
		}
		return exitLost
	}
	if err := p.verifyLedger(ctx, book, false); err != nil {
		return err
	}
	settings := config.NewReader(g.lookup)
	keys := audit.ReadKeys(settings)
	if err := settings.Err(); err != nil {
		return err
	}
	return p.verifyAudit(ctx, pool, keys, settings.Text(auditCheckpoints, ""))
}
