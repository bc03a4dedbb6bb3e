package portal_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"shebao/portal/web"
)

// Whatever changes something is refused when it comes from another site, address by address, whoever is signed in; none is left out, since the table itself is read.
func TestNoAddressChangesAnythingForAnotherSite(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	session := b.cookies["access"]
	tried := 0
	for _, route := range s.app.GetRoutes(true) {
		if route.Method == "GET" || route.Method == "HEAD" || route.Method == "OPTIONS" {
			continue
		}
		tried++
		path := regexp.MustCompile(`:[a-z]+`).ReplaceAllString(route.Path, "1")
		for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "cross-site", "Origin", "http://si.example"}} {
			status, page := b.do(route.Method, path, url.Values{"number": {number}, "pin": {pin}}, header...)
			if status != 403 || !strings.Contains(page, "不是从本网站发出的") && !strings.Contains(page, `"code":"fault.origin"`) {
				t.Errorf("%s %s with %v: %d %.80s", route.Method, path, header, status, page)
			}
		}
		if _, page := b.do(route.Method, path, url.Values{}, "Sec-Fetch-Site", "cross-site", "Content-Type", "multipart/form-data; boundary=x"); web.TakesFiles(path) && !strings.Contains(page, "不是从本网站发出的") && !strings.Contains(page, "fault.origin") {
			t.Errorf("%s with files: %.80s", path, page)
		}
	}
	if tried < 40 {
		t.Errorf("only %d addresses change anything", tried)
	}
	if b.page("/account"); b.cookies["access"] != session {
		t.Error("the session was changed")
	}
}

// A number in an address opens one's own only: of another's papers, grants, sign-ins, objections and mailboxes nobody learns even that they are there.
func TestANumberInAnAddressOpensOnesOwnOnly(t *testing.T) {
	s := newSite(t)
	person, stranger := s.signedIn(), s.otherSignedIn()
	person.page("/statement/2025.pdf")
	s.correct("2025-12-21")
	person.page("/statement/2025.pdf") // the person has two issues of a year, the stranger one
	stranger.page("/statement/2025.pdf")
	person.page("/statement/2025.pdf?issue=2")
	if status, _ := stranger.do("GET", "/statement/2025.pdf?issue=2", nil); status != 404 {
		t.Errorf("an issue that only the other has: %d", status)
	}
	for _, issued := range s.issued(2025) {
		lacks(t, "the stranger's documents", stranger.page("/me/documents"), issued.Code.Grouped())
		has(t, "the person's documents", person.page("/me/documents"), issued.Code.Grouped())
	}

	b := s.signedIn()
	b.do("POST", "/objection", with(carried(b.checked()), "do", "file"))
	objection := regexp.MustCompile(`/me/objections/\d+`).FindString(b.page("/me/objections"))
	mailbox := b.cookies
	if status, to := b.do("POST", objection, url.Values{}); status != 303 || to != "/progress" {
		t.Fatalf("the own objection: %d %s", status, to)
	}
	theirs, missing := "", ""
	for _, path := range []string{objection, "/me/objections/999999"} {
		status, page := stranger.do("POST", path, url.Values{})
		if status != 404 {
			t.Errorf("%s: %d", path, status)
		}
		theirs, missing = missing, regexp.MustCompile(`[0-9a-f]{8,}`).ReplaceAllString(page, "")
	}
	if theirs != missing {
		t.Error("another's objection and none are told apart")
	}
	has(t, "a stranger's progress", stranger.page("/progress"), `name="code"`) // nothing was opened
	if status, to := stranger.do("GET", "/progress/papers/0", nil); status != 303 || to != "/progress" {
		t.Errorf("a paper without a mailbox: %d %s", status, to)
	}
	for name, value := range mailbox { // what was sealed for one use opens no other
		if name == "access" || name == "refresh" {
			continue
		}
		forged := s.browser()
		forged.cookies["mailbox"] = value
		if status, _ := forged.do("GET", "/progress/papers/0", nil); name != "mailbox" && status != 303 {
			t.Errorf("the value of %s as mailbox: %d", name, status)
		}
	}

	s.exec(`INSERT INTO portal.helper (person_id, helper_id, may_file, granted_at, expires_at) VALUES ($1, 1002, true, $2, $2::timestamptz + interval '1 day')`, s.person(number), s.now)
	grant := s.count(`SELECT max(id) FROM portal.helper`)
	a := s.api()
	_, entered := a.call("POST", "/sessions", `{"number":"`+other+`","pin":"`+pin+`"}`)
	a.bearer = entered["access_token"].(string)
	if status, _ := a.call("DELETE", fmt.Sprintf("/helpers/%d", grant), ""); status != 404 {
		t.Errorf("another's grant: %d", status)
	}
	a.acting = fmt.Sprint(grant)
	if status, _ := a.call("GET", "/statements/2025", ""); status != 403 {
		t.Errorf("for another's grant: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM portal.helper WHERE id = $1 AND ended_at IS NULL`, grant); n != 1 {
		t.Error("the grant was ended")
	}
}
