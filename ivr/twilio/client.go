// Package twilio is the one telephone carrier that is built: its REST interface for recordings, calls to the people who answer, and text messages. What it sends to us
// is answered by ivr/web. Every request goes to the configured address, and to no other host.
package twilio

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	voice "github.com/twilio/twilio-go/rest/voice/v1"

	"shebao/shared/fault"
)

// Hosts of the carrier that are spoken to.
const (
	Host      = "api.twilio.com"
	voiceHost = "voice.twilio.com"
)

// Config of the account.
type Config struct {
	AccountSID string
	Token      string
	Number     string // our own, in the international form; without it nobody is called and no text is sent
	Trunk      string // our own carrier's, over which calls go; none is the carrier's own network
	API        string // where the REST interface is: https://api.twilio.com, or a mock's address
}

// Client speaks to the carrier. Safe for concurrent use.
type Client struct {
	config  Config
	http    *http.Client
	service *api.ApiService
	voice   *voice.ApiService
}

// patience is far below the fifteen seconds in which a webhook must be answered; nothing here is called within one but the playing of a recording.
const patience = 8 * time.Second

// New makes a client; it asks nothing yet.
func New(c Config) (*Client, error) {
	to, err := url.Parse(c.API)
	if err != nil || to.Host == "" {
		return nil, errors.New("twilio: the carrier's address cannot be parsed")
	}
	web := &http.Client{Timeout: patience, Transport: rewrite{to}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	base := &client.Client{Credentials: client.NewCredentials(c.AccountSID, c.Token), HTTPClient: web}
	base.SetAccountSid(c.AccountSID)
	requests := client.NewRequestHandler(base)
	return &Client{c, web, api.NewApiService(requests), voice.NewApiService(requests)}, nil
}

// rewrite sends requests for the carrier's hosts to the configured address, and refuses every other host. The carrier's own host keeps its sisters as they are.
type rewrite struct{ to *url.URL }

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	if !slices.Contains([]string{Host, voiceHost, r.to.Host}, req.URL.Host) {
		return nil, fmt.Errorf("refused host %s", req.URL.Host)
	}
	req = req.Clone(req.Context())
	if r.to.Host != Host {
		req.URL.Scheme, req.URL.Host, req.Host = r.to.Scheme, r.to.Host, r.to.Host
	}
	return http.DefaultTransport.RoundTrip(req)
}

// known classifies what the carrier answered. The cause holds the carrier's code and status, never a number or a text: its own messages quote both.
func known(doing string, err error) error {
	var answered *client.TwilioRestError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &answered):
		return fault.New(fault.Unavailable, "fault.unavailable").Because(fmt.Errorf("%s: the carrier does not answer", doing))
	case answered.Status == http.StatusNotFound:
		return fault.New(fault.NotFound, "fault.page").Because(fmt.Errorf("%s: the carrier knows none", doing))
	case answered.Status == http.StatusUnauthorized || answered.Status == http.StatusForbidden:
		return fault.New(fault.Denied, "fault.internal").Because(fmt.Errorf("%s: the carrier refuses the account's credentials, code %d", doing, answered.Code))
	case answered.Status == http.StatusTooManyRequests || answered.Status >= 500:
		return fault.New(fault.Unavailable, "fault.unavailable").Because(fmt.Errorf("%s: the carrier answers %d, code %d", doing, answered.Status, answered.Code))
	}
	return fault.New(fault.Conflict, "fault.internal").Because(refusal{doing, answered.Status, answered.Code})
}

// refusal is a request that the carrier will never do.
type refusal struct {
	doing        string
	status, code int
}

func (r refusal) Error() string {
	return fmt.Sprintf("%s: the carrier answers %d, code %d", r.doing, r.status, r.code)
}
