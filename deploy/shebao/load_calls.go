package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"regexp"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/load"
	"shebao/ivr/softphone"
)

// What hundreds of callers do at once, and how often each.
const (
	callers     = 200
	stepsOfCall = 10
	longCall    = 140
)

// measureCalls measures the hotline's webhooks against a handler that does nothing and against the one statement that a step needs, with the same client; then two hundred
// calls at once.
func (p program) measureCalls(ctx context.Context, pool *pgxpool.Pool, phone softphone.Config, report *load.Report) error {
	constant, err := menuOf(ctx, phone)
	if err != nil {
		return err
	}
	bare, stop, err := bareHotline(constant)
	if err != nil {
		return err
	}
	defer stop()
	nothing := phone
	nothing.Hotline = bare
	whisper := phone
	whisper.Start = "/voice/whisper/cmn"
	for _, m := range []struct {
		name        string
		least       float64
		limit, here func() (load.Work, func(), error)
	}{
		{"whisper, of a bare webhook", 0.60, presses(ctx, nothing), presses(ctx, whisper)},
		{"menu step, of a bare webhook", 0.60, presses(ctx, nothing, "1", "8"), presses(ctx, phone, "1", "8")},
		{"kept step, of the one statement it needs", 0.50, statements(ctx, pool), presses(ctx, phone, "1", "2", "1", "8")},
	} {
		limit, forget, err := m.limit()
		if err != nil {
			return err
		}
		here, hangUp, err := m.here()
		if err != nil {
			return err
		}
		r, err := load.Compare(ctx, m.name, m.least, workers, requests/2, limit, here)
		forget()
		hangUp()
		if err != nil {
			return err
		}
		report.Add(r)
	}
	return p.measureCrowd(ctx, phone, report)
}

// presses makes work that presses the last of the keys of a call over and over, a call a worker; without keys it dials over and over.
func presses(ctx context.Context, phone softphone.Config, keys ...string) func() (load.Work, func(), error) {
	return func() (load.Work, func(), error) {
		if len(keys) == 0 {
			return func(ctx context.Context, _ int) error {
				_, err := softphone.Dial(ctx, phone)
				return err
			}, func() {}, nil
		}
		calls, err := dialAll(ctx, phone, workers, keys...)
		pressed := make([]int, workers)
		return func(ctx context.Context, worker int) error {
			if pressed[worker]++; pressed[worker]%longCall == 0 { // a call has a longest; another begins, at the cost of what is measured
				fresh, err := dialAll(ctx, phone, 1, keys...)
				if err != nil {
					return err
				}
				calls[worker] = fresh[0]
			}
			return calls[worker].Press(ctx, keys[len(keys)-1])
		}, func() { hangUpAll(ctx, calls) }, err
	}
}

// dialAll begins calls and presses keys.
func dialAll(ctx context.Context, phone softphone.Config, n int, keys ...string) ([]*softphone.Call, error) {
	var calls []*softphone.Call
	for range n {
		call, err := softphone.Dial(ctx, phone)
		for _, key := range keys {
			if err == nil {
				err = call.Press(ctx, key)
			}
		}
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	return calls, nil
}

func hangUpAll(ctx context.Context, calls []*softphone.Call) {
	for _, call := range calls {
		_ = call.HangUp(ctx) // a call whose end is lost is ended by the sweep
	}
}

// statements makes work that does what a step must do in the database and no more: the call goes one on, and its reply is kept.
func statements(ctx context.Context, pool *pgxpool.Pool) func() (load.Work, func(), error) {
	return func() (load.Work, func(), error) {
		steps, sids := make([]int, workers), make([]string, workers)
		content := make([]byte, 900) // about what is sealed of a state and of a reply
		for w := range workers {
			id := make([]byte, 16)
			_, _ = rand.Read(id) // never fails: it crashes the process instead
			sids[w] = "CA" + hex.EncodeToString(id)
			if _, err := pool.Exec(ctx, `INSERT INTO ivr.call (sid, state, step, nonce, filing_key, started_at) VALUES ($1, $2, 0, 'n', $2, now())`, sids[w], content); err != nil {
				return nil, nil, err
			}
		}
		forget := func() { _, _ = pool.Exec(ctx, `DELETE FROM ivr.call WHERE sid = ANY ($1)`, sids) } // the sweep would
		return func(ctx context.Context, worker int) error {
			tag, err := pool.Exec(ctx, `
				WITH moved AS (UPDATE ivr.call SET state = $3, step = step + 1, nonce = $4 WHERE sid = $1 AND step = $2 AND ended_at IS NULL RETURNING sid)
				INSERT INTO ivr.answer (call_sid, step, nonce, reply) SELECT sid, $2, $4, $3 FROM moved`, sids[worker], steps[worker], content, "n")
			if steps[worker]++; err == nil && tag.RowsAffected() != 1 {
				err = errors.New("load: a step was not kept")
			}
			return err
		}, forget, nil
	}
}

// menuOf is the hotline's own menu as a constant: a document that leads to itself.
func menuOf(ctx context.Context, phone softphone.Config) (string, error) {
	var document string
	phone.Trace = func(e softphone.Exchange) { document = string(e.Body) }
	calls, err := dialAll(ctx, phone, 1, "1", "8")
	if err != nil {
		return "", err
	}
	said := document
	hangUpAll(ctx, calls)
	return stepAddress.ReplaceAllString(said, "/voice/start"), nil
}

var stepAddress = regexp.MustCompile(`http[^"<]+/voice/step/[^"<]+`)

// bareHotline answers every webhook with the same document, unsigned and unlogged.
func bareHotline(document string) (address string, stop func(), err error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/voice/start", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/xml; charset=utf-8")
		return c.SendString(document)
	})
	app.Post("/voice/status", func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() { _ = app.Listener(listener) }() // ends with stop
	return "http://" + listener.Addr().String(), func() { _ = app.Shutdown() }, nil
}

// measureCrowd has two hundred callers walk through the menus at once. A step that fails, or is answered with an apology, is an error.
func (p program) measureCrowd(ctx context.Context, phone softphone.Config, report *load.Report) error {
	calls, err := dialAll(ctx, phone, callers, "1", "2", "1") // within a tip-off every step is kept
	if err != nil {
		return err
	}
	s, err := load.Measure(ctx, fmt.Sprintf("kept step, %d calls at once", callers), callers, stepsOfCall, 10, func(ctx context.Context, worker int) error {
		before := len(calls[worker].Heard())
		if err := calls[worker].Press(ctx, "8"); err != nil {
			return err
		}
		if calls[worker].Ended() || len(calls[worker].Heard()) != before+1 { // more words than the menu are an apology
			return fmt.Errorf("load: a step failed: %q", calls[worker].Heard()[before:])
		}
		return nil
	})
	hangUpAll(ctx, calls)
	if err != nil {
		return err
	}
	report.Add(s)
	return nil
}
