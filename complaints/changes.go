package complaints

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// changesChannel carries the region of each case that changed, and nothing else of it.
const changesChannel = "desk.changes"

// changes are the desk's live updates over Redis. They may be lost: a page that missed one shows the truth when it is loaded again.
type changes struct{ client redis.UniversalClient }

// publish tells every process that a case of a region changed. It never holds up the change itself.
func (c changes) publish(ctx context.Context, _, region string) {
	if c.client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 200*time.Millisecond)
	defer cancel()
	_ = c.client.Publish(ctx, changesChannel, region).Err() // with Redis down the pages work by reloading
}

// Watch implements web.Changes. The channel is closed when ctx ends or Redis goes away; a slow reader misses changes rather than holding others up.
func (c changes) Watch(ctx context.Context) (<-chan string, error) {
	if c.client == nil {
		return nil, errors.New("no live updates without Redis")
	}
	sub := c.client.Subscribe(ctx, changesChannel)
	if _, err := sub.Receive(ctx); err != nil {
		_ = sub.Close() // it never began
		return nil, err
	}
	out := make(chan string, 1)
	go func() {
		defer close(out)
		defer func() { _ = sub.Close() }() // nothing of it must be kept
		from := sub.Channel()
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-from:
				if !ok {
					return
				}
				select {
				case out <- m.Payload:
				default: // one word that something changed is waiting already
				}
			}
		}
	}()
	return out, nil
}
