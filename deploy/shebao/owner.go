package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/shared/config"
	"shebao/shared/ledger"
)

// asOwner runs a command's work as the database's owner; name is the connection's name in the database.
func (p program) asOwner(ctx context.Context, name string, work func(g *ground, pool *pgxpool.Pool) error) error {
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	pool, err := g.pool(ctx, "", name)
	if err != nil {
		return err
	}
	defer pool.Close()
	return work(g, pool)
}

// onLedger runs a command's work on the ledger, as its owner.
func (p program) onLedger(ctx context.Context, work func(book *ledger.Ledger) error) error {
	return p.asOwner(ctx, "ledger", func(g *ground, pool *pgxpool.Pool) error {
		book, err := g.ledgerOn(pool, config.NewReader(g.lookup))
		if err != nil {
			return err
		}
		return work(book)
	})
}

// onDesk runs a command's work on what the desk keeps, as its owner and by the desk's settings.
func (p program) onDesk(ctx context.Context, name string, work func(g *ground, c complaints.Config, pool *pgxpool.Pool) error) error {
	return p.asOwner(ctx, name, func(g *ground, pool *pgxpool.Pool) error {
		settings := g.deskSettings()
		c := complaints.ReadConfig(settings)
		if err := settings.Err(); err != nil {
			return err
		}
		return work(g, c, pool)
	})
}

// deskSettings are the installation's, with an address where the desk has none: commands serve no page.
func (g *ground) deskSettings() *config.Reader {
	return config.NewReader(config.Chain(g.lookup, config.Map(map[string]string{"DESK_PUBLIC_URL": "http://localhost"})))
}
