package complaints

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

// who may at most ask for what lies below an address, the longest that fits: what stands here is the promise, the route table only keeps it.
var who = []struct {
	prefix string
	roles  []lifecycle.Role // nil: anybody
}{
	{"/static", nil}, {"/healthz", nil}, {"/readyz", nil}, {"/metrics", nil}, {"/sign-in", nil}, {"/prefs", nil},
	{"/", lifecycle.Roles[:]}, {"/me", lifecycle.Roles[:]}, {"/sign-out", lifecycle.Roles[:]}, {"/sign-ins/end", lifecycle.Roles[:]},
	{"/audit-log", []lifecycle.Role{lifecycle.Auditor}},
	{"/people", []lifecycle.Role{lifecycle.Sysadmin}},
	{"/sign-ins", []lifecycle.Role{lifecycle.Supervisor, lifecycle.Sysadmin}},
	{"/retention", []lifecycle.Role{lifecycle.Supervisor}}, {"/settings", []lifecycle.Role{lifecycle.Supervisor}}, {"/settings/phrases", caseRoles},
	{"/keyholder", []lifecycle.Role{lifecycle.Investigator, lifecycle.Supervisor}},
}

// caseRoles see cases; everything else below the root is theirs at most, so that no new address opens to administrators and auditors unseen.
var caseRoles = []lifecycle.Role{lifecycle.Intake, lifecycle.Investigator, lifecycle.Supervisor}

func mayAtMost(path string) []lifecycle.Role {
	roles, longest := caseRoles, 0
	for _, w := range who {
		if path == w.prefix || w.prefix != "/" && (strings.HasPrefix(path, w.prefix+"/") || strings.HasPrefix(path, w.prefix+".")) {
			if len(w.prefix) > longest {
				roles, longest = w.roles, len(w.prefix)
			}
		}
	}
	return roles
}

// address is a route's address with its parameters filled in for the first case.
func address(path string) string {
	for name, value := range map[string]string{":number": "2026-000001", ":id": "1", ":account": "li", ":uscc": debtor, "*": "x"} {
		path = strings.ReplaceAll(path, name, value)
	}
	return regexp.MustCompile(`:[a-z]+`).ReplaceAllString(path, "1")
}

// state is a fingerprint of what staff and reporters would notice.
func (r *room) state() string {
	r.t.Helper()
	var parts []string
	for _, table := range []string{"complaints.complaint", "complaints.event", "complaints.conflict", "complaints.notice", "complaints.payment", "complaints.calculation", "complaints.money_setting", "complaints.identity_request",
		"complaints.keyholder", "complaints.legal_hold", "complaints.saved_view", "complaints.merge", "complaints.debtor_event", "complaints.caution", "intake.mailbox", "intake.message", "intake.submission"} {
		parts = append(parts, table+" "+r.value(`SELECT coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM `+table+` x`))
	}
	return strings.Join(append(parts, r.value(`SELECT string_agg(account || role || region || coalesce(disabled_at::text, ''), '|' ORDER BY id) FROM complaints.staff`)), "\n")
}

// Every address × every role × another region, nobody, a sign-in that has ended, a disabled account: refused with nothing changed and nothing of a case told.
func TestEveryAddressForEveryRole(t *testing.T) {
	r := newRoom(t)
	r.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.Words = debtor, "只有办案人员可读的话"
	})
	r.staff("li", lifecycle.Investigator, "33")
	near, far := map[lifecycle.Role]string{}, map[lifecycle.Role]string{}
	for _, role := range lifecycle.Roles {
		near[role], far[role] = r.staff("near."+string(role), role, "33"), r.staff("far."+string(role), role, "3301")
	}
	gone, disabled := r.staff("gone", lifecycle.Supervisor, "33"), r.staff("disabled", lifecycle.Supervisor, "33")
	r.exec(`UPDATE complaints.staff_session SET ended_at = now() WHERE id = $1`, gone)
	r.exec(`UPDATE complaints.staff SET disabled_at = now() WHERE account = 'disabled'`)
	secrets := []string{"只有办案人员可读的话", "嘉兴示例单位", reporterName, reporterMobile, reporterNumber}
	before, tried := r.state(), 0
	told := func(what string, a answer) {
		for _, s := range secrets {
			if strings.Contains(a.body, s) {
				t.Errorf("%s tells %q", what, s)
			}
		}
	}
	ask := func(session, method, path string) answer {
		if method == "POST" {
			return r.post(session, path)
		}
		q := httptest.NewRequest(method, path, nil)
		return r.do(session, q)
	}
	for _, route := range r.app.GetRoutes(true) {
		if route.Method != "GET" && route.Method != "POST" || route.Path == "/queue/events" || strings.Contains(route.Path, "*") {
			continue
		}
		path, allowed := address(route.Path), mayAtMost(route.Path)
		if allowed == nil {
			continue
		}
		name := route.Method + " " + route.Path
		for _, session := range []string{"", "forged", gone, disabled} {
			a := ask(session, route.Method, path)
			if a.status != 303 || a.header.Get("Location") != "/sign-in" {
				t.Errorf("%s without a sign-in: %d %s", name, a.status, a.header.Get("Location"))
			}
			told(name+" without a sign-in", a)
		}
		for _, role := range lifecycle.Roles {
			if !slices.Contains(allowed, role) {
				a := ask(near[role], route.Method, path)
				if a.status != 403 {
					t.Errorf("%s by %s: %d", name, role, a.status)
				}
				told(name+" by "+string(role), a)
				tried++
				continue
			}
			if !strings.Contains(route.Path, "/cases/:number") {
				if route.Method == "GET" {
					a := ask(far[role], route.Method, path)
					if a.status >= 500 {
						t.Errorf("%s by %s of another region: %d", name, role, a.status)
					}
					if role == lifecycle.Sysadmin || role == lifecycle.Auditor || !strings.Contains(path, debtor) {
						told(name+" by "+string(role)+" of another region", a)
					}
				}
				continue
			}
			a := ask(far[role], route.Method, path)
			if a.status < 400 || a.status >= 500 {
				t.Errorf("%s by %s of another region: %d", name, role, a.status)
			}
			told(name+" by "+string(role)+" of another region", a)
			tried++
		}
	}
	if after := r.state(); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	if tried < 150 {
		t.Errorf("only %d tries: the walk is wrong", tried)
	}
}
