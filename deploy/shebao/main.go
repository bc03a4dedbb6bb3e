// Command shebao is the whole house: one binary for the portal, the hotline, the complaint desk and everything that runs them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"
)

// program is what a command may touch: its own streams, the environment, nothing global.
type program struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
}

type command struct {
	usage, about string
	run          func(p program, ctx context.Context, args []string) error
}

func commands() map[string]command {
	return map[string]command{
		"demo":         {"demo [--json]", "start everything with invented data, and print where to go", program.demo},
		"call":         {"call [--script FILE]", "call the hotline of the running demo from this terminal", program.call},
		"calc":         {"calc late-fee|interest|repayment|id|uscc|workdays [--help]", "apply a rule to JSON lines on standard input; needs no database", program.calc},
		"load":         {"load", "measure pages and webhooks of the demo on this machine against their limits, as ratios", program.load},
		"export":       {"export person|arrears|without-account FILE.csv|FILE.xlsx", "write a person's record or an employer's arrears (the number comes on standard input), or who has no account", program.export},
		"staff":        {"staff add -account A -name N [-role R] [-region DIGITS]", "add a staff account; the password comes on standard input", program.staff},
		"identity-key": {"identity-key split [--new] ACCOUNT ACCOUNT… | check [--try]", "deal the key that opens reporters' identities to keyholders, any two of whom open one; passphrases come on standard input", program.identityKey},
		"retention":    {"retention preview | run DIGEST", "show which cases have been kept for their time, and remove exactly those that were shown", program.retention},

		"secrets": {"secrets", "print a fresh set of secrets for an installation with a configured database", program.secrets},
		"rekey":   {"rekey [--check] [--json] [SECRET…]", "bring what is stored under the newest key of each secret, and count what still needs an older one", program.rekey},
		"backup":  {"backup FILE|-", "keep the whole database in a file, while everybody goes on working", program.backup},
		"restore": {"restore FILE|-", "bring a backup into an empty database, and prove what came back", program.restore},

		"serve":      {"serve portal|ivr|complaints|all", "serve one wing or all, on the configured database", program.serve},
		"migrate":    {"migrate", "bring the database's schemas and rights up to date", program.migrate},
		"import":     {"import [--json] rules|rates|holidays|employers|persons|contributions|events FILE", "import an agency's export file", program.importFile},
		"pin":        {"pin set", "set PINs at the counter: an ID number and a PIN a line on standard input", program.pin},
		"ledger":     {"ledger verify [--mend]", "rebuild every packed person-year from the contribution rows and compare; or write anew those that differ", program.ledger},
		"statements": {"statements issue --year Y [--region DIGITS] [--json] | send --year Y [--region DIGITS] [--at-most N] [--json] | status [--year Y] [--region DIGITS] [--json]", "issue a year's statements to everybody, text everybody that theirs is there, and show how many are issued, sent, opened", program.statements},
		"reconcile":  {"reconcile [--on DATE]", "compute every published or shown total twice, from the ledger and from what is shown, and name what differs", program.reconcile},
		"audit":      {"audit verify | checkpoint [--checkpoints FILE] | purge --before DATE", "find any altered, removed or reordered row of the audit log; note where it ends; remove what is older than six months", program.audit},

		"twilio": {"twilio check [--json] | provision [--dry-run] | fallback", "check and set up the hotline's account at the telephone carrier; print its fallback document", program.twilio},
	}
}

// exitCode ends the program with a code of its own meaning.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit %d", int(c)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, program{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv}, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, p program, args []string) int {
	all := commands()
	if len(args) == 0 || all[args[0]].run == nil {
		p.usage(all)
		return 2
	}
	err := all[args[0]].run(p, ctx, args[1:])
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, errUsage):
		p.sayError("usage: shebao " + all[args[0]].usage)
		return 2
	}
	p.sayError("shebao " + args[0] + ": " + err.Error())
	return 1
}

var errUsage = errors.New("usage")

func (p program) usage(all map[string]command) {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString("shebao: social insurance statements, hotline and complaints\n\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  shebao %-58s %s\n", all[name].usage, all[name].about)
	}
	b.WriteString("\nWithout DATABASE_URL every command uses a PostgreSQL of its own in SHEBAO_DATA (default .shebao).\n")
	p.sayError(strings.TrimSuffix(b.String(), "\n"))
}

// say and sayError write a line; a terminal that is gone is nobody's loss.
func (p program) say(line string)      { _, _ = fmt.Fprintln(p.out, line) }
func (p program) sayError(line string) { _, _ = fmt.Fprintln(p.err, line) }
