// Package config reads typed settings by name, reports every problem at once, and keeps secrets unprintable. It fails closed: a missing
// secret is a problem, never an empty default.
package config

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Secret is a value that no log, error or %v ever shows.
type Secret []byte

// String hides the value.
func (Secret) String() string { return "[secret]" }

// GoString hides the value from %#v.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the value from JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Secrets is a secret that is being rotated: the newest first, which is used for what is new; the others for what was made with them. It prints as Secret does.
type Secrets [][]byte

// String hides the values.
func (Secrets) String() string { return "[secret]" }

// GoString hides the values from %#v.
func (Secrets) GoString() string { return "[secret]" }

// LogValue hides the values from slog.
func (Secrets) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the values from JSON.
func (Secrets) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Lookup finds a setting by name: os.LookupEnv, a map's, or a chain of them.
type Lookup func(name string) (string, bool)

// Chain asks each source in turn.
func Chain(sources ...Lookup) Lookup {
	return func(name string) (string, bool) {
		for _, source := range sources {
			if value, ok := source(name); ok {
				return value, ok
			}
		}
		return "", false
	}
}

// Map is a source of fixed settings.
func Map(values map[string]string) Lookup {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

// Reader reads settings and collects what is wrong with them. Not safe for concurrent use.
type Reader struct {
	lookup   Lookup
	problems []string
}

// NewReader reads from the source.
func NewReader(lookup Lookup) *Reader { return &Reader{lookup: lookup} }

// Err is nil, or one error that lists every problem found so far, a line each.
func (r *Reader) Err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return errors.New("configuration:\n  " + strings.Join(r.problems, "\n  "))
}

// Problem adds one that only the caller can see, such as two settings that contradict each other.
func (r *Reader) Problem(name, what string) { r.problems = append(r.problems, name+": "+what) }

func (r *Reader) value(name, fallback string) string {
	if value, ok := r.lookup(name); ok && strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return fallback
}

// Text is an optional text.
func (r *Reader) Text(name, fallback string) string { return r.value(name, fallback) }

// Required is a text that must be given.
func (r *Reader) Required(name string) string {
	value := r.value(name, "")
	if value == "" {
		r.Problem(name, "missing")
	}
	return value
}

// Secret is a required secret in base64 (URL alphabet, no padding) of at least minBytes.
func (r *Reader) Secret(name string, minBytes int) Secret {
	value := r.value(name, "")
	if value == "" {
		r.Problem(name, "missing secret")
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(b) < minBytes {
		r.Problem(name, fmt.Sprintf("needs at least %d bytes in unpadded URL base64", minBytes))
		return nil
	}
	return b
}

// Secrets are required secrets in base64 (URL alphabet, no padding) of at least minBytes each, separated by commas, the newest first. The same one twice is a problem: it would be
// taken for a rotation.
func (r *Reader) Secrets(name string, minBytes int) Secrets {
	text := r.value(name, "")
	if text == "" {
		r.Problem(name, "missing secret")
		return nil
	}
	var list Secrets
	for part := range strings.SplitSeq(text, ",") {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(part))
		switch {
		case err != nil || len(b) < minBytes:
			r.Problem(name, fmt.Sprintf("needs at least %d bytes in unpadded URL base64, or several such separated by commas, the newest first", minBytes))
			return nil
		case slices.ContainsFunc(list, func(other []byte) bool { return bytes.Equal(other, b) }):
			r.Problem(name, "holds the same secret twice")
			return nil
		}
		list = append(list, b)
	}
	return list
}

// Password is a required secret text, such as a carrier's token.
func (r *Reader) Password(name string) Secret {
	value := r.value(name, "")
	if value == "" {
		r.Problem(name, "missing secret")
	}
	return Secret(value)
}

// Int is a whole number within bounds.
func (r *Reader) Int(name string, fallback, low, high int) int {
	n, err := strconv.Atoi(r.value(name, strconv.Itoa(fallback)))
	if err != nil || n < low || n > high {
		r.Problem(name, fmt.Sprintf("needs a whole number from %d to %d", low, high))
		return fallback
	}
	return n
}

// Bool is true or false.
func (r *Reader) Bool(name string, fallback bool) bool {
	b, err := strconv.ParseBool(r.value(name, strconv.FormatBool(fallback)))
	if err != nil {
		r.Problem(name, "needs true or false")
		return fallback
	}
	return b
}

// Duration is a positive time such as 15m or 3s.
func (r *Reader) Duration(name string, fallback time.Duration) time.Duration {
	d, err := time.ParseDuration(r.value(name, fallback.String()))
	if err != nil || d <= 0 {
		r.Problem(name, "needs a positive duration such as 15m")
		return fallback
	}
	return d
}

// Listen is an address to listen on, host:port with a numeric host; port 0 picks a free one.
func (r *Reader) Listen(name, fallback string) string {
	value := r.value(name, fallback)
	if _, err := netip.ParseAddrPort(value); err != nil {
		r.Problem(name, "needs an address such as 127.0.0.1:8080")
		return fallback
	}
	return value
}

// PublicURL is the address at which the outside reaches a process: http or https, a host, nothing behind it. It never comes from a request.
func (r *Reader) PublicURL(name, fallback string) string {
	value := strings.TrimSuffix(r.value(name, fallback), "/")
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		r.Problem(name, "needs an address such as https://si.example.gov.cn, without a path")
		return fallback
	}
	return value
}
