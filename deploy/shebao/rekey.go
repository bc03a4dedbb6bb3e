package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/ivr"
	"shebao/portal"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/publication"
	"shebao/shared/rekey"
	"shebao/shared/seal"
	"shebao/shared/sms"
)

// exitOld and exitLost are rekey's exit codes when an older key is still needed, and when rows are there that no key opens.
const (
	exitOld  exitCode = 3
	exitLost exitCode = 4
)

// rekey brings what is stored under the newest key of each secret, and then counts what still needs an older one; or only counts.
func (p program) rekey(ctx context.Context, args []string) error {
	check, asJSON := false, false
	var only []string
	for _, arg := range args {
		switch {
		case arg == "--check":
			check = true
		case arg == "--json":
			asJSON = true
		case strings.HasPrefix(arg, "SHEBAO_"):
			only = append(only, arg)
		default:
			return errUsage
		}
	}
	return p.asOwner(ctx, "rekey", func(g *ground, pool *pgxpool.Pool) error {
		kinds, keys, err := g.rekeyed(ctx, pool)
		if err != nil {
			return err
		}
		if len(only) > 0 {
			kinds = slices.DeleteFunc(kinds, func(k rekey.Kind) bool { return !slices.Contains(only, k.Secret) })
		}
		if len(kinds) == 0 {
			return fmt.Errorf("no rows depend on %s, or it is not given here", strings.Join(only, ", "))
		}
		renewed := map[string]int64{}
		if !check {
			lines, err := p.walkKinds(ctx, pool, kinds, true, asJSON)
			if err != nil {
				return inChinese(err)
			}
			for _, l := range lines {
				renewed[l.What] = l.Renewed
			}
		}
		lines, err := p.walkKinds(ctx, pool, kinds, false, asJSON) // what others wrote meanwhile counts too
		if err != nil {
			return inChinese(err)
		}
		for i := range lines {
			lines[i].Renewed = renewed[lines[i].What]
		}
		if asJSON {
			err = p.sayJSON(lines)
		} else {
			p.sayKinds(lines, keys)
		}
		return firstError(err, verdict(lines))
	})
}

// rekeyed are the kinds of rows that depend on a secret that can be replaced, and how many keys each secret has. Of secrets that are not given here there are no kinds: processes and
// commands have those that they need.
func (g *ground) rekeyed(ctx context.Context, pool *pgxpool.Pool) ([]rekey.Kind, map[string]int, error) {
	settings := config.NewReader(g.lookup)
	keys, counts := map[string]config.Secrets{}, map[string]int{}
	for _, name := range []string{"SHEBAO_LEDGER_KEY", "SHEBAO_STATE_KEY", "SHEBAO_PIN_PEPPER", "SHEBAO_RECEIPT_KEY"} {
		if settings.Text(name, "") != "" {
			keys[name] = settings.Secrets(name, 32)
			counts[name] = len(keys[name])
		}
	}
	content := settings.Text("SHEBAO_DESK_CONTENT_PRIVATE", "")
	texts := sms.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		return nil, nil, err
	}
	book, err := g.ledgerOn(pool, settings)
	if err != nil {
		return nil, nil, err
	}
	kinds := book.Rekeyed()
	states, err1 := complaints.Rekeyed(keys["SHEBAO_STATE_KEY"], keys["SHEBAO_LEDGER_KEY"])
	hotline, err2 := ivr.Rekeyed(keys["SHEBAO_STATE_KEY"])
	own, err3 := portal.Rekeyed(keys["SHEBAO_STATE_KEY"])
	messages, err4 := sms.New(pool, texts)
	if err := firstError(err1, err2, err3, err4); err != nil {
		return nil, nil, err
	}
	kinds = slices.Concat(kinds, states, hotline, own, messages.Rekeyed())
	if peppers := keys["SHEBAO_PIN_PEPPER"]; peppers != nil {
		if err := credential.New(pool, nil, peppers...).NamePepper(ctx); err != nil {
			return nil, nil, err
		}
		kinds = append(kinds, credential.Rekeyed(peppers)...)
	}
	if receipts := keys["SHEBAO_RECEIPT_KEY"]; receipts != nil {
		hash, err := seal.HashKeyOf(receipts, "receipt")
		if err != nil {
			return nil, nil, err
		}
		kinds = append(kinds, intake.RekeyedReceipts(hash))
	}
	if content != "" {
		key, err := seal.ParsePrivateKeys(content)
		if err != nil {
			return nil, nil, fmt.Errorf("SHEBAO_DESK_CONTENT_PRIVATE: %w", err)
		}
		counts["SHEBAO_DESK_CONTENT_PRIVATE"] = strings.Count(content, ",") + 1
		kinds = slices.Concat(kinds, intake.Rekeyed(key), publication.Rekeyed(key))
	}
	return kinds, counts, nil
}

func (p program) walkKinds(ctx context.Context, pool *pgxpool.Pool, kinds []rekey.Kind, write, quiet bool) ([]rekey.Line, error) {
	phase := "counting"
	if write {
		phase = "renewing"
	}
	out := p.err
	if quiet {
		out = nil
	}
	tell, end := ledger.Bar(out, phase)
	defer end()
	return rekey.Run(ctx, pool, kinds, write, tell)
}

func verdict(lines []rekey.Line) error {
	var old, lost int64
	for _, l := range lines {
		old, lost = old+l.Old, lost+l.Lost
	}
	switch {
	case lost > 0:
		return exitLost
	case old > 0:
		return exitOld
	}
	return nil
}

func (p program) sayKinds(lines []rekey.Line, keys map[string]int) {
	p.say(fmt.Sprintf("%-28s %10s %10s %10s %10s  %s", "secret", "rows", "renewed", "older key", "no key", "of"))
	needed := map[string]bool{}
	var secrets []string
	for _, l := range lines {
		if l.Rows == 0 {
			continue
		}
		p.say(fmt.Sprintf("%-28s %10d %10d %10d %10d  %s", l.Secret, l.Rows, l.Renewed, l.Old, l.Lost, l.What))
	}
	for _, l := range lines {
		needed[l.Secret] = needed[l.Secret] || l.Old > 0
		if !slices.Contains(secrets, l.Secret) {
			secrets = append(secrets, l.Secret)
		}
		if l.Lost > 0 {
			p.say(fmt.Sprintf("%s: %d %s open with no key of the list: a key was taken away too early, put it back", l.Secret, l.Lost, l.What))
		}
		if l.Old > 0 && l.Until != "" {
			p.say(fmt.Sprintf("%s: %d %s need an older key until %s", l.Secret, l.Old, l.What, l.Until))
		}
	}
	for _, secret := range secrets {
		switch {
		case keys[secret] > 1 && needed[secret]:
			p.say(secret + ": keep the older keys")
		case keys[secret] > 1:
			p.say(secret + ": nothing needs the older keys any more: take them away")
		}
	}
}
