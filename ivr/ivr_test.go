package ivr_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/ivr"
	"shebao/ivr/softphone"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
)

const (
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "0123456789abcdef0123456789abcdef"
	person     = "070122198908103150" // of the ledger's sample, which nobody has
	pin        = "270413"
)

// hotline is the wing on real PostgreSQL and Redis, with a carrier that keeps recordings, on loopback.
type hotline struct {
	pool        *pgxpool.Pool
	desk        *intake.Desk
	redis       *redis.Embedded
	carrier     *softphone.Carrier
	phone       softphone.Config
	log         *logBuffer
	began       time.Time
	passed      atomic.Int64 // time that the test lets pass, in nanoseconds
	texts       chan string
	wing        server.Wing
	another     func() server.Wing // one more process of the same hotline, behind the same address
	gate        gate               // between the hotline and its database
	trips       trips              // to the database
	carrierDown atomic.Bool
	restart     func(away time.Duration) // of its own server
}

// logBuffer keeps the log; the wing's background work writes to it too.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A Tuesday at ten in the morning: no test depends on the day on which it runs.
var morning = time.Date(2026, 11, 24, 10, 0, 0, 0, calendar.Zone)

// now is the hotline's clock.
func (h *hotline) now() time.Time {
	return morning.Add(time.Since(h.began) + time.Duration(h.passed.Load()))
}

func (h *hotline) pass(d time.Duration) { h.passed.Add(int64(d)) }

// newHotline starts one; settings replace the usual ones.
func newHotline(t *testing.T, settings ...string) *hotline {
	t.Helper()
	h := &hotline{log: &logBuffer{}, began: time.Now(), texts: make(chan string, 10)}
	if slices.Contains(settings, ownServer) {
		h.startServer(t)
	} else if slices.Contains(settings, filled) {
		h.pool = postgrestest.Filled(t, filled, fillLedger, modules...)
	} else {
		h.pool = postgrestest.New(t, modules...)
	}
	content, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	h.desk = intake.NewDesk(h.pool, content)
	if h.redis, err = redis.StartEmbedded(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.redis.Stop)
	client, err := redis.Open(h.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	h.carrier = softphone.NewCarrier(accountSID, authToken)
	carrier := fiber.New(fiber.Config{DisableStartupMessage: true})
	h.carrier.Text = func(to, body string) { h.texts <- to + " " + body }
	carrier.Use(func(c *fiber.Ctx) error {
		if h.carrierDown.Load() {
			return c.Status(fiber.StatusServiceUnavailable).SendString("<html>down</html>")
		}
		return c.Next()
	})
	h.carrier.Routes(carrier)
	carrierURL := serve(t, carrier, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hotlineURL := "http://" + listener.Addr().String()
	key := base64.RawURLEncoding.EncodeToString(secret)
	values := map[string]string{
		"IVR_PUBLIC_URL": hotlineURL, "SHEBAO_LEDGER_KEY": key, "SHEBAO_PIN_PEPPER": key, "SHEBAO_RECEIPT_KEY": key, "SHEBAO_STATE_KEY": key, "TWILIO_ACCOUNT_SID": accountSID,
		"TWILIO_AUTH_TOKENS": authToken + ",an-older-token", "TWILIO_API_URL": carrierURL, "IVR_FETCH_EVERY": "20ms",
		"SHEBAO_DESK_CONTENT_PUBLIC": content.Public().Encode(), "SHEBAO_DESK_IDENTITY_PUBLIC": content.Public().Encode(),
	}
	for i := 0; i+1 < len(settings); i += 2 {
		values[settings[i]] = settings[i+1]
	}
	reader := config.NewReader(config.Map(values))
	c := ivr.ReadConfig(reader)
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	h.another = func() server.Wing {
		wing, err := ivr.New(t.Context(), c, server.Deps{DB: h.gated(t), Redis: client, Log: slog.New(slog.NewTextHandler(h.log, nil)), Now: h.now})
		if err != nil {
			t.Fatal(err)
		}
		return wing
	}
	wing := h.another()
	serve(t, wing.App, listener)
	h.wing = wing
	h.phone = softphone.Config{Hotline: hotlineURL, AccountSID: accountSID, Token: authToken, From: "+8610000000001", Carrier: carrierURL}
	if _, ok := values[quiet]; ok {
		return h
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, len(wing.Background))
	for _, work := range wing.Background {
		go func() { ended <- work(ctx) }()
	}
	t.Cleanup(func() {
		cancel()
		for range wing.Background {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	return h
}

// quiet, as a setting, leaves the background work to the test.
const quiet = "quiet"

// background does the background work until nothing waits for it.
func (h *hotline) background(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ended := make(chan error, len(h.wing.Background))
	for _, work := range h.wing.Background {
		go func() { ended <- work(ctx) }()
	}
	var errs []error
	var due int
	for waits := true; waits && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		err := h.pool.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM ivr.recording WHERE fetched_at IS NULL AND fate <> 'open') + (SELECT count(*) FROM sms.message WHERE sent_at IS NULL AND failed IS NULL)
			     + (SELECT count(*) FROM ivr.call_back WHERE done_at IS NULL AND due_at <= $1)`, h.now()).Scan(&due)
		errs = append(errs, err)
		waits = due > 0
	}
	cancel()
	if due > 0 {
		errs = append(errs, fmt.Errorf("%d still wait; the log says: %s", due, h.log.String()))
	}
	for range h.wing.Background {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// reply is an investigator's message to the reporter of the latest matter.
func (h *hotline) reply(ctx context.Context, text string) error {
	return postgres.Tx(ctx, h.pool, func(tx pgx.Tx) error {
		var mailbox int64
		if err := tx.QueryRow(ctx, `SELECT max(id) FROM intake.mailbox`).Scan(&mailbox); err != nil {
			return err
		}
		return h.desk.Reply(ctx, tx, mailbox, text, h.now())
	})
}

func serve(t *testing.T, app *fiber.App, listener net.Listener) string {
	t.Helper()
	if listener == nil {
		var err error
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	go func() { _ = app.Listener(listener) }() // ends with the test
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	return "http://" + listener.Addr().String()
}

// withLedger is a hotline with the sample agency's ledger, and a PIN for one person of it.
func withLedger(t *testing.T, settings ...string) *hotline {
	t.Helper()
	return newHotline(t, append(settings, filled, "")...)
}

// filled, as a setting, begins with the sample agency's ledger.
const filled = "filled"

var modules = []postgres.Migrations{audit.Migrations(), ledger.Migrations, credential.Migrations(), intake.Migrations(), sms.Migrations(), eligibility.Migrations(), ivr.Migrations()}

var secret = bytes.Repeat([]byte{5}, 32)

func fillLedger(ctx context.Context, pool *pgxpool.Pool) error {
	field, err := seal.NewFieldKey(secret, "ledger")
	if err != nil {
		return err
	}
	hash, err := seal.NewHashKey(secret, "ledger")
	if err != nil {
		return err
	}
	book := ledger.New(pool, ledger.Keys{Field: field, Hash: hash})
	dir, err := os.MkdirTemp("", "hotline")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left is the system's to remove
	if err := os.CopyFS(dir, os.DirFS("../shared/ledger/testdata/small")); err != nil {
		return err
	}
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		if _, err := book.Import(ctx, kind, filepath.Join(dir, string(kind)+".csv"), ledger.Options{Now: morning}); err != nil {
			return err
		}
	}
	who, err := book.PersonByDocument(ctx, person)
	if err != nil {
		return err
	}
	return credential.New(pool, seal.NewSlow(), secret).Set(ctx, pool, who.ID, pin, morning)
}

// call dials and does each thing in turn: keys, "say …", "record", "silence".
func (h *hotline) call(t *testing.T, doings ...string) *softphone.Call {
	t.Helper()
	call, err := softphone.Dial(t.Context(), h.phone)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range doings {
		words, speaks := strings.CutPrefix(d, "say ")
		switch {
		case speaks:
			err = call.Say(t.Context(), words)
		case d == "record":
			err = call.Record(t.Context(), softphone.Tone(10))
		default:
			err = call.Do(t.Context(), d)
		}
		if err != nil {
			t.Fatalf("%s: %v\nheard: %v", d, err, call.Heard())
		}
	}
	return call
}

func heard(t *testing.T, call *softphone.Call, wanted ...string) {
	t.Helper()
	all := strings.Join(call.Heard(), "\n")
	for _, want := range wanted {
		if !strings.Contains(all, want) {
			t.Errorf("%q was not said:\n%s", want, all)
		}
	}
}

func (h *hotline) taken(t *testing.T) (s intake.Submission, ok bool) {
	t.Helper()
	err := postgres.Tx(t.Context(), h.pool, func(tx pgx.Tx) (err error) {
		s, ok, err = h.desk.Take(t.Context(), tx, h.now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, ok
}

func TestAnInquiry(t *testing.T) {
	h := withLedger(t)
	heard(t, h.call(t, "1", "1", person+"#", pin), "最近足额缴费的月份是2025年12月", "2025年没有欠缴", "个人账户累计")
	wrong := h.call(t, "3", "1", person+"#", "111222")
	heard(t, wrong, "The ID number or the PIN is not right")
	var refused int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit.entry WHERE stream = 'ivr' AND action = 'sign in' AND outcome = 'refused'`).Scan(&refused); err != nil || refused != 1 {
		t.Errorf("%d refusals in the audit log, %v", refused, err)
	}
	if strings.Contains(h.log.String(), person) || strings.Contains(h.log.String(), pin) {
		t.Error("the log holds what was keyed")
	}
}

func TestATipOffWithARecording(t *testing.T) {
	h := withLedger(t)
	call := h.call(t, "1", "2", "1", "say 杭城纺织", "1", "202503#", "1", "record", "1")
	heard(t, call, "杭城纺织有限公司", "回执码是", "再说一遍")
	s, ok := h.taken(t)
	if !ok || s.TipOff.EmployerUSCC != "91070102MAXG612DD9" || s.TipOff.From != 202503 || s.Identity != nil {
		t.Fatalf("filed: %+v, %v", s.TipOff, ok)
	}
	for range 200 { // the recording is fetched in a job, then deleted at the carrier
		if files, err := h.desk.Attachments(t.Context(), s.ID); err != nil {
			t.Fatal(err)
		} else if len(files) == 1 && h.carrier.Recordings() == 0 {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Error("the recording was not fetched, sealed and deleted")
}

func TestAHangUpLosesNothing(t *testing.T) {
	h := withLedger(t)
	call := h.call(t, "1", "2", "2", "say 杭城纺织", "1")
	if err := call.HangUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 10)
	if err != nil || len(drafts) != 1 || drafts[0].TipOff.EmployerName != "杭城纺织有限公司" || drafts[0].TipOff.Kind != intake.Underpaid {
		t.Errorf("drafts: %+v, %v", drafts, err)
	}
	var kept int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM ivr.call WHERE state IS NOT NULL`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d calls keep their state after the end, %v", kept, err)
	}
}

// Wherever a caller hangs up, what was confirmed until then is a draft that the desk sees, once.
func TestAHangUpAtEveryPointKeepsWhatWasConfirmed(t *testing.T) {
	h := withLedger(t, quiet, "")
	steps := []string{"1", "2", "2", "say 杭城纺织", "1", "202503#", "2", person + "#", pin, "1", "record"}
	for n := range len(steps) + 1 {
		call := h.call(t, steps[:n]...)
		if err := call.HangUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 20)
		if err != nil || len(drafts) != max(0, n-2) {
			t.Fatalf("after %d steps: %d drafts, %v", n, len(drafts), err)
		}
		if n < 3 {
			continue
		}
		newest := drafts[0].TipOff
		if newest.Kind != intake.Underpaid || (n >= 5) != (newest.EmployerName == "杭城纺织有限公司") || (n >= 6) != (newest.From == 202503) {
			t.Errorf("after %d steps the draft says %+v", n, newest)
		}
	}
}

// Who guesses is locked out: a person's account by wrong PINs, and a caller's number by whomever it asks for; the right PIN does not help then, and a tip-off is still taken.
func TestGuessingLocksPersonAndCaller(t *testing.T) {
	h := withLedger(t, quiet, "")
	guess := func(number, pin, from string) []string {
		t.Helper()
		h.phone.From = from
		call := h.call(t, "1", "1", number+"#", pin, "hangup")
		return call.Heard()
	}
	locked := func(heard []string) bool { return strings.Contains(strings.Join(heard, "\n"), "试的次数太多") }
	tries := 0
	for ; tries < 20 && !locked(guess(person, "111222", fmt.Sprintf("+86100000001%02d", tries))); tries++ { // each time from another telephone
	}
	if tries == 0 || tries >= 20 || !locked(guess(person, pin, "+8610000000199")) {
		t.Errorf("a person is guessed at %d times", tries)
	}
	for tries = 0; tries < 20 && !locked(guess("07010120010331000*", "111222", "+8610000000201")); tries++ { // nobody whom it could lock
	}
	if tries == 0 || tries >= 20 {
		t.Errorf("a caller guesses %d times", tries)
	}
	heard(t, h.call(t, "1", "2", "1", "1", "1#", "1", "record", "1"), "回执码是")
}

// A factory's telephone is one caller: who keys the right PIN uses up nobody's tries.
func TestManySignInFromOneTelephone(t *testing.T) {
	h := withLedger(t, quiet, "")
	for n := range 12 {
		if said := strings.Join(h.call(t, "1", "1", person+"#", pin, "hangup").Heard(), "\n"); strings.Contains(said, "试的次数太多") {
			t.Fatalf("call %d: %s", n+1, said)
		}
	}
}

// With Redis down nobody signs in, and is told so; a tip-off is still taken.
func TestWithRedisDown(t *testing.T) {
	h := withLedger(t)
	h.redis.Stop()
	heard(t, h.call(t, "1", "1", person+"#", pin), "系统正在恢复")
	heard(t, h.call(t, "1", "2", "1", "1", "1#", "1", "record", "1"), "回执码是")
	if _, ok := h.taken(t); !ok {
		t.Error("the tip-off was not taken")
	}
}

func TestSilenceEndsPolitely(t *testing.T) {
	h := newHotline(t)
	call := h.call(t, "silence", "silence", "silence", "silence", "silence", "silence")
	heard(t, call, "没有听到您的选择", "人工服务时间", "再见")
	if !call.Ended() {
		t.Error("the call goes on")
	}
}

// An unsigned request, and one for a step of another time, get nothing of the call.
func TestForeignRequestsGetNothing(t *testing.T) {
	h := newHotline(t)
	resp, err := http.PostForm(h.phone.Hotline+"/voice/start", url.Values{"CallSid": {"CA0123456789abcdef0123456789abcdef"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusForbidden || resp.ContentLength > 0 {
		t.Errorf("unsigned: %d, %d bytes", resp.StatusCode, resp.ContentLength)
	}
	stranger := h.phone
	stranger.Token = "another token"
	if _, err := softphone.Dial(t.Context(), stranger); err == nil {
		t.Error("another token was taken")
	}
}
