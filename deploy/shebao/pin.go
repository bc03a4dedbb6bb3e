package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/frontend/locale"
	"shebao/portal"
	"shebao/shared/audit"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/seal"
)

// pin sets PINs at the agency's counter, where the person has shown an ID card: one "ID-NUMBER PIN" a line on standard input,
// never on the command line, where other users of the machine could read them.
func (p program) pin(ctx context.Context, args []string) error {
	if len(args) != 1 || args[0] != "set" {
		return errUsage
	}
	return p.asOwner(ctx, "pin", func(g *ground, pool *pgxpool.Pool) error {
		settings := config.NewReader(g.lookup)
		book, err := g.ledgerOn(pool, settings)
		peppers := settings.Secrets("SHEBAO_PIN_PEPPER", 32)
		if err := firstError(settings.Err(), err); err != nil {
			return err
		}
		return p.setPINs(ctx, pool, book, credential.New(pool, seal.NewSlow(), peppers...))
	})
}

func (p program) setPINs(ctx context.Context, pool *pgxpool.Pool, book *ledger.Ledger, pins *credential.PINs) error {
	set, line := 0, 0
	for lines := bufio.NewScanner(p.in); lines.Scan(); {
		line++
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return fmt.Errorf("line %d: needs an ID number and a PIN", line)
		}
		if err := setPIN(ctx, pool, book, pins, fields[0], fields[1]); err != nil {
			return fmt.Errorf("line %d: %w", line, refusedPIN(err))
		}
		set++
	}
	p.say(fmt.Sprintf("%d PINs set", set))
	return nil
}

// refusedPIN says to the operator what is wrong with the input; any other error stays as it is.
func refusedPIN(err error) error {
	f := fault.Of(err)
	switch {
	case f.Kind == fault.Invalid && len(f.Fields) > 0:
		return errors.New(locale.Text(locale.English, f.Fields[0].Key, f.Fields[0].Args...))
	case f.Kind == fault.NotFound:
		return errors.New(locale.Fault(locale.English, f))
	}
	return err
}

func setPIN(ctx context.Context, db postgres.Beginner, book *ledger.Ledger, pins *credential.PINs, number, pin string) error {
	person, err := book.PersonByDocument(ctx, number)
	if err != nil {
		return err
	}
	if err := credential.CheckPINOf(pin, credential.Owner{Birth: person.BirthDate, Numbers: []string{person.IDNumber, person.Mobile, person.CardNumber}}); err != nil {
		return err
	}
	now := time.Now()
	return postgres.Tx(ctx, db, func(tx pgx.Tx) error {
		if err := pins.Set(ctx, tx, person.ID, pin, now); err != nil {
			return err
		}
		if err := portal.EndSignIns(ctx, tx, person.ID, now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: "command", At: now, Actor: "operator", Role: "operator", Action: "set PIN", Subject: fmt.Sprintf("person:%d", person.ID), Reason: "at the counter",
		})
	})
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
