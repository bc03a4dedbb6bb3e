package portal_test

import (
	"net/url"
	"strings"
	"testing"
)

// A pensioner confirms once a year, by their own word alone; whoever draws no pension is told that none is needed, and no forged form changes that.
func TestAPensionerConfirms(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	has(t, "a worker's page", b.page("/me/eligibility"), "不需要做资格认证")
	if status, _ := b.do("POST", "/me/eligibility", url.Values{"true": {"yes"}}); status != 409 {
		t.Errorf("a worker confirms: %d", status)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE ledger.person SET status = 3`); err != nil {
		t.Fatal(err)
	}
	has(t, "a pensioner's page", b.page("/me/eligibility"), "2026 年还没有认证", "我是本人")
	if status, page := b.do("POST", "/me/eligibility", url.Values{}); status != 422 || !strings.Contains(page, "请先勾选") {
		t.Errorf("without the tick: %d", status)
	}
	for range 2 {
		if status, to := b.do("POST", "/me/eligibility", url.Values{"true": {"yes"}}); status != 303 || to != "/me/eligibility" {
			t.Fatalf("%d %s", status, to)
		}
	}
	has(t, "after it", b.page("/me/eligibility"), "2026 年已认证", "今年不用再做", "网上")
	if n := s.count(`SELECT count(*) FROM eligibility.confirmation WHERE way = 'portal' AND year = 2026`); n != 1 {
		t.Errorf("%d confirmations", n)
	}
	if status, _ := s.browser().do("GET", "/me/eligibility", nil); status != 303 {
		t.Errorf("nobody sees it: %d", status)
	}
}
