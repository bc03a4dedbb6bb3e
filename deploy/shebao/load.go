package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/load"
	"shebao/shared/config"
	"shebao/shared/ledger"
)

// load measures the demo's portal and hotline on this machine: the statement as JSON and as a page against the very query alone, the webhooks of calls against a
// handler that does nothing and the statement they need, eight at once and two hundred. Everything is measured; then it fails when anything missed its limit.
func (p program) load(ctx context.Context, args []string) error {
	if len(args) != 0 {
		return errUsage
	}
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	if !g.own {
		return errors.New("load runs on a database of its own: unset DATABASE_URL")
	}
	facts, err := p.prepareDemo(ctx, g)
	if err != nil {
		return err
	}
	quiet := config.Chain(g.lookup, config.Map(map[string]string{"PORTAL_LISTEN": "127.0.0.1:0", "IVR_LISTEN": "127.0.0.1:0", "TWILIO_API_URL": "http://127.0.0.1:9"}))
	p.env = config.Chain(config.Map(map[string]string{"SHEBAO_LOG": "error"}), p.env)
	s, err := p.start(ctx, g, quiet, wings()[:2])
	if err != nil {
		return err
	}
	report := &load.Report{Say: p.say}
	err = p.measure(ctx, g, s, facts, report)
	s.cancel()
	return errors.Join(err, s.wait(), report.Err())
}

const (
	workers  = 8
	requests = 2000
)

func (p program) measure(ctx context.Context, g *ground, s served, facts demoFacts, report *load.Report) error {
	pool, err := g.pool(ctx, "", "load")
	if err != nil {
		return err
	}
	defer pool.Close()
	cookie, err := signIn(s.url("portal"), facts.Personas[0].Number, facts.Personas[0].PIN)
	if err != nil {
		return err
	}
	query := func(ctx context.Context, _ int) error {
		var packed []byte
		return pool.QueryRow(ctx, `SELECT packed FROM ledger.person_year WHERE person_id = $1 AND year = $2`, 1, time.Now().Year()-1).Scan(&packed)
	}
	for _, m := range []struct {
		name, path string
		least      float64
	}{{"statement, JSON, of the query", "/api/v1/statements/", 0.45}, {"statement, page, of the query", "/statement/", 0.40}} {
		page, err := load.Get(s.url("portal")+m.path+time.Now().AddDate(-1, 0, 0).Format("2006"), cookie)
		if err != nil {
			return err
		}
		r, err := load.Compare(ctx, m.name, m.least, workers, requests, query, page)
		if err != nil {
			return err
		}
		report.Add(r)
	}
	settings := config.NewReader(g.lookup)
	phone := softphoneConfig(settings, s.url("ivr"), "http://127.0.0.1")
	if err := p.measureCalls(ctx, pool, phone, report); err != nil {
		return err
	}
	if err := p.measureRestart(ctx, g, phone, report); err != nil {
		return err
	}
	if err := settings.Err(); err != nil {
		return err
	}
	return p.measureImport(ctx, g, pool, settings, report)
}

// measureImport imports the demo's contributions once more, which changes nothing, against copying the same file raw into an unlogged table.
func (p program) measureImport(ctx context.Context, g *ground, pool *pgxpool.Pool, settings *config.Reader, report *load.Report) error {
	book, err := g.ledgerOn(pool, settings)
	if err != nil {
		return err
	}
	path := filepath.Join(g.dataDir, "demo", string(ledger.Contributions)+".csv")
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `CREATE TEMPORARY TABLE raw (a text, b text, c text, d text, e text, f text, g text, h text, i text, j text)`); err != nil {
		return err
	}
	var rows float64
	raw := func(ctx context.Context, _ int) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		tag, err := conn.Conn().PgConn().CopyFrom(ctx, file, `COPY raw FROM STDIN WITH (FORMAT csv, HEADER)`)
		rows = float64(tag.RowsAffected())
		return errors.Join(err, file.Close())
	}
	again := func(ctx context.Context, _ int) error {
		_, err := book.Import(ctx, ledger.Contributions, path, ledger.Options{Now: time.Now()})
		return err
	}
	r, err := load.Compare(ctx, "import again, rows, of a raw copy", 0, 1, 1, raw, again)
	if err != nil {
		return err
	}
	r.Limit, r.Project = r.Limit*rows, r.Project*rows
	report.Add(r)
	return nil
}

func signIn(portal, number, pin string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	resp, err := client.PostForm(portal+"/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/account"}})
	if err != nil {
		return "", err
	}
	if err := resp.Body.Close(); err != nil {
		return "", err
	}
	u, err := url.Parse(portal)
	if err != nil {
		return "", err
	}
	var pairs []string
	for _, c := range jar.Cookies(u) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	if len(pairs) < 2 {
		return "", errors.New("load: the demo worker could not sign in")
	}
	return strings.Join(pairs, "; "), nil
}
