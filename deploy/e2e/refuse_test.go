package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What may not be done is refused, clearly or with nothing at all, and loses nothing.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	post := func(address string, form url.Values, header map[string]string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range header {
			req.Header.Set(name, value)
		}
		resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var b strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := resp.Body.Read(buf)
			b.Write(buf[:n])
			if err != nil {
				return resp.StatusCode, b.String()
			}
		}
	}
	call := url.Values{"CallSid": {"CA0123456789abcdef0123456789abcdef"}, "From": {"+8610000000001"}}
	for name, header := range map[string]map[string]string{"no signature": nil, "a wrong one": {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "no signature at all": {"X-Twilio-Signature": "x"}} {
		if status, body := post(a.IVR+"/voice/start", call, header); status != http.StatusForbidden || body != "" {
			t.Errorf("webhook with %s: %d %q", name, status, body)
		}
	}
	if status, _ := post(a.Portal+"/sign-in", url.Values{"number": {"x"}, "pin": {"1"}}, map[string]string{"Origin": "https://evil.example"}); status != http.StatusForbidden {
		t.Errorf("a post from another site: %d", status)
	}
	if status, body := post(a.Portal+"/progress", url.Values{"code": {"1234567890123456"}}, nil); status != http.StatusUnprocessableEntity || !strings.Contains(body, "校验码") {
		t.Errorf("a mis-keyed receipt: %d", status)
	}
	if status, body := post(a.Portal+"/sign-in", url.Values{"number": {"<script>alert(1)</script>"}, "pin": {"000000"}}, nil); status != http.StatusUnprocessableEntity || strings.Contains(body, "<script>alert") {
		t.Errorf("markup in a field: %d", status)
	}
	if status, body := post(a.Portal+"/sign-in", url.Values{"number": {a.SignIns.Worker.IDNumber}, "pin": {a.SignIns.Worker.PIN}, "next": {"//evil.example"}}, nil); status != http.StatusSeeOther || strings.Contains(body, "evil") {
		t.Errorf("sign-in with a foreign way on: %d", status)
	}
	for _, path := range []string{"/api/v1/statements/2025", "/api/v1/statements/abc"} {
		if status, body := get(t, a.Portal+path); status != http.StatusForbidden || !strings.Contains(body, "fault.session") {
			t.Errorf("%s without a token: %d %s", path, status, body)
		}
	}
	if status, body := get(t, a.Portal+"/nowhere"); status != http.StatusNotFound || !strings.Contains(body, "没有这个页面") {
		t.Errorf("an unknown page: %d", status)
	}
	if status, _ := get(t, a.Complaints+"/cases/2026-000001"); status != http.StatusOK {
		t.Errorf("a case without sign-in must lead to the sign-in: %d", status)
	}
}
