package ivr

import (
	"context"
	"errors"
	"sync"
	"time"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
)

// underway lets work that outlasts a webhook go on: slow hashes have a queue, and who asked again from its end would never come to its head. The carrier asks again after
// a word of waiting, and joins the work that its first request began. Another process begins anew, which is harmless: filing is idempotent.
type underway struct {
	mu    sync.Mutex
	works map[string]*work
}

type work struct {
	done    chan struct{}
	brought callflow.Brought
	err     error
}

const (
	// worksFor is about as long as a caller is asked to wait in all.
	worksFor = 50 * time.Second
	// tryFor is a try's share of it: a database whose answer was lost is asked again.
	tryFor = 8 * time.Second
	// keptFor is how long a result waits for a request that comes back.
	keptFor       = time.Minute
	tryAgainAfter = 200 * time.Millisecond
)

// do begins the work of a key, or joins it. Error: context.DeadlineExceeded while the work goes on, else the work's own.
func (u *underway) do(ctx context.Context, key string, try func(ctx context.Context) (callflow.Brought, error)) (callflow.Brought, error) {
	u.mu.Lock()
	w, found := u.works[key]
	if !found {
		w = &work{done: make(chan struct{})}
		if u.works == nil {
			u.works = map[string]*work{}
		}
		u.works[key] = w
		go u.run(context.WithoutCancel(ctx), key, w, try)
	}
	u.mu.Unlock()
	select {
	case <-w.done:
		u.forget(key, w) // a failure is tried anew; what was done is not asked for again
		return w.brought, w.err
	case <-ctx.Done():
		return callflow.Brought{}, ctx.Err()
	}
}

func (u *underway) run(ctx context.Context, key string, w *work, try func(ctx context.Context) (callflow.Brought, error)) {
	ctx, cancel := context.WithTimeout(ctx, worksFor)
	defer cancel()
	for {
		one, stop := context.WithTimeout(ctx, tryFor)
		w.brought, w.err = try(one)
		stop()
		busy := w.err != nil && fault.Of(w.err).Key == "fault.busy"
		if !busy && !errors.Is(w.err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(tryAgainAfter):
		}
	}
	close(w.done)
	time.AfterFunc(keptFor, func() { u.forget(key, w) })
}

func (u *underway) forget(key string, w *work) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.works[key] == w {
		delete(u.works, key)
	}
}
