package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/intake"
)

// request is one way to call an operation.
type request struct{ method, path, body string }

// until calls until an answer comes, for limits.
func (a *api) until(want int, r request) {
	a.t.Helper()
	for range 400 {
		if status, _ := a.call(r.method, r.path, r.body); status == want {
			return
		}
	}
	a.t.Errorf("%s %s never answers %d", r.method, r.path, want)
}

// sendsAtOnce sends a request many times at the same moment; both answers must be among those that come, the first of them once.
func (a *api) sendsAtOnce(times int, r request, once, also int) {
	a.t.Helper()
	answers := make(chan *http.Response, times)
	for range times {
		go func() {
			req := httptest.NewRequest(r.method, "/api/v1"+r.path, strings.NewReader(r.body))
			req.Header.Set("Content-Type", "application/json")
			resp, err := a.app.Test(req, 60000)
			if err != nil {
				a.t.Error(err)
			}
			answers <- resp
		}()
	}
	count := map[int]int{}
	for range times {
		if resp := <-answers; resp != nil {
			status, _ := a.judge(r.method, r.path, resp)
			count[status]++
		}
	}
	if count[once] != 1 || count[also] == 0 {
		a.t.Errorf("%s %s at once: %v", r.method, r.path, count)
	}
}

// Every answer that the description promises is given, and is as described: the way to each is walked here, and none that is described may be missing. An answer that is
// not described fails wherever a program calls.
func TestEveryDescribedAnswerIsGivenAsDescribed(t *testing.T) {
	s := newSite(t)
	o := s.cuttable()
	s.publish(collectionEdition())
	a := s.api()
	as := func(bearer, acting string) { a.bearer, a.acting = bearer, acting }
	expect := func(want int, method, path string, pairs ...any) map[string]any {
		t.Helper()
		text := ""
		if method == "POST" && path != "/filings" {
			text = body(t, pairs...)
		}
		status, v := a.call(method, path, text)
		if status != want {
			t.Errorf("%s %s: %d, want %d: %v", method, path, status, want, v["title"])
		}
		return v
	}
	signIn := func(document string) (bearer, refresh string) {
		g := expect(201, "POST", "/sessions", "number", document, "pin", pin)
		return g["access_token"].(string), g["refresh_token"].(string)
	}

	// What goes well, and what the person's own things answer when they are not there or not so.
	helper, _ := signIn(other)
	owner, refresh := signIn(number)
	expect(403, "POST", "/sessions", "number", number, "pin", "482915")
	refresh = expect(200, "POST", "/sessions/refresh", "refresh_token", refresh)["refresh_token"].(string)
	expect(403, "POST", "/sessions/refresh", "refresh_token", "x.y")
	as(owner, "")
	for _, path := range []string{"/sessions", "/statements", "/statements/2025", "/statements/2025/document", fmt.Sprintf("/persons/%d/statements/2025", s.person(number)), "/helpers", "/helped", "/accesses", "/documents",
		"/recovery", "/objections", "/eligibility", "/open", "/open/collection/33/2026Q3"} {
		expect(200, "GET", path)
	}
	for _, path := range []string{"/statements/1990", "/statements/1990/document", "/persons/999999/statements/2025", "/open/collection/33/1990Q1", "/verifications/0000000000000000"} {
		expect(404, "GET", path)
	}
	invite := []any{"number", other, "name", s.record(other).Name, "days", 30, "pin", pin, "may_file", false}
	expect(201, "POST", "/helpers", invite...)
	s.exec(`INSERT INTO portal.helper (person_id, helper_id, may_file, granted_at, expires_at) SELECT $1, 1000 + n, false, $2, $2::timestamptz + interval '1 day' FROM generate_series(1, 5) n`, s.person(number), s.now)
	expect(409, "POST", "/helpers", invite...)
	as(helper, "")
	grant := fmt.Sprintf("%.0f", expect(200, "GET", "/helped")["helpers"].([]any)[0].(map[string]any)["id"])
	as(helper, grant)
	for _, path := range []string{"/filings", "/tip-offs"} { // the person has not allowed it
		expect(403, "POST", path, "key", "x", "kind", "unpaid", "own", false)
	}
	if status, _ := a.files("x", "", map[string][]byte{"a.png": picture(t)}); status != 403 {
		t.Errorf("a helper without leave hands in files: %d", status)
	}
	as(owner, "")
	unchanged := httptest.NewRequest("GET", "/api/v1/open/collection/33/2026Q3", nil)
	unchanged.Header.Set("If-None-Match", "*")
	if status, _ := a.answer(unchanged); status != 304 {
		t.Errorf("an edition that the asker has: %d", status)
	}
	expect(404, "DELETE", "/helpers/999999")
	expect(404, "DELETE", "/sessions/nonsense")
	expect(204, "DELETE", "/sessions/others")
	key := a.begun()
	if status, _ := a.files(key, "", map[string][]byte{"a.png": picture(t)}); status != 200 {
		t.Errorf("files: %d", status)
	}
	if status, _ := a.files(key, "", map[string][]byte{"a.png": []byte("MZ")}); status != 422 {
		t.Errorf("a program as a picture: %d", status)
	}
	objection := []any{"key", key, "matter", "missing", "from", "2025-03", "words", "三月已缴"}
	expect(201, "POST", "/objections", objection...)
	tip := []any{"key", a.begun(), "kind", "unpaid", "own", false, "employer", "无名作坊"}
	code := expect(201, "POST", "/tip-offs", tip...)["receipt"].(string)
	find := []any{"name", "杭城"}
	expect(200, "POST", "/employers/search", find...)
	expect(200, "POST", "/mailbox", "receipt", code)
	expect(404, "POST", "/mailbox", "receipt", unknownCode)
	message := []any{"receipt", code, "key", a.begun(), "text", "补充"}
	expect(204, "POST", "/mailbox/messages", message...)
	expect(404, "POST", "/mailbox/messages", "receipt", unknownCode, "key", a.begun(), "text", "x")
	mailbox := s.taken()
	s.desk(func(ctx context.Context, desk *intake.Desk, tx pgx.Tx) error {
		return desk.Send(ctx, tx, mailbox[slices.IndexFunc(mailbox, func(m intake.Submission) bool { return m.TipOff.Kind == intake.Unpaid })].Mailbox, "答复", &intake.Paper{Title: "告知书", Number: "1", PDF: []byte("%PDF-1.7")}, s.now)
	})
	expect(200, "POST", "/mailbox/papers/1", "receipt", code)
	expect(404, "POST", "/mailbox/papers/0", "receipt", code)
	expect(409, "POST", "/eligibility", "confirmed", true)
	s.exec(`UPDATE ledger.person SET status = 3`)
	expect(204, "POST", "/eligibility", "confirmed", true)
	verify := "/verifications/" + s.issued(2025)[0].Code.String()
	expect(200, "GET", verify)
	expect(422, "GET", "/verifications/7KQ4")

	who := s.unactivated(other)
	claim := []any{"purpose", "activate", "number", other, "name", who.Name, "card", who.CardNumber}
	expect(403, "POST", "/proofs", "purpose", "activate", "number", other, "name", "张三", "card", who.CardNumber)
	proof := expect(201, "POST", "/proofs", claim...)["proof"]
	expect(429, "POST", "/proofs/resend", "proof", proof)
	expect(404, "POST", "/proofs/resend", "proof", "nonsense")
	s.now = s.now.Add(61 * time.Second)
	expect(200, "POST", "/proofs/resend", "proof", proof)
	expect(404, "POST", "/proofs/code", "proof", "nonsense", "code", "000000")
	expect(204, "POST", "/proofs/code", "proof", proof, "code", s.code())
	expect(404, "POST", "/proofs/pin", "proof", "nonsense", "pin", newPIN)
	a.sendsAtOnce(3*21*runtime.GOMAXPROCS(0), request{"POST", "/proofs/pin", body(t, "proof", proof, "pin", newPIN)}, 201, 429) // more than the queue for hashing holds

	// Whoever has not signed in, and whoever sends nonsense.
	good := map[string]request{}
	for path, methods := range a.d.Paths {
		for method, op := range methods {
			call := request{strings.ToUpper(method), strings.NewReplacer("{year}", "2025", "{person}", "1", "{id}", "1", "{subject}", "collection", "{region}", "33", "{span}", "2026Q3", "{n}", "1").Replace(path), ""}
			good[method+" "+path] = call
			if _, ok := op.Responses["403"]; ok && !a.seen[method+" "+path+" 403"] {
				as("", "")
				if status, _ := a.call(call.method, call.path, "{}"); status != 403 {
					t.Errorf("%s %s without a token: %d", method, path, status)
				}
			}
			if _, ok := op.Responses["422"]; ok && !a.seen[method+" "+path+" 422"] {
				as(owner, "")
				if status, _ := a.call(call.method, call.path, `{"nonsense":1}`); status != 422 {
					t.Errorf("%s %s with nonsense: %d", method, path, status)
				}
			}
		}
	}

	// With PostgreSQL down.
	for path, pairs := range map[string][]any{
		"/sessions": {"number", number, "pin", pin}, "/sessions/refresh": {"refresh_token", refresh}, "/proofs": claim, "/proofs/resend": {"proof", proof}, "/proofs/code": {"proof", proof, "code", "000000"},
		"/proofs/pin": {"proof", proof, "pin", newPIN}, "/helpers": invite, "/objections": objection, "/tip-offs": tip, "/employers/search": find, "/mailbox": {"receipt", code}, "/mailbox/messages": message,
		"/mailbox/papers/{n}": {"receipt", code}, "/eligibility": {"confirmed", true}, "/filings": nil,
	} {
		r := good["post "+path]
		r.body = body(t, pairs...)
		good["post "+path] = r
	}
	as(owner, "")
	signIns := expect(200, "GET", "/sessions")["sign_ins"].([]any)
	good["delete /sessions/{id}"] = request{"DELETE", "/sessions/" + signIns[0].(map[string]any)["id"].(string), ""}
	good["get /verifications/{code}"] = request{"GET", verify, ""}
	good["get /persons/{person}/statements/{year}"] = request{"GET", fmt.Sprintf("/persons/%d/statements/2025", s.person(number)), ""}
	person := s.person(number)
	o.set(true)
	for op, r := range good {
		method, path, _ := strings.Cut(op, " ")
		if _, ok := a.d.Paths[path][method].Responses["503"]; !ok {
			continue
		}
		as(owner, "")
		status := 0
		switch op {
		case "post /filings": // hands out a key from memory, unless it has to ask whether a helper may
			as(owner, "1")
			status, _ = a.call(r.method, r.path, "")
		case "post /filings/files":
			status, _ = a.files(key, "", map[string][]byte{"b.png": picture(t)})
		default:
			status, _ = a.call(r.method, r.path, r.body)
		}
		if status != 503 {
			t.Errorf("%s with PostgreSQL down: %d", op, status)
		}
	}
	o.set(false)

	// Whoever comes too often.
	as(owner, "")
	s.client.FlushAll(t.Context())
	many := request{"POST", "/employers/search", body(t, find...)}
	a.until(429, many) // the limit of forms is one for all of them
	if status, _ := a.files(key, "", map[string][]byte{"a.png": picture(t)}); status != 429 {
		t.Errorf("files: %d", status)
	}
	expect(429, "POST", "/objections", objection...)
	expect(429, "POST", "/tip-offs", tip...)
	a.until(429, request{"POST", "/mailbox", body(t, "receipt", unknownCode)})
	expect(429, "POST", "/mailbox/messages", message...)
	expect(429, "POST", "/mailbox/papers/1", "receipt", code)
	a.until(429, request{"GET", "/verifications/0000000000000000", ""})
	a.until(429, request{"POST", "/sessions", body(t, "number", number, "pin", "482915")})
	a.until(429, request{"POST", "/helpers", body(t, append(invite[:len(invite)-4:len(invite)-4], "pin", "482915", "may_file", false)...)})
	a.until(429, request{"POST", "/proofs", body(t, "purpose", "activate", "number", other, "name", "张三", "card", who.CardNumber)})

	// What ends things comes last, and a paper whose record was altered.
	s.client.FlushAll(t.Context())
	expect(204, "DELETE", "/helpers/"+grant)
	s.exec(`ALTER TABLE ledger.statement DISABLE TRIGGER statement_is_final`)
	s.exec(`UPDATE ledger.statement SET data_date = data_date + 1 WHERE person_id = $1`, person)
	expect(409, "GET", verify)
	expect(204, "DELETE", "/sessions")
	as("", "")
	expect(403, "DELETE", "/sessions")

	for path, methods := range a.d.Paths {
		for method, op := range methods {
			for status := range op.Responses {
				answer := method + " " + path + " " + status
				if !a.seen[answer] {
					t.Errorf("nobody has seen %s", answer)
				}
			}
		}
	}
}
