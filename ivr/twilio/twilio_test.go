package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"shebao/ivr/softphone"
	"shebao/ivr/twilio"
	"shebao/shared/fault"
	"shebao/shared/sms"
)

// Everything that is asked of the carrier is asked as its own description says, and understood.
func TestRequestsAreTheCarriersOwn(t *testing.T) {
	w, carrier, client := newWire(t)
	var texts []string
	carrier.Text = func(to, body string) { texts = append(texts, to+" "+body) }
	carrier.Own(ownNumber, softphone.Country{Code: "CN", Name: "China", Prefix: "+86"}, softphone.Country{Code: "US", Name: "United States", Prefix: "+1", Special: true})

	account, err := client.Account()
	if err != nil || account.Status != "active" || account.Trial || account.Token != token {
		t.Errorf("account: %+v, %v", account, err)
	}
	number, err := client.PhoneNumber()
	if err != nil || !number.Calls || !number.Texts || number.Trunk != "" || number.Webhooks.Voice.Address != "" {
		t.Errorf("number: %+v, %v", number, err)
	}
	want := twilio.Webhooks{Voice: twilio.Post("https://h.example/voice/start#rc=2"), Fallback: twilio.Post("https://f.example/"), Status: twilio.Post("https://h.example/voice/status")}
	if number, err = client.SetWebhooks(number.SID, want); err != nil || number.Webhooks != want {
		t.Errorf("set: %+v, %v", number.Webhooks, err)
	}
	if number, err = client.PhoneNumber(); err != nil || number.Webhooks != want {
		t.Errorf("set, looked up again: %+v, %v", number.Webhooks, err)
	}
	carrier.Bring("BY0123456789abcdef0123456789abcdef")
	if over, err := client.SetTrunk(want); err != nil || over != want {
		t.Errorf("trunk: %+v, %v", over, err)
	}
	if over, err := client.Trunk(); err != nil || over != want {
		t.Errorf("trunk, looked up again: %+v, %v", over, err)
	}
	countries, err := client.Countries()
	if err != nil || len(countries) != 2 || countries[0].Prefixes[0] != "+86" || countries[0].Special || !countries[1].Special || countries[1].TollFraud {
		t.Errorf("countries: %+v, %v", countries, err)
	}
	if err := client.Ring("+8610000000101", "https://h.example/voice/back/cmn/1/n", "https://h.example/voice/back/cmn/1/n/status", 25); err != nil || len(carrier.Ringing()) != 1 {
		t.Errorf("ring: %v", err)
	}
	sid, err := twilio.Texts{Client: client, Report: "https://h.example/voice/text"}.Send(t.Context(), sms.Outgoing{Number: "+8610000000001", Body: "回执码"})
	if err != nil || !strings.HasPrefix(sid, "SM") || len(texts) != 1 {
		t.Errorf("text: %s, %v, %q", sid, err, texts)
	}
	if err := client.DeleteRecording("RE0123456789abcdef0123456789abcdef"); err != nil { // one that is not there is deleted
		t.Errorf("delete: %v", err)
	}
	for _, op := range w.operations {
		if name := op.Method + " " + op.Path; !slices.Contains(w.asked, name) {
			t.Errorf("%s was never asked", name)
		}
	}
}

func TestANumberThatIsNotOurs(t *testing.T) {
	_, carrier, client := newWire(t)
	if _, err := client.PhoneNumber(); !fault.Is(err, fault.NotFound) {
		t.Errorf("none: %v", err)
	}
	carrier.Own(ownNumber + "4") // the carrier finds it by its beginning
	if _, err := client.PhoneNumber(); !fault.Is(err, fault.NotFound) {
		t.Errorf("a longer one: %v", err)
	}
}

// A failure is classified, and its cause holds no number, no text and no token, though the carrier's own words quote them.
func TestFailuresTellNothingOfAnybody(t *testing.T) {
	const number = "+8610000000001"
	for name, c := range map[string]struct {
		status int
		body   string
		kind   fault.Kind
	}{
		"wrong credentials": {401, `{"code":20003,"message":"Authenticate ` + number + `","status":401}`, fault.Denied},
		"too fast":          {429, `{"code":20429,"message":"` + number + `","status":429}`, fault.Unavailable},
		"down":              {503, "<html>" + number + "</html>", fault.Unavailable},
		"no such number":    {400, `{"code":21211,"message":"` + number + ` is not valid","status":400}`, fault.Conflict},
		"gone":              {404, `{"code":20404,"message":"` + number + `","status":404}`, fault.NotFound},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		client, err := twilio.New(twilio.Config{AccountSID: accountSID, Token: token, Number: ownNumber, API: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, accountErr := client.Account()
		_, countriesErr := client.Countries()
		for _, err := range []error{accountErr, countriesErr, client.Ring(number, "https://h.example/", "https://h.example/", 20)} {
			if !fault.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
			if text := fault.Of(err).Error(); strings.Contains(text, number) || strings.Contains(text, token) || strings.Contains(text, "html") {
				t.Errorf("%s tells %s", name, text)
			}
		}
		server.Close()
	}
}

// Nothing is sent anywhere but to the configured address.
func TestOtherHostsAreRefused(t *testing.T) {
	if _, err := twilio.New(twilio.Config{API: "::"}); err == nil {
		t.Error("an address that is none was taken")
	}
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	client, err := twilio.New(twilio.Config{AccountSID: accountSID, Token: token, Number: ownNumber, API: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Recording(t.Context(), "RE0123456789abcdef0123456789abcdef", 1); err == nil || asked {
		t.Errorf("a redirect to another host was followed: %v", err)
	}
}

// A recording that is not whole is not taken: it is fetched again, and until then not deleted at the carrier.
func TestARecordingMustBeWhole(t *testing.T) {
	whole := softphone.Tone(30)
	short := append([]byte(nil), whole[:len(whole)-100]...)
	other := append([]byte(nil), whole...)
	copy(other, "OGGS")
	answers := map[string][]byte{"whole": whole, "cut off": short, "another format": other, "nothing": nil, "too long": make([]byte, 9<<20)}
	for name, sound := range answers {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(sound) }))
		client, err := twilio.New(twilio.Config{AccountSID: accountSID, Token: token, API: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Recording(t.Context(), "RE0123456789abcdef0123456789abcdef", 3); (err == nil) != (name == "whole") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := client.Recording(t.Context(), "RE0123456789abcdef0123456789abcdef", 30); err == nil {
			t.Errorf("%s is taken for thirty seconds", name)
		}
		server.Close()
	}
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(whole)
	}))
	defer broken.Close()
	client, err := twilio.New(twilio.Config{AccountSID: accountSID, Token: token, API: broken.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Recording(t.Context(), "RE0123456789abcdef0123456789abcdef", 3); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a broken connection: %v", err)
	}
	gone, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := client.Recording(gone, "RE0123456789abcdef0123456789abcdef", 3); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("out of time: %v", err)
	}
}
