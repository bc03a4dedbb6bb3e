package ivr

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"shebao/ivr/store"
	"shebao/shared/fault"
	"shebao/shared/intake"
)

// carrier is the telephone carrier's REST interface, at its own address or at a mock's.
type carrier struct {
	base, sid, token string
	client           *http.Client
	service          *api.ApiService
}

const carrierHost = "api.twilio.com"

func newCarrier(c Config) (*carrier, error) {
	to, err := url.Parse(c.carrier)
	if err != nil {
		return nil, fmt.Errorf("carrier's address: %w", err)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: rewrite{to}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	base := &twilio.Client{Credentials: twilio.NewCredentials(c.accountSID, string(c.tokens[0])), HTTPClient: client}
	base.SetAccountSid(c.accountSID)
	return &carrier{c.carrier, c.accountSID, string(c.tokens[0]), client, api.NewApiService(twilio.NewRequestHandler(base))}, nil
}

// rewrite sends requests for the carrier to the configured address, and refuses every other host.
type rewrite struct{ to *url.URL }

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != carrierHost && req.URL.Host != r.to.Host {
		return nil, fmt.Errorf("refused host %s", req.URL.Host)
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = r.to.Scheme, r.to.Host, r.to.Host
	return http.DefaultTransport.RoundTrip(req)
}

const maxSound = 8 << 20 // bytes; three minutes of telephone sound are under 3 MB

// fetch reads a recording whole. Errors: fault.NotFound while it is not there, fault.Unavailable.
func (c *carrier) fetch(ctx context.Context, sid string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/2010-04-01/Accounts/"+c.sid+"/Recordings/"+sid+".wav", nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.sid, c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "fault.unavailable").Because(err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	if resp.StatusCode == http.StatusNotFound {
		return nil, fault.New(fault.NotFound, "fault.page").Because(errors.New("the recording is not there yet"))
	}
	sound, err := io.ReadAll(io.LimitReader(resp.Body, maxSound+1))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Unavailable, "fault.unavailable").Because(errors.Join(fmt.Errorf("the carrier answers %d", resp.StatusCode), err))
	}
	return sound, whole(sound, resp.ContentLength)
}

// whole checks a WAV file's length against the reply's and its own header: a recording that was cut off is fetched again.
func whole(sound []byte, announced int64) error {
	switch {
	case len(sound) > maxSound:
		return errors.New("the recording is too long")
	case announced >= 0 && announced != int64(len(sound)):
		return fmt.Errorf("the recording has %d bytes of %d", len(sound), announced)
	case len(sound) < 44 || string(sound[:4]) != "RIFF" || string(sound[8:12]) != "WAVE":
		return errors.New("the recording is no WAV file")
	case int64(binary.LittleEndian.Uint32(sound[4:]))+8 != int64(len(sound)):
		return errors.New("the recording is cut off")
	}
	return nil
}

// take fetches a recording, seals it to the desk with what was filed, and deletes it at the carrier; one that the caller replaced is only deleted.
func (c *carrier) take(ctx context.Context, counter *intake.Counter, r store.Recording, now time.Time) error {
	if !r.Drop {
		sound, err := c.fetch(ctx, r.SID)
		if err != nil {
			return err
		}
		if err := counter.Attach(ctx, intake.Phone, r.Key, intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: sound}, now); err != nil {
			return err
		}
	}
	err := c.service.DeleteRecording(r.SID, &api.DeleteRecordingParams{})
	var answered *twilio.TwilioRestError
	if errors.As(err, &answered) && answered.Status == http.StatusNotFound {
		return nil // an earlier try has deleted it
	}
	return err
}
