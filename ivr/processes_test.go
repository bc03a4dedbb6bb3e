package ivr_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/web"
)

// to sends what a caller does to one process, as a load balancer would.
func (h *hotline) to(t *testing.T, app *fiber.App, address string, form url.Values) string {
	t.Helper()
	whole := url.Values{"AccountSid": {accountSID}, "From": {h.phone.From}, "To": {"+8612333"}, "CallSid": {someCall}}
	maps.Copy(whole, form)
	req := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(address, h.phone.Hotline), strings.NewReader(whole.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", web.Sign([]byte(authToken), address, whole))
	resp, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it has been read
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	return string(body)
}

// Each process remembers the calls that it answered last. What it remembers may be out of date: a step that another process has answered since is answered with the same bytes, and
// nothing is done twice; a call that another has ended is over.
func TestProcessesShareCalls(t *testing.T) {
	h := withLedger(t, quiet, "")
	a, b := h.another().App, h.another().App
	key := func(k string) url.Values { return url.Values{"Digits": {k}} }
	count := func(query string) (n int) {
		t.Helper()
		if err := h.pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	at := action(t, h.to(t, a, h.phone.Hotline+"/voice/start", nil))
	for _, k := range []string{"1", "2", "1", "1"} { // as far as the month, at one process
		at = action(t, h.to(t, a, at, key(k)))
	}
	named := h.to(t, b, at, key("202503#")) // the other takes the next step
	if again := h.to(t, a, at, key("202503#")); again != named {
		t.Errorf("the same step at another process is answered otherwise:\n%s\n%s", named, again)
	}
	if again := h.to(t, a, at, key("8")); again != named { // 8 alone is no month; the step has been answered
		t.Errorf("the step is taken twice:\n%s", again)
	}
	record := h.to(t, a, action(t, named), key("1"))
	sound := url.Values{"RecordingUrl": {"http://carrier/Recordings/RE00112233445566778899aabbccddeeff"}, "RecordingDuration": {"3"}, "Digits": {"#"}}
	kept := action(t, h.to(t, a, strings.Split(strings.Split(record, `<Record action="`)[1], `"`)[0], sound))
	receipt := h.to(t, b, kept, key("1"))
	if again := h.to(t, a, kept, key("1")); again != receipt || !strings.Contains(receipt, "回执码") || count(`SELECT count(*) FROM intake.submission`) != 1 {
		t.Errorf("filed %d times:\n%s\n%s", count(`SELECT count(*) FROM intake.submission`), receipt, again)
	}
	menu := action(t, h.to(t, a, action(t, receipt), key("8"))) // slower, at the process that remembers the step before
	h.to(t, b, h.phone.Hotline+"/voice/status", url.Values{"CallStatus": {"completed"}})
	if over := h.to(t, a, menu, key("8")); !strings.Contains(over, "<Hangup/>") || count(`SELECT count(*) FROM audit.entry WHERE action = 'foreign call step'`) != 1 || count(`SELECT count(*) FROM ivr.answer`) != 0 {
		t.Errorf("the call goes on after its end:\n%s", over)
	}
}

// What a step costs is its trips to the database: none while nothing has to be kept, one for a step that only moves the call, two where something is confirmed as well.
func TestAStepTakesFewTripsToTheDatabase(t *testing.T) {
	h := withLedger(t, quiet, "")
	call := h.call(t, "1")
	for _, step := range []struct {
		doing string
		trips int64
	}{{"8", 0}, {"2", 0}, {"1", 2}, {"8", 1}, {"*", 1}, {"silence", 1}, {"say 杭城纺织", 2 + 1}, {"9", 1}, {"1", 2}, {"202503#", 2}, {"1", 1}} {
		before := h.trips.n.Load()
		if err := call.Do(t.Context(), step.doing); err != nil {
			t.Fatal(err)
		}
		if got := h.trips.n.Load() - before; got != step.trips {
			t.Errorf("%s: %d trips, want %d", step.doing, got, step.trips)
		}
	}
}
