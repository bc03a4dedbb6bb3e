// Package ivr is the door of the hotline: callers ask about their contributions and report employers, by keys and voice.
package ivr

import (
	"context"
	"regexp"
	"strings"
	"time"

	"shebao/ivr/callflow"
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
	hours                                   callflow.Hours
	agents                                  []string
	rehearseAt                              time.Time // zero: the real clock
}

// Telephone numbers in the international form; only the configuration's ever reach the carrier.
var telephone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{publicURL: r.PublicURL("IVR_PUBLIC_URL", ""), ledgerKey: r.Secret("SHEBAO_LEDGER_KEY", 32), pepper: r.Secret("SHEBAO_PIN_PEPPER", 32),
		receiptKey: r.Secret("SHEBAO_RECEIPT_KEY", 32), stateKey: r.Secret("SHEBAO_STATE_KEY", 32), accountSID: r.Required("TWILIO_ACCOUNT_SID"),
		carrier: r.PublicURL("TWILIO_API_URL", "https://"+carrierHost), fetchEvery: r.Duration("IVR_FETCH_EVERY", 2*time.Second)}
	for _, token := range strings.Split(string(r.Password("TWILIO_AUTH_TOKENS")), ",") {
		if token = strings.TrimSpace(token); token == "" { // anybody can sign with an empty token
			r.Problem("TWILIO_AUTH_TOKENS", "holds an empty token")
		}
		c.tokens = append(c.tokens, []byte(token))
	}
	for name, key := range map[string]*seal.PublicKey{"SHEBAO_DESK_CONTENT_PUBLIC": &c.contentKey, "SHEBAO_DESK_IDENTITY_PUBLIC": &c.identityKey} {
		parsed, err := seal.ParsePublicKey(r.Required(name))
		if err != nil {
			r.Problem(name, "is not a public key")
		}
		*key = parsed
	}
	c.readPeople(r)
	return c
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
	l, err := newLine(c, d)
	if err != nil {
		return server.Wing{}, err
	}
	site := &web.Site{Line: l, PublicURL: c.publicURL, AccountSID: c.accountSID, Tokens: c.tokens, Agents: c.agents, Log: d.Log}
	app := server.New(server.Options{Name: "ivr", PublicURL: c.publicURL, Log: d.Log, Now: d.Now, DB: d.DB, Budget: 3 * time.Second})
	site.Routes(app)
	return server.Wing{App: app, Background: []func(context.Context) error{
		fetchRecordings(l.calls, l.carrier, l.counter, c.fetchEvery, d.Now, d.Log), sweepCalls(l.calls, l, d.Now, d.Log),
	}}, nil
}

func newLine(c Config, d server.Deps) (*line, error) {
	field, err := seal.NewFieldKey(c.stateKey, "ivr")
	if err != nil {
		return nil, err
	}
	hash, err := seal.NewHashKey(c.stateKey, "callers")
	if err != nil {
		return nil, err
	}
	receipts, err := seal.NewHashKey(c.receiptKey, "receipt")
	if err != nil {
		return nil, err
	}
	people, err := seal.NewFieldKey(c.ledgerKey, "ledger")
	if err != nil {
		return nil, err
	}
	lookup, err := seal.NewHashKey(c.ledgerKey, "ledger")
	if err != nil {
		return nil, err
	}
	carrier, err := newCarrier(c)
	if err != nil {
		return nil, err
	}
	slow := seal.NewSlow()
	return &line{calls: store.New(d.DB, d.Redis, field), ledger: ledger.New(d.DB, ledger.Keys{Field: people, Hash: lookup}), pins: credential.New(d.DB, slow, c.pepper),
		counter: intake.NewCounter(d.DB, intake.PublicKeys{Content: c.contentKey, Identity: c.identityKey}, receipts, slow), limiter: redis.NewLimiter(d.Redis), carrier: carrier,
		hash: hash, workdays: calendar.China(), hours: c.hours, agents: len(c.agents) > 0, log: d.Log, opening: func(now time.Time) time.Time {
			if c.rehearseAt.IsZero() {
				return now
			}
			return c.rehearseAt
		}}, nil
}
