package complaints

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/retention"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/config"
)

// readRetention reads how long cases are kept; what is wrong is kept in the reader.
func readRetention(r *config.Reader) retention.Settings {
	s, err := retention.Default().Parse(r.Text("DESK_KEEP", ""))
	if err != nil {
		r.Problem("DESK_KEEP", err.Error())
	}
	s.WarnDays, s.DraftDays = r.Int("DESK_KEEP_WARN", s.WarnDays, 7, 365), r.Int("DESK_KEEP_DRAFTS", s.DraftDays, 7, 3650)
	return s
}

// keeper is what the page of retention calls.
type keeper struct {
	store    *store.Store
	settings retention.Settings
}

func (k keeper) Rules() retention.Settings { return k.settings }

func (k keeper) Plan(ctx context.Context, session string, now time.Time) (web.RetentionPlan, error) {
	who, err := k.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.RetentionPlan{}, err
	}
	p := web.RetentionPlan{}
	if p.Plan, err = k.store.RetentionPlan(ctx, who, now); err != nil {
		return p, err
	}
	p.Digest = store.Digest(p.Plan)
	holds, err := k.store.Holds(ctx, who)
	if err != nil {
		return p, err
	}
	for _, h := range holds {
		p.Holds = append(p.Holds, web.Hold(h))
	}
	list, err := k.store.Certificates(ctx, who)
	for _, c := range list {
		p.Certificates = append(p.Certificates, web.Certificate(c))
	}
	return p, err
}

func (k keeper) Run(ctx context.Context, session, digest string, now time.Time) (web.Certificate, error) {
	who, err := k.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Certificate{}, err
	}
	c, err := k.store.RunRetention(ctx, who, digest, now)
	return web.Certificate(c), err
}

func (k keeper) Hold(ctx context.Context, session, number, reason string, place bool, now time.Time) error {
	who, err := k.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	if place {
		return k.store.PlaceHold(ctx, who, number, reason, now)
	}
	return k.store.LiftHold(ctx, who, number, reason, now)
}

// PlanRetention says what may go now, and the digest under which it may be run.
func PlanRetention(ctx context.Context, c Config, pool *pgxpool.Pool, now time.Time) (retention.Plan, string, error) {
	cases, err := c.store(pool)
	if err != nil {
		return retention.Plan{}, "", err
	}
	plan, err := cases.RetentionPlan(ctx, store.Operator, now)
	return plan, store.Digest(plan), err
}

// RunRetention does what was previewed under the digest, everywhere.
func RunRetention(ctx context.Context, c Config, pool *pgxpool.Pool, digest string, now time.Time) (store.Certificate, error) {
	cases, err := c.store(pool)
	if err != nil {
		return store.Certificate{}, err
	}
	return cases.RunRetention(ctx, store.Operator, digest, now)
}
