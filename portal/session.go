package portal

import (
	"context"
	"time"

	"shebao/portal/store"
	"shebao/portal/web"
)

// sessions are the store's, in the words of the pages.
type sessions struct{ *store.Store }

// Begin as Store.Begin.
func (s sessions) Begin(ctx context.Context, b web.Start, now time.Time) (session, refresh string, err error) {
	return s.Store.Begin(ctx, store.Start(b), now)
}

// Rotate as Store.Rotate.
func (s sessions) Rotate(ctx context.Context, session, refresh string, now time.Time) (web.Renewed, error) {
	r, err := s.Store.Rotate(ctx, session, refresh, now)
	return web.Renewed(r), err
}

// SignIns as Store.SignIns.
func (s sessions) SignIns(ctx context.Context, personID int64, now time.Time) ([]web.SignIn, error) {
	found, err := s.Store.SignIns(ctx, personID, now)
	list := make([]web.SignIn, len(found))
	for i, one := range found {
		list[i] = web.SignIn(one)
	}
	return list, err
}

// SeenByOthers as Store.SeenByOthers.
func (s sessions) SeenByOthers(ctx context.Context, personID int64, limit int) ([]web.Seen, error) {
	return seen(s.Store.SeenByOthers(ctx, personID, limit))
}

// SeenBySelf as Store.SeenBySelf.
func (s sessions) SeenBySelf(ctx context.Context, personID int64, limit int) ([]web.Seen, error) {
	return seen(s.Store.SeenBySelf(ctx, personID, limit))
}

func seen(found []store.Seen, err error) ([]web.Seen, error) {
	list := make([]web.Seen, len(found))
	for i, one := range found {
		list[i] = web.Seen(one)
	}
	return list, err
}
