package redis_test

import (
	"testing"
	"time"

	"shebao/shared/fault"
	"shebao/shared/redis"
)

func TestLimiterRefusesTheUseTooMany(t *testing.T) {
	server, err := redis.StartEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	client, err := redis.Open(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	limiter, ctx := redis.NewLimiter(client), t.Context()
	for range 3 {
		if err := limiter.Allow(ctx, "pin:a", 3, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	over := fault.Of(limiter.Allow(ctx, "pin:a", 3, time.Hour))
	if over == nil || over.Kind != fault.Limited || over.RetryAfter <= 0 || over.RetryAfter > time.Hour {
		t.Errorf("over the limit: %v", over)
	}
	if err := limiter.Allow(ctx, "pin:b", 3, time.Hour); err != nil {
		t.Errorf("another key: %v", err)
	}
	if err := limiter.TakeBack(ctx, "pin:b"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := limiter.Allow(ctx, "pin:b", 3, time.Hour); err != nil {
			t.Errorf("what was taken back counts: %v", err)
		}
	}
	if err := limiter.TakeBack(ctx, "pin:c"); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Exists(ctx, "limit:pin:c").Result(); err != nil || n != 0 {
		t.Errorf("a use that nobody counted left %d keys, %v", n, err)
	}
	server.Stop()
	if err := limiter.TakeBack(ctx, "pin:b"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("taken back with Redis down: %v", err)
	}
	if err := limiter.Allow(ctx, "pin:b", 3, time.Hour); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with Redis down: %v", err)
	}
}
