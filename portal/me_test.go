package portal_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestAPersonChangesThePIN(t *testing.T) {
	s := newSite(t)
	b, elsewhere := s.signedIn(), s.signedIn()
	for name, tc := range map[string]struct{ current, pin, again, says string }{
		"a wrong current one": {"111222", "905173", "905173", "现在的密码不正确"}, "a simple one": {pin, "123456", "123456", "不要用连续的数字"}, "a short one": {pin, "9051", "9051", "密码是 6"},
		"two that differ": {pin, "905173", "905174", "不一样"}, "the birthday": {pin, "931103", "931103", "不能用您的生日"},
	} {
		status, page := b.do("POST", "/me/pin", url.Values{"current": {tc.current}, "pin": {tc.pin}, "again": {tc.again}})
		if status != 422 || !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), tc.says) {
			t.Errorf("%s: %d", name, status)
		}
		lacks(t, name, page, tc.pin, tc.current)
	}
	if status, to := b.do("POST", "/me/pin", url.Values{"current": {pin}, "pin": {"905173"}, "again": {"905173"}}); status != 303 || to != "/me?done=pin" {
		t.Fatalf("%d %s", status, to)
	}
	has(t, "the page", b.page("/me?done=pin"), "密码已修改", "修改密码")
	if status, _ := elsewhere.do("GET", "/account", nil); status != 303 {
		t.Errorf("the other device stays signed in: %d", status)
	}
	if status, _ := s.browser().signIn(pin); status != 403 {
		t.Errorf("the old PIN: %d", status)
	}
	if status, _ := s.browser().signIn("905173"); status != 303 {
		t.Errorf("the new PIN: %d", status)
	}
	lacks(t, "the log", s.log.String(), pin, "905173")
}

func TestAPersonSeesWhoLookedAndEndsOtherSignIns(t *testing.T) {
	s := newSite(t)
	b, elsewhere := s.signedIn(), s.signedIn()
	page := b.page("/me")
	has(t, "the page", page, "谁看过我的记录", "您本人", "登录", "本机", "2026-11-23 10:30", "退出其他所有设备")
	lacks(t, "the page", page, strings.Split(elsewhere.cookies["refresh"], ".")[0])
	key := regexp.MustCompile(`name="sign-in" value="([^"]+)"`).FindStringSubmatch(page)
	if key == nil {
		t.Fatal("no other sign-in is listed")
	}
	stranger := s.browser()
	stranger.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	if status, _ := stranger.do("POST", "/me/sign-ins/end", url.Values{"sign-in": {"forged"}}); status != 422 {
		t.Errorf("a forged sign-in: %d", status)
	}
	lacks(t, "a stranger's page", stranger.page("/me"), "退出其他所有设备")
	if status, to := b.do("POST", "/me/sign-ins/end", url.Values{"sign-in": {key[1]}}); status != 303 || to != "/me?done=ended" {
		t.Fatalf("%d %s", status, to)
	}
	if status, _ := elsewhere.do("GET", "/account", nil); status != 303 {
		t.Errorf("the ended one: %d", status)
	}
	b.page("/account")
	third := s.signedIn()
	b.do("POST", "/me/sign-ins/end", url.Values{"others": {"yes"}})
	if status, _ := third.do("GET", "/account", nil); status != 303 {
		t.Errorf("all others: %d", status)
	}
	b.page("/account")
	if status, _ := s.browser().do("GET", "/me", nil); status != 303 {
		t.Errorf("without sign-in: %d", status)
	}
}
