package store_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"

	"shebao/portal/store"
	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/redis"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

type place struct {
	*store.Store
	pool    *pgxpool.Pool
	redis   *redis.Embedded
	client  *goredis.Client
	refused func() int
}

func newStore(t *testing.T) place {
	t.Helper()
	pool := postgrestest.New(t, audit.Migrations(), store.Migrations())
	server, err := redis.StartEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	client, err := redis.Open(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // nothing of it is kept
	refused := func() (n int) {
		if err := pool.QueryRow(context.Background(), `SELECT count(*) FROM audit.entry WHERE outcome = 'refused' AND subject = 'person:17'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	return place{store.New(pool, client, slog.New(slog.NewTextHandler(io.Discard, nil))), pool, server, client, refused}
}

func (p place) begin(t *testing.T) (session, refresh string) {
	t.Helper()
	session, refresh, err := p.Begin(t.Context(), store.Start{PersonID: 17, Device: "Chrome, Android"}, now)
	if err != nil {
		t.Fatal(err)
	}
	return session, refresh
}

func TestRefreshTokensRotate(t *testing.T) {
	s := newStore(t)
	session, token := s.begin(t)
	for i := range 5 {
		at := now.Add(time.Duration(i+1) * 10 * time.Minute)
		r, err := s.Rotate(t.Context(), session, token, at)
		if err != nil || r.PersonID != 17 || r.Next == "" || r.Next == token {
			t.Fatalf("rotation %d: %+v %v", i, r, err)
		}
		// A page loaded at the same moment comes with the token before, and keeps what it has.
		if kept, err := s.Rotate(t.Context(), session, token, at.Add(time.Second)); err != nil || kept.PersonID != 17 || kept.Next != "" {
			t.Fatalf("beside rotation %d: %+v %v", i, kept, err)
		}
		token = r.Next
	}
}

func TestAStolenRefreshTokenEndsTheSession(t *testing.T) {
	s := newStore(t)
	session, first := s.begin(t)
	second, err := s.Rotate(t.Context(), session, first, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rotate(t.Context(), session, first, now.Add(time.Minute)); !fault.Is(err, fault.Denied) {
		t.Fatalf("the old token: %v", err)
	}
	if _, err := s.Rotate(t.Context(), session, second.Next, now.Add(time.Minute)); !fault.Is(err, fault.Denied) {
		t.Errorf("the newest token after the reuse: %v", err)
	}
	if ended, err := s.Ended(t.Context(), session, now); err != nil || !ended {
		t.Errorf("ended: %v %v", ended, err)
	}
	if n := s.refused(); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestSignOutEndsEverything(t *testing.T) {
	s := newStore(t)
	session, token := s.begin(t)
	if ended, err := s.Ended(t.Context(), session, now); err != nil || ended {
		t.Fatalf("before: %v %v", ended, err)
	}
	if err := s.End(t.Context(), session, now); err != nil {
		t.Fatal(err)
	}
	if ended, err := s.Ended(t.Context(), session, now); err != nil || !ended {
		t.Errorf("after: %v %v", ended, err)
	}
	if _, err := s.Rotate(t.Context(), session, token, now); !fault.Is(err, fault.Denied) {
		t.Errorf("a token of an ended session: %v", err)
	}
}

func TestWithRedisDownPostgresTells(t *testing.T) {
	s := newStore(t)
	open, _ := s.begin(t)
	closed, _ := s.begin(t)
	_ = s.client.Close() // nobody answers any more
	if err := s.End(t.Context(), closed, now); err != nil {
		t.Fatal(err)
	}
	if ended, err := s.Ended(t.Context(), closed, now); err != nil || !ended {
		t.Errorf("a closed session: %v %v", ended, err)
	}
	if ended, err := s.Ended(t.Context(), open, now); err != nil || ended {
		t.Errorf("an open session: %v %v", ended, err)
	}
}

// outage fails every command while it is on.
type outage struct{ on atomic.Bool }

func (o *outage) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (o *outage) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		if o.on.Load() {
			return errors.New("away")
		}
		return next(ctx, cmd)
	}
}

func (o *outage) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

// What was ended while Redis was away stays ended when Redis is back and does not know.
func TestWhatEndedWithoutRedisStaysEnded(t *testing.T) {
	s := newStore(t)
	closed, _ := s.begin(t)
	if _, err := s.pool.Exec(t.Context(), `UPDATE portal.session SET ended_at = $2 WHERE id = $1`, closed, now); err != nil {
		t.Fatal(err) // as another process does that could not mark it
	}
	if ended, err := s.Ended(t.Context(), closed, now); err != nil || ended {
		t.Fatalf("Redis knows nothing: %v %v", ended, err)
	}
	away := &outage{}
	s.client.AddHook(away)
	away.on.Store(true)
	ask := func(at time.Time) bool {
		t.Helper()
		time.Sleep(60 * time.Millisecond) // what was read before is not fresh any more
		ended, err := s.Ended(t.Context(), closed, at)
		if err != nil {
			t.Fatal(err)
		}
		return ended
	}
	if !ask(now) {
		t.Error("during the outage")
	}
	away.on.Store(false)
	if !ask(now.Add(time.Minute)) {
		t.Error("a minute after the outage")
	}
	if ask(now.Add(time.Hour)) {
		t.Error("an hour after it, when no token lives any more")
	}
}

// What one process ends the others know, those too that start later.
func TestEveryProcessKnowsWhatEnded(t *testing.T) {
	s := newStore(t)
	early := store.New(s.pool, s.client, slog.New(slog.DiscardHandler))
	closed, _ := s.begin(t)
	open, _ := s.begin(t)
	if ended, err := early.Ended(t.Context(), closed, now); err != nil || ended {
		t.Fatalf("before: %v %v", ended, err)
	}
	if err := s.End(t.Context(), closed, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE portal.session SET ended_at = NULL`); err != nil {
		t.Fatal(err) // only Redis tells
	}
	time.Sleep(60 * time.Millisecond)
	for name, process := range map[string]*store.Store{"early": early, "late": store.New(s.pool, s.client, slog.New(slog.DiscardHandler))} {
		if ended, err := process.Ended(t.Context(), closed, now); err != nil || !ended {
			t.Errorf("%s, the ended one: %v %v", name, ended, err)
		}
		if ended, err := process.Ended(t.Context(), open, now); err != nil || ended {
			t.Errorf("%s, the other: %v %v", name, ended, err)
		}
	}
}

func TestSessionsEndByThemselves(t *testing.T) {
	s := newStore(t)
	session, token := s.begin(t)
	if _, err := s.Rotate(t.Context(), session, token, now.Add(2*time.Hour)); !fault.Is(err, fault.Denied) {
		t.Errorf("after two idle hours: %v", err)
	}
	session, token = s.begin(t)
	for at := now; ; at = at.Add(90 * time.Minute) {
		next, err := s.Rotate(t.Context(), session, token, at)
		if at.Sub(now) >= 12*time.Hour {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("after twelve busy hours: %v", err)
			}
			break
		}
		if err != nil {
			t.Fatalf("after %s: %v", at.Sub(now), err)
		}
		token = next.Next
	}
}

// On a shared computer a session ends after twenty idle minutes, and after an hour.
func TestASharedComputersSessionEndsSoon(t *testing.T) {
	s := newStore(t)
	begin := func() (session, refresh string) {
		session, refresh, err := s.Begin(t.Context(), store.Start{PersonID: 17, Shared: true}, now)
		if err != nil {
			t.Fatal(err)
		}
		return session, refresh
	}
	session, token := begin()
	if _, err := s.Rotate(t.Context(), session, token, now.Add(20*time.Minute)); !fault.Is(err, fault.Denied) {
		t.Errorf("after twenty idle minutes: %v", err)
	}
	session, token = begin()
	for at := now.Add(15 * time.Minute); at.Sub(now) < time.Hour; at = at.Add(15 * time.Minute) {
		r, err := s.Rotate(t.Context(), session, token, at)
		if err != nil || !r.Shared {
			t.Fatalf("after %s: %+v %v", at.Sub(now), r, err)
		}
		token = r.Next
	}
	if _, err := s.Rotate(t.Context(), session, token, now.Add(time.Hour)); !fault.Is(err, fault.Denied) {
		t.Errorf("after a busy hour: %v", err)
	}
	if list, err := s.SignIns(t.Context(), 17, now); err != nil || len(list) == 0 || !list[0].Shared {
		t.Errorf("%+v %v", list, err)
	}
}

func TestNobodysSession(t *testing.T) {
	s := newStore(t)
	if _, err := s.Rotate(t.Context(), "no such", "token", now); !fault.Is(err, fault.Denied) {
		t.Errorf("%v", err)
	}
}

func TestOtherSignInsAreListedAndEnded(t *testing.T) {
	s := newStore(t)
	here, _ := s.begin(t)
	there, token := s.begin(t)
	if _, _, err := s.Begin(t.Context(), store.Start{PersonID: 18}, now); err != nil {
		t.Fatal(err)
	}
	list, err := s.SignIns(t.Context(), 17, now)
	if err != nil || len(list) != 2 || list[0].Device != "Chrome, Android" || !list[0].StartedAt.Equal(now) {
		t.Fatalf("%+v %v", list, err)
	}
	if err := s.EndOthers(t.Context(), 17, here, now); err != nil {
		t.Fatal(err)
	}
	if ended, err := s.Ended(t.Context(), there, now); err != nil || !ended {
		t.Errorf("the other one: %v %v", ended, err)
	}
	if _, err := s.Rotate(t.Context(), there, token, now); !fault.Is(err, fault.Denied) {
		t.Errorf("its token: %v", err)
	}
	if list, err := s.SignIns(t.Context(), 17, now); err != nil || len(list) != 1 || list[0].Session != here {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := s.SignIns(t.Context(), 18, now); err != nil || len(list) != 1 {
		t.Errorf("somebody else's: %+v %v", list, err)
	}
	seen, err := s.SeenBySelf(t.Context(), 17, 10)
	if err != nil || len(seen) != 2 || seen[0].Action != "sign in" || seen[0].Role != "citizen" {
		t.Errorf("%+v %v", seen, err)
	}
}

func TestWhatIsOverAndOldIsRemoved(t *testing.T) {
	s := newStore(t)
	old, _ := s.begin(t)
	if err := s.grant(17, 100, now); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := s.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM portal.session) + (SELECT count(*) FROM portal.helper)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for at, want := range map[time.Duration]int{0: 2, 89 * 24 * time.Hour: 2} {
		if err := s.Sweep(t.Context(), now.Add(at)); err != nil || count() != want {
			t.Errorf("after %s: %d left, %v", at, count(), err)
		}
	}
	if err := s.Sweep(t.Context(), now.Add(91*24*time.Hour)); err != nil || count() != 1 {
		t.Errorf("after three months: %d left, %v", count(), err)
	}
	if ended, err := s.Ended(t.Context(), old, now); err != nil || ended {
		t.Errorf("%v %v", ended, err)
	}
	if err := s.Sweep(t.Context(), now.Add(400*24*time.Hour)); err != nil || count() != 0 {
		t.Errorf("after more than a year: %d left, %v", count(), err)
	}
}
