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
	var room [48]string
	names := appendNames(room[:0], form)
	usual, other := ports(address)
	for _, token := range tokens {
		for _, one := range [...]written{usual, other} {
			if sum := authenticate(token, one, names, form); one.scheme != "" && hmac.Equal(sum[:], given[:sha1.Size]) {
				return true
			}
		}
	}
	return false
}

// Sign signs a request as the carrier does, for the operator's check that signed requests arrive; address is without a fragment, form is nil for a JSON body.
func Sign(token []byte, address string, form url.Values) string {
	sum := authenticate(token, written{scheme: address}, appendNames(nil, form), form)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// authenticate is HMAC-SHA1 (RFC 2104) over an address and the pairs of a form. It is written out because crypto/hmac allocates; a usual request needs no memory but the stack's.
func authenticate(token []byte, address written, names []string, form url.Values) [sha1.Size]byte {
	var room [2048]byte
	inner := pad(room[:0], token, 0x36)
	for _, part := range [...]string{address.scheme, address.authority, address.port, address.tail} {
		inner = append(inner, part...)
	}
	hashed := sha1.Sum(appendPairs(inner, names, form)) //nolint:gosec // see the import
	var last [sha1.BlockSize + sha1.Size]byte
	return sha1.Sum(append(pad(last[:0], token, 0x5c), hashed[:]...)) //nolint:gosec // see the import
}

// pad appends the key's block.
func pad(b, token []byte, with byte) []byte {
	if len(token) > sha1.BlockSize {
		short := sha1.Sum(token) //nolint:gosec // see the import
		token = short[:]
	}
	b = append(b, token...)
	for len(b) < sha1.BlockSize {
		b = append(b, 0)
	}
	for i := range b {
		b[i] ^= with
	}
	return b
}

// appendNames appends the names of a form in byte order.
func appendNames(names []string, form url.Values) []string {
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func appendPairs(b []byte, names []string, form url.Values) []byte {
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

// written is an address in the parts in which ways of writing it differ; the parts follow one another.
type written struct{ scheme, authority, port, tail string }

// ports are the address as it is and, without its port or with the usual one, as others write it: the carrier and its libraries differ. The other is empty when there is none.
func ports(address string) (usual, other written) {
	i := strings.Index(address, "://")
	if i < 0 {
		return written{scheme: address}, written{}
	}
	scheme, rest := address[:i+3], address[i+3:]
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	colon := strings.LastIndexByte(host, ':')
	port := ""
	if colon >= 0 && !strings.HasSuffix(host, "]") { // an IPv6 address has colons of its own
		authority = authority[:len(authority)-len(host)+colon]
	} else {
		switch scheme {
		case "https://":
			port = ":443"
		case "http://":
			port = ":80"
		}
	}
	return written{scheme: address}, written{scheme, authority, port, tail}
}
