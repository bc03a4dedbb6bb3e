package portal_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// outage is a network to PostgreSQL that can be cut.
type outage struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

// cuttable lets the portal reach PostgreSQL over such a network; the test's own queries go elsewhere.
func (s *site) cuttable() *outage {
	s.t.Helper()
	o := &outage{}
	c := s.pool.Config()
	dial := c.ConnConfig.DialFunc
	c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.cut {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("cut")}
		}
		conn, err := dial(ctx, network, address)
		o.conns = append(o.conns, conn)
		return conn, err
	}
	pool, err := pgxpool.NewWithConfig(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(pool.Close)
	s.open(pool)
	return o
}

func (o *outage) set(cut bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut = cut
	for _, conn := range o.conns {
		if cut && conn != nil {
			_ = conn.Close() // a cut line
		}
	}
	o.conns = nil
}

// cookies reads what an answer sets, whole.
func (b *browser) setBy(method, path string, form url.Values) map[string]*http.Cookie {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := b.app.Test(req, 20000)
	if err != nil {
		b.t.Fatal(err)
	}
	set := map[string]*http.Cookie{}
	for _, c := range resp.Cookies() {
		set[c.Name] = c
		b.cookies[c.Name] = c.Value
	}
	return set
}

func TestOnASharedComputerNothingStays(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := url.Values{"number": {number}, "pin": {pin}, "next": {"/statement/2025"}, "shared": {"yes"}}
	for name, c := range b.setBy("POST", "/sign-in", form) {
		if name == "device" || c.MaxAge > 0 || !c.Expires.IsZero() {
			t.Errorf("%s stays when the browser is closed", name)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("%s is open to scripts or other sites", name)
		}
	}
	has(t, "the page", b.page("/statement/2025"), `data-leave-after="900"`, `<noscript><meta http-equiv="refresh" content="900;url=/sign-in?ended=1&amp;next=%2Fstatement%2F2025">`)
	has(t, "the list", b.page("/me"), "公用电脑")
	own := s.signedIn()
	lacks(t, "a page on an own device", own.page("/statement/2025"), "data-leave", "http-equiv")
	// The page that nobody used any more leads here: whoever sits down next is nobody.
	has(t, "the sign-in", b.page("/sign-in?ended=1&next=%2Fstatement%2F2025"), "登录已过期", `id="shared" name="shared" value="yes" checked`)
	if status, _ := b.do("GET", "/statement/2025", nil); status != 303 || b.cookies["refresh"] != "" {
		t.Errorf("the session goes on: %d", status)
	}
	own.page("/sign-in?ended=1")
	own.page("/statement/2025") // such an address signs nobody else out
}

// Over TLS no cookie ever goes without it; the token that opens pages is good for ten minutes.
func TestCookiesOfASignIn(t *testing.T) {
	s := newSite(t)
	s.settings["PORTAL_PUBLIC_URL"] = "https://si.example"
	s.open(s.pool)
	set := s.browser().setBy("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}})
	for name, c := range set {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %+v", name, *c)
		}
	}
	access := set["access"]
	if access == nil || set["refresh"] == nil {
		t.Fatalf("%d cookies", len(set))
	}
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(access.Value, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var life struct{ Exp, Iat int64 }
	if err := json.Unmarshal(claims, &life); err != nil || life.Exp-life.Iat != 600 {
		t.Errorf("the access token is good for %d seconds, %v", life.Exp-life.Iat, err)
	}
}

func TestASharedComputersSessionIsShort(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "shared": {"yes"}})
	for range 3 {
		s.now = s.now.Add(15 * time.Minute)
		b.page("/account")
	}
	s.now = s.now.Add(15 * time.Minute)
	if status, _ := b.do("GET", "/account", nil); status != 303 {
		t.Errorf("after an hour: %d", status)
	}
	b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "shared": {"yes"}})
	s.now = s.now.Add(20 * time.Minute)
	if status, _ := b.do("GET", "/account", nil); status != 303 {
		t.Errorf("after twenty idle minutes: %d", status)
	}
}

// A form that comes after the session ended leads back to the page that it stood on, not to its own address.
func TestAFormOfAnEndedSessionLeadsBackToItsPage(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	s.now = s.now.Add(3 * time.Hour)
	if status, to := b.do("POST", "/me/pin", url.Values{"current": {pin}}, "Referer", "http://si.example/me?done=ended"); status != 303 || to != "/sign-in?next=%2Fme%3Fdone%3Dended&ended=1" {
		t.Errorf("%d %s", status, to)
	}
	if status, to := s.browser().do("POST", "/me/pin", url.Values{}); status != 303 || to != "/sign-in?next=%2F" {
		t.Errorf("without a page before: %d %s", status, to)
	}
}

// The newest seed signs, the one before still opens: nobody is signed out when the key changes. When it is taken away, sessions go on by their refresh token.
func TestSigningKeysRotateWithoutSigningAnybodyOut(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	seed := func(n byte) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat(string(n), 32)))
	}
	old := s.settings["SHEBAO_TOKEN_SEEDS"]
	s.settings["SHEBAO_TOKEN_SEEDS"] = seed('n') + "," + old
	s.open(s.pool)
	before := b.cookies["access"]
	b.page("/account")
	if b.cookies["access"] != before {
		t.Error("the old token was not taken as it is")
	}
	fresh := s.signedIn()
	s.settings["SHEBAO_TOKEN_SEEDS"] = seed('n')
	s.open(s.pool)
	fresh.page("/account")
	b.page("/account") // by its refresh token
	if b.cookies["access"] == before {
		t.Error("a token of a key that was taken away opens a page")
	}
}

// Nobody goes on in a session that somebody else put into the browser.
func TestSessionFixation(t *testing.T) {
	s := newSite(t)
	attacker := s.browser()
	attacker.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	victim := s.browser()
	for name, value := range attacker.cookies {
		victim.cookies[name] = value
	}
	if status, _ := victim.signIn(pin); status != 303 {
		t.Fatal(status)
	}
	if victim.cookies["access"] == attacker.cookies["access"] || victim.cookies["refresh"] == attacker.cookies["refresh"] {
		t.Error("the planted session is used")
	}
	has(t, "the victim's statement", victim.page("/statement/2025"), "148,979.42")
	if status, _ := attacker.do("GET", "/account", nil); status != 303 {
		t.Errorf("the planted session goes on: %d", status)
	}
}

// Sealed values are bound to the person: one person's cannot end another's session.
func TestASealedSignInOfAnotherEndsNothing(t *testing.T) {
	s := newSite(t)
	b, elsewhere := s.signedIn(), s.signedIn()
	key := between(b.page("/me"), `name="sign-in" value="`, `"`)
	thief := s.browser()
	thief.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	if status, _ := thief.do("POST", "/me/sign-ins/end", url.Values{"sign-in": {key}}); status != 422 {
		t.Errorf("%d", status)
	}
	elsewhere.page("/account")
	b.page("/account")
}

func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}

// A browser says from where a form comes; what is not from our own pages is refused, whichever way it says so.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	for name, header := range map[string][]string{
		"another site": {"Sec-Fetch-Site", "cross-site"}, "a neighbour of the same site": {"Sec-Fetch-Site", "same-site"}, "another origin": {"Origin", "https://evil.example"}, "a null origin": {"Origin", "null"},
		"our name within another": {"Origin", "http://si.example.evil.example"}, "another port": {"Origin", "http://si.example:8081"}, "another scheme": {"Origin", "https://si.example"},
	} {
		b := s.signedIn()
		if status, _ := b.do("POST", "/sign-out", url.Values{}, header...); status != 403 {
			t.Errorf("%s: %d", name, status)
		}
		b.page("/account")
	}
	for name, header := range map[string][]string{"our own page": {"Sec-Fetch-Site", "same-origin"}, "our own origin": {"Origin", "http://si.example"}, "typed by the person": {"Sec-Fetch-Site", "none"}, "no browser": nil} {
		if status, _ := s.signedIn().do("POST", "/sign-out", url.Values{}, header...); status != 303 {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// With PostgreSQL down the sign-in says so and keeps what was written, but never the PIN; nobody's attempt is counted, and afterwards everything goes on.
func TestWithPostgresDownInSignIn(t *testing.T) {
	s := newSite(t)
	o := s.cuttable()
	b := s.signedIn()
	o.set(true)
	status, page := s.browser().signIn(pin)
	if status != 503 {
		t.Errorf("sign-in: %d", status)
	}
	has(t, "sign-in", page, "系统正在恢复", number, `value="/statement/2025"`)
	lacks(t, "sign-in", page, pin)
	who := s.record(number)
	status, page = s.browser().claims("recover", who)
	if status != 503 {
		t.Errorf("recovery: %d", status)
	}
	has(t, "recovery", page, "系统正在恢复", number, who.CardNumber)
	if status, page = b.do("GET", "/statement/2025", nil); status != 503 || !strings.Contains(page, "系统正在恢复") {
		t.Errorf("a statement: %d", status)
	}
	if b.cookies["refresh"] == "" || b.cookies["access"] == "" {
		t.Error("the outage signed somebody out")
	}
	o.set(false)
	b.page("/statement/2025")
	if status, _ := s.browser().signIn(pin); status != 303 {
		t.Errorf("afterwards: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM credential.attempt`); n != 0 {
		t.Errorf("%d failures were counted", n)
	}
}

// A flood of PINs has a queue of its own: statements go on while it is full, and who comes too many is told to wait.
func TestAFloodOfPINsDoesNotStopStatements(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	var wait sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 90 {
		wait.Go(func() {
			guess := s.browser()
			guess.cookies["device"] = b.cookies["device"] // past the limits of strangers: what protects here is the queue
			status, _ := guess.signIn("482915")
			mu.Lock()
			answers[status]++
			mu.Unlock()
		})
	}
	b.page("/statement/2025")
	wait.Wait()
	if answers[429] == 0 || answers[403] > 5 || answers[500]+answers[503] > 0 {
		t.Errorf("answers %v", answers)
	}
}
