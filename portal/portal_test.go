package portal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"

	"shebao/portal"
	"shebao/shared/audit"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/document/documenttest"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/publication"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
)

// Two invented people of the ledger's sample, and the PIN of both.
const (
	number = "070106199311038610" // 崔鹏霞, whose employer owes four months of 2025
	other  = "070122196407070566" // 傅怡, whose first months came late
	pin    = "270413"
)

// site is the portal as the door builds it, on a PostgreSQL and a Redis of its own.
type site struct {
	t        testing.TB
	app      *fiber.App
	pool     *pgxpool.Pool
	redis    *redis.Embedded
	client   goredis.UniversalClient
	settings map[string]string
	book     *ledger.Ledger
	secret   []byte
	content  seal.PrivateKey
	identity seal.PrivateKey
	now      time.Time
	log      *bytes.Buffer
	to       slog.Handler // where the portal logs: into log, unless a benchmark wants the real thing
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{
		t: t, pool: postgrestest.New(t, audit.Migrations(), ledger.Migrations, credential.Migrations(), intake.Migrations(), sms.Migrations(), eligibility.Migrations(), publication.Migrations(), portal.Migrations()),
		secret: bytes.Repeat([]byte{5}, 32), now: time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC), log: &bytes.Buffer{},
	}
	s.to = slog.NewTextHandler(s.log, nil)
	s.importTwo()
	var err error
	if s.redis, err = redis.StartEmbedded(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.redis.Stop)
	client, err := redis.Open(s.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() }) // nothing of it is kept
	for _, key := range []*seal.PrivateKey{&s.content, &s.identity} {
		if *key, err = seal.GenerateKey(); err != nil {
			t.Fatal(err)
		}
	}
	key := base64.RawURLEncoding.EncodeToString(s.secret)
	s.client, s.settings = client, map[string]string{
		"PORTAL_PUBLIC_URL": "http://si.example", "SHEBAO_LEDGER_KEY": key, "SHEBAO_PIN_PEPPER": key, "SHEBAO_RECEIPT_KEY": key, "SHEBAO_STATE_KEY": key, "SHEBAO_TOKEN_SEEDS": key, "SHEBAO_STATEMENT_SEEDS": key,
		"SHEBAO_DESK_CONTENT_PUBLIC": s.content.Public().Encode(), "SHEBAO_DESK_IDENTITY_PUBLIC": s.identity.Public().Encode(), "PORTAL_DEMO": "true", "PORTAL_DEMO_HINT": "甲：1|乙：2",
	}
	maps.Copy(s.settings, documenttest.Settings(t))
	s.open(s.pool)
	return s
}

// open builds the portal, as the door does, on a pool and with the present settings.
func (s *site) open(db *pgxpool.Pool) {
	s.t.Helper()
	settings := config.NewReader(config.Map(s.settings))
	c := portal.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		s.t.Fatal(err)
	}
	wing, err := portal.New(s.t.Context(), c, server.Deps{DB: db, Redis: s.client, Log: slog.New(s.to), Now: func() time.Time { return s.now }})
	if err != nil {
		s.t.Fatal(err)
	}
	s.app = wing.App
}

// importTwo imports the rows of the two people, through the ledger's own import.
func (s *site) importTwo() {
	s.t.Helper()
	field, err := seal.NewFieldKey(s.secret, "ledger")
	if err != nil {
		s.t.Fatal(err)
	}
	hash, err := seal.NewHashKey(s.secret, "ledger")
	if err != nil {
		s.t.Fatal(err)
	}
	s.book = ledger.New(s.pool, ledger.Keys{Field: field, Hash: hash})
	dir := s.t.TempDir()
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		name := string(kind) + ".csv"
		content, err := os.ReadFile(filepath.Join("../shared/ledger/testdata/small", name))
		if err != nil {
			s.t.Fatal(err)
		}
		var kept [][]byte
		for i, line := range bytes.Split(content, []byte("\n")) {
			if i == 0 || kind == ledger.Employers || bytes.Contains(line, []byte(number)) || bytes.Contains(line, []byte(other)) {
				kept = append(kept, line)
			}
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Join(kept, []byte("\n")), 0o600); err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.book.Import(s.t.Context(), kind, path, ledger.Options{Now: s.now}); err != nil {
			s.t.Fatal(err)
		}
	}
	pins := credential.New(s.pool, seal.NewSlow(), s.secret)
	for _, document := range []string{number, other} {
		if err := pins.Set(s.t.Context(), s.pool, s.person(document), pin, s.now); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *site) person(document string) int64 {
	s.t.Helper()
	who, err := s.book.PersonByDocument(context.Background(), document)
	if err != nil {
		s.t.Fatal(err)
	}
	return who.ID
}

// count runs a query of one number.
func (s *site) count(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.pool.QueryRow(context.Background(), query, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// browser keeps cookies, as a visitor's browser does.
type browser struct {
	*site
	cookies map[string]string
}

func (s *site) browser() *browser { return &browser{s, map[string]string{}} }

// do sends a request; the text is the body, or the address that it leads to.
func (b *browser) do(method, path string, form url.Values, header ...string) (int, string) {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.send(req)
}

// send sends a request with the browser's cookies and keeps those of the answer.
func (b *browser) send(req *http.Request) (int, string) {
	b.t.Helper()
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := b.app.Test(req, 20000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range resp.Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 || c.Value == "" {
			delete(b.cookies, c.Name)
		}
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if location := resp.Header.Get("Location"); location != "" {
		return resp.StatusCode, location
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		content = wholeDate.ReplaceAll(content, []byte("$1"))
	}
	return resp.StatusCode, string(content)
}

// wholeDate is a date that is kept on one line: what is read of it is the date.
var wholeDate = regexp.MustCompile(`<span class="nowrap">(\d{4}-\d{2}-\d{2})</span>`)

// page is do for a page that must be there.
func (b *browser) page(path string) string {
	b.t.Helper()
	status, body := b.do("GET", path, nil)
	if status != http.StatusOK {
		b.t.Fatalf("%s: %d %.200s", path, status, body)
	}
	return body
}

func (b *browser) signIn(pin string) (int, string) {
	b.t.Helper()
	return b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/statement/2025"}})
}

// signedIn is a visitor who has signed in.
func (s *site) signedIn() *browser {
	s.t.Helper()
	b := s.browser()
	if status, to := b.signIn(pin); status != http.StatusSeeOther || to != "/statement/2025" {
		s.t.Fatalf("sign-in: %d %.200s", status, to)
	}
	return b
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// key is the sealed key of the form on a page.
func (b *browser) key(page string) string {
	b.t.Helper()
	found := keyField.FindStringSubmatch(page)
	if found == nil {
		b.t.Fatal("no key in the form")
	}
	return found[1]
}

func has(t testing.TB, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%s lacks %q", where, text)
		}
	}
}

func lacks(t testing.TB, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) {
			t.Errorf("%s holds %q", where, text)
		}
	}
}
