// Package postgres (of deploy) grants each process what it needs in the database, and no more.
package postgres

import (
	"context"
	_ "embed" // roles.sql
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed roles.sql
var roles string

// Grant makes the processes' roles and gives them their rights on the migrated schemas; safe to repeat.
func Grant(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, roles); err != nil {
		return fmt.Errorf("grant rights: %w", err)
	}
	return nil
}
