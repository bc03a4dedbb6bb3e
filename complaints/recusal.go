package complaints

import (
	"context"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/calendar"
)

// recusal is what the page of conflicts of interest calls.
type recusal struct{ store *store.Store }

func (r recusal) ConflictGrounds() []string { return store.ConflictGrounds[:] }

func (r recusal) Conflicts(ctx context.Context, session string, now time.Time) ([]web.Conflict, error) {
	who, err := r.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	all, err := r.store.Conflicts(ctx, who)
	if err != nil {
		return nil, err
	}
	list := make([]web.Conflict, len(all))
	for i, x := range all {
		list[i] = web.Conflict{ID: x.ID, Name: x.Name, Employer: x.Employer, Case: x.Case, Ground: x.Ground, Note: x.Note, DeclaredBy: x.DeclaredBy, DeclaredAt: x.DeclaredAt, LiftedBy: x.LiftedBy, LiftedReason: x.LiftedOf,
			Own: x.Account == who.Account}
		if x.Employer == "" {
			list[i].Employer = x.USCC
		}
		if x.LiftedAt != nil {
			list[i].Lifted = calendar.DateOf(*x.LiftedAt).String()
		}
	}
	return list, nil
}

func (r recusal) Declare(ctx context.Context, session string, d web.Declared, now time.Time) error {
	who, err := r.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return r.store.Declare(ctx, who, store.Declared(d), now)
}

func (r recusal) Lift(ctx context.Context, session string, id int64, reason string, now time.Time) error {
	who, err := r.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return r.store.Lift(ctx, who, id, reason, now)
}
