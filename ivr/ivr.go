// Package ivr is the door of the hotline: callers ask about their contributions and report employers, by keys and voice.
package ivr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"shebao/ivr/store"
	"shebao/ivr/web"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
)

// Config are the wing's settings.
type Config struct {
	publicURL                               string
	ledgerKey, pepper, receiptKey, stateKey config.Secret
	contentKey, identityKey                 seal.PublicKey
	accountSID                              string
	tokens                                  [][]byte
	carrier                                 string // where the carrier's REST interface is
	fetchEvery                              time.Duration
}

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{publicURL: r.PublicURL("IVR_PUBLIC_URL", ""), ledgerKey: r.Secret("SHEBAO_LEDGER_KEY", 32), pepper: r.Secret("SHEBAO_PIN_PEPPER", 32),
		receiptKey: r.Secret("SHEBAO_RECEIPT_KEY", 32), stateKey: r.Secret("SHEBAO_STATE_KEY", 32), accountSID: r.Required("TWILIO_ACCOUNT_SID"),
		carrier: r.PublicURL("TWILIO_API_URL", "https://api.twilio.com"), fetchEvery: r.Duration("IVR_FETCH_EVERY", 2*time.Second)}
	for _, token := range strings.Split(string(r.Password("TWILIO_AUTH_TOKENS")), ",") {
		c.tokens = append(c.tokens, []byte(token))
	}
	for name, key := range map[string]*seal.PublicKey{"SHEBAO_DESK_CONTENT_PUBLIC": &c.contentKey, "SHEBAO_DESK_IDENTITY_PUBLIC": &c.identityKey} {
		parsed, err := seal.ParsePublicKey(r.Required(name))
		if err != nil {
			r.Problem(name, "is not a public key")
		}
		*key = parsed
	}
	return c
}

// Migrations of the wing's own schema.
func Migrations() postgres.Migrations { return store.Migrations() }

// New builds the wing; all that can fail fails here.
func New(_ context.Context, c Config, d server.Deps) (server.Wing, error) {
	field, err := seal.NewFieldKey(c.stateKey, "ivr")
	if err != nil {
		return server.Wing{}, err
	}
	hash, err := seal.NewHashKey(c.stateKey, "callers")
	if err != nil {
		return server.Wing{}, err
	}
	receipts, err := seal.NewHashKey(c.receiptKey, "receipt")
	if err != nil {
		return server.Wing{}, err
	}
	people, err := seal.NewFieldKey(c.ledgerKey, "ledger")
	if err != nil {
		return server.Wing{}, err
	}
	lookup, err := seal.NewHashKey(c.ledgerKey, "ledger")
	if err != nil {
		return server.Wing{}, err
	}
	slow, calls := seal.NewSlow(), store.New(d.DB, field)
	counter := intake.NewCounter(d.DB, intake.PublicKeys{Content: c.contentKey, Identity: c.identityKey}, receipts, slow)
	site := &web.Site{PublicURL: c.publicURL, Tokens: c.tokens, Log: d.Log, Line: &line{calls: calls, ledger: ledger.New(d.DB, ledger.Keys{Field: people, Hash: lookup}),
		pins: credential.New(d.DB, slow, c.pepper), counter: counter, limiter: redis.NewLimiter(d.Redis), hash: hash, workdays: calendar.China(), db: d.DB}}
	app := server.New(server.Options{Name: "ivr", PublicURL: c.publicURL, Log: d.Log, Now: d.Now, DB: d.DB, Budget: 3 * time.Second})
	site.Routes(app)
	carrier := newCarrier(c)
	fetch := func(ctx context.Context) error {
		tick := time.NewTicker(c.fetchEvery)
		defer tick.Stop()
		for {
			ok, err := calls.FetchNext(ctx, d.Now().UTC(), func(ctx context.Context, r store.Recording) error {
				return carrier.take(ctx, counter, r, d.Now().UTC())
			})
			if err != nil && ctx.Err() == nil {
				d.Log.Error("fetching a recording failed", "error", err.Error()) // it is tried again
			}
			if ok && err == nil {
				continue
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
	return server.Wing{App: app, Background: []func(context.Context) error{fetch}}, nil
}

// carrier is the telephone carrier's REST interface, at its own address or at a mock's.
type carrier struct {
	base, sid string
	token     string
	client    *http.Client
	service   *api.ApiService
}

func newCarrier(c Config) *carrier {
	client := &http.Client{Timeout: 20 * time.Second, Transport: rewrite{c.carrier}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	base := &twilio.Client{Credentials: twilio.NewCredentials(c.accountSID, string(c.tokens[0])), HTTPClient: client}
	base.SetAccountSid(c.accountSID)
	return &carrier{c.carrier, c.accountSID, string(c.tokens[0]), client, api.NewApiService(twilio.NewRequestHandler(base))}
}

// rewrite sends the library's requests to the configured address, and refuses every host but the carrier's.
type rewrite struct{ to string }

func (r rewrite) RoundTrip(req *http.Request) (*http.Response, error) {
	to, err := url.Parse(r.to)
	if err != nil {
		return nil, err
	}
	if req.URL.Host != "api.twilio.com" && req.URL.Host != to.Host {
		return nil, fmt.Errorf("refused host %s", req.URL.Host)
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host, req.Host = to.Scheme, to.Host, to.Host
	return http.DefaultTransport.RoundTrip(req)
}

const maxRecording = 8 << 20 // bytes; three minutes of telephone sound are under 3 MB

// take fetches a recording, seals it to the desk with what was filed, and deletes it at the carrier.
func (c *carrier) take(ctx context.Context, counter *intake.Counter, r store.Recording, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/2010-04-01/Accounts/"+c.sid+"/Recordings/"+r.SID+".wav", nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth(c.sid, c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	sound, err := io.ReadAll(io.LimitReader(resp.Body, maxRecording+1))
	if err != nil || resp.StatusCode != http.StatusOK || len(sound) < 44 || len(sound) > maxRecording || resp.ContentLength >= 0 && resp.ContentLength != int64(len(sound)) {
		return errors.Join(fmt.Errorf("recording is not there yet or not whole: status %d, %d bytes", resp.StatusCode, len(sound)), err)
	}
	if err := counter.Attach(ctx, intake.Phone, r.Key, intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: sound}, now); err != nil {
		return err
	}
	return c.service.DeleteRecording(r.SID, &api.DeleteRecordingParams{})
}
