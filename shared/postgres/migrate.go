package postgres

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations are one module's schema, in numbered goose files (0001_name.sql …) at the root of Files.
type Migrations struct {
	Module string
	Files  fs.FS
}

// Migrate brings every module's schema up to date, in the given order. Several processes may call it at once: one works, the others wait.
func Migrate(ctx context.Context, pool *pgxpool.Pool, modules ...Migrations) error {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }() // gives its connections back to the pool
	for _, module := range modules {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrate %s: %w", module.Module, err)
		}
		provider, err := goose.NewProvider(goose.DialectPostgres, db, module.Files,
			goose.WithTableName("public.migration_"+module.Module), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
		if err != nil {
			return fmt.Errorf("migrate %s: %w", module.Module, err)
		}
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate %s: %w", module.Module, err)
		}
	}
	return nil
}
