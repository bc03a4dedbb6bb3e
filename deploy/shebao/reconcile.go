package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/reconcile"
	"shebao/portal"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/redis"
	"shebao/shared/server"
)

// reconcile exits with 1 when a total differs, and names it.
func (p program) reconcile(ctx context.Context, args []string) error {
	on := calendar.DateOf(time.Now())
	if len(args) > 0 {
		day, err := calendar.Date{}, error(nil)
		if len(args) != 2 || args[0] != "--on" {
			return errUsage
		}
		if day, err = calendar.ParseDate(args[1]); err != nil || day.IsZero() {
			return errUsage
		}
		on = day
	}
	return p.asOwner(ctx, "reconcile", func(g *ground, pool *pgxpool.Pool) error { return p.compareTotals(ctx, g, pool, on) })
}

func (p program) compareTotals(ctx context.Context, g *ground, pool *pgxpool.Pool, on calendar.Date) error {
	reader := config.NewReader(config.Chain(g.lookup, config.Map(map[string]string{"PORTAL_PUBLIC_URL": "http://localhost"})))
	book, err := g.ledgerOn(pool, reader)
	if err != nil {
		return err
	}
	sources := reconcile.Sources{DB: pool, Ledger: book, Today: calendar.DateOf(time.Now())}
	closePortal, err := g.askPortal(ctx, reader, &sources)
	if err != nil {
		return err
	}
	defer closePortal()
	lines, err := reconcile.Run(ctx, sources, on)
	if err != nil {
		return err
	}
	differ, unknown := 0, 0
	for _, l := range lines {
		switch {
		case l.Differs():
			differ++
		case l.Agrees():
			continue
		default:
			unknown++
		}
		p.say(l.String())
	}
	summary := fmt.Sprintf("%s: %d totals compared, %d differ", on, len(lines)-unknown, differ)
	if unknown > 0 {
		summary += fmt.Sprintf(", %d cannot be known", unknown)
	}
	p.say(summary)
	if differ > 0 {
		return exitCode(1)
	}
	return nil
}

// askPortal builds the portal as it serves, on its own role, to be asked without a network.
func (g *ground) askPortal(ctx context.Context, reader *config.Reader, s *reconcile.Sources) (release func(), err error) {
	c := portal.ReadConfig(reader)
	if err := reader.Err(); err != nil {
		return nil, err
	}
	pool, err := g.pool(ctx, wings()[0].role, "reconcile portal")
	if err != nil {
		return nil, err
	}
	client, err := redis.Open(g.redisURL)
	if err != nil {
		pool.Close()
		return nil, err
	}
	release = func() {
		_ = client.Close() // nothing of it must be kept
		pool.Close()
	}
	deps := server.Deps{DB: pool, Redis: client, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	wing, err := portal.New(ctx, c, deps)
	if err == nil {
		s.Forms, err = portal.Forms(c, deps)
	}
	if err != nil {
		release()
		return nil, err
	}
	s.Portal = func(path string) (int, []byte, error) {
		answer, err := wing.App.Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil {
			return 0, nil, err
		}
		body, err := io.ReadAll(answer.Body)
		return answer.StatusCode, body, err
	}
	return release, nil
}
