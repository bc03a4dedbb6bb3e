package portal_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// schema is the part of JSON Schema that our description uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Pattern    string            `json:"pattern"`
	Enum       []any             `json:"enum"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Closed     *bool             `json:"additionalProperties"`
	Items      *schema           `json:"items"`
	MinItems   int               `json:"minItems"`
}

type description struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

// check returns what of a value the schema does not allow.
func (d description) check(s schema, v any, at string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	if s.Ref != "" {
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		target, ok := d.Components.Schemas[name]
		if !ok {
			say("no schema %s", name)
			return wrong
		}
		return d.check(target, v, at)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		say("%v is not one of %v", v, s.Enum)
	}
	switch x := v.(type) {
	case map[string]any:
		if s.Type != "object" {
			say("an object, want %s", s.Type)
		}
		for _, name := range s.Required {
			if _, ok := x[name]; !ok {
				say("lacks %s", name)
			}
		}
		for name, value := range x {
			property, ok := s.Properties[name]
			if !ok && s.Closed != nil && !*s.Closed {
				say("%s is not described", name)
				continue
			}
			wrong = append(wrong, d.check(property, value, at+"."+name)...)
		}
	case []any:
		if s.Type != "array" || s.Items == nil || len(x) < s.MinItems {
			say("a list of %d, want %s", len(x), s.Type)
			return wrong
		}
		for i, value := range x {
			wrong = append(wrong, d.check(*s.Items, value, at+"["+strconv.Itoa(i)+"]")...)
		}
	case string:
		if s.Type != "string" || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(x) {
			say("%q, want %s %s", x, s.Type, s.Pattern)
		}
	case float64:
		if s.Type != "integer" || x != math.Trunc(x) {
			say("%v, want %s", x, s.Type)
		}
	case bool:
		if s.Type != "boolean" {
			say("%v, want %s", x, s.Type)
		}
	default:
		say("%v", v)
	}
	return wrong
}

// api is a program that calls, and holds every answer against the description.
type api struct {
	*site
	d      description
	bearer string
	acting string          // the grant by which a helper reads
	seen   map[string]bool // the answers that came, as "post /sessions 201"
}

func (s *site) api() *api {
	s.t.Helper()
	a := &api{site: s, seen: map[string]bool{}}
	if err := json.Unmarshal([]byte(s.browser().page("/api/v1/openapi.json")), &a.d); err != nil {
		s.t.Fatal(err)
	}
	if !strings.HasPrefix(a.d.OpenAPI, "3.1") || len(a.d.Paths) == 0 {
		s.t.Fatal("no description")
	}
	return a
}

var pathParameter = regexp.MustCompile(`\{[a-z]+\}`)

func (a *api) call(method, path, body string) (int, map[string]any) {
	a.t.Helper()
	req := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return a.answer(req)
}

// files hands in files for a key, as a program does.
func (a *api) files(key, list string, files map[string][]byte) (int, map[string]any) {
	a.t.Helper()
	body, kind := multiform(a.t, url.Values{"key": {key}, "files": {list}}, files)
	req := httptest.NewRequest("POST", "/api/v1/filings/files", body)
	req.Header.Set("Content-Type", kind)
	return a.answer(req)
}

// answer sends a request and holds the answer against the description; a file has no object.
func (a *api) answer(req *http.Request) (int, map[string]any) {
	a.t.Helper()
	if a.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+a.bearer)
	}
	if a.acting != "" {
		req.Header.Set("Acting-For", a.acting)
	}
	resp, err := a.app.Test(req, 20000)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.judge(req.Method, strings.TrimPrefix(req.URL.Path, "/api/v1"), resp)
}

// judge holds an answer against the description.
func (a *api) judge(method, path string, resp *http.Response) (int, map[string]any) {
	a.t.Helper()
	described := a.described(path)
	response, ok := a.d.Paths[described][strings.ToLower(method)].Responses[strconv.Itoa(resp.StatusCode)]
	if !ok {
		a.t.Fatalf("%s %s: an answer %d is not described", method, path, resp.StatusCode)
	}
	a.seen[strings.ToLower(method)+" "+described+" "+strconv.Itoa(resp.StatusCode)] = true
	if len(response.Content) == 0 {
		return resp.StatusCode, nil
	}
	media := resp.Header.Get("Content-Type")
	content, ok := response.Content[media]
	if !ok {
		a.t.Fatalf("%s %s: %d is %s", method, path, resp.StatusCode, media)
	}
	if !strings.HasSuffix(media, "json") {
		return resp.StatusCode, nil
	}
	var v map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		a.t.Fatal(err)
	}
	for _, wrong := range a.d.check(content.Schema, v, path) {
		a.t.Error(wrong)
	}
	return resp.StatusCode, v
}

// described is the path of the description that an address belongs to.
func (a *api) described(path string) string {
	a.t.Helper()
	if _, exact := a.d.Paths[path]; exact {
		return path
	}
	for described := range a.d.Paths {
		if regexp.MustCompile("^" + pathParameter.ReplaceAllString(described, "[^/]+") + "$").MatchString(path) {
			return described
		}
	}
	a.t.Fatalf("%s is not described", path)
	return ""
}

func TestTheAPIAnswersAsDescribed(t *testing.T) {
	s := newSite(t)
	a := s.api()
	for body, want := range map[string]int{
		`{"number":"` + number + `","pin":"111222"}`: 403, `{"number":"","pin":"1"}`: 422, `{"number":1}`: 422, `{`: 422, `{"number":"` + number + `","pin":"270413","more":1}`: 422, `[]`: 422, `{} {}`: 422,
	} {
		if status, _ := a.call("POST", "/sessions", body); status != want {
			t.Errorf("%s: %d", body, status)
		}
	}
	if status, _ := a.call("GET", "/statements", ""); status != 403 {
		t.Errorf("without a token: %d", status)
	}
	status, first := a.call("POST", "/sessions", `{"number":"`+number+`","pin":"`+pin+`"}`)
	if status != 201 {
		t.Fatal(status)
	}
	a.bearer = first["access_token"].(string)
	_, list := a.call("GET", "/statements", "")
	if years := list["years"].([]any); len(years) != 3 || years[0] != 2023.0 {
		t.Errorf("years %v", years)
	}
	_, st := a.call("GET", "/statements/2025", "")
	if st["account"].(map[string]any)["closing"] != "148979.42" {
		t.Error("another closing")
	}
	for _, path := range []string{"/statements/1990", "/statements/x"} {
		if status, _ := a.call("GET", path, ""); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	// A form of a page is not a body of the API.
	req := httptest.NewRequest("POST", "/api/v1/sessions", strings.NewReader("number="+number+"&pin="+pin))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if resp, err := s.app.Test(req); err != nil || resp.StatusCode != 422 {
		t.Errorf("a form: %v %v", resp.StatusCode, err)
	}
}

func TestTheAPIsSessions(t *testing.T) {
	s := newSite(t)
	a := s.api()
	_, first := a.call("POST", "/sessions", `{"number":"`+number+`","pin":"`+pin+`"}`)
	exchange := func(token any) (int, map[string]any) {
		return a.call("POST", "/sessions/refresh", fmt.Sprintf(`{"refresh_token":%q}`, token))
	}
	s.now = s.now.Add(11 * time.Minute)
	a.bearer = first["access_token"].(string)
	if status, _ := a.call("GET", "/statements", ""); status != 403 {
		t.Errorf("an expired token: %d", status)
	}
	status, second := exchange(first["refresh_token"])
	if status != 200 || second["refresh_token"] == first["refresh_token"] {
		t.Fatal(status)
	}
	if status, beside := exchange(first["refresh_token"]); status != 200 || beside["refresh_token"] != nil {
		t.Errorf("a second exchange at the same moment: %d %v", status, beside["refresh_token"] != nil)
	}
	a.bearer = second["access_token"].(string)
	if status, _ := a.call("GET", "/statements", ""); status != 200 {
		t.Errorf("the next token: %d", status)
	}
	for _, bad := range []any{"", ".", "x.y", second["access_token"]} {
		if status, _ := exchange(bad); status != 403 {
			t.Errorf("%v: %d", bad, status)
		}
	}
	if status, _ := a.call("DELETE", "/sessions", ""); status != 204 {
		t.Errorf("sign-out: %d", status)
	}
	if status, _ := a.call("GET", "/statements", ""); status != 403 {
		t.Errorf("after sign-out: %d", status)
	}
	if status, _ := exchange(second["refresh_token"]); status != 403 {
		t.Errorf("its refresh token: %d", status)
	}
}

// Anybody else's statement is not found, whether the person exists or not, and the attempt is kept.
func TestStatementsOfOthersAreNotFoundAndTheAttemptIsKept(t *testing.T) {
	s := newSite(t)
	a := s.api()
	_, first := a.call("POST", "/sessions", `{"number":"`+number+`","pin":"`+pin+`"}`)
	a.bearer = first["access_token"].(string)
	if status, st := a.call("GET", fmt.Sprintf("/persons/%d/statements/2025", s.person(number)), ""); status != 200 || st["year"] != 2025.0 {
		t.Errorf("the own one: %d", status)
	}
	_, theirs := a.call("GET", fmt.Sprintf("/persons/%d/statements/2025", s.person(other)), "")
	_, nobodys := a.call("GET", "/persons/999999/statements/2025", "")
	if theirs["code"] != nobodys["code"] || theirs["status"] != 404.0 || theirs["title"] != nobodys["title"] {
		t.Errorf("%v and %v differ", theirs, nobodys)
	}
	actor, subject := fmt.Sprintf("person:%d", s.person(number)), fmt.Sprintf("person:%d", s.person(other))
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE actor = $1 AND subject = $2 AND outcome = 'refused' AND action = 'view record'`, actor, subject); n != 1 {
		t.Errorf("%d entries", n)
	}
}
