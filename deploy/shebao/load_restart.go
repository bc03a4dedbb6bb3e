package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"shebao/deploy/load"
	"shebao/ivr/softphone"
)

// What is done while the database restarts.
const (
	restartCallers = 40
	restartAway    = 4 * time.Second // beside the stopping and starting itself
	budgetOfStep   = 3 * time.Second
)

// measureRestart restarts the database in the middle of calls, and counts the steps that fail or take longer than a webhook may. Each caller begins tip-offs, whose steps
// change the most, as a person does: with a moment before each key.
func (p program) measureRestart(ctx context.Context, g *ground, phone softphone.Config, report *load.Report) error {
	steps := &load.Budget{Name: "step, the database restarts in calls", Limit: budgetOfStep}
	phone.Wait = func(ctx context.Context, d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	phone.Trace = func(e softphone.Exchange) {
		said := string(e.Body)
		failed := e.Status != http.StatusOK && !strings.Contains(e.URL, "/voice/status") || strings.Contains(said, "抱歉") || strings.Contains(said, "系统正在恢复")
		steps.Took(e.Took, !failed)
	}
	var over atomic.Bool
	errs := make([]error, restartCallers)
	var wait sync.WaitGroup
	for i := range restartCallers {
		wait.Go(func() {
			for last := false; !last && errs[i] == nil; { // one more call when the database is back
				last = over.Load()
				errs[i] = beginTipOff(ctx, phone)
			}
		})
	}
	phone.Wait(ctx, time.Second)
	err := g.restart(ctx, restartAway)
	over.Store(true)
	wait.Wait()
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	report.Add(steps)
	return nil
}

func beginTipOff(ctx context.Context, phone softphone.Config) error {
	call, err := softphone.Dial(ctx, phone)
	for _, key := range []string{"1", "2", "1", "1", "1#", "1"} {
		if err != nil {
			return err
		}
		phone.Wait(ctx, 100*time.Millisecond)
		err = call.Press(ctx, key)
	}
	return errors.Join(err, call.HangUp(ctx))
}
