package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/frontend/locale"
	"shebao/shared/config"
	"shebao/shared/fault"
	"shebao/shared/seal"
)

const (
	identityPrivate = "SHEBAO_DESK_IDENTITY_PRIVATE"
	identityPublic  = "SHEBAO_DESK_IDENTITY_PUBLIC"
)

// identityKey deals the key that opens reporters' identities to keyholders, and checks who holds it. Passphrases are read from standard input, never from the command line.
func (p program) identityKey(ctx context.Context, args []string) error {
	if len(args) < 1 {
		return errUsage
	}
	flags := flag.NewFlagSet("identity-key", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fresh := flags.Bool("new", false, "")
	try := flags.Bool("try", false, "")
	if flags.Parse(args[1:]) != nil {
		return errUsage
	}
	verb, accounts := args[0], flags.Args()
	if verb != "split" && verb != "check" || verb == "split" && (len(accounts) < 2 || *try) || verb == "check" && (len(accounts) > 0 || *fresh) {
		return errUsage
	}
	return p.onDesk(ctx, "identity-key", func(g *ground, c complaints.Config, pool *pgxpool.Pool) error {
		if verb == "check" {
			return p.checkIdentityKey(ctx, g, c, pool, *try)
		}
		return p.splitIdentityKey(ctx, g, c, pool, *fresh, accounts)
	})
}

func (p program) splitIdentityKey(ctx context.Context, g *ground, c complaints.Config, pool *pgxpool.Pool, fresh bool, accounts []string) error {
	key, err := p.wholeIdentityKey(ctx, g, c, pool, fresh)
	if err != nil {
		return readable(err)
	}
	if err := complaints.DealIdentityKey(ctx, c, pool, key, accounts, time.Now().UTC()); err != nil {
		return readable(err)
	}
	p.say(fmt.Sprintf("dealt to %s: any two of them open an identity", strings.Join(accounts, ", ")))
	return p.forgetIdentityKey(g, key.Public())
}

// readable says what a person at the command line can use of a refusal.
func readable(err error) error {
	f := fault.Of(err)
	switch {
	case f == nil || f.Kind == fault.Internal || f.Kind == fault.Unavailable:
		return err
	case len(f.Fields) > 0:
		said := make([]string, len(f.Fields))
		for i, field := range f.Fields {
			said[i] = field.Name + ": " + locale.Text(locale.English, field.Key, field.Args...)
		}
		return errors.New(strings.Join(said, "; "))
	}
	return errors.New(locale.Fault(locale.English, f))
}

// wholeIdentityKey is a new key, the one that still stands in the settings, or what two keyholders make together.
func (p program) wholeIdentityKey(ctx context.Context, g *ground, c complaints.Config, pool *pgxpool.Pool, fresh bool) (seal.PrivateKey, error) {
	if fresh {
		return seal.GenerateKey()
	}
	if text, ok := g.lookup(identityPrivate); ok && text != "" {
		key, err := seal.ParsePrivateKey(text)
		if err != nil {
			return key, fmt.Errorf("%s: %w", identityPrivate, err)
		}
		return key, nil
	}
	return p.joinIdentityKey(ctx, g, c, pool)
}

// joinIdentityKey reads two lines "ACCOUNT PASSPHRASE" and makes the key of the setting.
func (p program) joinIdentityKey(ctx context.Context, g *ground, c complaints.Config, pool *pgxpool.Pool) (seal.PrivateKey, error) {
	text, _ := g.lookup(identityPublic)
	public, err := seal.ParsePublicKey(text)
	if err != nil {
		return seal.PrivateKey{}, fmt.Errorf("%s: %w", identityPublic, err)
	}
	var accounts, passphrases [2]string
	lines := bufio.NewScanner(p.in)
	for i := range accounts {
		ok := lines.Scan()
		if ok {
			accounts[i], passphrases[i], ok = strings.Cut(lines.Text(), " ")
		}
		if !ok {
			return seal.PrivateKey{}, errors.New("two lines are needed on standard input, each an account and its passphrase")
		}
	}
	return complaints.JoinIdentityKey(ctx, c, pool, public, accounts, passphrases, time.Now().UTC())
}

// forgetIdentityKey takes the whole key out of the secrets of our own, and says what is left to do where the settings are somebody else's.
func (p program) forgetIdentityKey(g *ground, public seal.PublicKey) error {
	if present, _ := g.lookup(identityPublic); present != public.Encode() && !g.own {
		p.say("set this where portal and hotline run, and restart them; earlier reports still need the parts of the earlier key:\n" + identityPublic + "=" + public.Encode())
	}
	if _, ok := p.env(identityPrivate); ok {
		p.say(identityPrivate + " is in the settings: remove it, the parts are all that is needed")
	}
	if !g.own {
		return nil
	}
	return g.keepPublicOnly(public)
}

// keepPublicOnly leaves of the identity key what seals, in the secrets of our own.
func (g *ground) keepPublicOnly(public seal.PublicKey) error {
	file := filepath.Join(g.dataDir, secretsFile)
	values, err := readSecrets(file)
	if err != nil {
		return err
	}
	delete(values, identityPrivate)
	values[identityPublic] = public.Encode()
	return writeSecrets(file, values)
}

// without hides a setting from whatever is configured afterwards.
func without(lookup config.Lookup, hidden string) config.Lookup {
	return func(name string) (string, bool) {
		if name == hidden {
			return "", false
		}
		return lookup(name)
	}
}

// checkIdentityKey says who holds a part of the key of the setting; it exits with 4 when nobody could open an identity, somebody has left with a part, or the whole key still stands somewhere.
func (p program) checkIdentityKey(ctx context.Context, g *ground, c complaints.Config, pool *pgxpool.Pool, try bool) error {
	text, _ := g.lookup(identityPublic)
	public, err := seal.ParsePublicKey(text)
	if err != nil {
		return fmt.Errorf("%s: %w", identityPublic, err)
	}
	list, err := complaints.ListKeyholders(ctx, c, pool, public)
	if err != nil {
		return err
	}
	holding, left := 0, 0
	for _, k := range list {
		state := "has a key, no part"
		switch {
		case k.Left():
			state = "left, with a part"
			left++
		case k.Disabled:
			state = "disabled"
		case k.Holds:
			state = "holds a part"
			holding++
		}
		p.say(fmt.Sprintf("%-20s %-13s %s", k.Account, k.Role, state))
	}
	p.say(fmt.Sprintf("%d hold a part; two are needed, three or more are wise", holding))
	bad := holding < 2 || left > 0
	if left > 0 {
		p.say(fmt.Sprintf("%d left with a part: deal it anew among those who stay, shebao identity-key split ACCOUNT ACCOUNT …", left))
	}
	if text, ok := g.lookup(identityPrivate); ok && text != "" {
		p.say(identityPrivate + " still stands whole in the settings: shebao identity-key split")
		bad = true
	}
	if try {
		if _, err := p.joinIdentityKey(ctx, g, c, pool); err != nil {
			return readable(err)
		}
		p.say("the two make the key")
	}
	if bad {
		return exitCode(4)
	}
	return nil
}

// startedWithWholeKey warns who serves with the key in one place.
func (p program) startedWithWholeKey(g *ground) {
	if text, ok := g.lookup(identityPrivate); ok && text != "" {
		p.sayError("the key that opens reporters' identities is still whole in " + filepath.Join(g.dataDir, secretsFile) + " or the environment: let keyholders make their keys on the desk, then shebao identity-key split ACCOUNT ACCOUNT …")
	}
}

// secretsOf is what stands beside a database of our own.
func (g *ground) secretsOf() (map[string]string, error) {
	values, err := readSecrets(filepath.Join(g.dataDir, secretsFile))
	if errors.Is(err, os.ErrNotExist) {
		return map[string]string{}, nil
	}
	return values, err
}
