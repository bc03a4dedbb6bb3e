package web

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the carrier signs with HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// signed reports whether the carrier signed a request: HMAC-SHA1 over the address as the carrier was given it and, for a form, each name with each of its distinct
// values in byte order; a JSON body is covered by the bodySHA256 in the address. Several tokens are good during a rotation. The comparison takes constant time.
func signed(tokens [][]byte, address string, form url.Values, contentType string, body []byte, signature string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	address, _, _ = strings.Cut(address, "#")
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	isForm := strings.HasPrefix(contentType, "application/x-www-form-urlencoded")
	if want := u.Query().Get("bodySHA256"); want != "" {
		hash := sha256.Sum256(body)
		if !hmac.Equal([]byte(strings.ToLower(want)), []byte(hex.EncodeToString(hash[:]))) {
			return false
		}
		form = nil
	} else if len(body) > 0 && !isForm {
		return false
	}
	text := sortedPairs(form)
	for _, token := range tokens {
		for _, variant := range ports(address, u) {
			if hmac.Equal(sum(token, variant+text), given) {
				return true
			}
		}
	}
	return false
}

// Sign signs a request as the carrier does, for the operator's check that signed requests arrive; address is without a fragment, form is nil for a JSON body.
func Sign(token []byte, address string, form url.Values) string {
	return base64.StdEncoding.EncodeToString(sum(token, address+sortedPairs(form)))
}

func sum(token []byte, text string) []byte {
	mac := hmac.New(sha1.New, token)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func sortedPairs(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		sort.Strings(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

// ports are the address as it is, without its port, and with the usual one: the carrier and its libraries differ.
func ports(address string, u *url.URL) []string {
	host := u.Host
	rest, ok := strings.CutPrefix(address, u.Scheme+"://")
	if !ok {
		return []string{address}
	}
	_, tail, _ := strings.Cut(rest, host)
	userInfo, _, hasUser := strings.Cut(rest, "@")
	prefix := u.Scheme + "://"
	if hasUser && u.User != nil {
		prefix += userInfo + "@"
	}
	if port := u.Port(); port != "" {
		return []string{address, prefix + strings.TrimSuffix(host, ":"+port) + tail}
	}
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return []string{address, prefix + host + usual + tail}
}
