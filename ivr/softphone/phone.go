// Package softphone plays the telephone carrier: it calls the hotline over HTTP with real signatures, executes the TwiML that comes back as the carrier does, and serves
// the recordings that the hotline then fetches. Tests, the terminal and the demo's page drive it; it knows nothing of the hotline's inside.
package softphone

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"time"
)

// Config says which hotline is called, and as whom.
type Config struct {
	Hotline    string // its public address
	AccountSID string
	Token      string
	From       string // the caller's number
	To         string // the number that is called; 12333 when empty
	Carrier    string // where recordings are put; the hotline fetches them from the same address

	Start    string // path of the first request; /voice/start when empty
	Fallback string // path that is asked when a request fails; none when empty
	// Wait passes time that the hotline asked for; without it no time passes.
	Wait func(ctx context.Context, d time.Duration)
	// Trace is told of every exchange.
	Trace func(Exchange)
	// NoticesFirst sends a recording's notice before the step that it belongs to; the carrier promises no order.
	NoticesFirst bool
}

// Exchange is one request to the hotline and its answer.
type Exchange struct {
	Method, URL string
	Form        url.Values
	Status      int
	Body        []byte
	Took        time.Duration // from the request to the answer's end
}

// Heard is one thing that the caller heard.
type Heard struct {
	Text string
	Lang string // as a browser names it; empty for sounds
}

// Call is a call under way. Not safe for concurrent use.
type Call struct {
	config   Config
	client   *http.Client
	sid      string
	heard    []Heard
	warnings []string
	await    *node // the verb that waits for somebody
	after    []node
	ended    bool
	document string // address of the document that is executed
	hops     int    // requests since somebody did something
	requests int
	last     []string  // names of the verbs executed last
	queue    *queued   // none outside a queue
	leg      bool      // the call is another party's, not the caller's
	status   string    // how it ended, in the carrier's words
	asked    *Exchange // the request for the last document
}

// Why something cannot be done now, or the call broke off.
var (
	ErrNotAwaited = errors.New("softphone: the hotline does not wait for this now")
	errLoop       = errors.New("softphone: the hotline goes round in a circle")
)

func random(prefix string) string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails: it crashes the process instead
	return prefix + hex.EncodeToString(id)
}

// Dial begins a call. The error says what the carrier would report; the call is then over.
func Dial(ctx context.Context, config Config) (*Call, error) {
	if config.Start == "" {
		config.Start = "/voice/start"
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &Call{config: config, sid: random("CA"), client: &http.Client{Timeout: 15 * time.Second, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	return c, c.request(ctx, config.Hotline+config.Start, http.MethodPost, nil)
}

// SID is the carrier's number of the call.
func (c *Call) SID() string { return c.sid }

// Heard is everything that was said so far.
func (c *Call) Heard() []string {
	texts := make([]string, 0, len(c.heard))
	for _, h := range c.heard {
		texts = append(texts, h.Text)
	}
	return texts
}

// Lines are what was said, with its language.
func (c *Call) Lines() []Heard { return c.heard }

// Warnings are what the carrier would put into its debugger: faults of the documents that it plays over (12200).
func (c *Call) Warnings() []string { return c.warnings }

// Ended reports whether the call is over.
func (c *Call) Ended() bool { return c.ended }

// Ending is how the call ended, in the carrier's words: completed, busy, failed; none while it goes on.
func (c *Call) Ending() string { return c.status }

// Patience is after what time of silence the hotline goes on; zero when it waits for nobody, or for a queue.
func (c *Call) Patience() time.Duration {
	if c.await == nil {
		return 0
	}
	seconds, err := strconv.Atoi(c.await.attrOr("timeout", map[string]string{"Gather": "5", "Record": "5", "Dial": "30"}[c.await.name]))
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// Awaits tells what the hotline waits for: keys, speech (or keys), record, transfer (somebody to answer), queue (keys, or somebody to answer), or nothing when the
// call is over.
func (c *Call) Awaits() string {
	if c.await == nil {
		return "nothing"
	}
	switch c.await.name {
	case "Record":
		return "record"
	case "Dial", "Enqueue":
		return "transfer"
	}
	if c.queue != nil {
		return "queue"
	}
	if c.takes("speech") {
		return "speech"
	}
	return "keys"
}
