package store

import (
	"context"
	"fmt"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// Promised is the day by which a report that is filed now must be answered first, by the route that its content takes.
func (s *Store) Promised(t intake.TipOff, now time.Time) (by calendar.Date, provisional bool) {
	c := lifecycle.New(lifecycle.RouteOf(string(t.Kind), t.OwnRights), t.Named, calendar.DateOf(now), s.rules())
	return c.Due, c.Provisional
}

// NoteTaken notes that a member of staff has taken a report down. What it says and who said it is not in the log.
func (s *Store) NoteTaken(ctx context.Context, who Staff, now time.Time) error {
	return postgres.Classify(audit.Append(ctx, s.pool, audit.Entry{Stream: "complaints", At: now, Actor: fmt.Sprintf("staff:%d", who.ID), Role: string(who.Role), Action: "take report", Subject: "intake"}))
}
