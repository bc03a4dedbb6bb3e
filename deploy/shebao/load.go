package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/deploy/load"
	"shebao/shared/config"
	"shebao/shared/ledger"
)

// load measures the demo's portal and hotline on this machine: the statement as JSON and as a page against reading its record alone, the webhooks of calls against a
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
	if g.restart == nil {
		return fmt.Errorf("load restarts the database while it measures: stop the shebao that runs in %s first", g.dataDir)
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
	settings := config.NewReader(g.lookup)
	book, err := g.ledgerOn(pool, settings)
	if err != nil {
		return err
	}
	person, err := book.PersonByDocument(ctx, facts.Personas[0].Number)
	if err != nil {
		return err
	}
	lastYear := time.Now().Year() - 1
	query := func(ctx context.Context, _ int) error {
		_, err := book.YearRecord(ctx, person.ID, lastYear)
		return err
	}
	for _, m := range []struct {
		name, path string
		least      float64
	}{{"statement, JSON, of reading the record", "/api/v1/statements/", 0.45}, {"statement, page, of reading the record", "/statement/", 0.40}} {
		page, err := load.Get(s.url("portal")+m.path+strconv.Itoa(lastYear), cookie)
		if err != nil {
			return err
		}
		r, err := load.Compare(ctx, m.name, m.least, workers, requests, query, page)
		if err != nil {
			return err
		}
		report.Add(r)
	}
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
	return p.measureImport(ctx, g, pool, book, report)
}

// measureImport imports the demo's contributions once more, which changes nothing, against copying the same file raw into an unlogged table.
func (p program) measureImport(ctx context.Context, g *ground, pool *pgxpool.Pool, book *ledger.Ledger, report *load.Report) error {
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
