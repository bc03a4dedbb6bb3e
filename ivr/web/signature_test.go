package web

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"shebao/ivr/callflow"
	"shebao/shared/calendar"
)

func TestSignatureVectors(t *testing.T) {
	var file struct {
		Vectors []struct {
			Name, URL, Signature, Method string
			Token                        string `json:"auth_token"`
			ContentType                  string `json:"content_type"`
			OnlyFor                      string `json:"only_for"`
			Params                       url.Values
			Body                         *string
			Valid                        bool
		} `json:"signature_vectors"`
	}
	readVectors(t, &file)
	if len(file.Vectors) != 39 {
		t.Fatal("vectors are missing")
	}
	for _, v := range file.Vectors {
		if v.OnlyFor != "" { // the library of another language takes an address that was re-written on the way; the carrier signs it as it was given
			v.Valid = false
		}
		var body []byte
		if v.Body != nil {
			body = []byte(*v.Body)
		} else {
			body = []byte(v.Params.Encode())
		}
		if got := signed([][]byte{[]byte("an older token"), []byte(v.Token)}, v.URL, v.Params, v.ContentType, body, v.Signature); got != v.Valid {
			t.Errorf("%s: %v, want %v", v.Name, got, v.Valid)
		}
	}
}

// The carrier's documented requests, signed: each is taken as it is, with what nobody has heard of and with names that come twice; changed anywhere, none is.
func TestDocumentedWebhooksAreSigned(t *testing.T) {
	var file struct {
		Webhooks struct {
			Token    string `json:"auth_token"`
			Examples []struct{ Name, URL, Body, Signature string }
		} `json:"webhook_examples"`
	}
	readVectors(t, &file)
	if len(file.Webhooks.Examples) != 49 {
		t.Fatalf("%d examples", len(file.Webhooks.Examples))
	}
	const form = "application/x-www-form-urlencoded; charset=UTF-8"
	tokens := [][]byte{[]byte("the next token"), []byte(file.Webhooks.Token)}
	for _, e := range file.Webhooks.Examples {
		fields, err := fieldsOf([]byte(e.Body), form)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		if !signed(tokens, e.URL, fields, form, []byte(e.Body), e.Signature) {
			t.Errorf("%s is refused", e.Name)
		}
		fields.Set("CallSid", "CAffffffffffffffffffffffffffffffff")
		if signed(tokens, e.URL, fields, form, []byte(e.Body), e.Signature) || signed(tokens[:1], e.URL, fields, form, []byte(e.Body), e.Signature) {
			t.Errorf("%s is taken for another call", e.Name)
		}
	}
}

// What each documented request means to the conversation: what is not the caller's doing is nothing.
func TestWhatDocumentedWebhooksMean(t *testing.T) {
	const sid = "RE0123456789abcdef0123456789abcdef"
	want := map[string]callflow.Input{
		"gather, one digit": {Keys: "2"}, "gather, digits ended by #": {Keys: "12345678"}, "gather, star as a digit": {Keys: "*"},
		"gather, Mandarin speech": {Words: "我要举报。", Confidence: 0.9128386}, "gather, Cantonese speech": {Words: "我想查供款", Confidence: 0.78}, "gather, English speech, no confidence": {Words: "Agent please."},
		"record action, ended by #": {Recording: sid, Seconds: 37}, "record action, ended by silence": {Recording: sid, Seconds: 12}, "record action, caller hung up": {Recording: sid, Seconds: 5, HungUp: true},
		"dial action, completed": {Dialled: "completed", Talked: 64}, "dial action, busy": {Dialled: "busy"}, "dial action, no-answer": {Dialled: "no-answer"}, "dial action, failed": {Dialled: "failed"},
		"dial action, canceled": {Dialled: "canceled"}, "dial action, answered": {Dialled: "answered"},
		"enqueue action, bridged": {Queued: "bridged"}, "enqueue action, hangup": {Queued: "hangup", HungUp: true}, "enqueue action, leave": {Queued: "leave"}, "enqueue action, redirected": {Queued: "redirected"},
		"enqueue action, queue-full": {Queued: "queue-full"}, "enqueue action, error": {Queued: "error"}, "enqueue action, system-error": {Queued: "system-error"},
		"enqueue action, bridging-in-process": {Queued: "bridging-in-process"}, "enqueue action, redirected-from-bridged": {Queued: "redirected-from-bridged"},
	}
	var file struct {
		Webhooks struct {
			Examples []struct{ Name, Path, Body string }
		} `json:"webhook_examples"`
	}
	readVectors(t, &file)
	met := 0
	for _, e := range file.Webhooks.Examples {
		if e.Path == "/v1/ivr/recst" || e.Path == "/v1/ivr/trans" { // notices about a recording go another way, and transcripts of the carrier's are not asked for
			continue
		}
		f, err := fieldsOf([]byte(e.Body), "application/x-www-form-urlencoded")
		if err != nil {
			t.Fatal(err)
		}
		if got := inputOf(f.Get, calendar.Date{}); got != want[e.Name] {
			t.Errorf("%s means %+v, want %+v", e.Name, got, want[e.Name])
		}
		if _, ok := want[e.Name]; ok {
			met++
		}
	}
	if met != len(want) {
		t.Errorf("%d of %d met", met, len(want))
	}
}

// Each voice stands with its language in the carrier's lists, each language of listening too, and no line is longer than the voice takes.
func TestTheCarrierHasTheVoices(t *testing.T) {
	var file struct {
		Voices struct {
			Mandarin struct {
				Language string
				Voice    []string
			}
			Cantonese []struct{ Voice []string }
			Gather    []string `json:"gather_languages"`
			Limits    map[string]int
		}
	}
	readVectors(t, &file)
	v := file.Voices
	if got := voices["cmn"]; got.language != v.Mandarin.Language || !slices.Contains(v.Mandarin.Voice, got.voice) {
		t.Errorf("Mandarin: %+v", got)
	}
	if got := voices["yue"]; got.language != "" || !slices.ContainsFunc(v.Cantonese, func(c struct{ Voice []string }) bool { return slices.Contains(c.Voice, got.voice) }) {
		t.Errorf("Cantonese: %+v", got)
	}
	for lang, got := range voices {
		if !slices.Contains(v.Gather, got.listen) {
			t.Errorf("%s: nothing listens in %s", lang, got.listen)
		}
		kind, _, _ := strings.Cut(got.voice, ".")
		if limit, ok := v.Limits[kind]; !ok || longestLine >= limit {
			t.Errorf("%s: lines of %d characters, %s takes %d", lang, longestLine, kind, limit)
		}
	}
}

// readVectors reads what was gathered of the carrier: requests with their signatures, documents and what it does with them, voices.
func readVectors(t *testing.T, into any) {
	t.Helper()
	b, err := os.ReadFile("../testdata/twilio.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// Whoever asks gets the signature checked first: it takes no memory, whether it is good or not, of a usual request and of one on another port.
func TestCheckingASignatureAllocatesNothing(t *testing.T) {
	const contentType = "application/x-www-form-urlencoded; charset=UTF-8"
	token, old := []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210")
	form := url.Values{"CallSid": {"CA00112233445566778899aabbccddeeff"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"}, "From": {"+8610000000001"}, "To": {"+8612333"}, "ApiVersion": {"2010-04-01"},
		"Direction": {"inbound"}, "Caller": {"+8610000000001"}, "Called": {"+8612333"}, "CallStatus": {"in-progress"}, "SpeechResult": {"我要举报"}, "Confidence": {"0.91"}}
	body := []byte(form.Encode())
	for _, address := range []string{"https://h.example/voice/step/cmn/CA00112233445566778899aabbccddeeff/3/aaaaaaaaaaaaaaaa", "https://h.example:8443/voice/start", "http://127.0.0.1:4010/voice/status"} {
		signature := Sign(token, address, form)
		for name, tokens := range map[string][][]byte{"one token": {token}, "a rotation": {old, token}, "another's": {old}} {
			good := name != "another's"
			if n := testing.AllocsPerRun(100, func() {
				if signed(tokens, address, form, contentType, body, signature) != good {
					t.Fatalf("%s, %s: judged wrongly", address, name)
				}
			}); n != 0 {
				t.Errorf("%s, %s: %v allocations", address, name, n)
			}
		}
	}
}
