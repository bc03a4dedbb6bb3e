package e2e

import (
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// person is somebody who signs in to the portal.
type person struct{ name, number, pin string }

// crawler reads the portal as somebody signed in, and looks on everything for what must not stand there.
type crawler struct {
	t       *testing.T
	portal  string
	who     person
	client  *http.Client
	bearer  string
	markers map[string]string // that no page holds
	anyway  map[string]string // that no address holds: those, and what is the person's own
}

// crawl signs somebody in and reads every page that links lead to, whatever the API's description says can be read, and what errors say. own is what the person's pages may
// show, such as the own name; no address may.
func crawl(t *testing.T, portal string, who person, markers, own map[string]string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &crawler{t: t, portal: portal, who: who, markers: markers, anyway: maps.Clone(markers),
		client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	maps.Copy(c.anyway, own)
	c.pages()
	c.errors()
	c.api()
}

// ask gives what an address answers, where it leads included. Of a document only the name is read: the rest is the person's own.
func (c *crawler) ask(method, path, kind, body string) (status int, said string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.portal+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	content, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it has been read
	if err != nil {
		c.t.Fatal(err)
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "pdf") {
		content = []byte(resp.Header.Get("Content-Disposition"))
	}
	return resp.StatusCode, resp.Header.Get("Location") + "\n" + html.UnescapeString(string(content))
}

func (c *crawler) get(path string) (status int, said string) {
	c.t.Helper()
	status, said = c.ask(http.MethodGet, path, "", "")
	if status >= http.StatusInternalServerError || status == http.StatusUnauthorized {
		c.t.Errorf("%s: %d", path, status)
	}
	return status, said
}

func (c *crawler) look(where, text string, markers map[string]string) {
	c.t.Helper()
	for what, marker := range markers {
		if i := max(strings.Index(text, marker), strings.Index(text, url.QueryEscape(marker))); i >= 0 {
			c.t.Errorf("%s, as %s reads it, holds the %s: …%.200q", where, c.who.name, what, text[max(0, i-80):])
		}
	}
}

var pointing = regexp.MustCompile(`(href|action|src)="([^"#]*)`)

func (c *crawler) pages() {
	c.t.Helper()
	form := url.Values{"number": {c.who.number}, "pin": {c.who.pin}, "next": {"/"}}
	if status, said := c.ask(http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", form.Encode()); status != http.StatusSeeOther {
		c.t.Fatalf("%s is not signed in: %d\n%.500s", c.who.name, status, said)
	}
	todo, seen := []string{"/", "/me/eligibility", "/me/objections", "/helping", "/objection?year=2025&month=3"}, map[string]bool{}
	for ; len(todo) > 0 && len(seen) < 300; todo = todo[1:] {
		path := todo[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		_, page := c.get(path)
		c.look(path, page, c.markers)
		for _, to := range pointing.FindAllStringSubmatch(page, -1) {
			c.look("an address on "+path, to[2], c.anyway)
			if to[1] == "href" && strings.HasPrefix(to[2], "/") && !strings.HasPrefix(to[2], "/static/") {
				todo = append(todo, to[2])
			}
		}
	}
	for _, must := range []string{"/", "/account", "/statement/2025", "/me", "/me/helpers", "/me/documents", "/tip-off", "/progress"} {
		if !seen[must] {
			c.t.Errorf("%s was not read, among %d pages", must, len(seen))
		}
	}
}

// errors: what stands in an address that somebody wrote is said back by no page. (A mistyped verification code is: it stays in its form to be mended.)
func (c *crawler) errors() {
	c.t.Helper()
	for _, wrong := range []string{"/nowhere/", "/statement/", "/statement/2025/", "/me/", "/progress/papers/", "/open/", "/nowhere?code=", "/progress?code=", "/api/v1/statements/", "/api/v1/persons/1/statements/", "/api/v1/nowhere/"} {
		for what, marker := range c.anyway {
			if _, said := c.get(wrong + url.QueryEscape(marker)); strings.Contains(said, marker) || strings.Contains(said, url.QueryEscape(marker)) {
				c.t.Errorf("%s… says back the %s that stood in its address", wrong, what)
			}
		}
	}
}

func (c *crawler) api() {
	c.t.Helper()
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	var grant struct {
		Access string `json:"access_token"`
	}
	_, said := c.get("/api/v1/openapi.json")
	if err := json.Unmarshal([]byte(said), &described); err != nil {
		c.t.Fatal(err)
	}
	status, said := c.ask(http.MethodPost, "/api/v1/sessions", "application/json", `{"number":"`+c.who.number+`","pin":"`+c.who.pin+`"}`)
	if err := json.Unmarshal([]byte(said), &grant); err != nil || grant.Access == "" {
		c.t.Fatalf("no token: %d, %v", status, err)
	}
	c.bearer = grant.Access
	read := 0
	for _, path := range slices.Sorted(maps.Keys(described.Paths)) {
		if _, ok := described.Paths[path]["get"]; !ok {
			continue
		}
		address := "/api/v1" + strings.NewReplacer("{year}", "2025", "{person}", "1", "{code}", "0", "{subject}", "rate", "{region}", "070000", "{span}", "2025Q1").Replace(path)
		status, answer := c.get(address)
		if status == http.StatusOK {
			read++
		}
		c.look(address, answer, c.markers)
	}
	if read < 8 {
		c.t.Errorf("only %d addresses of the API were read", read)
	}
}
