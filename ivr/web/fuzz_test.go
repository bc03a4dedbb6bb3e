package web

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"shebao/shared/calendar"
)

// Whatever comes as a body, nothing breaks; what was signed is taken with its token, and with no other.
func FuzzSignedRequests(f *testing.F) {
	for _, seed := range [][3]string{
		{"https://h.example/voice/step/cmn/CA1/2/n", "application/x-www-form-urlencoded", "CallSid=CA1&Digits=1&Digits=2&Empty="}, {"http://h.example:80/voice/start?a=%27&b=@", "application/json", `{"CallSid":"CA1","n":1}`},
		{"https://user:pass@h.example:8443//x", "application/x-www-form-urlencoded; charset=UTF-8", "%zz&;=&a=%00"}, {"", "", ""}, {"https://h.example/#fragment", "multipart/form-data", "--x"}, {"://", "application/json", "[1"},
	} {
		f.Add(seed[0], seed[1], seed[2], "bm8=")
	}
	f.Fuzz(func(t *testing.T, address, contentType, body, signature string) {
		form, err := fieldsOf([]byte(body), contentType)
		if signed([][]byte{[]byte("token")}, address, form, contentType, []byte(body), signature) && signature != Sign([]byte("token"), strings.SplitN(address, "#", 2)[0], form) {
			plain, _, _ := strings.Cut(address, "#")
			_, other := ports(plain)
			if signature != Sign([]byte("token"), other.scheme+other.authority+other.port+other.tail, form) && bodyHash(plain) == "" {
				t.Errorf("%q is taken for %q", signature, address)
			}
		}
		if err != nil || !strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
			return
		}
		plain, _, _ := strings.Cut(address, "#")
		if bodyHash(plain) != "" {
			return
		}
		good := Sign([]byte("token"), plain, form)
		if !signed([][]byte{[]byte("older"), []byte("token")}, address, form, contentType, []byte(body), good) {
			t.Errorf("%q with %q, signed, is refused", address, body)
		}
		if signed([][]byte{[]byte("another")}, address, form, contentType, []byte(body), good) {
			t.Errorf("%q is taken with another token", address)
		}
		scheme, _, _ := strings.Cut(plain, "://")
		if _, other := ports(plain); other.scheme != "" && other.scheme != scheme+"://" {
			t.Errorf("%q became %q", plain, other)
		}
	})
}

// What a caller did is read from any form; a recording's number is one, and words are short.
func FuzzInput(f *testing.F) {
	for _, seed := range []string{"Digits=1", "RecordingUrl=https%3A%2F%2Fevil.example%2FRE0123456789abcdef&RecordingDuration=9999999999999&Digits=hangup", "SpeechResult=%E5%8D%97&Confidence=x", "SpeechResult=a&Confidence=-Inf", "QueueResult=leave&DialCallDuration=-1", "RecordingUrl=/.."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		in := inputOf(form.Get, calendar.NewDate(2026, 11, 24))
		if in.Recording != "" && !recordingSID.MatchString(in.Recording) {
			t.Errorf("recording %q", in.Recording)
		}
		if in.Confidence < 0 || in.Confidence > 1 || in.Confidence != in.Confidence {
			t.Errorf("confidence %v", in.Confidence)
		}
		if utf8.RuneCountInString(in.Words) > 200 {
			t.Errorf("%d characters of words", utf8.RuneCountInString(in.Words))
		}
	})
}
