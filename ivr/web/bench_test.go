package web

import (
	"crypto/sha1" //nolint:gosec // the carrier signs with HMAC-SHA1
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
	signature, body := Sign([]byte(token), address, form), []byte(form.Encode())
	pairs := append([]byte(address), appendPairs(nil, appendNames(nil, form), form)...)
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
	room := make([]byte, 2048)
	b.ReportAllocs()
	b.ResetTimer()
	ours := took(func() bool { return signed(tokens, address, form, contentType, body, signature) })
	b.StopTimer()
	hash := took(func() bool { // what HMAC hashes: the key's block and the text, then the key's block and the first hash
		return sha1.Sum(append(room[:sha1.BlockSize], pairs...)) != sha1.Sum(room[:sha1.BlockSize+sha1.Size]) //nolint:gosec // the carrier's
	})
	library := took(func() bool { return theirs.Validate(address, single, signature) })
	b.ReportMetric(float64(ours)/float64(hash), "of-the-hash")
	b.ReportMetric(float64(ours)/float64(library), "of-the-library")
}
