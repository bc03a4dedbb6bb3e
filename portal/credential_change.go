package portal

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/portal/store"
	"shebao/shared/audit"
	"shebao/shared/credential"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/sms"
)

// pins are the persons' PINs with the change that a person makes.
type pins struct {
	*credential.PINs
	pool     *pgxpool.Pool
	store    *store.Store
	messages *sms.Messages
}

// Check says what is wrong with a person's new PIN. Error: fault.Invalid.
func (pins) Check(pin string, who credential.Owner) error { return credential.CheckPINOf(pin, who) }

// Change sets a person's new PIN, ends every sign-in but the one that it was made from, and tells the mobile on record. All of it, or nothing.
// Errors: those of Check, fault.Limited, fault.Unavailable.
func (p pins) Change(ctx context.Context, who ledger.Person, pin, session, lang string, now time.Time) error {
	hashed, err := p.Hash(ctx, pin)
	if err != nil {
		return err
	}
	var ended []string
	err = postgres.Tx(ctx, p.pool, func(tx pgx.Tx) (err error) {
		if err = p.Put(ctx, tx, who.ID, hashed, now); err != nil {
			return err
		}
		if ended, err = p.store.EndOthersIn(ctx, tx, who.ID, session, now); err != nil {
			return err
		}
		if err = tell(ctx, tx, p.messages, who, "account.sms.pin", lang, now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subjectOf(who.ID), Role: "citizen", Action: "change PIN", Subject: subjectOf(who.ID)})
	})
	if err != nil {
		return err
	}
	p.store.MarkEnded(ctx, ended...)
	return nil
}
