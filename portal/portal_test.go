package portal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
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

	"shebao/portal"
	"shebao/shared/audit"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/server"
)

const (
	number = "070106199311038610" // of the ledger's sample, which nobody has
	pin    = "270413"
)

type site struct {
	t     testing.TB
	app   *fiber.App
	pool  *pgxpool.Pool
	redis *redis.Embedded
	now   time.Time
	log   *bytes.Buffer
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, pool: postgrestest.New(t, audit.Migrations(), ledger.Migrations, credential.Migrations(), intake.Migrations(), portal.Migrations()), now: time.Now().UTC(), log: &bytes.Buffer{}}
	secret := bytes.Repeat([]byte{5}, 32)
	field, err := seal.NewFieldKey(secret, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(secret, "ledger")
	if err != nil {
		t.Fatal(err)
	}
	book := ledger.New(s.pool, ledger.Keys{Field: field, Hash: hash})
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../shared/ledger/testdata/small")); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		if _, err := book.Import(t.Context(), kind, filepath.Join(dir, string(kind)+".csv"), ledger.Options{Now: s.now}); err != nil {
			t.Fatal(err)
		}
	}
	who, err := book.PersonByDocument(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	if err := credential.New(s.pool, seal.NewSlow(), secret).Set(t.Context(), s.pool, who.ID, pin, s.now); err != nil {
		t.Fatal(err)
	}
	if s.redis, err = redis.StartEmbedded(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.redis.Stop)
	client, err := redis.Open(s.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	desk, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	key := base64.RawURLEncoding.EncodeToString(secret)
	settings := config.NewReader(config.Map(map[string]string{"PORTAL_PUBLIC_URL": "http://si.example", "SHEBAO_LEDGER_KEY": key, "SHEBAO_PIN_PEPPER": key, "SHEBAO_RECEIPT_KEY": key, "SHEBAO_STATE_KEY": key,
		"SHEBAO_TOKEN_SEEDS": key, "SHEBAO_DESK_CONTENT_PUBLIC": desk.Public().Encode(), "SHEBAO_DESK_IDENTITY_PUBLIC": desk.Public().Encode()}))
	c := portal.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		t.Fatal(err)
	}
	wing, err := portal.New(t.Context(), c, server.Deps{DB: s.pool, Redis: client, Log: slog.New(slog.NewTextHandler(s.log, nil)), Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}
	s.app = wing.App
	return s
}

// browser keeps cookies, as a visitor's browser does.
type browser struct {
	*site
	cookies map[string]string
}

func (s *site) browser() *browser { return &browser{s, map[string]string{}} }

func (b *browser) do(method, path string, form url.Values) (int, string) {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
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
	return resp.StatusCode, string(content)
}

func (b *browser) signIn(pin string) (int, string) {
	b.t.Helper()
	return b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/statement/2025"}})
}

func TestPageAndJSONShowTheSameFigures(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	if status, to := b.do("GET", "/statement/2025", nil); status != 303 || to != "/sign-in?next=%2Fstatement%2F2025" {
		t.Fatalf("without sign-in: %d %s", status, to)
	}
	if status, body := b.signIn("111222"); status != 403 || !strings.Contains(body, "证件号码或密码不正确") || !strings.Contains(body, number) {
		t.Errorf("a wrong PIN: %d", status)
	}
	if status, to := b.signIn(pin); status != 303 || to != "/statement/2025" {
		t.Fatalf("sign-in: %d %s", status, to)
	}
	_, page := b.do("GET", "/statement/2025", nil)
	status, text := b.do("GET", "/api/v1/statements/2025", nil)
	var d struct {
		Account map[string]any
		Months  []struct{ Status string }
		Owed    string
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	for name, want := range map[string]string{"opening": "133609.77", "credited_personal": "13274.24", "interest_on_opening": "2004.15", "interest_on_current": "91.26", "closing": "148979.42"} {
		if d.Account[name] != want {
			t.Errorf("%s = %v, want %s", name, d.Account[name], want)
		}
		shown := want
		if len(want) > 6 {
			shown = want[:len(want)-6] + "," + want[len(want)-6:]
		}
		if !strings.Contains(page, shown) {
			t.Errorf("the page lacks %s", shown)
		}
	}
	if len(d.Months) != 12 || d.Months[2].Status != "arrears" || d.Owed == "0.00" {
		t.Errorf("months: %+v, owed %s", d.Months, d.Owed)
	}
	if status, _ := b.do("GET", "/api/v1/statements/1990", nil); status != 404 {
		t.Errorf("a year without a record: %d", status)
	}
	if strings.Contains(page, number) {
		t.Error("the page shows the whole ID number")
	}
	if strings.Contains(s.log.String(), number) || strings.Contains(s.log.String(), pin) {
		t.Error("the log holds what was keyed")
	}
}

func TestSessionsAreRenewedAndAStolenTokenEndsThem(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.signIn(pin)
	stolen := b.cookies["refresh"]
	s.now = s.now.Add(11 * time.Minute)
	if status, _ := b.do("GET", "/account", nil); status != 200 || b.cookies["refresh"] == stolen {
		t.Fatalf("after ten minutes: %d", status)
	}
	s.now = s.now.Add(11 * time.Minute)
	thief := s.browser()
	thief.cookies["refresh"] = stolen
	if status, _ := thief.do("GET", "/account", nil); status != 303 {
		t.Errorf("the stolen token: %d", status)
	}
	delete(b.cookies, "access")
	if status, _ := b.do("GET", "/account", nil); status != 303 {
		t.Errorf("the owner goes on although the token was stolen: %d", status)
	}
	var noted int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit.log WHERE action = 'refresh token reused'`).Scan(&noted); err != nil || noted != 1 {
		t.Errorf("%d notes, %v", noted, err)
	}
}

// With Redis down a statement is still shown to who is signed in and a tip-off is still taken; nobody new signs in, and is told so.
func TestWithRedisDown(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.signIn(pin)
	s.redis.Stop()
	if status, _ := b.do("GET", "/statement/2025", nil); status != 200 {
		t.Errorf("statement: %d", status)
	}
	if status, body := s.browser().signIn(pin); status != 503 || !strings.Contains(body, "系统正在恢复") {
		t.Errorf("sign-in: %d", status)
	}
	if status, to := s.fileTipOff(t, s.browser()); status != 303 || to != "/tip-off/receipt" {
		t.Errorf("tip-off: %d %s", status, to)
	}
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

func (s *site) fileTipOff(t *testing.T, b *browser) (int, string) {
	t.Helper()
	_, page := b.do("GET", "/tip-off", nil)
	key := keyField.FindStringSubmatch(page)
	if key == nil {
		t.Fatal("no key in the form")
	}
	form := url.Values{"key": {key[1]}, "kind": {"unpaid"}, "own": {"no"}, "employer": {"<b>某某</b>公司"}, "from_year": {"2025"}, "from_month": {"3"}, "words": {"<script>alert(1)</script>"}}
	if status, page := b.do("POST", "/tip-off", form); status != 200 || !strings.Contains(page, "请核对，然后提交") || strings.Contains(page, "<script>alert") || strings.Contains(page, "<b>某某") {
		t.Errorf("check page: %d", status)
	}
	form.Set("do", "file")
	b.do("POST", "/tip-off", form)
	return b.do("POST", "/tip-off", form) // a second click
}

func TestATipOffIsFiledOnceAndWrongFieldsKeepTheInput(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	_, page := b.do("GET", "/tip-off", nil)
	key := keyField.FindStringSubmatch(page)[1]
	status, page := b.do("POST", "/tip-off", url.Values{"key": {key}, "words": {"写了很久的话"}, "from_year": {"2025"}})
	if status != 422 || !strings.Contains(page, "写了很久的话") || !strings.Contains(page, "请填写单位名称") || !strings.Contains(page, "请选择是什么问题") || !strings.Contains(page, "请把年份和月份都选上") {
		t.Errorf("wrong fields: %d", status)
	}
	if status, to := s.fileTipOff(t, b); status != 303 || to != "/tip-off/receipt" {
		t.Fatalf("filing: %d %s", status, to)
	}
	_, page = b.do("GET", "/tip-off/receipt", nil)
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(page)
	var filed int
	if err := s.pool.QueryRow(t.Context(), `SELECT count(*) FROM intake.submission`).Scan(&filed); err != nil || filed != 1 {
		t.Errorf("%d were filed, %v", filed, err)
	}
	reporter := s.browser()
	if status, to := reporter.do("POST", "/progress", url.Values{"code": {code}}); status != 303 || to != "/progress" {
		t.Fatalf("progress: %d %s", status, to)
	}
	_, page = reporter.do("GET", "/progress", nil)
	if !strings.Contains(page, "已收到") {
		t.Error("the progress page does not say that it was received")
	}
	if status, _ := reporter.do("POST", "/tip-off", url.Values{"key": {"forged"}}); status != 422 {
		t.Errorf("a forged key: %d", status)
	}
}

func BenchmarkStatementPage(b *testing.B) {
	s := newSite(b)
	visitor := s.browser()
	visitor.signIn(pin)
	for b.Loop() {
		if status, _ := visitor.do("GET", "/statement/2025", nil); status != 200 {
			b.Fatal(status)
		}
	}
}
