// Package redis holds only what may be lost: limits, who is signed in on a call, revoked sessions, live updates.
package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"shebao/shared/fault"
)

// silent drops what the library writes to standard error by itself: callers get every failure as an error, and log it in their own form.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// Open makes a client. It does not need the server to be up: with Redis down a tip-off is still taken.
func Open(url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("redis address: cannot be parsed") // the parser's error would print the password
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = time.Second, time.Second, time.Second
	options.MaxRetries, options.DialerRetries = 1, 1 // with Redis down, what goes on without it must not wait for it
	options.ContextTimeoutEnabled = true
	redis.SetLogger(silent{}) // the library has one for the whole process
	return redis.NewClient(options), nil
}

// Limiter counts within fixed windows. INCR and PEXPIRE run in one transaction, so that a key never stays for ever.
type Limiter struct{ client redis.UniversalClient }

// NewLimiter counts in the client's server.
func NewLimiter(client redis.UniversalClient) *Limiter { return &Limiter{client} }

// Allow counts one use of key and refuses the use that exceeds limit within window. key may not hold personal data: hash it first.
// Errors: fault.Limited (fault.limited) over the limit; fault.Unavailable with Redis down, and then the caller decides: limits that protect PINs and
// receipts fail closed, others let pass.
func (l *Limiter) Allow(ctx context.Context, key string, limit int, window time.Duration) error {
	key = "limit:" + key
	pipe := l.client.TxPipeline()
	count := pipe.Incr(ctx, key)
	pipe.ExpireNX(ctx, key, window)
	left := pipe.PTTL(ctx, key)
	if _, err := pipe.Exec(ctx); err != nil {
		return fault.New(fault.Unavailable, "fault.unavailable").Because(fmt.Errorf("count against a limit: %w", err))
	}
	if count.Val() > int64(limit) {
		return fault.LimitedFor("fault.limited", max(left.Val(), time.Second))
	}
	return nil
}

// takenBack counts one use less, of a key that is still there: without its window it would stay for ever.
var takenBack = redis.NewScript(`if redis.call("EXISTS", KEYS[1]) == 1 then return redis.call("DECR", KEYS[1]) end return 0`)

// TakeBack uncounts a use that Allow let pass and that harmed nobody, so that many people behind one address or telephone do not use up each other's tries.
// Error: fault.Unavailable with Redis down.
func (l *Limiter) TakeBack(ctx context.Context, key string) error {
	if err := takenBack.Run(ctx, l.client, []string{"limit:" + key}).Err(); err != nil {
		return fault.New(fault.Unavailable, "fault.unavailable").Because(fmt.Errorf("uncount a use: %w", err))
	}
	return nil
}
