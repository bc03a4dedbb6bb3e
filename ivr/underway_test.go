package ivr

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
)

// Work that takes longer than its webhook goes on; the webhook that comes back joins it and has its result, once.
func TestWorkThatOutlastsItsWebhook(t *testing.T) {
	var u underway
	var tries atomic.Int32
	finish := make(chan struct{})
	work := func(context.Context) (callflow.Brought, error) {
		tries.Add(1)
		<-finish
		return callflow.Brought{Receipt: "1"}, nil
	}
	short, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		if _, err := u.do(short, "call step", work); !errors.Is(err, context.Canceled) {
			t.Fatalf("it does not wait: %v", err)
		}
	}
	close(finish)
	if b, err := u.do(t.Context(), "call step", work); err != nil || b.Receipt != "1" || tries.Load() != 1 {
		t.Errorf("%+v, %v, %d tries", b, err, tries.Load())
	}
	if _, err := u.do(t.Context(), "call next step", work); err != nil || tries.Load() != 2 {
		t.Errorf("another step got the first one's result: %v, %d tries", err, tries.Load())
	}
	if len(u.works) != 0 {
		t.Errorf("%d results are kept", len(u.works))
	}
}

// A queue that is full, and a database that does not answer, are tried again; a refusal is an answer.
func TestWhatPassesIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		failure error
		tries   int32
	}{
		"busy": {fault.LimitedFor("fault.busy", time.Second), 3}, "no answer": {context.DeadlineExceeded, 3},
		"refused": {fault.New(fault.Denied, "fault.signin"), 1}, "locked": {fault.LimitedFor("fault.locked", time.Minute), 1}, "away": {fault.New(fault.Unavailable, "fault.unavailable"), 1},
	} {
		var u underway
		var tries atomic.Int32
		_, err := u.do(t.Context(), name, func(context.Context) (callflow.Brought, error) {
			if tries.Add(1) < 3 {
				return callflow.Brought{}, c.failure
			}
			return callflow.Brought{}, nil
		})
		if tries.Load() != c.tries || (err == nil) != (c.tries == 3) {
			t.Errorf("%s: %d tries, %v", name, tries.Load(), err)
		}
	}
}
