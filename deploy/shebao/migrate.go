package main

import "context"

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
