package portal_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"shebao/shared/audit"
	"shebao/shared/token"
)

func TestAWrongNumberAndAWrongPINSoundAlike(t *testing.T) {
	s := newSite(t)
	const nobody = "070106199003079015"
	for _, document := range []string{number, nobody} {
		status, page := s.browser().do("POST", "/sign-in", url.Values{"number": {document}, "pin": {"111222"}})
		if status != 403 {
			t.Errorf("%s: %d", document, status)
		}
		has(t, "the page", page, "证件号码或密码不正确", document, "出错了")
		lacks(t, "the page", page, "111222")
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE action = 'sign in' AND outcome = 'refused' AND subject = $1`, "person:"+strconv.FormatInt(s.person(number), 10)); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	lacks(t, "the log", s.log.String(), number, nobody, "111222")
}

func TestASlipCostsNoAttempt(t *testing.T) {
	s := newSite(t)
	for name, tc := range map[string]struct{ number, pin, says string }{
		"nothing":         {"", pin, "请填写证件号码"},
		"check character": {number[:17] + "1", pin, "证件号码有误"},
		"short PIN":       {number, "2704", "密码是 6 位数字"},
		"letters":         {number, "27o413", "密码是 6 位数字"},
	} {
		status, page := s.browser().do("POST", "/sign-in", url.Values{"number": {tc.number}, "pin": {tc.pin}})
		if status != 422 {
			t.Errorf("%s: %d", name, status)
		}
		has(t, name, page, tc.says)
	}
	if n := s.count(`SELECT count(*) FROM credential.attempt`); n != 0 {
		t.Errorf("%d failures were counted", n)
	}
}

// A stranger who knows the ID number locks the person out of strangers' browsers for a minute, and never out of the person's own.
func TestWrongPINsLockStrangersForAWhileAndNotTheOwnDevice(t *testing.T) {
	s := newSite(t)
	own := s.signedIn()
	own.do("POST", "/sign-out", url.Values{})
	for i := range 5 {
		if status, _ := s.browser().signIn("905173"); status != 403 {
			t.Fatalf("attempt %d: %d", i, status)
		}
	}
	status, page := s.browser().signIn(pin)
	if status != 429 {
		t.Errorf("the right PIN while locked: %d", status)
	}
	has(t, "the page", page, "请 1 分钟后再试", "短信", number)
	if status, to := own.signIn(pin); status != 303 {
		t.Errorf("from the own device: %d %.100s", status, to)
	}
	forged := s.browser()
	forged.cookies["device"] = "forged"
	if status, _ := forged.signIn(pin); status != 429 {
		t.Errorf("from a forged device: %d", status)
	}
	s.now = s.now.Add(time.Minute + time.Second)
	if status, to := s.browser().signIn(pin); status != 303 {
		t.Errorf("after the lock: %d %.100s", status, to)
	}
}

// Strangers cannot use up the limit of a number for the person's own device.
func TestTheNumbersLimitBindsStrangersOnly(t *testing.T) {
	s := newSite(t)
	own := s.signedIn()
	for range 16 {
		s.browser().signIn("12345") // a slip: costs nothing
		s.browser().signIn("905173")
	}
	s.now = s.now.Add(16 * time.Minute) // no lock any more; the limit counts by Redis's own clock
	if status, _ := s.browser().signIn(pin); status != 429 {
		t.Errorf("a stranger over the limit: %d", status)
	}
	if status, _ := own.signIn(pin); status != 303 {
		t.Errorf("the own device: %d", status)
	}
}

// Thousands share a carrier's address: who is right uses up no limit, neither the address's nor the number's.
func TestARightPINUsesUpNoLimit(t *testing.T) {
	s := newSite(t)
	for range 17 {
		s.signedIn()
	}
}

func TestSignInLeadsBackToTheAskedPageOnThisSiteOnly(t *testing.T) {
	s := newSite(t)
	if status, to := s.browser().do("GET", "/statement/2025?only=gaps", nil); status != 303 || to != "/sign-in?next=%2Fstatement%2F2025%3Fonly%3Dgaps" {
		t.Errorf("%d %s", status, to)
	}
	has(t, "the form", s.browser().page("/sign-in?next=%2Fstatement%2F2025%3Fonly%3Dgaps"), `value="/statement/2025?only=gaps"`, "甲：1")
	for next, want := range map[string]string{
		"/account": "/account", "/statement/2025?only=gaps": "/statement/2025?only=gaps", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x=y": "/", "": "/",
	} {
		if status, to := s.browser().do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {next}}); status != 303 || to != want {
			t.Errorf("%q: %d %s", next, status, to)
		}
	}
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	for _, path := range []string{"/sign-in", "/sign-out", "/tip-off", "/progress/message", "/prefs"} {
		if status, _ := b.do("POST", path, url.Values{"number": {number}, "pin": {pin}}, "Origin", "https://evil.example"); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
	}
	b.page("/account")
}

func TestSessionsAreRenewedAndAStolenTokenEndsThem(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	stolen := b.cookies["refresh"]
	s.now = s.now.Add(11 * time.Minute)
	b.page("/account")
	if b.cookies["refresh"] == stolen {
		t.Fatal("the refresh token was not changed")
	}
	// A page that was loaded at the same moment comes with the old token; it gets access, and does not put the old token back.
	beside := s.browser()
	beside.cookies["refresh"] = stolen
	beside.page("/account")
	if beside.cookies["access"] == "" || beside.cookies["refresh"] != stolen {
		t.Error("the page beside got something else than access")
	}
	s.now = s.now.Add(11 * time.Minute)
	thief := s.browser()
	thief.cookies["refresh"] = stolen
	if status, to := thief.do("GET", "/account", nil); status != 303 || !strings.Contains(to, "ended=1") {
		t.Errorf("the stolen token: %d %s", status, to)
	}
	if status, _ := b.do("GET", "/account", nil); status != 303 {
		t.Errorf("the owner goes on although the token was stolen: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE action = 'refresh token reused'`); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	has(t, "the sign-in", s.browser().page("/sign-in?next=/account&ended=1"), "登录已过期")
}

func TestSignOutEndsCopiedTokensToo(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	copied := s.browser()
	copied.cookies["access"] = b.cookies["access"]
	copied.page("/account")
	if status, to := b.do("POST", "/sign-out", url.Values{}); status != 303 || to != "/" {
		t.Errorf("%d %s", status, to)
	}
	if b.cookies["access"] != "" || b.cookies["refresh"] != "" || b.cookies["who"] != "" {
		t.Errorf("cookies stay: %v", len(b.cookies))
	}
	if status, _ := copied.do("GET", "/account", nil); status != 303 {
		t.Errorf("a copied access token after sign-out: %d", status)
	}
}

// Tokens of others, of another audience, key or algorithm, expired or of the future open nothing, as cookie or as bearer.
func TestTokensOfOthersAreRefused(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	ours, err := token.NewKeys("shebao", s.secret)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := token.NewKeys("shebao", make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := token.NewKeys("another house", s.secret)
	if err != nil {
		t.Fatal(err)
	}
	claims := token.Claims{Subject: strconv.FormatInt(s.person(number), 10), Session: "s"}
	issue := func(keys *token.Keys, audience token.Audience, at time.Time) string {
		signed, err := keys.Issue(audience, claims, at, 10*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	api := func(bearer string) int {
		status, _ := s.browser().do("GET", "/api/v1/statements/2025", nil, "Authorization", "Bearer "+bearer)
		return status
	}
	if status := api(issue(ours, token.Citizen, s.now)); status != 200 {
		t.Fatalf("our own token: %d", status)
	}
	if status := api(b.cookies["access"]); status != 200 {
		t.Fatalf("the browser's token as bearer: %d", status)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"sub": claims.Subject, "aud": "portal"}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	public := ed25519.NewKeyFromSeed(s.secret).Public().(ed25519.PublicKey)
	confused, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": claims.Subject, "aud": "portal"}).SignedString([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	good := issue(ours, token.Citizen, s.now)
	for name, bad := range map[string]string{
		"of the desk": issue(ours, token.Desk, s.now), "of another key": issue(foreign, token.Citizen, s.now), "of another house": issue(elsewhere, token.Citizen, s.now),
		"expired": issue(ours, token.Citizen, s.now.Add(-time.Hour)), "of the future": issue(ours, token.Citizen, s.now.Add(time.Hour)), "unsigned": none, "of another algorithm": confused,
		"altered": good[:len(good)-4] + "AAAA", "empty": "", "no token": base64.RawURLEncoding.EncodeToString([]byte("x")),
	} {
		if status := api(bad); status != 403 {
			t.Errorf("%s, as bearer: %d", name, status)
		}
		v := s.browser()
		v.cookies["access"] = bad
		if status, _ := v.do("GET", "/account", nil); status != 303 {
			t.Errorf("%s, as cookie: %d", name, status)
		}
	}
	// A bad bearer is not helped by a good cookie.
	if status, _ := b.do("GET", "/api/v1/statements/2025", nil, "Authorization", "Bearer nonsense"); status != 403 {
		t.Errorf("a bad bearer beside a good cookie: %d", status)
	}
}

// With Redis down a statement is still shown to who is signed in and a tip-off is still taken; nobody new signs in, and is told so; a receipt opens nothing.
func TestWithRedisDown(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	left := s.signedIn()
	s.redis.Stop()
	has(t, "the statement", b.page("/statement/2025"), "148,979.42")
	if status, to := left.do("POST", "/sign-out", url.Values{}); status != 303 {
		t.Errorf("sign-out: %d %s", status, to)
	}
	status, page := s.browser().signIn(pin)
	if status != 503 {
		t.Errorf("sign-in: %d", status)
	}
	has(t, "sign-in", page, "系统正在恢复", number)
	if status, _ := left.signIn(pin); status != 303 {
		t.Errorf("sign-in from a device of the person's: %d", status)
	}
	if status, to := s.fileTipOff(s.browser()); status != 303 || to != "/tip-off/receipt" {
		t.Errorf("tip-off: %d %s", status, to)
	}
	if status, _ := s.browser().do("POST", "/progress", url.Values{"code": {"1234 5678 9012 3428"}}); status != 503 {
		t.Errorf("a receipt without its limit: %d", status)
	}
}

func TestTheAuditLogHolds(t *testing.T) {
	s := newSite(t)
	s.browser().signIn("111222")
	checked, breaks, err := audit.Verify(context.Background(), s.pool)
	if err != nil || checked == 0 || len(breaks) != 0 {
		t.Errorf("%d entries, breaks %v, %v", checked, breaks, err)
	}
}
