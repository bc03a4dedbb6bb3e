package store

import "context"

// Changed is told, after the fact, that a case has changed: for live updates. It names no person and no content.
type Changed func(ctx context.Context, number, region string)

// OnChange says who is told of changes; before any is made.
func (s *Store) OnChange(tell Changed) { s.tellChange = tell }

func (s *Store) changed(ctx context.Context, number, region string) {
	if s.tellChange != nil {
		s.tellChange(ctx, number, region)
	}
}
