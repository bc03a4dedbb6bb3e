package portal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/credential"
	"shebao/shared/ledger"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
)

// openAccounts gives the pages what activates, proves and changes accounts.
func openAccounts(site *web.Site, c Config, d server.Deps, book *ledger.Ledger, own *store.Store, slow *seal.Slow) error {
	messages, err := sms.New(d.DB, c.sms)
	if err != nil {
		return err
	}
	codes, err := seal.HashKeyOf(c.stateKeys, "codes")
	if err != nil {
		return err
	}
	known := credential.New(d.DB, slow, c.peppers...)
	site.PINs = pins{known, d.DB, own, messages}
	site.Proofs = proofs{d.DB, own, book, known, messages, codes}
	site.Helpers = helpers{d.DB, own, book, known, messages}
	return nil
}

// EndSignIns ends every sign-in of a person, in the transaction that sets another PIN outside the portal. Tokens that are out already open pages for ten minutes at most.
func EndSignIns(ctx context.Context, tx pgx.Tx, personID int64, now time.Time) error {
	_, err := new(store.Store).EndOthersIn(ctx, tx, personID, "", now)
	return err
}

const sweepEvery = time.Hour

// sweep removes old sign-ins, proofs and grants until ctx ends.
func sweep(own *store.Store, known *credential.PINs, now func() time.Time, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(sweepEvery)
		defer tick.Stop()
		for {
			if err := errors.Join(own.Sweep(ctx, now().UTC()), known.NamePepper(ctx)); err != nil && ctx.Err() == nil {
				log.Error("sweeping sign-ins failed", "error", err.Error()) // it is tried again
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}
