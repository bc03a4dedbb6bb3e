package softphone

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the carrier signs with HMAC-SHA1
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	maxHops      = 60 // documents in a row without anybody doing anything; the carrier has no such limit, only a bill
	maxRedirects = 10
)

// resolve makes an address absolute, as against the document that holds it.
func (c *Call) resolve(address string) (string, error) {
	base, err := url.Parse(c.document)
	if c.document == "" || err != nil {
		base, err = url.Parse(c.config.Hotline)
	}
	if err != nil {
		return "", err
	}
	target, err := base.Parse(address)
	if err != nil {
		return "", fmt.Errorf("11100: %w", err)
	}
	return target.String(), nil
}

// request asks for the next document and executes it.
func (c *Call) request(ctx context.Context, address, method string, form url.Values) error {
	target, err := c.resolve(address)
	if err != nil {
		return c.broken(ctx, err)
	}
	if c.hops++; c.hops > maxHops {
		return errLoop
	}
	c.await, c.after = nil, nil
	if form == nil {
		form = url.Values{}
	}
	form.Set("CallStatus", "in-progress")
	if c.requests == 0 {
		form.Set("CallStatus", "ringing")
	}
	body, kind, err := c.exchange(ctx, target, method, form)
	c.document, _, _ = strings.Cut(target, "#")
	c.asked = &Exchange{Method: method, URL: c.document, Form: maps.Clone(form), Body: body}
	if err != nil {
		return c.broken(ctx, err)
	}
	switch {
	case kind == "text/xml" || kind == "application/xml" || kind == "text/html":
		return c.run(ctx, body)
	case kind == "text/plain": // read aloud: this is how an error page would be heard
		c.heard = append(c.heard, Heard{string(body), "en-US"})
	case strings.HasPrefix(kind, "audio/"):
		c.heard = append(c.heard, Heard{Text: "♪ " + kind})
	default:
		return c.broken(ctx, fmt.Errorf("%w: %s", errType, kind))
	}
	return c.end(ctx, "completed")
}

// exchange sends one signed request, follows redirects without the caller's keys, and repeats what failed as often as the address's fragment says: once, and only what did
// not connect, when it says nothing.
func (c *Call) exchange(ctx context.Context, address, method string, form url.Values) (body []byte, kind string, err error) {
	address, fragment, _ := strings.Cut(address, "#")
	times, when := retries(fragment)
	if form == nil {
		form = url.Values{}
	}
	for name, value := range c.always() {
		if _, own := form[name]; !own {
			form.Set(name, value)
		}
	}
	token := random("")
	for range maxRedirects + 1 {
		began := time.Now()
		resp, err := c.send(ctx, address, method, form, token)
		for ; times > 0 && (err != nil && when("ct") || err == nil && resp.StatusCode >= 500 && when("5xx")); times-- {
			if err == nil {
				_ = resp.Body.Close() // it is of no use
			}
			if c.config.Wait != nil {
				c.config.Wait(ctx, time.Second)
			}
			began = time.Now()
			resp, err = c.send(ctx, address, method, form, token)
		}
		if err != nil {
			return nil, "", fmt.Errorf("11200: %w", err)
		}
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
		_ = resp.Body.Close() // it has been read
		if c.config.Trace != nil {
			c.config.Trace(Exchange{method, address, form, resp.StatusCode, body, time.Since(began)})
		}
		switch {
		case err != nil:
			return nil, "", fmt.Errorf("11200: %w", err)
		case resp.StatusCode >= 300 && resp.StatusCode < 400:
			next, err := url.Parse(address)
			if err == nil {
				next, err = next.Parse(resp.Header.Get("Location"))
			}
			if err != nil {
				return nil, "", fmt.Errorf("11200: %w", err)
			}
			address = next.String()
			for _, lost := range []string{"Digits", "SpeechResult", "Confidence"} {
				form.Del(lost)
			}
			continue
		case resp.StatusCode >= 400:
			return nil, "", fmt.Errorf("11200: the hotline answered with status %d", resp.StatusCode)
		}
		kind, _, err = mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil && len(body) > 0 {
			return nil, "", errType
		}
		return body, kind, nil
	}
	return nil, "", errors.New("11215: too many redirects")
}

// retries reads how often a request is repeated (rc), and after what (rp): ct what did not connect, rt what did not answer, 4xx, 5xx, all.
func retries(fragment string) (times int, when func(failure string) bool) {
	said, err := url.ParseQuery(fragment)
	if err != nil {
		said = nil
	}
	times, policy := 1, "ct"
	if n, err := strconv.Atoi(said.Get("rc")); err == nil && n >= 0 && n <= 5 {
		times = n
	}
	if said.Has("rp") {
		policy = said.Get("rp")
	}
	return times, func(failure string) bool {
		return policy == "all" || slices.Contains(strings.Split(policy, ","), failure)
	}
}

// Repeat sends the request for the last document once more, as the carrier does after a connection that broke, and fails when the answer is another than before.
func (c *Call) Repeat(ctx context.Context) error {
	if c.asked == nil {
		return ErrNotAwaited
	}
	began := time.Now()
	resp, err := c.send(ctx, c.asked.URL, c.asked.Method, c.asked.Form, random(""))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	if c.config.Trace != nil {
		c.config.Trace(Exchange{c.asked.Method, c.asked.URL, c.asked.Form, resp.StatusCode, body, time.Since(began)})
	}
	if err == nil && !bytes.Equal(body, c.asked.Body) {
		err = errors.New("softphone: the same request was answered otherwise")
	}
	return err
}

// always are the fields of every request.
func (c *Call) always() map[string]string {
	to, direction := c.config.To, "inbound"
	if to == "" {
		to = "+8612333"
	}
	if c.leg {
		direction = "outbound-api"
	}
	return map[string]string{"CallSid": c.sid, "AccountSid": c.config.AccountSID, "From": c.config.From, "To": to, "ApiVersion": "2010-04-01", "Direction": direction,
		"Caller": c.config.From, "Called": to}
}

func (c *Call) send(ctx context.Context, address, method string, form url.Values, token string) (*http.Response, error) {
	c.requests++
	var content io.Reader
	signedForm := form
	if method == http.MethodGet {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		address, signedForm = address+separator+form.Encode(), nil
	} else {
		content = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return nil, err
	}
	if content != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	req.Header.Set("X-Twilio-Signature", c.sign(address, signedForm))
	req.Header.Set("I-Twilio-Idempotency-Token", token)
	return c.client.Do(req)
}

// listen fetches a sound, as the carrier does before it plays it.
func (c *Call) listen(ctx context.Context, address string) (kind string, size int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("X-Twilio-Signature", c.sign(address, nil))
	resp, err := c.client.Do(req)
	if err != nil {
		return "", 0, fmt.Errorf("11200: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	if resp.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("11200: the sound answered with status %d", resp.StatusCode)
	}
	if kind, _, err = mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || !strings.HasPrefix(kind, "audio/") {
		return "", 0, fmt.Errorf("%w: a sound as %q", errType, kind)
	}
	size, err = io.Copy(io.Discard, resp.Body)
	return kind, size, err
}

// sign is the carrier's signature: the address, then each name with its values, sorted.
func (c *Call) sign(address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	sort.Strings(names)
	mac := hmac.New(sha1.New, []byte(c.config.Token))
	mac.Write([]byte(address))
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
