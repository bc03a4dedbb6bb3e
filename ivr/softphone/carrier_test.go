package softphone

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// A recording is found whatever was asked on the same connection after it was put: the server's framework reuses the memory of a request's strings.
func TestTheCarrierKeepsARecordingUnderItsOwnName(t *testing.T) {
	carrier := NewCarrier("AC1", "t")
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	carrier.Routes(app)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }() // ends with the test
	defer func() { _ = app.Shutdown() }()      // as above
	ask := func(method, sid string, sound []byte) (int, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+listener.Addr().String()+"/2010-04-01/Accounts/AC1/Recordings/"+sid+".wav", bytes.NewReader(sound))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("AC1", "t")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }() // read to its end
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body
	}
	ask(http.MethodPut, "RE00000001", Tone(1))
	ask(http.MethodPut, "RE00000002", Tone(2))
	for sid, want := range map[string][]byte{"RE00000001": Tone(1), "RE00000002": Tone(2)} {
		if !bytes.Equal(carrier.sounds[sid], want) { // over the wire the same memory may name it again
			t.Errorf("%s is kept under another name", sid)
		}
		if status, sound := ask(http.MethodGet, sid, nil); status != http.StatusOK || !bytes.Equal(sound, want) {
			t.Errorf("%s: %d, %d bytes", sid, status, len(sound))
		}
	}
	if ask(http.MethodDelete, "RE00000001", nil); carrier.Recordings() != 1 {
		t.Errorf("%d recordings are left", carrier.Recordings())
	}
}

// How often a request is repeated, and after what, stands in the fragment of its address.
func TestRetriesAsTheAddressSays(t *testing.T) {
	for fragment, want := range map[string]struct {
		times int
		after []string
	}{
		"": {1, []string{"ct"}}, "rc=5&rp=5xx,ct,rt": {5, []string{"5xx", "ct", "rt"}}, "rc=0": {0, []string{"ct"}}, "rp=all&rc=2": {2, []string{"ct", "rt", "4xx", "5xx"}}, "rc=9&%zz": {1, []string{"ct"}},
	} {
		times, when := retries(fragment)
		var after []string
		for _, failure := range []string{"ct", "rt", "4xx", "5xx"} {
			if when(failure) {
				after = append(after, failure)
			}
		}
		if slices.Sort(want.after); times != want.times || !slices.Equal(slices.Sorted(slices.Values(after)), want.after) {
			t.Errorf("%s: %d times after %v", fragment, times, after)
		}
	}
}
