package portal

import (
	"context"
	"time"

	"shebao/portal/store"
	"shebao/portal/web"
)

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
