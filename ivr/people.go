package ivr

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/ivr/web"
	"shebao/shared/fault"
)

// findPerson tells whether somebody answers at this hour, and whether others wait longer. Opening hours are judged at each try, not only when the call began.
func (l *line) findPerson(ctx context.Context, call store.Call, s callflow.State, t web.Turn) (callflow.Brought, error) {
	b := callflow.Brought{Back: l.mayCallBack(t.Caller)}
	if !l.open(t.Now) {
		b.Problem, b.Say = "no_agents", []callflow.Line{{Key: "open_hours", Args: []string{l.hours.Spoken(s.Lang)}}}
		if next, ok := l.hours.Next(l.opening(t.Now), l.workdays.Now()); ok {
			b.Say = append(b.Say, callflow.Line{Key: "open_next", Args: []string{callflow.SpokenTime(s.Lang, next)}})
		}
		return b, nil
	}
	b.Agents = true
	w, err := l.calls.Wait(ctx, call.SID, t.Now)
	if err != nil {
		return b, err
	}
	if b.Ahead = w.Position > len(l.agents); !b.Ahead {
		err = l.calls.Rung(ctx, call.SID, t.Now)
	}
	return b, err
}

func (l *line) open(now time.Time) bool {
	return len(l.agents) > 0 && l.hours.Open(l.opening(now), l.workdays.Now())
}

// Rests between two tries to ring people for the same caller.
const restBetweenRings = 20 * time.Second

// Wait is what a waiting caller hears now. It leaves the queue when it is the caller's turn, and when nobody answers any more.
func (l *line) Wait(ctx context.Context, t web.Turn) (web.Wait, error) {
	call, err := l.waitingCall(ctx, t)
	if err != nil {
		return web.Wait{}, err
	}
	w, err := l.calls.Wait(ctx, call.SID, t.Now)
	if err != nil {
		return web.Wait{}, err
	}
	turn := w.Position <= len(l.agents) && t.Now.Sub(w.RungAt) >= restBetweenRings
	rounds := (w.Position + len(l.agents) - 1) / max(1, len(l.agents))
	minutes := max(1, int((time.Duration(rounds)*w.Talk+time.Minute/2)/time.Minute))
	return web.Wait{State: call.State, Say: callflow.WhileWaiting(call.State, w.Position, minutes), Leave: turn || !l.open(t.Now)}, nil
}

// Wish keeps what a waiting caller wants instead, and then lets the call leave the queue; a key that means nothing there lets it go on waiting.
func (l *line) Wish(ctx context.Context, t web.Turn, key string) (web.Wait, error) {
	call, err := l.waitingCall(ctx, t)
	if err != nil {
		return web.Wait{}, err
	}
	wish, ok := callflow.WishOf(call.State, key)
	if !ok {
		return l.Wait(ctx, t)
	}
	return web.Wait{Leave: true}, l.calls.Wish(ctx, call.SID, wish)
}

func (l *line) waitingCall(ctx context.Context, t web.Turn) (store.Call, error) {
	call, _, err := l.calls.Load(ctx, t.Call, -1, "")
	if err != nil {
		return call, err
	}
	if call.Step != t.Step || call.Nonce != t.Nonce || call.State.Place != callflow.Waiting {
		return call, fault.New(fault.NotFound, "fault.page")
	}
	return call, nil
}

// leaveLine takes a call that waits no more out of the line. A failure is not the caller's: who is not seen for a minute is not counted.
func (l *line) leaveLine(ctx context.Context, before, after callflow.State, call string, in callflow.Input, now time.Time) {
	waits := func(p callflow.Place) bool { return p == callflow.Waiting || p == callflow.Transferred }
	if !waits(before.Place) || waits(after.Place) {
		return
	}
	seconds := 0
	if in.Dialled == "completed" {
		seconds = in.Talked
	}
	if err := l.calls.LeaveLine(ctx, call, seconds, now); err != nil {
		l.log.Warn("a call has left the line unnoted", "error", err.Error())
	}
}

// mayCallBack reports whether a caller can be called back: the number that calls, never one that was keyed, and only within the countries of the configuration.
func (l *line) mayCallBack(caller string) bool {
	if l.carrier.Number() == "" || len(l.agents) == 0 || !telephone.MatchString(caller) {
		return false
	}
	for _, prefix := range l.backPrefixes {
		if strings.HasPrefix(caller, prefix) {
			return true
		}
	}
	return false
}

// How many wishes to be called back are taken in a day: of one caller, and of all. Who can make us dial can make us pay.
const (
	callBacksOfCaller = 3
	callBacksOfAll    = 500
)

var errNoNumber = errors.New("the number that calls cannot be called back")

func (l *line) keepCallBack(ctx context.Context, lang string, t web.Turn) error {
	if !l.mayCallBack(t.Caller) {
		return errNoNumber
	}
	limited, cancel := context.WithTimeout(ctx, 800*time.Millisecond)
	defer cancel()
	for key, limit := range map[string]int{"call-back:" + l.short("caller", t.Caller): callBacksOfCaller, "call-backs": callBacksOfAll} {
		if err := onRedis(l.limiter.Allow(limited, key, limit, 24*time.Hour)); err != nil {
			return err
		}
	}
	return l.calls.KeepCallBack(ctx, l.hash.Sum("caller", t.Caller), t.Caller, lang, t.Now)
}

func (l *line) Connect(ctx context.Context, id int64, nonce string, now time.Time) (caller, own string, err error) {
	caller, err = l.calls.Connect(ctx, id, nonce, now)
	return caller, l.carrier.Number(), err
}

func (l *line) CalledBack(ctx context.Context, id int64, nonce string, talked bool, now time.Time) error {
	return l.calls.CalledBack(ctx, id, nonce, talked, now)
}

// callBack rings the people in turn for the callers who wait to be called back, in opening hours, until ctx ends.
func callBack(l *line, every time.Duration, now func() time.Time, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		return repeat(ctx, every, func() bool {
			at := now().UTC()
			if l.carrier.Number() == "" || !l.open(at) {
				return false
			}
			back, ok, err := l.calls.NextCallBack(ctx, at)
			switch {
			case err == nil && ok && back.GivenUp():
				log.Warn("a call back was given up: nobody of ours took it")
			case err == nil && ok:
				agent := l.agents[(back.Rings-1)%len(l.agents)]
				address := web.CallBack(l.publicURL, back.Lang, back.ID, back.Nonce)
				err = l.carrier.Ring(agent, address, address+"/status", ringAgentFor)
			}
			if err != nil && ctx.Err() == nil {
				log.Error("calling back failed", "error", err.Error()) // it is tried again
			}
			return ok && err == nil
		})
	}
}

const ringAgentFor = 25 // seconds
