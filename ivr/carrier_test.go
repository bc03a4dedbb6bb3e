package ivr_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"shebao/ivr"
	"shebao/ivr/softphone"
	"shebao/shared/config"
	"shebao/shared/fault"
)

const ourNumber = "+8610000012333"

// account is the operator's view of the carrier's account, with settings beside the usual ones.
func (h *hotline) account(t *testing.T, settings ...string) *ivr.Carrier {
	t.Helper()
	values := map[string]string{"IVR_PUBLIC_URL": h.phone.Hotline, "TWILIO_ACCOUNT_SID": accountSID, "TWILIO_AUTH_TOKENS": authToken, "TWILIO_API_URL": h.phone.Carrier,
		"TWILIO_NUMBER": ourNumber, "IVR_AGENTS": "+8610000000101"}
	for i := 0; i+1 < len(settings); i += 2 {
		values[settings[i]] = settings[i+1]
	}
	reader := config.NewReader(config.Map(values))
	c := ivr.ReadCarrier(reader)
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	carrier, err := ivr.NewCarrier(c)
	if err != nil {
		t.Fatal(err)
	}
	return carrier
}

var china = softphone.Country{Code: "CN", Name: "China", Prefix: "+86"}

// found is what a check finds, a line each.
func found(t *testing.T, c *ivr.Carrier) []string {
	t.Helper()
	var lines []string
	for _, f := range c.Check(t.Context()) {
		line := string(f.State) + " " + f.About + ": " + f.Text
		if lines = append(lines, line); strings.Contains(line, authToken) || strings.Contains(line, ourNumber) || strings.Contains(line, "+8610000000101") {
			t.Errorf("a token or a number is told: %s", line)
		}
	}
	return lines
}

func tells(lines []string, beginning, part string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, beginning) && strings.Contains(l, part) })
}

func TestACarriersAccountIsSetUpAndChecked(t *testing.T) {
	h := newHotline(t, quiet, "")
	h.carrier.Own(ourNumber, china)
	c := h.account(t)
	if lines := found(t, c); !tells(lines, "wrong number", "a call comes in the carrier asks nothing") || !tells(lines, "good webhooks", "signed requests") {
		t.Errorf("before: %q", lines)
	}
	would, err := c.Provision(t.Context(), true)
	if err != nil || len(would) != 3 {
		t.Fatalf("a dry run: %+v, %v", would, err)
	}
	changed, err := c.Provision(t.Context(), false)
	if err != nil || !slices.Equal(changed, would) { // the dry run had changed nothing
		t.Fatalf("%+v, %v", changed, err)
	}
	if again, err := c.Provision(t.Context(), false); err != nil || len(again) != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
	lines := found(t, c)
	for _, about := range []string{"credentials", "number", "webhooks", "fallback", "voices", "countries"} {
		if !tells(lines, "good "+about, "") {
			t.Errorf("%s: %q", about, lines)
		}
	}
	if slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "good") }) {
		t.Errorf("not all is good: %q", lines)
	}
	var calls int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM ivr.call`).Scan(&calls); err != nil || calls != 0 {
		t.Errorf("the check began %d calls, %v", calls, err)
	}
}

// Every fault is told at once: one does not hide another.
func TestEveryFaultIsToldAtOnce(t *testing.T) {
	h := newHotline(t, quiet, "")
	h.carrier.Own(ourNumber, softphone.Country{Code: "US", Name: "United States", Prefix: "+1", TollFraud: true})
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>welcome</html>")) }))
	defer elsewhere.Close()
	lines := found(t, h.account(t, "IVR_PUBLIC_URL", elsewhere.URL))
	for beginning, part := range map[string]string{
		"wrong number":      "should ask POST " + elsewhere.URL + "/voice/start",
		"wrong webhooks":    "something else than the hotline",
		"wrong fallback":    "not a document",
		"wrong countries":   "begin with +861",
		"warning countries": "United States",
	} {
		if !tells(lines, beginning, part) {
			t.Errorf("%s %s: %q", beginning, part, lines)
		}
	}
}

func TestWhatKeepsCallsAwayIsTold(t *testing.T) {
	h := newHotline(t, quiet, "")
	h.carrier.Own(ourNumber, china)
	if _, err := h.account(t).Provision(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		settings        []string
		beginning, part string
	}{
		"wrong credentials":      {[]string{"TWILIO_AUTH_TOKENS", strings.Repeat("f", 32)}, "wrong credentials", "refuses"},
		"another running token":  {[]string{"TWILIO_AUTH_TOKENS", authToken + "," + strings.Repeat("e", 32)}, "wrong webhooks", "token 2"},
		"another number":         {[]string{"TWILIO_NUMBER", "+8610000012344"}, "wrong number", "has no number"},
		"another public address": {[]string{"IVR_PUBLIC_URL", strings.Replace(h.phone.Hotline, "127.0.0.1", "localhost", 1)}, "wrong webhooks", "refused with status 403"},
		"nobody there":           {[]string{"IVR_PUBLIC_URL", "http://127.0.0.1:9"}, "wrong webhooks", "cannot be reached"},
		"fallback elsewhere":     {[]string{"IVR_FALLBACK_URL", "https://127.0.0.1:9/fallback.xml"}, "wrong fallback", "cannot be reached"},
		"the carrier is away":    {[]string{"TWILIO_API_URL", "http://127.0.0.1:9"}, "wrong credentials", "does not answer"},
		"a country too few":      {[]string{"IVR_CALL_BACK_PREFIXES", "+852"}, "wrong countries", "+852"},
	} {
		if lines := found(t, h.account(t, c.settings...)); !tells(lines, c.beginning, c.part) {
			t.Errorf("%s: %q", name, lines)
		}
	}
}

// Over a trunk of another carrier people are called as the carrier calls over it, and its permissions do not matter.
func TestCallingOverATrunk(t *testing.T) {
	trunk := "BY" + strings.Repeat("a", 32)
	h := newHotline(t, append(open(), quiet, "", "TWILIO_BYOC_TRUNK", trunk)...)
	h.carrier.Own(ourNumber)
	c := h.account(t, "TWILIO_BYOC_TRUNK", trunk)
	if lines := found(t, c); !tells(lines, "good countries", trunk) || !tells(lines, "wrong trunk", "no trunk") {
		t.Errorf("%q", lines)
	}
	if _, err := c.Provision(t.Context(), false); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such trunk: %v", err)
	}
	h.carrier.Bring(trunk)
	if lines := found(t, c); !tells(lines, "wrong trunk", "a call comes in over the trunk the carrier asks nothing") {
		t.Errorf("before: %q", lines)
	}
	would, err := c.Provision(t.Context(), true)
	if err != nil || len(would) != 3 { // the number was set above
		t.Fatalf("a dry run: %+v, %v", would, err)
	}
	if changed, err := c.Provision(t.Context(), false); err != nil || !slices.Equal(changed, would) {
		t.Fatalf("%+v, %v", changed, err)
	}
	if again, err := c.Provision(t.Context(), false); err != nil || len(again) != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
	if lines := found(t, c); !tells(lines, "good trunk", trunk) || !tells(lines, "good number", "") {
		t.Errorf("after: %q", lines)
	}
	// 12333 itself is the other carrier's: the account needs no number of its own.
	if lines := found(t, h.account(t, "TWILIO_BYOC_TRUNK", trunk, "TWILIO_NUMBER", "+8612333000")); !tells(lines, "warning number", "over the trunk alone") || tells(lines, "wrong", "") {
		t.Errorf("without a number: %q", lines)
	}
	var document string
	h.phone.Trace = func(e softphone.Exchange) { document = string(e.Body) }
	if call := h.call(t, "1", "0"); call.Awaits() != "transfer" || len(call.Warnings()) > 0 || strings.Count(document, `byoc="`+trunk+`"`) != 2 {
		t.Errorf("awaits %s, %v: %s", call.Awaits(), call.Warnings(), document)
	}
}

// A number whose calls a trunk or an application takes is not set up over somebody's head.
func TestATakenNumberIsLeftAlone(t *testing.T) {
	h := newHotline(t, quiet, "")
	c := h.account(t)
	if _, err := c.Provision(t.Context(), false); !fault.Is(err, fault.NotFound) {
		t.Errorf("no number: %v", err)
	}
	h.carrier.Own(ourNumber, china)
	h.carrier.Connect("TK" + strings.Repeat("a", 32))
	if _, err := c.Provision(t.Context(), false); !fault.Is(err, fault.Conflict) {
		t.Errorf("a trunk takes its calls: %v", err)
	}
	if lines := found(t, c); !tells(lines, "wrong number", "SIP trunk TK") {
		t.Errorf("%q", lines)
	}
}
