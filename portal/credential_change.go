package portal

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/audit"
	"shebao/shared/credential"
	"shebao/shared/postgres"
)

// pins are the persons' PINs with the change that a person makes.
type pins struct {
	*credential.PINs
	pool *pgxpool.Pool
}

// Check says what is wrong with a person's new PIN. Error: fault.Invalid.
func (pins) Check(pin string, who credential.Owner) error { return credential.CheckPINOf(pin, who) }

// Change sets a person's new PIN and says so in the audit log. Errors: those of Check, fault.Unavailable.
func (p pins) Change(ctx context.Context, personID int64, pin string, now time.Time) error {
	return postgres.Tx(ctx, p.pool, func(tx pgx.Tx) error {
		if err := p.Set(ctx, tx, personID, pin, now); err != nil {
			return err
		}
		subject := fmt.Sprintf("person:%d", personID)
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subject, Role: "citizen", Action: "change PIN", Subject: subject})
	})
}

// sessions are the store's, in the words of the pages.
type sessions struct{ *store.Store }

// SignIns as Store.SignIns.
func (s sessions) SignIns(ctx context.Context, personID int64, now time.Time) ([]web.SignIn, error) {
	found, err := s.Store.SignIns(ctx, personID, now)
	list := make([]web.SignIn, len(found))
	for i, one := range found {
		list[i] = web.SignIn(one)
	}
	return list, err
}

// SeenBy as Store.SeenBy.
func (s sessions) SeenBy(ctx context.Context, personID int64, limit int) ([]web.Seen, error) {
	found, err := s.Store.SeenBy(ctx, personID, limit)
	list := make([]web.Seen, len(found))
	for i, one := range found {
		list[i] = web.Seen(one)
	}
	return list, err
}
