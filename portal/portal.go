// Package portal is the door of the citizens' wing: statements, accounts, tip-offs and their progress.
package portal

import (
	"context"
	"encoding/base64"
	"strings"

	"shebao/frontend/fonts"
	"shebao/portal/store"
	"shebao/portal/web"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/document"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
	"shebao/shared/token"
)

// Config are the wing's settings.
type Config struct {
	publicURL                                   string
	ledgerKeys, peppers, receiptKeys, stateKeys config.Secrets
	tokenSeeds                                  [][]byte
	contentKey, identityKey                     seal.PublicKey
	statements                                  ledger.StatementKeys
	press                                       document.Config
	sms                                         sms.Config
	demo                                        bool
	demoHints                                   []string
	objectionDays                               int
}

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{
		publicURL: r.PublicURL("PORTAL_PUBLIC_URL", ""), ledgerKeys: r.Secrets("SHEBAO_LEDGER_KEY", 32), peppers: r.Secrets("SHEBAO_PIN_PEPPER", 32),
		receiptKeys: r.Secrets("SHEBAO_RECEIPT_KEY", 32), stateKeys: r.Secrets("SHEBAO_STATE_KEY", 32), demo: r.Bool("PORTAL_DEMO", false),
		sms: sms.ReadConfig(r), objectionDays: r.Int("DESK_DAYS_OBJECTION", 10, 1, 365),
	}
	c.statements, c.press = ledger.ReadStatementKeys(r), document.ReadConfig(r)
	for _, text := range strings.Split(r.Required("SHEBAO_TOKEN_SEEDS"), ",") {
		seed, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(seed) != 32 {
			r.Problem("SHEBAO_TOKEN_SEEDS", "needs 32-byte seeds in unpadded URL base64, separated by commas")
			break
		}
		c.tokenSeeds = append(c.tokenSeeds, seed)
	}
	c.contentKey = publicKey(r, "SHEBAO_DESK_CONTENT_PUBLIC")
	c.identityKey = publicKey(r, "SHEBAO_DESK_IDENTITY_PUBLIC")
	if hints := r.Text("PORTAL_DEMO_HINT", ""); hints != "" {
		c.demoHints = strings.Split(hints, "|")
	}
	return c
}

func publicKey(r *config.Reader, name string) seal.PublicKey {
	key, err := seal.ParsePublicKey(r.Required(name))
	if err != nil {
		r.Problem(name, "is not a public key")
	}
	return key
}

// Migrations of the wing's own schema.
func Migrations() postgres.Migrations { return store.Migrations() }

// New builds the wing; all that can fail fails here.
func New(_ context.Context, c Config, d server.Deps) (server.Wing, error) {
	site, own, days, err := newSite(c, d)
	if err != nil {
		return server.Wing{}, err
	}
	app := server.New(server.Options{Name: "portal", PublicURL: c.publicURL, Log: d.Log, Now: d.Now, DB: d.DB, Metrics: d.Metrics, Trace: d.Trace, Compress: true, Pages: true, Problem: site.Problem,
		Uploads: server.Uploads{At: web.TakesFiles, Limit: web.FilesLimit}})
	site.Routes(app)
	return server.Wing{App: app, Background: []func(context.Context) error{sweep(own, credential.New(d.DB, nil, c.peppers...), d.Now, d.Log), days.Keep}}, nil
}

// Forms gives out a person's statement of a year as visitors get it, for whoever compares the figures of page, JSON and paper. It opens no session and notes no look: it is for the operator's own commands.
func Forms(c Config, d server.Deps) (func(ctx context.Context, person int64, year int) (web.StatementForms, error), error) {
	site, _, _, err := newSite(c, d)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, person int64, year int) (web.StatementForms, error) {
		return site.StatementForms(ctx, person, year, d.Now())
	}, nil
}

func newSite(c Config, d server.Deps) (*web.Site, *store.Store, *ledger.Calendar, error) {
	none := func(err error) (*web.Site, *store.Store, *ledger.Calendar, error) { return nil, nil, nil, err }
	keys, err := ledgerKeys(c.ledgerKeys, c.statements)
	if err != nil {
		return none(err)
	}
	receipts, err := seal.HashKeyOf(c.receiptKeys, "receipt")
	if err != nil {
		return none(err)
	}
	field, err := seal.FieldKeyOf(c.stateKeys, "portal")
	if err != nil {
		return none(err)
	}
	limits, err := seal.HashKeyOf(c.stateKeys, "limits")
	if err != nil {
		return none(err)
	}
	tokens, err := token.NewKeys("shebao", c.tokenSeeds...)
	if err != nil {
		return none(err)
	}
	press, err := document.Open(c.press, fonts.NotoSerifSC)
	if err != nil {
		return none(err)
	}
	slow := seal.NewSlow()
	book, own := ledger.New(d.DB, keys), store.New(d.DB, d.Redis, d.Log)
	days := book.Calendar()
	counter := intake.NewCounter(d.DB, intake.PublicKeys{Content: c.contentKey, Identity: c.identityKey}, receipts, slow)
	known := &register{Ledger: book, now: d.Now}
	site := &web.Site{
		Ledger: known, Issued: book, Press: press, PublicURL: c.publicURL, Sessions: sessions{own}, Limiter: redis.NewLimiter(d.Redis),
		Counter: counter, Objections: objections{own, counter, field}, ObjectionDays: c.objectionDays, Visits: visits{own, book}, Recovery: known, Forms: own,
		Tokens: tokens, Field: field, Hash: limits, Workdays: days.Now, Log: d.Log, Secure: strings.HasPrefix(c.publicURL, "https:"), Demo: c.demo, DemoHints: c.demoHints,
	}
	site.Confirmations = eligibility.New(d.DB)
	if err := openAccounts(site, c, d, book, own, slow); err != nil {
		return none(err)
	}
	site.Open, site.Listings = publication.NewReader(d.DB), publication.NewCounter(d.DB, c.contentKey, keys.Hash)
	return site, own, days, nil
}

func ledgerKeys(secrets config.Secrets, statements ledger.StatementKeys) (ledger.Keys, error) {
	field, err := seal.FieldKeyOf(secrets, "ledger")
	if err != nil {
		return ledger.Keys{}, err
	}
	hash, err := seal.HashKeyOf(secrets, "ledger")
	return ledger.Keys{Field: field, Hash: hash, Statements: statements}, err
}
