package web

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the carrier signs with HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// signed reports whether the carrier signed a request: HMAC-SHA1 over the address as the carrier was given it and, for a form, each name with each of its distinct
// values in byte order; a JSON body is covered by the bodySHA256 in the address. Several tokens are good during a rotation. The comparison takes constant time. This runs
// before anything else of a webhook, and for whoever asks: it builds no more than it must.
func signed(tokens [][]byte, address string, form url.Values, contentType string, body []byte, signature string) bool {
	var given [sha1.Size + 1]byte // as long as what the signature's letters may hold
	if len(signature) != base64.StdEncoding.EncodedLen(sha1.Size) {
		return false
	}
	if n, err := base64.StdEncoding.Decode(given[:], []byte(signature)); err != nil || n != sha1.Size {
		return false
	}
	address, _, _ = strings.Cut(address, "#")
	if want := bodyHash(address); want != "" {
		hash := sha256.Sum256(body)
		if !hmac.Equal([]byte(strings.ToLower(want)), []byte(hex.EncodeToString(hash[:]))) {
			return false
		}
		form = nil
	} else if len(body) > 0 && !strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		return false
	}
	room := [1024]byte{}
	pairs := appendPairs(room[:0], form)
	for _, token := range tokens {
		for _, variant := range ports(address) {
			if variant != "" && hmac.Equal(sum(token, variant, pairs), given[:sha1.Size]) {
				return true
			}
		}
	}
	return false
}

// Sign signs a request as the carrier does, for the operator's check that signed requests arrive; address is without a fragment, form is nil for a JSON body.
func Sign(token []byte, address string, form url.Values) string {
	return base64.StdEncoding.EncodeToString(sum(token, address, appendPairs(nil, form)))
}

func sum(token []byte, address string, pairs []byte) []byte {
	mac := hmac.New(sha1.New, token)
	mac.Write([]byte(address))
	mac.Write(pairs)
	return mac.Sum(nil)
}

func appendPairs(b []byte, form url.Values) []byte {
	room := [48]string{}
	names := room[:0]
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := form[name]
		if len(values) > 1 {
			values = slices.Clone(values)
			slices.Sort(values)
			values = slices.Compact(values)
		}
		for _, value := range values {
			b = append(append(b, name...), value...)
		}
	}
	return b
}

// bodyHash is the bodySHA256 of an address; none for a form.
func bodyHash(address string) string {
	_, query, _ := strings.Cut(address, "?")
	if !strings.Contains(query, "bodySHA256") {
		return ""
	}
	values, _ := url.ParseQuery(query) // what is no query holds none
	return values.Get("bodySHA256")
}

// ports are the address as it is and, without its port or with the usual one, as others write it: the carrier and its libraries differ.
func ports(address string) [2]string {
	scheme, rest, ok := strings.Cut(address, "://")
	usual := map[string]string{"https": ":443", "http": ":80"}[scheme]
	if !ok {
		return [2]string{address}
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	colon := strings.LastIndexByte(host, ':')
	if colon >= 0 && !strings.HasSuffix(host, "]") { // an IPv6 address has colons of its own
		return [2]string{address, scheme + "://" + strings.TrimSuffix(authority, host[colon:]) + tail}
	}
	return [2]string{address, scheme + "://" + authority + usual + tail}
}
