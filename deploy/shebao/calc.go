package main

import (
	"context"
	"slices"
	"time"

	"shebao/deploy/calc"
	"shebao/shared/calendar"
)

// calc needs no database: it reads one JSON object a line and writes one a line.
func (p program) calc(ctx context.Context, args []string) error {
	if len(args) == 2 && args[1] == "--help" && calc.Fields(args[0]) != "" {
		p.say(calc.Fields(args[0]))
		return nil
	}
	if len(args) != 1 || !slices.Contains(calc.Names(), args[0]) {
		return errUsage
	}
	return calc.Run(ctx, args[0], calendar.DateOf(time.Now()), p.in, p.out)
}
