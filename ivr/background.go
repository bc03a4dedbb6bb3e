package ivr

import (
	"context"
	"log/slog"
	"time"

	"shebao/ivr/store"
	"shebao/shared/fault"
	"shebao/shared/intake"
)

const sweepEvery = time.Minute

// fetchRecordings brings recordings home until ctx ends.
func fetchRecordings(l *line, every time.Duration, now func() time.Time, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		return repeat(ctx, every, func() bool {
			at := now().UTC()
			ok, err := l.calls.FetchNext(ctx, at, func(ctx context.Context, r store.Recording) error { return l.take(ctx, r, at) })
			if err != nil && ctx.Err() == nil {
				log.Error("fetching a recording failed", "error", err.Error()) // it is tried again
			}
			return ok && err == nil
		})
	}
}

// take fetches a recording, seals it to the desk with what was filed, and deletes it at the carrier; one that the caller replaced is only deleted.
func (l *line) take(ctx context.Context, r store.Recording, now time.Time) error {
	if !r.Drop {
		sound, err := l.carrier.Recording(ctx, r.SID, r.Seconds)
		if err != nil {
			return err
		}
		if err := l.counter.Attach(ctx, intake.Phone, r.Key, intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: sound}, now); err != nil {
			return err
		}
	}
	return l.carrier.DeleteRecording(r.SID)
}

// sweepCalls ends calls whose end was never reported, and wipes what is no longer needed.
func sweepCalls(l *line, now func() time.Time, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		return repeat(ctx, sweepEvery, func() bool {
			at := now().UTC()
			sid, ok, err := l.calls.Stale(ctx, at)
			if ok {
				if err = l.End(ctx, sid, at); fault.Is(err, fault.NotFound) {
					err = nil // another process was first
				}
			} else if err == nil {
				err = l.calls.Sweep(ctx, at)
			}
			if err != nil && ctx.Err() == nil {
				log.Error("sweeping calls failed", "error", err.Error()) // it is tried again
			}
			return ok && err == nil
		})
	}
}

// repeat does work again at once while there is more, and else after a pause, until ctx ends.
func repeat(ctx context.Context, every time.Duration, work func() (more bool)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if work() && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
