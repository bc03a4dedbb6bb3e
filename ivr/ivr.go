// Package ivr is the door of the hotline: callers ask about their contributions and report employers, by keys and voice.
package ivr

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/ivr/twilio"
	"shebao/ivr/web"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/metrics"
	"shebao/shared/postgres"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
)

// Config are the wing's settings.
type Config struct {
	publicURL                                   string
	ledgerKeys, peppers, receiptKeys, stateKeys config.Secrets
	contentKey, identityKey                     seal.PublicKey
	accountSID                                  string
	tokens                                      [][]byte
	carrier                                     string // where the carrier's REST interface is
	trunk                                       string // of another carrier, over which people are called; none is the carrier's own network
	fallback                                    string // what the carrier asks when we do not answer
	fetchEvery                                  time.Duration
	hours                                       callflow.Hours
	agents                                      []string
	portalURL                                   string    // none means that no statement is offered by text
	number                                      string    // our own; none means that nobody is called and no text is sent
	backPrefixes                                []string  // the countries that may be called back
	rehearseAt                                  time.Time // zero: the real clock
	texts                                       sms.Config
}

// Telephone numbers in the international form; only the configuration's ever reach the carrier.
var (
	telephone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	trunkSID  = regexp.MustCompile(`^BY[0-9a-fA-F]{32}$`)
	countries = regexp.MustCompile(`^\+[1-9][0-9]{0,6}$`)
)

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{ledgerKeys: r.Secrets("SHEBAO_LEDGER_KEY", 32), peppers: r.Secrets("SHEBAO_PIN_PEPPER", 32), receiptKeys: r.Secrets("SHEBAO_RECEIPT_KEY", 32),
		stateKeys: r.Secrets("SHEBAO_STATE_KEY", 32), fetchEvery: r.Duration("IVR_FETCH_EVERY", 2*time.Second)}
	for name, key := range map[string]*seal.PublicKey{"SHEBAO_DESK_CONTENT_PUBLIC": &c.contentKey, "SHEBAO_DESK_IDENTITY_PUBLIC": &c.identityKey} {
		parsed, err := seal.ParsePublicKey(r.Required(name))
		if err != nil {
			r.Problem(name, "is not a public key")
		}
		*key = parsed
	}
	if r.Text("PORTAL_PUBLIC_URL", "") != "" {
		c.portalURL = r.PublicURL("PORTAL_PUBLIC_URL", "")
	}
	c.texts = sms.ReadConfig(r)
	c.readAccount(r)
	c.readPeople(r)
	return c
}

// readAccount reads what the hotline has at the carrier.
func (c *Config) readAccount(r *config.Reader) {
	c.publicURL, c.accountSID, c.carrier = r.PublicURL("IVR_PUBLIC_URL", ""), r.Required("TWILIO_ACCOUNT_SID"), r.PublicURL("TWILIO_API_URL", "https://"+twilio.Host)
	for _, token := range strings.Split(string(r.Password("TWILIO_AUTH_TOKENS")), ",") {
		if token = strings.TrimSpace(token); token == "" { // anybody can sign with an empty token
			r.Problem("TWILIO_AUTH_TOKENS", "holds an empty token")
		}
		c.tokens = append(c.tokens, []byte(token))
	}
	if strings.ContainsFunc(string(c.tokens[0]), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		r.Problem("TWILIO_AUTH_TOKENS", "the first has other signs than letters and digits: the carrier's library sends nothing with it")
	}
	if c.number = r.Text("TWILIO_NUMBER", ""); c.number != "" && !telephone.MatchString(c.number) {
		r.Problem("TWILIO_NUMBER", "needs a telephone number such as +8657300000000")
	}
	if c.trunk = r.Text("TWILIO_BYOC_TRUNK", ""); c.trunk != "" && !trunkSID.MatchString(c.trunk) {
		r.Problem("TWILIO_BYOC_TRUNK", "needs the number of a trunk, BY and 32 hexadecimal digits")
	}
	c.fallback = web.FallbackAddress(c.publicURL)
	if other := r.Text("IVR_FALLBACK_URL", ""); other != "" {
		if u, err := url.Parse(other); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
			r.Problem("IVR_FALLBACK_URL", "needs an https address, of a place that does not share a fate with the hotline")
		}
		c.fallback = other
	}
}

// readPeople reads when people answer, and at which telephones.
func (c *Config) readPeople(r *config.Reader) {
	hours, err := callflow.ParseHours(r.Text("IVR_HOURS", "1-5 09:00-12:00 13:30-17:00"))
	if err != nil {
		r.Problem("IVR_HOURS", err.Error())
	}
	c.hours = hours
	for _, number := range strings.FieldsFunc(r.Text("IVR_AGENTS", ""), func(r rune) bool { return r == ',' || r == ' ' }) {
		if !telephone.MatchString(number) {
			r.Problem("IVR_AGENTS", "needs telephone numbers such as +8657300000000, separated by commas")
			break
		}
		c.agents = append(c.agents, number)
	}
	for _, prefix := range strings.Split(r.Text("IVR_CALL_BACK_PREFIXES", "+86"), ",") {
		if prefix = strings.TrimSpace(prefix); !countries.MatchString(prefix) {
			r.Problem("IVR_CALL_BACK_PREFIXES", "needs beginnings of international numbers such as +86, separated by commas")
			break
		}
		c.backPrefixes = append(c.backPrefixes, prefix)
	}
	if text := r.Text("IVR_REHEARSE_AT", ""); text != "" {
		if c.rehearseAt, err = time.ParseInLocation("2006-01-02 15:04", text, calendar.Zone); err != nil {
			r.Problem("IVR_REHEARSE_AT", "needs a time in China such as 2026-10-01 10:00")
		}
	}
}

// Migrations of the wing's own schema.
func Migrations() postgres.Migrations { return store.Migrations() }

// New builds the wing; all that can fail fails here.
func New(_ context.Context, c Config, d server.Deps) (server.Wing, error) {
	client, err := twilio.New(twilio.Config{AccountSID: c.accountSID, Token: string(c.tokens[0]), Number: c.number, Trunk: c.trunk, API: c.carrier})
	if err != nil {
		return server.Wing{}, err
	}
	l, err := newLine(c, d, client)
	if err != nil {
		return server.Wing{}, err
	}
	site := &web.Site{Line: l, PublicURL: c.publicURL, AccountSID: c.accountSID, Tokens: c.tokens, Agents: c.agents, Trunk: c.trunk, Log: d.Log}
	app := server.New(server.Options{Name: "ivr", PublicURL: c.publicURL, Log: d.Log, Now: d.Now, DB: d.DB, Metrics: d.Metrics, Trace: d.Trace, Budget: 3 * time.Second})
	site.Routes(app)
	return server.Wing{App: app, Background: []func(context.Context) error{
		fetchRecordings(l, c.fetchEvery, d.Now, d.Log), sweepCalls(l, d.Now, d.Log), callBack(l, c.fetchEvery, d.Now, d.Log), sendTexts(l, client, c, d),
		l.workdays.Keep,
	}, Waiting: []metrics.Waiting{
		{What: "recordings", Count: l.calls.RecordingsWaiting}, {What: "texts", Count: l.texts.Waiting},
		{What: "callers", Count: func(ctx context.Context) (int64, time.Time, error) { return l.calls.CallersWaiting(ctx, d.Now().UTC()) }},
	}}, nil
}

// sendTexts hands text messages to the carrier, when the account has a number to send them from. Every process enqueues them; the hotline speaks to the carrier.
func sendTexts(l *line, client *twilio.Client, c Config, d server.Deps) func(context.Context) error {
	return func(ctx context.Context) error {
		if c.number == "" {
			<-ctx.Done()
			return nil
		}
		return l.texts.Deliver(ctx, twilio.Texts{Client: client, Report: web.TextReports(c.publicURL)}, c.fetchEvery, d.Now, d.Log)
	}
}

func newLine(c Config, d server.Deps, carrier telephony) (*line, error) {
	field, err := seal.FieldKeyOf(c.stateKeys, "ivr")
	if err != nil {
		return nil, err
	}
	hash, err := seal.HashKeyOf(c.stateKeys, "callers")
	if err != nil {
		return nil, err
	}
	light, err := seal.HashKeyOf(c.stateKeys, "light steps")
	if err != nil {
		return nil, err
	}
	receipts, err := seal.HashKeyOf(c.receiptKeys, "receipt")
	if err != nil {
		return nil, err
	}
	people, err := seal.FieldKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return nil, err
	}
	lookup, err := seal.HashKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return nil, err
	}
	texts, err := sms.New(d.DB, c.texts)
	if err != nil {
		return nil, err
	}
	slow := seal.NewSlow()
	book := ledger.New(d.DB, ledger.Keys{Field: people, Hash: lookup})
	return &line{calls: store.New(d.DB, d.Redis, field), ledger: book, pins: credential.New(d.DB, slow, c.peppers...),
		counter: intake.NewCounter(d.DB, intake.PublicKeys{Content: c.contentKey, Identity: c.identityKey}, receipts, slow), eligible: eligibility.New(d.DB), limiter: redis.NewLimiter(d.Redis), texts: texts, carrier: carrier,
		hash: hash, light: light, workdays: book.Calendar(), hours: c.hours, agents: c.agents, backPrefixes: c.backPrefixes, publicURL: c.publicURL, portalURL: c.portalURL, db: d.DB, log: d.Log, opening: func(now time.Time) time.Time {
			if c.rehearseAt.IsZero() {
				return now
			}
			return c.rehearseAt
		}}, nil
}
