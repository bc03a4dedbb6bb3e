package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"shebao/complaints"
	"shebao/shared/config"
)

// staff add reads the password from standard input, never from the command line, and prints the secret for the authenticator once.
func (p program) staff(ctx context.Context, args []string) error {
	if len(args) < 1 || args[0] != "add" {
		return errUsage
	}
	flags := flag.NewFlagSet("staff add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	a := complaints.Account{}
	flags.StringVar(&a.Account, "account", "", "")
	flags.StringVar(&a.Name, "name", "", "")
	flags.StringVar(&a.Role, "role", "investigator", "")
	flags.StringVar(&a.Region, "region", "", "")
	if flags.Parse(args[1:]) != nil || a.Account == "" || a.Name == "" || flags.NArg() > 0 {
		return errUsage
	}
	line, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	a.Password = strings.TrimSpace(line)
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	if g.own {
		if err := g.migrate(ctx); err != nil {
			return err
		}
	}
	pool, err := g.pool(ctx, "", "staff")
	if err != nil {
		return err
	}
	defer pool.Close()
	settings := config.NewReader(config.Chain(g.lookup, config.Map(map[string]string{"DESK_PUBLIC_URL": "http://localhost"})))
	c := complaints.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		return err
	}
	secret, err := complaints.AddStaff(ctx, c, pool, a, time.Now().UTC())
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("%s added; enter this secret into an authenticator, it is shown only now: %s", a.Account, secret))
	return nil
}
