package portal_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// body writes an object of texts.
func body(t testing.TB, pairs ...any) string {
	t.Helper()
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAProgramActivatesAnAccount(t *testing.T) {
	s := newSite(t)
	a, who := s.api(), s.unactivated(number)
	claim := func(name string) string {
		return body(t, "purpose", "activate", "number", number, "name", name, "card", who.CardNumber)
	}
	for text, want := range map[string]int{claim("张三"): 403, body(t, "purpose", "activate", "number", "1", "name", "", "card", ""): 422, body(t, "purpose", "other", "number", number, "name", who.Name, "card", who.CardNumber): 422} {
		if status, _ := a.call("POST", "/proofs", text); status != want {
			t.Errorf("%s: %d", text, status)
		}
	}
	status, proof := a.call("POST", "/proofs", claim(who.Name))
	if status != 201 || proof["mobile"] != who.Mobile[:3]+" **** "+who.Mobile[7:] || proof["expires_in"] != 300.0 || proof["resend_in"] != 60.0 || proof["sends_left"] != 2.0 {
		t.Fatalf("%d %v", status, proof["mobile"])
	}
	token, code := proof["proof"], s.code()
	if status, _ := a.call("POST", "/proofs/resend", body(t, "proof", token)); status != 429 {
		t.Errorf("another code at once: %d", status)
	}
	if status, _ := a.call("POST", "/proofs/pin", body(t, "proof", token, "pin", newPIN)); status != 404 {
		t.Errorf("a PIN before the code: %d", status)
	}
	status, wrong := a.call("POST", "/proofs/code", body(t, "proof", token, "code", otherCode(code)))
	if status != 422 || wrong["errors"].([]any)[0].(map[string]any)["code"] != "proof.code.wrong" {
		t.Errorf("a wrong code: %d %v", status, wrong)
	}
	s.now = s.now.Add(61 * time.Second)
	if status, again := a.call("POST", "/proofs/resend", body(t, "proof", token)); status != 200 || again["sends_left"] != 1.0 {
		t.Errorf("another code: %d %v", status, again)
	}
	if status, _ := a.call("POST", "/proofs/code", body(t, "proof", token, "code", s.code())); status != 204 {
		t.Fatalf("the code: %d", status)
	}
	if status, _ := a.call("POST", "/proofs/pin", body(t, "proof", token, "pin", "123456")); status != 422 {
		t.Errorf("a weak PIN: %d", status)
	}
	status, grant := a.call("POST", "/proofs/pin", body(t, "proof", token, "pin", newPIN))
	if status != 201 {
		t.Fatalf("the PIN: %d", status)
	}
	a.bearer = grant["access_token"].(string)
	if status, _ := a.call("GET", "/statements/2025", ""); status != 200 {
		t.Errorf("the statement: %d", status)
	}
	for _, path := range []string{"/proofs/code", "/proofs/resend", "/proofs/pin"} {
		text := body(t, "proof", token, "code", code)
		switch path {
		case "/proofs/resend":
			text = body(t, "proof", "nonsense")
		case "/proofs/pin":
			text = body(t, "proof", token, "pin", newPIN)
		}
		if status, _ := a.call("POST", path, text); status != 404 {
			t.Errorf("%s of a proof that is over: %d", path, status)
		}
	}
}

// A program's device is known as a browser is: strangers do not lock it out.
func TestAProgramsDeviceIsKnown(t *testing.T) {
	s := newSite(t)
	a := s.api()
	signIn := func(device, pin string) (int, map[string]any) {
		return a.call("POST", "/sessions", body(t, "number", number, "pin", pin, "device", device))
	}
	_, first := signIn("", pin)
	device := first["device"].(string)
	for range 5 {
		signIn("", "482915")
	}
	if status, _ := signIn("", pin); status != 429 {
		t.Errorf("a stranger: %d", status)
	}
	if status, _ := signIn("forged", pin); status != 429 {
		t.Errorf("a forged device: %d", status)
	}
	if status, _ := signIn(device, pin); status != 201 {
		t.Errorf("the device: %d", status)
	}
}

func TestAProgramHelps(t *testing.T) {
	s := newSite(t)
	person, helper := s.api(), s.api()
	for a, document := range map[*api]string{person: number, helper: other} {
		_, grant := a.call("POST", "/sessions", body(t, "number", document, "pin", pin))
		a.bearer = grant["access_token"].(string)
	}
	invite := func(pairs ...any) (int, map[string]any) {
		m := append([]any{"number", other, "name", s.record(other).Name, "days", 30, "pin", pin}, pairs...)
		return person.call("POST", "/helpers", body(t, m...))
	}
	for _, wrong := range [][]any{{"pin", "482915"}, {"days", 31}, {"name", "张三"}, {"number", number}} {
		if status, _ := invite(wrong...); status != 422 {
			t.Errorf("%v: %d", wrong[0], status)
		}
	}
	status, list := invite()
	if status != 201 || len(list["helpers"].([]any)) != 1 {
		t.Fatalf("%d %v", status, list)
	}
	_, helped := helper.call("GET", "/helped", "")
	grant := helped["helpers"].([]any)[0].(map[string]any)
	id := fmt.Sprintf("%.0f", grant["id"])
	if grant["name"] != "崔**" || grant["until"] != "2026-12-23" || grant["may_file"] != false {
		t.Errorf("%v", grant)
	}
	helper.acting = id
	if status, st := helper.call("GET", "/statements/2025", ""); status != 200 || st["account"].(map[string]any)["closing"] != "148979.42" {
		t.Errorf("as a helper: %d", status)
	}
	if status, _ := helper.call("GET", fmt.Sprintf("/persons/%d/statements/2025", s.record(number).ID), ""); status != 200 {
		t.Errorf("by number: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE role = 'helper' AND subject = $1`, subject(s.record(number))); n != 2 {
		t.Errorf("%d views are noted", n)
	}
	for _, refused := range [][3]string{{"GET", "/helpers", ""}, {"POST", "/helpers", "{}"}} {
		if status, v := helper.call(refused[0], refused[1], refused[2]); status != 403 || v["code"] != "helper.notallowed" {
			t.Errorf("%v: %d %v", refused, status, v["code"])
		}
	}
	for _, forged := range []string{"999", "x", "-1"} {
		helper.acting = forged
		if status, v := helper.call("GET", "/statements/2025", ""); status != 403 || v["code"] != "helper.ended" {
			t.Errorf("grant %s: %d %v", forged, status, v["code"])
		}
	}
	helper.acting = ""
	person.acting = id // the person is no helper of their own
	if status, _ := person.call("GET", "/statements/2025", ""); status != 403 {
		t.Errorf("the person by the helper's grant: %d", status)
	}
	person.acting = ""
	if status, _ := person.call("DELETE", "/helpers/"+id, ""); status != 204 {
		t.Errorf("ending: %d", status)
	}
	if status, _ := person.call("DELETE", "/helpers/"+id, ""); status != 404 {
		t.Errorf("ending twice: %d", status)
	}
	if status, _ := person.call("DELETE", "/helpers/x", ""); status != 404 {
		t.Errorf("no number: %d", status)
	}
	helper.acting = id
	if status, _ := helper.call("GET", "/statements/2025", ""); status != 403 {
		t.Errorf("after the end: %d", status)
	}
	// Without the grant another's statement is not found, as always.
	helper.acting = ""
	if status, _ := helper.call("GET", fmt.Sprintf("/persons/%d/statements/2025", s.record(number).ID), ""); status != 404 {
		t.Errorf("without a grant: %d", status)
	}
}
