package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/config"
)

// auditCheckpoints names the file of checkpoints.
const auditCheckpoints = "SHEBAO_AUDIT_CHECKPOINTS"

// audit verifies the log, notes where it ends, and removes what is older than a day. verify exits with 4 when the chain is broken.
func (p program) audit(ctx context.Context, args []string) error {
	if len(args) < 1 {
		return errUsage
	}
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file, before := flags.String("checkpoints", "", ""), flags.String("before", "", "")
	if flags.Parse(args[1:]) != nil || flags.NArg() > 0 || (*before != "") != (args[0] == "purge") {
		return errUsage
	}
	work, known := map[string]func(context.Context, *pgxpool.Pool, audit.Keys, string) error{
		"verify": p.verifyAudit,
		"checkpoint": func(ctx context.Context, pool *pgxpool.Pool, keys audit.Keys, file string) error {
			return keys.Keep(ctx, pool, file, time.Now())
		},
		"purge": func(ctx context.Context, pool *pgxpool.Pool, _ audit.Keys, _ string) error {
			day, err := calendar.ParseDate(*before)
			if err != nil {
				return errUsage
			}
			removed, err := audit.Purge(ctx, pool, day.Midnight(), time.Now().UTC())
			if err == nil {
				p.say(fmt.Sprintf("%d rows removed", removed))
			}
			return readable(err)
		},
	}[args[0]]
	if !known {
		return errUsage
	}
	return p.asOwner(ctx, "audit", func(g *ground, pool *pgxpool.Pool) error {
		settings := config.NewReader(g.lookup)
		keys := audit.ReadKeys(settings)
		if *file == "" {
			*file = settings.Text(auditCheckpoints, "")
		}
		if *file == "" && args[0] == "checkpoint" {
			settings.Problem(auditCheckpoints, "missing, and no --checkpoints FILE")
		}
		if err := settings.Err(); err != nil {
			return err
		}
		return work(ctx, pool, keys, *file)
	})
}

func (p program) verifyAudit(ctx context.Context, pool *pgxpool.Pool, keys audit.Keys, file string) error {
	var kept []audit.Checkpoint
	if file != "" {
		var err error
		if kept, err = keys.Kept(file); err != nil {
			return err
		}
	}
	checked, breaks, err := audit.Verify(ctx, pool, kept...)
	if err != nil {
		return err
	}
	for _, b := range breaks {
		p.say(fmt.Sprintf("%s row %d: %s", b.Stream, b.Seq, b.What))
	}
	p.say(fmt.Sprintf("%d rows checked against the chain and %d checkpoints, %d breaks", checked, len(kept), len(breaks)))
	if len(breaks) > 0 {
		return exitCode(4)
	}
	return nil
}
