package portal_test

import (
	"net/url"
	"regexp"
	"testing"
)

// Nobody loses the only key to a mailbox by a hasty tap: the receipt stands there once more until its owner says that it is kept.
func TestTheReceiptIsShownOnceMoreBeforeLeaving(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	s.fileTipOff(b)
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(b.page("/tip-off/receipt"))
	for _, form := range []url.Values{{}, {"to": {"progress"}}, {"saved": {"no"}}} {
		status, page := b.do("POST", "/tip-off/receipt", form)
		if status != 422 {
			t.Errorf("%v: %d", form, status)
		}
		has(t, "the page", page, code, `href="#saved"`, `id="saved-err"`, "再勾选", "<title>出错了")
	}
	if status, to := b.do("POST", "/tip-off/receipt", url.Values{"saved": {"yes"}, "to": {"progress"}}); status != 303 || to != "/progress" {
		t.Errorf("leaving: %d %s", status, to)
	}
	if status, to := b.do("GET", "/tip-off/receipt", nil); status != 303 || to != "/progress" {
		t.Errorf("the receipt after leaving: %d %s", status, to)
	}
	if status, to := b.do("POST", "/tip-off/receipt", url.Values{}); status != 303 || to != "/" {
		t.Errorf("leaving twice: %d %s", status, to)
	}
	s.fileTipOff(b)
	if status, to := b.do("POST", "/tip-off/receipt", url.Values{"saved": {"yes"}, "to": {"https://elsewhere.example"}}); status != 303 || to != "/" {
		t.Errorf("leaving for elsewhere: %d %s", status, to)
	}
}
