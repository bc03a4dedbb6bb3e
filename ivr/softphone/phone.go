// Package softphone plays the telephone carrier: it calls the hotline over HTTP with real signatures, executes the TwiML that comes back, and serves the recordings
// that the hotline then fetches. Tests, the terminal and the demo's page drive it.
package softphone

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the carrier signs with HMAC-SHA1
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Config says which hotline is called, and as whom.
type Config struct {
	Hotline    string // its public address
	AccountSID string
	Token      string
	From       string // the caller's number
	Carrier    string // where recordings are put; the hotline fetches them from the same address
}

// Call is a call under way. Not safe for concurrent use.
type Call struct {
	config  Config
	client  *http.Client
	sid     string
	heard   []string
	await   *verb // the Gather or Record that waits for the caller
	after   []verb
	ended   bool
	lastURL string
}

// verb is one element of a TwiML document.
type verb struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []verb     `xml:",any"`
}

func (v verb) attr(name string) (string, bool) {
	for _, a := range v.Attrs {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// Dial begins a call. The error says what the carrier would report.
func Dial(ctx context.Context, config Config) (*Call, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails: it crashes the process instead
	c := &Call{config: config, client: &http.Client{Timeout: 15 * time.Second}, sid: "CA" + hex.EncodeToString(id)}
	return c, c.request(ctx, config.Hotline+"/voice/start", nil)
}

// Heard is everything that was said so far.
func (c *Call) Heard() []string { return c.heard }

// Ended reports whether the hotline has hung up.
func (c *Call) Ended() bool { return c.ended }

// Awaits tells what the hotline waits for: keys, speech, record, or nothing when the call is over.
func (c *Call) Awaits() string {
	switch {
	case c.await == nil:
		return "nothing"
	case c.await.XMLName.Local == "Record":
		return "record"
	}
	if input, _ := c.await.attr("input"); strings.Contains(input, "speech") {
		return "speech"
	}
	return "keys"
}

var errNotAwaited = errors.New("softphone: the hotline does not wait for this now")

// Press sends keys, as many as the hotline takes at this point: the rest is refused.
func (c *Call) Press(ctx context.Context, keys string) error {
	if c.await == nil || c.await.XMLName.Local != "Gather" {
		return errNotAwaited
	}
	finish, given := c.await.attr("finishOnKey")
	if !given {
		finish = "#"
	}
	if finish != "" {
		if i := strings.IndexAny(keys, finish); i >= 0 {
			keys = keys[:i]
		}
	}
	if limit, ok := c.await.attr("numDigits"); ok {
		if n, err := strconv.Atoi(limit); err == nil && len(keys) > n {
			keys = keys[:n]
		}
	}
	if keys == "" { // only the finishing key: the carrier goes on without a request
		return c.fallThrough(ctx)
	}
	return c.answer(ctx, url.Values{"Digits": {keys}})
}

// Say speaks words where the hotline listens.
func (c *Call) Say(ctx context.Context, words string) error {
	if c.Awaits() != "speech" {
		return errNotAwaited
	}
	return c.answer(ctx, url.Values{"SpeechResult": {words}, "Confidence": {"0.9"}})
}

// Silence lets the time run out.
func (c *Call) Silence(ctx context.Context) error {
	if c.await == nil {
		return errNotAwaited
	}
	return c.fallThrough(ctx)
}

// Record speaks a sound after the tone; it is put at the carrier's address, from where the hotline fetches it.
func (c *Call) Record(ctx context.Context, sound []byte) error {
	if c.Awaits() != "record" {
		return errNotAwaited
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails: it crashes the process instead
	sid := "RE" + hex.EncodeToString(id)
	address := c.config.Carrier + "/2010-04-01/Accounts/" + c.config.AccountSID + "/Recordings/" + sid
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address+".wav", bytes.NewReader(sound))
	if err != nil {
		return err
	}
	req.SetBasicAuth(c.config.AccountSID, c.config.Token)
	resp, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("keep recording: %w", err)
	}
	_ = resp.Body.Close() // nothing in it
	if resp.StatusCode >= 300 {
		return fmt.Errorf("keep recording: status %d", resp.StatusCode)
	}
	return c.answer(ctx, url.Values{"RecordingUrl": {address}, "RecordingDuration": {"5"}, "Digits": {"#"}})
}

// HangUp ends the call from the caller's side.
func (c *Call) HangUp(ctx context.Context) error {
	if !c.ended {
		c.ended, c.await = true, nil
	}
	_, err := c.post(ctx, c.config.Hotline+"/voice/status", url.Values{"CallStatus": {"completed"}})
	return err
}

func (c *Call) answer(ctx context.Context, form url.Values) error {
	action, _ := c.await.attr("action")
	if action == "" {
		action = c.lastURL
	}
	return c.request(ctx, action, form)
}

func (c *Call) fallThrough(ctx context.Context) error {
	after := c.after
	c.await, c.after = nil, nil
	return c.execute(ctx, after)
}

func (c *Call) request(ctx context.Context, address string, form url.Values) error {
	base, err := url.Parse(c.config.Hotline)
	if err != nil {
		return err
	}
	target, err := base.Parse(address)
	if err != nil {
		return err
	}
	c.await, c.after, c.lastURL = nil, nil, target.String()
	if form == nil {
		form = url.Values{}
	}
	form.Set("CallStatus", "in-progress")
	body, err := c.post(ctx, target.String(), form)
	if err != nil {
		return err
	}
	if len(body) > 64<<10 {
		return errors.New("11750: TwiML over 64 KB")
	}
	var doc verb
	if err := xml.Unmarshal(body, &doc); err != nil || doc.XMLName.Local != "Response" {
		return errors.Join(errors.New("12100: the document is not TwiML"), err)
	}
	return c.execute(ctx, doc.Children)
}

// execute runs verbs until one waits for the caller or the call ends.
func (c *Call) execute(ctx context.Context, verbs []verb) error {
	for i, v := range verbs {
		switch v.XMLName.Local {
		case "Say":
			c.heard = append(c.heard, strings.TrimSpace(v.Text))
		case "Pause", "Play":
		case "Gather":
			for _, child := range v.Children {
				if child.XMLName.Local == "Say" {
					c.heard = append(c.heard, strings.TrimSpace(child.Text))
				}
			}
			c.await, c.after = &verbs[i], verbs[i+1:]
			return nil
		case "Record":
			c.await, c.after = &verbs[i], verbs[i+1:]
			return nil
		case "Redirect":
			return c.request(ctx, strings.TrimSpace(v.Text), nil)
		case "Hangup":
			return c.HangUp(ctx)
		default:
			return fmt.Errorf("12200: unknown verb %s", v.XMLName.Local)
		}
	}
	return c.HangUp(ctx) // no verbs left: the call ends
}

func (c *Call) post(ctx context.Context, address string, form url.Values) ([]byte, error) {
	form.Set("CallSid", c.sid)
	form.Set("AccountSid", c.config.AccountSID)
	form.Set("From", c.config.From)
	form.Set("To", "+8612333")
	form.Set("ApiVersion", "2010-04-01")
	form.Set("Direction", "inbound")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", c.sign(address, form))
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("11200: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read below
	body, err := io.ReadAll(io.LimitReader(resp.Body, 65<<10))
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("11200: the hotline answered with status %d", resp.StatusCode)
	}
	return body, err
}

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
