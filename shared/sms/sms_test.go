package sms_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/config"
	"shebao/shared/fault"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/sms"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const mobile = "10000000017"

type house struct {
	*sms.Messages
	t    *testing.T
	pool *pgxpool.Pool
}

func newHouse(t *testing.T, settings ...string) house {
	t.Helper()
	values := map[string]string{"SHEBAO_STATE_KEY": base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))}
	for i := 0; i+1 < len(settings); i += 2 {
		values[settings[i]] = settings[i+1]
	}
	r := config.NewReader(config.Map(values))
	c := sms.ReadConfig(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	pool := postgrestest.New(t, sms.Migrations())
	m, err := sms.New(pool, c)
	if err != nil {
		t.Fatal(err)
	}
	return house{m, t, pool}
}

func (h house) enqueue(m sms.Message, at time.Time) error {
	return postgres.Tx(context.Background(), h.pool, func(tx pgx.Tx) error { return h.Enqueue(context.Background(), tx, m, at) })
}

func (h house) mustEnqueue(m sms.Message, at time.Time) {
	h.t.Helper()
	if err := h.enqueue(m, at); err != nil {
		h.t.Fatal(err)
	}
}

func (h house) one(query string) (text string) {
	h.t.Helper()
	if err := h.pool.QueryRow(context.Background(), query).Scan(&text); err != nil {
		h.t.Fatal(err)
	}
	return text
}

func code(text string) sms.Message {
	return sms.Message{PersonID: 17, Number: mobile, Kind: sms.OneTimeCode, Body: text, Expires: now.Add(5 * time.Minute)}
}

// carrier refuses as it is told.
type carrier struct {
	mu    sync.Mutex
	fails error
	got   []sms.Outgoing
}

func (c *carrier) Send(_ context.Context, m sms.Outgoing) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return "", c.fails
	}
	c.got = append(c.got, m)
	return "SM" + strings.Repeat("0", 31) + string(rune('a'+len(c.got))), nil
}

func TestAMessageIsSentOnceAndThenForgotten(t *testing.T) {
	h, c := newHouse(t), &carrier{}
	h.mustEnqueue(code("您的验证码是 204817"), now)
	if raw := h.one(`SELECT encode(number || body, 'escape') FROM sms.message`); strings.Contains(raw, mobile) || strings.Contains(raw, "204817") {
		t.Error("number or code stand in the clear")
	}
	if more, err := h.DeliverNext(t.Context(), c, now); err != nil || !more {
		t.Fatalf("%v %v", more, err)
	}
	if len(c.got) != 1 || c.got[0].Number != "+86"+mobile || c.got[0].Body != "您的验证码是 204817" || c.got[0].Kind != sms.OneTimeCode {
		t.Errorf("sent %+v", c.got)
	}
	if more, err := h.DeliverNext(t.Context(), c, now.Add(time.Hour)); err != nil || more {
		t.Errorf("again: %v %v", more, err)
	}
	if kept := h.one(`SELECT concat(number, body, failed) FROM sms.message WHERE sent_at IS NOT NULL`); kept != "" {
		t.Errorf("kept %q", kept)
	}
	if err := h.Report(t.Context(), "SM"+strings.Repeat("0", 31)+"b", "delivered"); err != nil {
		t.Fatal(err)
	}
	if said := h.one(`SELECT reported FROM sms.message`); said != "delivered" {
		t.Errorf("reported %q", said)
	}
}

func TestWhatIsRolledBackIsNotSent(t *testing.T) {
	h, c := newHouse(t), &carrier{}
	refused := errors.New("refused")
	err := postgres.Tx(t.Context(), h.pool, func(tx pgx.Tx) error {
		if err := h.Enqueue(t.Context(), tx, code("1"), now); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if more, err := h.DeliverNext(t.Context(), c, now); err != nil || more {
		t.Errorf("%v %v", more, err)
	}
}

func TestAnExpiredCodeIsNotSent(t *testing.T) {
	h, c := newHouse(t), &carrier{fails: errors.New("away")}
	h.mustEnqueue(code("204817"), now)
	if _, err := h.DeliverNext(t.Context(), c, now); err == nil {
		t.Fatal("the carrier was away")
	}
	c.fails = nil
	if more, _ := h.DeliverNext(t.Context(), c, now.Add(5*time.Minute)); more || len(c.got) != 0 {
		t.Fatalf("an expired code was sent: %v", c.got)
	}
	h.runLoop(c, now.Add(5*time.Minute))
	if kept := h.one(`SELECT concat(failed, number, body) FROM sms.message`); kept != "expired" {
		t.Errorf("kept %q", kept)
	}
}

// runLoop lets the loop turn once.
func (h house) runLoop(c sms.Sender, at time.Time) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	turns := 0
	clock := func() time.Time {
		if turns++; turns > 1 {
			cancel()
		}
		return at
	}
	if err := h.Deliver(ctx, c, time.Millisecond, clock, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
		h.t.Fatal(err)
	}
}

func TestACarrierThatIsAwayIsAskedAgainLaterAndLater(t *testing.T) {
	h, c := newHouse(t), &carrier{fails: errors.New("away")}
	h.mustEnqueue(sms.Message{PersonID: 17, Number: mobile, Kind: sms.Notice, Body: "有新的答复"}, now)
	at, asked := now, []time.Duration{}
	for i := 0; len(asked) < 5 && i < 500; i++ {
		more, err := h.DeliverNext(t.Context(), c, at)
		if more {
			asked = append(asked, at.Sub(now))
			if err == nil {
				t.Fatal("a failure is not told")
			}
		}
		at = at.Add(5 * time.Second)
	}
	for i := 2; i < len(asked); i++ {
		if asked[i]-asked[i-1] <= asked[i-1]-asked[i-2] {
			t.Errorf("tried after %v: the pauses do not grow", asked)
		}
	}
	c.fails = nil
	h.runLoop(c, at.Add(time.Hour))
	if len(c.got) != 1 {
		t.Errorf("after the carrier came back: %v", c.got)
	}
}

func TestARefusedMessageIsNotTriedAgain(t *testing.T) {
	h, c := newHouse(t), &carrier{fails: sms.Refused{Reason: "21211"}}
	h.mustEnqueue(code("204817"), now)
	if more, err := h.DeliverNext(t.Context(), c, now); err != nil || !more {
		t.Fatalf("%v %v", more, err)
	}
	c.fails = nil
	if more, _ := h.DeliverNext(t.Context(), c, now.Add(time.Minute)); more {
		t.Error("tried again")
	}
	if kept := h.one(`SELECT concat(failed, number, body) FROM sms.message`); kept != "21211" {
		t.Errorf("kept %q", kept)
	}
}

func TestOneCauseIsToldOnce(t *testing.T) {
	h := newHouse(t, "SMS_PER_PERSON", "1")
	m := code("204817")
	m.Cause = "call:1/step:2"
	h.mustEnqueue(m, now)
	h.mustEnqueue(m, now.Add(time.Second)) // neither a second message nor counted against the limit
	if n := h.one(`SELECT count(*)::text FROM sms.message`); n != "1" {
		t.Errorf("%s messages", n)
	}
}

func TestOneMessageIsHandedToOneProcess(t *testing.T) {
	h, c := newHouse(t, "SMS_PER_PERSON", "30"), &carrier{}
	for range 20 {
		h.mustEnqueue(code("204817"), now)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for {
				if more, err := h.DeliverNext(t.Context(), c, now); err != nil || !more {
					if err != nil {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	wait.Wait()
	seen := map[int64]bool{}
	for _, m := range c.got {
		if seen[m.ID] {
			t.Errorf("message %d was sent twice", m.ID)
		}
		seen[m.ID] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d of 20 sent", len(seen))
	}
}

func TestLimitsPerPersonPerNumberAndPerDay(t *testing.T) {
	h := newHouse(t, "SMS_PER_PERSON", "3", "SMS_PER_DAY", "5")
	refused := func(m sms.Message, at time.Time, key string) {
		t.Helper()
		f := fault.Of(h.enqueue(m, at))
		if f == nil || f.Kind != fault.Limited || f.Key != key || f.RetryAfter <= 0 || f.RetryAfter > 24*time.Hour {
			t.Errorf("want %s: %v", key, f)
		}
	}
	for i := range 3 {
		h.mustEnqueue(code("1"), now.Add(time.Duration(i)*time.Minute))
	}
	refused(code("1"), now.Add(time.Hour), "sms.person")
	family := code("1")
	family.PersonID = 18 // the same telephone
	refused(family, now.Add(time.Hour), "sms.person")
	for i := range 2 {
		m := code("1")
		m.PersonID, m.Number, m.Expires = int64(20+i), "1000000002"+string(rune('0'+i)), now.Add(2*time.Hour)
		h.mustEnqueue(m, now.Add(time.Hour))
	}
	m := code("1")
	m.PersonID, m.Number = 30, "10000000030"
	refused(m, now.Add(time.Hour), "sms.day")
	later := code("1")
	later.Expires = now.Add(26 * time.Hour)
	h.mustEnqueue(later, now.Add(24*time.Hour+time.Minute))
}

// What the agency announces to many waits behind a code, counts in no limit of a day, and is written once for its cause; whom no text may reach is left out.
func TestAnAnnouncementWaitsBehindWhatSomebodyWaitsFor(t *testing.T) {
	h, c := newHouse(t, "SMS_PER_PERSON", "1", "SMS_PER_DAY", "2"), &carrier{}
	announce := func(want int, messages ...sms.Message) {
		t.Helper()
		err := postgres.Tx(t.Context(), h.pool, func(tx pgx.Tx) error {
			reached, err := h.Announce(t.Context(), tx, messages, now)
			if len(reached) != want {
				t.Errorf("%d reached, want %d", len(reached), want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	said := func(person int64, number string) sms.Message {
		return sms.Message{PersonID: person, Number: number, Body: "您的对账单已经出具", Cause: "2025 " + number}
	}
	announce(3, said(17, mobile), said(18, ""), said(19, "+1900000000"), said(20, "10000000020"), said(21, "10000000021"))
	announce(1, said(17, mobile))
	h.mustEnqueue(code("您的验证码是 204817"), now.Add(time.Minute))
	for more := true; more; {
		var err error
		if more, err = h.DeliverNext(t.Context(), c, now.Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.got) != 4 || c.got[0].Kind != sms.OneTimeCode || c.got[1].Kind != sms.Announcement {
		t.Errorf("sent %+v", c.got)
	}
	bare := sms.Message{PersonID: 17, Number: mobile, Body: "x"}
	if err := postgres.Tx(t.Context(), h.pool, func(tx pgx.Tx) error { _, err := h.Announce(t.Context(), tx, []sms.Message{bare}, now); return err }); err == nil {
		t.Error("an announcement without its cause is written")
	}
}

func TestParallelMessagesCannotOutrunTheLimit(t *testing.T) {
	h := newHouse(t, "SMS_PER_PERSON", "3")
	var wait sync.WaitGroup
	for range 12 {
		wait.Go(func() { _ = h.enqueue(code("1"), now) }) // most are refused
	}
	wait.Wait()
	if n := h.one(`SELECT count(*)::text FROM sms.message`); n != "3" {
		t.Errorf("%s messages", n)
	}
}

func TestOnlyOurCountriesAreReached(t *testing.T) {
	h := newHouse(t, "SMS_PREFIXES", "+86, +852")
	for number, ok := range map[string]bool{"10000000017": true, "+85200000000": true, "+8610000000017": true, "100 0000-0017": true, "+1900000000": false, "+00000000": false, "": false, "12333": false, "110": false, "+86abc00000": false} {
		m := code("1")
		m.Number = number
		if err := h.enqueue(m, now); (err == nil) != ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", number, err)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for _, prefixes := range []string{"86", "+", "+8x", "+86,,+1"} {
		r := config.NewReader(config.Map(map[string]string{"SHEBAO_STATE_KEY": base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "SMS_PREFIXES": prefixes}))
		sms.ReadConfig(r)
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), "SMS_PREFIXES") {
			t.Errorf("%q: %v", prefixes, err)
		}
	}
}

// A text that was moved to another number's row by somebody who can write the table is not sent.
func TestATextThatWasMovedToAnotherNumberIsNotSent(t *testing.T) {
	h, c := newHouse(t), &carrier{}
	h.mustEnqueue(code("204817"), now)
	other := code("x")
	other.PersonID, other.Number = 18, "10000000018"
	h.mustEnqueue(other, now.Add(time.Second))
	if _, err := h.pool.Exec(t.Context(), `UPDATE sms.message m SET body = (SELECT body FROM sms.message WHERE person_id = 17) WHERE person_id = 18`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _ = h.DeliverNext(t.Context(), c, now.Add(2*time.Second)) // the second fails, and says so to the operator
	}
	if len(c.got) != 1 || c.got[0].Number != "+86"+mobile {
		t.Errorf("sent %+v", c.got)
	}
}

func TestTheOutboxShowsTheLatestFirst(t *testing.T) {
	o := sms.NewOutbox(func() time.Time { return now })
	for _, text := range []string{"first", "second"} {
		if _, err := o.Send(t.Context(), sms.Outgoing{Number: "+8610000000017", Body: text}); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.Received(); len(got) != 2 || got[0].Body != "second" || got[0].To != "+8610000000017" || !got[0].At.Equal(now) {
		t.Errorf("%+v", got)
	}
}

// Whatever is written where a number should stand, what is taken is an international number, and taken again it is the same.
func FuzzInternational(f *testing.F) {
	for _, number := range []string{mobile, "+86" + mobile, "100 0000-0017", "+", "", "+0", "１００００００００１７", "+86 1000000001７"} {
		f.Add(number)
	}
	shape := regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	f.Fuzz(func(t *testing.T, number string) {
		got, ok := sms.International(number)
		if !ok {
			return
		}
		if again, ok := sms.International(got); !shape.MatchString(got) || !ok || again != got {
			t.Errorf("%q became %q, and that %q", number, got, again)
		}
	})
}
