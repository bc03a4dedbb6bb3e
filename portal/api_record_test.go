package portal_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"shebao/shared/calendar"
)

// entered is a program that the first person has signed in with.
func (s *site) entered() *api {
	s.t.Helper()
	a := s.api()
	status, first := a.call("POST", "/sessions", `{"number":"`+number+`","pin":"`+pin+`"}`)
	if status != 201 {
		s.t.Fatal(status)
	}
	a.bearer = first["access_token"].(string)
	return a
}

// Every address of the API is described, every description has an address, and the description is what OpenAPI 3.1 asks for.
func TestTheDescriptionIsWholeAndTrue(t *testing.T) {
	s := newSite(t)
	a := s.api()
	var served, described []string
	for _, r := range s.app.GetRoutes(true) {
		path, ok := strings.CutPrefix(r.Path, "/api/v1")
		if !ok || path == "/openapi.json" || r.Method == "HEAD" {
			continue
		}
		parts := strings.Split(path, "/")
		for i, part := range parts {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		served = append(served, strings.ToLower(r.Method)+" "+strings.Join(parts, "/"))
	}
	var whole struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Summary     string
			Parameters  []struct {
				Name, In string
				Required bool
			}
			Responses map[string]struct{ Description string }
		}
		Components struct{ Schemas map[string]json.RawMessage }
	}
	text := s.browser().page("/api/v1/openapi.json")
	if err := json.Unmarshal([]byte(text), &whole); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for path, methods := range whole.Paths {
		for method, op := range methods {
			described = append(described, method+" "+path)
			if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || len(op.Responses) < 2 && path != "/sessions" {
				t.Errorf("%s %s: %+v", method, path, op)
			}
			ids[op.OperationID] = true
			for _, name := range pathParameter.FindAllString(path, -1) {
				if !slices.ContainsFunc(op.Parameters, func(p struct {
					Name, In string
					Required bool
				}) bool {
					return "{"+p.Name+"}" == name && p.In == "path" && p.Required
				}) {
					t.Errorf("%s %s does not describe %s", method, path, name)
				}
			}
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served    %v\ndescribed %v", served, described)
	}
	for _, part := range strings.Split(text, `"#/components/schemas/`)[1:] {
		if name, _, _ := strings.Cut(part, `"`); whole.Components.Schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	for name := range a.d.Components.Schemas {
		if !strings.Contains(text, `"#/components/schemas/`+name+`"`) {
			t.Errorf("nothing uses the schema %s", name)
		}
	}
}

func TestAProgramSeesAndEndsSignIns(t *testing.T) {
	s := newSite(t)
	page := s.signedIn()
	a := s.entered()
	_, list := a.call("GET", "/sessions", "")
	rows := list["sign_ins"].([]any)
	if len(rows) != 2 {
		t.Fatalf("%d sign-ins", len(rows))
	}
	var other string
	for _, row := range rows {
		if one := row.(map[string]any); one["current"] == false {
			other = one["id"].(string)
		}
	}
	stranger := s.api()
	_, theirs := stranger.call("POST", "/sessions", `{"number":"070122196407070566","pin":"`+pin+`"}`)
	stranger.bearer = theirs["access_token"].(string)
	if status, _ := stranger.call("DELETE", "/sessions/"+other, ""); status != 404 {
		t.Errorf("another's sign-in: %d", status)
	}
	page.page("/account")
	if status, _ := a.call("DELETE", "/sessions/"+other, ""); status != 204 {
		t.Errorf("ending: %d", status)
	}
	if status, _ := page.do("GET", "/account", nil); status != 303 {
		t.Errorf("the ended sign-in goes on: %d", status)
	}
	page = s.signedIn()
	for _, want := range []int{204, 204} {
		if status, _ := a.call("DELETE", "/sessions/others", ""); status != want {
			t.Errorf("ending the others: %d", status)
		}
	}
	if status, _ := page.do("GET", "/account", nil); status != 303 {
		t.Errorf("the others go on: %d", status)
	}
	if status, _ := a.call("DELETE", "/sessions/nonsense", ""); status != 404 {
		t.Errorf("nonsense: %d", status)
	}
	for _, path := range []string{"/sessions", "/accesses", "/documents", "/recovery", "/objections"} {
		anybody := s.api()
		if status, _ := anybody.call("GET", path, ""); status != 403 {
			t.Errorf("%s without a token: %d", path, status)
		}
	}
}

func TestAProgramReadsDocumentsAndChecksThem(t *testing.T) {
	s := newSite(t)
	a := s.entered()
	if _, none := a.call("GET", "/documents", ""); len(none["documents"].([]any)) != 0 {
		t.Error("documents before any was issued")
	}
	file := func(path string) string {
		t.Helper()
		req := httptest.NewRequest("GET", "/api/v1"+path, nil)
		req.Header.Set("Authorization", "Bearer "+a.bearer)
		resp, err := s.app.Test(req, 20000)
		if err != nil || resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/pdf" {
			t.Fatalf("%s: %v %v", path, resp.StatusCode, err)
		}
		start := make([]byte, 5)
		_, _ = resp.Body.Read(start) // judged below
		return string(start)
	}
	if head := file("/statements/2025/document"); head != "%PDF-" {
		t.Errorf("%q", head)
	}
	s.correct("2025-12-20")
	s.now = s.now.Add(time.Minute)
	file("/statements/2025/document?lang=en")
	_, list := a.call("GET", "/documents", "")
	rows := list["documents"].([]any)
	if len(rows) != 2 {
		t.Fatalf("%d documents", len(rows))
	}
	for _, row := range rows {
		one := row.(map[string]any)
		file(strings.TrimPrefix(one["pdf"].(string), "/api/v1"))
		anybody := s.api()
		status, v := anybody.call("GET", "/verifications/"+one["verify_code"].(string), "")
		if want := map[bool]string{true: "genuine", false: "superseded"}[one["superseded_on"] == ""]; status != 200 || v["state"] != want || v["name"] != "崔**" || v["number"] != one["number"] {
			t.Errorf("%d %v", status, v)
		}
		if text := fmt.Sprint(v); strings.Contains(text, number) || strings.Contains(text, "鹏霞") || strings.Contains(text, "杭城") {
			t.Errorf("the check tells more than the paper's holder knows: %s", text)
		}
	}
	anybody := s.api()
	for code, want := range map[string]int{"0000000000000000": 404, "7KQ4": 422} {
		if status, _ := anybody.call("GET", "/verifications/"+code, ""); status != want {
			t.Errorf("%s: %d", code, status)
		}
	}
	for path, want := range map[string]int{"/statements/1990/document": 404, "/statements/2025/document?issue=9": 404} {
		if status, _ := a.call("GET", path, ""); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestAProgramWatchesArrearsAndLooks(t *testing.T) {
	s := newSite(t)
	employer, march := s.owedLines(202503)
	s.pay("1", calendar.NewDate(2026, 11, 20), employer, march...)
	a := s.entered()
	_, back := a.call("GET", "/recovery", "")
	months := map[string]map[string]any{}
	for _, row := range back["months"].([]any) {
		months[row.(map[string]any)["ym"].(string)] = row.(map[string]any)
	}
	if m := months["2025-03"]; m["status"] != "backpaid" || m["owed"] != "0.00" || fmt.Sprint(m["steps"]) == "[]" {
		t.Errorf("March: %v", m)
	}
	if m := months["2025-04"]; m["status"] != "arrears" || m["owed"] != "7487.51" {
		t.Errorf("April: %v", m)
	}
	if _, looks := a.call("GET", "/accesses", ""); len(looks["accesses"].([]any)) != 0 {
		t.Errorf("looks: %v", looks)
	}
}

func TestAProgramFilesAnObjection(t *testing.T) {
	s := newSite(t)
	a := s.entered()
	status, begun := a.call("POST", "/filings", "")
	if status != 201 {
		t.Fatal(status)
	}
	hand := func(key string, content []byte) (int, map[string]any) {
		t.Helper()
		return a.files(key, "", map[string][]byte{"工资条.png": content})
	}
	key := begun["key"].(string)
	if status, v := hand(key, picture(t)); status != 200 || len(v["list"].([]any)) != 1 {
		t.Errorf("a picture: %d %v", status, v)
	}
	if status, v := hand(key, []byte("MZ is no picture")); status != 422 || v["errors"].([]any)[0].(map[string]any)["code"] != "files.wrong" {
		t.Errorf("a program: %d %v", status, v)
	}
	if status, _ := hand("nonsense", picture(t)); status != 422 {
		t.Errorf("a key that is none: %d", status)
	}
	for body, field := range map[string]string{
		`{"key":%q,"matter":"nonsense","words":"x"}`: "matter", `{"key":%q,"matter":"missing","from":"March"}`: "from", `{"key":%q,"matter":"missing","from":"2031-01"}`: "from",
		`{"key":"x%s","matter":"missing","from":"2025-03"}`: "key",
	} {
		status, v := a.call("POST", "/objections", fmt.Sprintf(strings.ReplaceAll(body, "%s", "%.0s"), key))
		if status != 422 || !strings.Contains(fmt.Sprint(v["errors"]), "name:"+field) {
			t.Errorf("%s: %d %v", body, status, v)
		}
	}
	good := fmt.Sprintf(`{"key":%q,"matter":"missing","from":"2025-03","to":"2025-03","words":"三月已缴，凭证见附件","safe_to_contact":true}`, key)
	status, first := a.call("POST", "/objections", good)
	if status != 201 || first["promised_by"] != "2026-12-07" {
		t.Fatalf("%d %v", status, first)
	}
	if status, again := a.call("POST", "/objections", good); status != 201 || again["receipt"] != first["receipt"] {
		t.Errorf("sent twice: %d %v", status, again)
	}
	_, list := a.call("GET", "/objections", "")
	if rows := list["objections"].([]any); len(rows) != 1 || rows[0].(map[string]any)["from"] != "2025-03" || rows[0].(map[string]any)["status"] != "received" {
		t.Errorf("%v", list)
	}
}
