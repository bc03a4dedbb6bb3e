package portal_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"shebao/frontend/pagetest"
)

// A message key where its text should stand.
var rawKey = regexp.MustCompile(`>[^<]*\b(portal|site|status|insurance|tipoff|fault|latefee|help|visit|recovery|receipt|objection|issued|verify|helper|helping|seen|files|proof)\.[a-z_.]+`)

// Every page in every dress: whole, in its language, without a message key where a text should stand.
func TestEveryPageInEveryDress(t *testing.T) {
	s := newSite(t)
	code, _ := s.filed()
	b := s.signedIn()
	b.do("POST", "/progress", url.Values{"code": {code}})
	s.fileTipOff(b)
	for _, dress := range []map[string]string{{}, {"lang": "en"}, {"ui": "elder"}, {"ui": "elder", "lang": "en", "theme": "dark"}} {
		v := s.browser()
		for name, value := range b.cookies {
			v.cookies[name] = value
		}
		for name, value := range dress {
			v.cookies[name] = value
		}
		for _, path := range []string{"/", "/statement/2023", "/statement/2025", "/statement/2025?only=gaps", "/statement/2025/3", "/statement/2025/1", "/account", "/help/gaps", "/tools/late-fee", "/tools/late-fee?principal=1000&first=2011-06-30&last=2020-07-01", "/help/missing", "/help/missing?recent=no", "/help/missing?recent=no&employed=yes", "/help/missing?recent=yes", "/help/missing?recent=no&employed=no",
			"/help/missing?recent=no&employed=yes&proof=paid", "/help/missing?recent=no&employed=yes&proof=arbitration", "/sign-in", "/tip-off", "/tip-off/receipt", "/progress", "/progress?sent=1", "/me", "/me?done=pin", "/me/documents", "/me/helpers", "/me/objections", "/objection", "/helping", "/verify", "/activate", "/recover",
			"/help", "/help/statement", "/help/glossary", "/help/after", "/help/access", "/help/privacy"} {
			page := v.page(path)
			if found := rawKey.FindString(page); found != "" {
				t.Errorf("%s %v shows a key: %s", path, dress, found)
			}
			if strings.Count(page, "<h1>") != 1 || !strings.Contains(page, "</html>") {
				t.Errorf("%s %v is not whole", path, dress)
			}
			if english := strings.Contains(page, `<html lang="en"`); english != (dress["lang"] == "en") {
				t.Errorf("%s %v: English %v", path, dress, english)
			}
			for _, wrong := range pagetest.Faults(page) {
				t.Errorf("%s %v: %s", path, dress, wrong)
			}
		}
		status, page := v.do("GET", "/no/such/page", nil)
		if status != 404 || rawKey.MatchString(page) {
			t.Errorf("an unknown page: %d", status)
		}
	}
}

func TestPreferencesComeBackToThePage(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	has(t, "the page", b.page("/tip-off?kind=unpaid"), `name="back" value="/tip-off?kind=unpaid"`)
	if status, to := b.do("POST", "/prefs", url.Values{"ui": {"elder"}, "lang": {"nonsense"}, "back": {"/help/gaps"}}); status != 303 || to != "/help/gaps" {
		t.Errorf("%d %s", status, to)
	}
	if b.cookies["ui"] != "elder" || b.cookies["lang"] != "" {
		t.Errorf("cookies %v", b.cookies)
	}
	has(t, "the page", b.page("/help/gaps"), `class="elder"`, "标准版")
	if status, to := b.do("POST", "/prefs", url.Values{"theme": {"dark"}, "back": {"//evil.example"}}); status != 303 || to != "/" {
		t.Errorf("%d %s", status, to)
	}
	has(t, "the page", b.page("/"), `data-theme="dark"`)
}

// Problems are pages for people and documents for programs.
func TestProblemsAreSaidInTheAskersForm(t *testing.T) {
	s := newSite(t)
	status, page := s.browser().do("GET", "/nowhere", nil)
	if status != 404 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "没有找到", "没有这个页面", "回到首页")
	status, doc := s.signedIn().do("GET", "/api/v1/nowhere", nil, "Accept-Language", "en")
	if status != 404 {
		t.Errorf("%d", status)
	}
	has(t, "the document", doc, `"type":"about:blank"`, `"status":404`, `"code":"fault.page"`, "There is no such page")
	_, doc = s.browser().do("GET", "/api/v1/statements/2025", nil, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	has(t, "the document", doc, "登录已过期")
}

func TestThreeQuestionsLeadToTheFilledForm(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	const about = "?employer=91070102MAXG612DD9&from=2025-03&to=2025-06"
	has(t, "the first question", b.page("/help/missing"+about), `name="recent" value="yes"`, `name="employer" value="91070102MAXG612DD9"`)
	page := b.page("/help/missing" + about + "&recent=no&employed=yes&proof=unknown")
	has(t, "the outcome", page, "可以投诉举报", "/tip-off?employer=91070102MAXG612DD9&amp;from=2025-03&amp;kind=unpaid&amp;to=2025-06")
	lacks(t, "markup", b.page("/help/missing?employer=%3Cscript%3E&recent=%3Cscript%3E"), `"<script>`, "=<script>")
}
