package portal

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/sms"
)

// helpers let a person allow another to read the record.
type helpers struct {
	pool     *pgxpool.Pool
	store    *store.Store
	book     *ledger.Ledger
	pins     *credential.PINs
	messages *sms.Messages
}

// Grant lets a helper in, who must have an own activated account, and tells the person's mobile. An unknown person, a wrong name and an account that is not activated are
// answered alike. Errors: fault.Invalid with helper.nomatch, helper.self; fault.Conflict; fault.Unavailable.
func (h helpers) Grant(ctx context.Context, g web.NewHelper, now time.Time) error {
	helper, err := h.book.PersonByDocument(ctx, g.Document)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if helper.ID == g.PersonID {
		return fault.InvalidFields(fault.Field{Name: "number", Key: "helper.self"})
	}
	activated, err := h.pins.Has(ctx, helper.ID)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(foldName(helper.Name)), []byte(foldName(g.Name))) != 1 || !activated || helper.ID == 0 {
		return fault.InvalidFields(fault.Field{Name: "number", Key: "helper.nomatch"})
	}
	person, err := h.book.Person(ctx, g.PersonID)
	if err != nil {
		return err
	}
	until := calendar.DateOf(now).AddDays(g.Days)
	return postgres.Tx(ctx, h.pool, func(tx pgx.Tx) error {
		grant := store.Helper{PersonID: g.PersonID, HelperID: helper.ID, MayFile: g.MayFile, GrantedAt: now, ExpiresAt: endOf(until)}
		if err := h.store.GrantHelper(ctx, tx, grant); err != nil {
			return err
		}
		if err := tell(ctx, tx, h.messages, person, "helper.sms", g.Lang, now, identity.MaskName(helper.Name), until.String()); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subjectOf(g.PersonID), Role: "citizen", Action: "grant helper", Subject: subjectOf(g.PersonID), Reason: subjectOf(helper.ID)})
	})
}

// endOf is the end of a civil day in China.
func endOf(d calendar.Date) time.Time {
	next := d.AddDays(1)
	return time.Date(next.Year, next.Month, next.Day, 0, 0, 0, 0, calendar.Zone).UTC()
}

// End ends a grant, whichever of the two asks. Errors: fault.NotFound, fault.Unavailable.
func (h helpers) End(ctx context.Context, id, by int64, now time.Time) error {
	return postgres.Tx(ctx, h.pool, func(tx pgx.Tx) error {
		ended, err := h.store.EndHelper(ctx, tx, id, by, now)
		if err != nil {
			return err
		}
		role := "citizen"
		if by == ended.HelperID {
			role = "helper"
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: "portal", At: now, Actor: subjectOf(by), Role: role, Action: "end helper", Subject: subjectOf(ended.PersonID)})
	})
}

// Of lists whom a person lets in. Error: fault.Unavailable.
func (h helpers) Of(ctx context.Context, personID int64, now time.Time) ([]web.Helper, error) {
	found, err := h.store.Helpers(ctx, personID, now)
	if err != nil {
		return nil, err
	}
	return h.named(ctx, found, func(g store.Helper) int64 { return g.HelperID })
}

// Helped lists who lets a person in. Error: fault.Unavailable.
func (h helpers) Helped(ctx context.Context, helperID int64, now time.Time) ([]web.Helper, error) {
	found, err := h.store.Helped(ctx, helperID, now)
	if err != nil {
		return nil, err
	}
	return h.named(ctx, found, func(g store.Helper) int64 { return g.PersonID })
}

// Grant of a helper that holds at this moment. Errors: fault.NotFound, fault.Unavailable.
func (h helpers) Holds(ctx context.Context, id, helperID int64, now time.Time) (web.Helper, error) {
	found, err := h.store.HelperGrant(ctx, id, helperID, now)
	if err != nil {
		return web.Helper{}, err
	}
	list, err := h.named(ctx, []store.Helper{found}, func(g store.Helper) int64 { return g.PersonID })
	if err != nil {
		return web.Helper{}, err
	}
	return list[0], nil
}

// named adds the masked name of one of the two.
func (h helpers) named(ctx context.Context, found []store.Helper, whose func(store.Helper) int64) ([]web.Helper, error) {
	list := make([]web.Helper, len(found))
	for i, g := range found {
		who, err := h.book.Person(ctx, whose(g))
		if err != nil {
			return nil, err
		}
		list[i] = web.Helper{ID: g.ID, PersonID: g.PersonID, Name: identity.MaskName(who.Name), Number: identity.MaskNumber(who.IDNumber), MayFile: g.MayFile, GrantedAt: g.GrantedAt, ExpiresAt: g.ExpiresAt}
	}
	return list, nil
}
