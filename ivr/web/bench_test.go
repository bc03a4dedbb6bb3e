package web

import (
	"net/url"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
)

// BenchmarkSignature measures the check of a usual request's signature against the hash that it needs at least, and against the carrier's own library, in the same run.
func BenchmarkSignature(b *testing.B) {
	const token, address, contentType = "0123456789abcdef0123456789abcdef", "https://h.example/voice/step/cmn/CA00112233445566778899aabbccddeeff/3/aaaaaaaaaaaaaaaa", "application/x-www-form-urlencoded; charset=UTF-8"
	form, single := url.Values{}, map[string]string{}
	for name, value := range map[string]string{"CallSid": "CA00112233445566778899aabbccddeeff", "AccountSid": "AC0123456789abcdef0123456789abcdef", "From": "+8610000000001", "To": "+8612333", "ApiVersion": "2010-04-01",
		"Direction": "inbound", "Caller": "+8610000000001", "Called": "+8612333", "CallStatus": "in-progress", "Digits": "8"} {
		form.Set(name, value)
		single[name] = value
	}
	signature, body, pairs := Sign([]byte(token), address, form), []byte(form.Encode()), appendPairs(nil, form)
	tokens, theirs := [][]byte{[]byte(token)}, client.NewRequestValidator(token)
	took := func(work func() bool) time.Duration {
		began := time.Now()
		for range b.N {
			if !work() {
				b.Fatal("a good signature is refused")
			}
		}
		return time.Since(began)
	}
	b.ReportAllocs()
	b.ResetTimer()
	ours := took(func() bool { return signed(tokens, address, form, contentType, body, signature) })
	b.StopTimer()
	hash := took(func() bool { return len(sum(tokens[0], address, pairs)) > 0 })
	library := took(func() bool { return theirs.Validate(address, single, signature) })
	b.ReportMetric(float64(ours)/float64(hash), "of-the-hash")
	b.ReportMetric(float64(ours)/float64(library), "of-the-library")
}
