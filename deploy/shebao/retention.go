package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/complaints/retention"
)

// retention shows what may go, and does it: run takes the digest that preview printed, so that nothing goes that nobody saw.
func (p program) retention(ctx context.Context, args []string) error {
	if len(args) < 1 || args[0] != "preview" && args[0] != "run" || (len(args) == 2) != (args[0] == "run") || len(args) > 2 {
		return errUsage
	}
	return p.onDesk(ctx, "retention", func(_ *ground, c complaints.Config, pool *pgxpool.Pool) error {
		if args[0] == "run" {
			return p.runRetention(ctx, c, pool, args[1])
		}
		return p.previewRetention(ctx, c, pool)
	})
}

func (p program) runRetention(ctx context.Context, c complaints.Config, pool *pgxpool.Pool, digest string) error {
	done, err := complaints.RunRetention(ctx, c, pool, digest, time.Now().UTC())
	if err != nil {
		return readable(err)
	}
	p.say(fmt.Sprintf("certificate %s: %d removed, %d kept, sha256 %s", done.Number, done.Done, done.Kept, done.SHA256))
	return nil
}

func (p program) previewRetention(ctx context.Context, c complaints.Config, pool *pgxpool.Pool) error {
	plan, digest, err := complaints.PlanRetention(ctx, c, pool, time.Now().UTC())
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		list []retention.Planned
	}{{"ready", plan.Ready}, {"warned", plan.Waiting}, {"to be warned", plan.Warn}, {"held", plan.Held}} {
		for _, x := range part.list {
			p.say(fmt.Sprintf("%-12s %s %s from %s", part.name, x.Number, x.Then, x.Due))
		}
	}
	p.say(fmt.Sprintf("%d ready, %d warned, %d to be warned, %d held", len(plan.Ready), len(plan.Waiting), len(plan.Warn), len(plan.Held)))
	if len(plan.Ready) > 0 {
		p.say("shebao retention run " + digest)
	}
	return nil
}
