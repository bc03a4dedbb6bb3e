package portal_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	s := newSite(t)
	s.signedIn().pdf("/statement/2025.pdf")
	t.Run("reads codes as people type them", s.verifyTyped)
	t.Run("says what became of a paper", s.verifyPaper)
	t.Run("vouches for nothing that was altered", s.verifyAltered)
	t.Run("is limited and not indexed", s.verifyLimited)
	t.Run("answers without Redis", s.verifyWithoutRedis)
}

func (s *site) verifyPaper(t *testing.T) {
	issued := s.issued(2025)[0]
	stranger := s.browser()
	page := stranger.page("/verify/" + issued.Code.String())
	has(t, "genuine", page, "是真的，现在有效", "2025 年度对账单", "崔**", "070106********8610", "2026-11-23", issued.Code.Grouped(), "足额缴费 8 个月", "欠缴 29,950.04 元", "养老个人账户 148,979.42 元", issued.Agency)
	lacks(t, "genuine", page, number, "崔鹏霞", "杭城纺织", "91070102", "7,487.51")
	s.correct("2025-12-20")
	s.signedIn().pdf("/statement/2025.pdf")
	has(t, "superseded", stranger.page("/verify/"+issued.Code.String()), "是真的，但已于 2026-11-23 被新的一份取代", "欠缴 29,950.04 元")
	status, body := stranger.do("GET", "/verify/0000000000000000", nil)
	if status != http.StatusNotFound {
		t.Errorf("unknown: %d", status)
	}
	has(t, "unknown", body, "没有查到这个验真码", "输错了", "12333")
	stranger.cookies["lang"] = "en"
	has(t, "in English", stranger.page("/verify/"+s.issued(2025)[0].Code.String()), "Genuine and valid", "Months paid in full 8", "Statement of contributions 2025")
	lacks(t, "the log", s.log.String(), issued.Code.String(), issued.Code.Grouped())
}

// A code is read as people type it; what cannot be one is told beside the field, and what was typed is kept.
func (s *site) verifyTyped(t *testing.T) {
	code, b := s.issued(2025)[0].Code, s.browser()
	for _, typed := range []string{code.String(), " " + strings.ToLower(code.Grouped()) + " ", strings.NewReplacer("0", "o", "1", "l", " ", "-").Replace(code.Grouped())} {
		if status, to := b.do("GET", "/verify?code="+url.QueryEscape(typed), nil); status != http.StatusSeeOther || to != "/verify/"+code.String() {
			t.Errorf("%q: %d %s", typed, status, to)
		}
	}
	has(t, "the form", b.page("/verify"), `name="code"`, "16 位字母和数字")
	for typed, want := range map[string]string{"": "请输入验真码", "7KQ4": "对照单据核对", `"><script>`: "对照单据核对"} {
		status, body := b.do("GET", "/verify?code="+url.QueryEscape(typed), nil)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", typed, status)
		}
		has(t, typed, body, want, `class="errsum"`, `aria-invalid="true"`, "<title>出错了：")
		lacks(t, typed, body, "<script>\"")
		if typed == "7KQ4" {
			has(t, typed, body, `value="7KQ4"`)
		}
	}
	if status, body := b.do("GET", "/verify/nonsense", nil); status != http.StatusUnprocessableEntity {
		t.Errorf("an address that is no code: %d %.100s", status, body)
	}
}

func (s *site) verifyAltered(t *testing.T) {
	code := s.issued(2025)[0].Code.String()
	for _, statement := range []string{`ALTER TABLE ledger.statement DISABLE TRIGGER statement_is_final`, `UPDATE ledger.statement SET data_date = data_date + 1`} {
		if _, err := s.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	status, body := s.browser().do("GET", "/verify/"+code, nil)
	if status != http.StatusConflict {
		t.Errorf("%d", status)
	}
	has(t, "the page", body, "暂时不能证明这份单据")
	lacks(t, "the page", body, "148,979.42", "崔*")
	has(t, "the log", s.log.String(), "does not fit its signature")
}

// Nothing of it is for search engines, and a flood of guesses is refused.
func (s *site) verifyLimited(t *testing.T) {
	resp, err := s.app.Test(httptest.NewRequest("GET", "/verify/0000000000000000", nil), 20000)
	if err != nil || resp.StatusCode != http.StatusNotFound || !strings.Contains(resp.Header.Get("X-Robots-Tag"), "noindex") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v %v", resp, err)
	}
	b, refused := s.browser(), 0
	for i := range 70 {
		if status, _ := b.do("GET", fmt.Sprintf("/verify/%016d", i), nil); status == http.StatusTooManyRequests {
			refused++
		} else if refused > 0 || status != http.StatusNotFound {
			t.Fatalf("guess %d: %d", i, status)
		}
	}
	if refused < 10 || refused > 30 {
		t.Errorf("%d of 70 guesses refused", refused)
	}
}

func (s *site) verifyWithoutRedis(t *testing.T) {
	s.redis.Stop()
	if status, _ := s.browser().do("GET", "/verify/0000000000000000", nil); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}
