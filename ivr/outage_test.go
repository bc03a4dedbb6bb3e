package ivr_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"shebao/ivr/softphone"
)

// The database is away for ten seconds at every single step of a tip-off, in each of the ways in which it can be: the caller hears a word of waiting, keys nothing twice,
// and in the end there is one tip-off with one receipt.
func TestTheDatabaseAwayForTenSeconds(t *testing.T) {
	doings := []string{"1", "2", "1", "say 杭城纺织", "1", "202503#", "1", "record", "1"}
	for name, how := range map[string]outage{"restarts": gone, "does not answer": silent, "has done it and does not say so": mute} {
		t.Run(name, func(t *testing.T) {
			h := withLedger(t, quiet, "")
			var away time.Duration
			h.phone.Wait = func(_ context.Context, d time.Duration) { // the pauses that the hotline asks for
				if away += d; away >= 10*time.Second || how != gone { // who does not answer costs the patience of a step in real time: once is enough
					h.gate.set(none)
				}
			}
			call, err := softphone.Dial(t.Context(), h.phone)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range doings {
				if how == gone || i == len(doings)-1 || d == "record" {
					away = 0
					h.gate.set(how)
				}
				if err := call.Do(t.Context(), d); err != nil {
					t.Fatalf("%s: %v\nheard: %v", d, err, call.Heard())
				}
				h.gate.set(none)
			}
			heard(t, call, "正在处理，请稍等", "杭城纺织有限公司", "2025年3月", "回执码是")
			if text := strings.Join(call.Heard(), "\n"); strings.Contains(text, "没有听到") || strings.Contains(text, "没有这个选项") || strings.Count(text, "回执码是") != 1 {
				t.Errorf("something was asked twice:\n%s", text)
			}
			s, ok := h.taken(t)
			if !ok || s.TipOff.From != 202503 || s.TipOff.EmployerUSCC != "91070102MAXG612DD9" {
				t.Fatalf("filed: %+v, %v", s.TipOff, ok)
			}
			if _, again := h.taken(t); again {
				t.Error("it was filed twice")
			}
		})
	}
}

// With Redis away too what the caller did cannot be parked: the question is put again, and what was confirmed before is there.
func TestDatabaseAndRedisAway(t *testing.T) {
	h := withLedger(t, quiet, "")
	h.phone.Wait = func(context.Context, time.Duration) { h.gate.set(none) }
	call := h.call(t, "1", "2", "1", "say 杭城纺织", "1")
	h.redis.Stop()
	h.gate.set(gone)
	do(t, call, "202503#")
	heard(t, call, "正在处理")
	do(t, call, "202503#", "1", "record", "1")
	heard(t, call, "从2025年3月开始", "回执码是")
}

// A database that does not come back ends the call politely after about a minute; what was confirmed is a draft.
func TestTheDatabaseStaysAway(t *testing.T) {
	h := withLedger(t, quiet, "")
	call := h.call(t, "1", "2", "1", "say 杭城纺织", "1")
	h.gate.set(gone)
	do(t, call, "202503#")
	heard(t, call, "没有丢失任何内容", "再见")
	if !call.Ended() {
		t.Error("the call goes on")
	}
	h.gate.set(none)
	drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 10)
	if err != nil || len(drafts) != 1 || drafts[0].TipOff.EmployerName != "杭城纺织有限公司" {
		t.Errorf("drafts: %+v, %v", drafts, err)
	}
	fresh, err := softphone.Dial(t.Context(), h.phone)
	if err != nil || fresh.Awaits() != "speech" {
		t.Errorf("the next call: %v", err)
	}
}

// While the carrier's REST interface is down recordings and texts wait; the conversation does not notice.
func TestTheCarrierAway(t *testing.T) {
	h := newHotline(t, quiet, "", "IVR_AGENTS", "+8610000000101", "TWILIO_NUMBER", "+8610000012333")
	h.call(t, "1", "0", "busy", "2", "1")
	call := h.call(t, "1", "2", "1", "1", "1#", "1", "record")
	h.carrierDown.Store(true)
	do(t, call, "2") // hearing it again is what cannot be: the caller hears so much, and goes on
	if call.Ended() {
		t.Fatalf("the call broke off: %v", call.Heard())
	}
	do(t, call, "1")
	heard(t, call, "回执码是")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for _, work := range h.wing.Background {
		go func() { _ = work(ctx) }() // ends with ctx
	}
	<-ctx.Done()
	var waiting, rung int
	if err := h.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM ivr.recording WHERE fetched_at IS NULL AND tries > 0), (SELECT count(*) FROM ivr.call_back WHERE done_at IS NULL AND rings > 0)`).Scan(&waiting, &rung); err != nil || waiting != 1 || rung != 1 {
		t.Errorf("%d recordings and %d call backs wait after a try, %v", waiting, rung, err)
	}
	if strings.Contains(h.log.String(), h.phone.From) {
		t.Error("the log holds the caller's number")
	}
	for _, w := range h.wing.Waiting { // what the operator sees of it
		want := map[string]int64{"recordings": 1}[w.What]
		if n, oldest, err := w.Count(t.Context()); err != nil || n != want || (n > 0) == oldest.IsZero() {
			t.Errorf("%d %s wait since %s, %v", n, w.What, oldest, err)
		}
	}
	h.carrierDown.Store(false)
	h.pass(10 * time.Minute)
	if err := h.background(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, _ := h.taken(t)
	if files, err := h.desk.Attachments(t.Context(), s.ID); err != nil || len(files) != 1 || h.carrier.Recordings() != 0 || len(h.carrier.Ringing()) != 1 {
		t.Errorf("%d files, %d recordings left, %d ringing, %v", len(files), h.carrier.Recordings(), len(h.carrier.Ringing()), err)
	}
}
