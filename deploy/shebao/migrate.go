package main

import (
	"context"
	"fmt"

	"shebao/shared/audit"
)

func (p program) migrate(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	if err := g.migrate(ctx); err != nil {
		return err
	}
	p.say("schemas and rights are up to date")
	return nil
}

// audit verify exits with 4 when the chain is broken.
func (p program) audit(ctx context.Context, args []string) error {
	if len(args) != 1 || args[0] != "verify" {
		return errUsage
	}
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	pool, err := g.pool(ctx, "", "audit")
	if err != nil {
		return err
	}
	defer pool.Close()
	checked, breaks, err := audit.Verify(ctx, pool)
	if err != nil {
		return err
	}
	for _, b := range breaks {
		p.say(fmt.Sprintf("%s row %d: %s", b.Stream, b.Seq, b.What))
	}
	p.say(fmt.Sprintf("%d rows checked, %d breaks", checked, len(breaks)))
	if len(breaks) > 0 {
		return exitCode(4)
	}
	return nil
}
