package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
)

// staff administers the desk's accounts. A password is read from standard input, never from the command line; secrets are printed once.
func (p program) staff(ctx context.Context, args []string) error {
	if len(args) < 1 {
		return errUsage
	}
	work, err := p.staffWork(args[0], args[1:])
	if err != nil {
		return err
	}
	return readable(p.onDesk(ctx, "staff", func(_ *ground, c complaints.Config, pool *pgxpool.Pool) error { return work(ctx, c, pool) }))
}

// staffWork reads what is to be done; what is wrong with the command is found before anything starts.
func (p program) staffWork(verb string, args []string) (func(context.Context, complaints.Config, *pgxpool.Pool) error, error) {
	flags := flag.NewFlagSet("staff "+verb, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	a := complaints.Account{MustChange: true}
	flags.StringVar(&a.Account, "account", "", "")
	if verb == "add" {
		flags.StringVar(&a.Name, "name", "", "")
		flags.StringVar(&a.Role, "role", "investigator", "")
		flags.StringVar(&a.Region, "region", "", "")
	}
	if flags.Parse(args) != nil || flags.NArg() > 0 || (a.Account == "") != (verb == "list") || verb == "add" && a.Name == "" {
		return nil, errUsage
	}
	switch verb {
	case "add":
		line, err := bufio.NewReader(p.in).ReadString('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		a.Password = strings.TrimSpace(line)
		return func(ctx context.Context, c complaints.Config, pool *pgxpool.Pool) error {
			return p.addStaff(ctx, c, pool, a)
		}, nil
	case "disable", "enable":
		return func(ctx context.Context, c complaints.Config, pool *pgxpool.Pool) error {
			return complaints.DisableStaff(ctx, c, pool, a.Account, verb == "disable", time.Now().UTC())
		}, nil
	case "reset":
		return func(ctx context.Context, c complaints.Config, pool *pgxpool.Pool) error {
			password, secret, err := complaints.ResetStaff(ctx, c, pool, a.Account, time.Now().UTC())
			if err == nil {
				p.say(fmt.Sprintf("password for once: %s\nsecret for the authenticator: %s", password, secret))
			}
			return err
		}, nil
	case "list":
		return p.listStaff, nil
	}
	return nil, errUsage
}

func (p program) addStaff(ctx context.Context, c complaints.Config, pool *pgxpool.Pool, a complaints.Account) error {
	secret, err := complaints.AddStaff(ctx, c, pool, a, time.Now().UTC())
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("%s added; enter this secret into an authenticator, it is shown only now: %s", a.Account, secret))
	return nil
}

func (p program) listStaff(ctx context.Context, c complaints.Config, pool *pgxpool.Pool) error {
	list, err := complaints.ListStaff(ctx, c, pool, time.Now().UTC())
	if err != nil {
		return err
	}
	for _, who := range list {
		state := "active"
		if who.Disabled {
			state = "disabled"
		}
		p.say(fmt.Sprintf("%-20s %-13s %-6s %-9s %4d cases  %s", who.Account, who.Role, who.Region, state, who.Cases, who.Name))
	}
	return nil
}
