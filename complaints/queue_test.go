package complaints

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

const first = "/cases/2026-000001"

// Whoever is slower is told who was faster, with what and when, and what they typed is still there.
func TestTheSecondPersonIsTold(t *testing.T) {
	r := newRoom(t)
	r.file()
	li, wang := r.staff("li", lifecycle.Investigator, "33"), r.staff("wang", lifecycle.Investigator, "33")
	r.want(r.post(li, first+"/act", "version", "1", "action", "accept"), 303)
	r.want(r.post(wang, first+"/act", "version", "1", "action", "reject", "reason", "写了很久的理由", "text", "写了很久的话", "code", "no_leads"), 409, "员工li在", "已先办理：受理", "写了很久的理由", "写了很久的话")
	r.want(r.post(wang, first+"/act", "version", "1", "action", "accept"), 409)
	r.want(r.post(wang, first+"/act", "version", "2", "action", "investigate"), 303)
	r.want(r.post(li, first+"/act", "version", "3", "action", "propose_decision", "reason", "写了理由", "text", "写了话"), 422, "请选择查明情况", "写了理由", "写了话")
	if got := r.value(`SELECT state FROM complaints.complaint`); got != "investigating" {
		t.Errorf("the case is %s", got)
	}
}

// While every connection to the database is in use, whoever asks is told to come back in a few seconds.
func TestAFloodIsToldToWait(t *testing.T) {
	r := newRoom(t)
	r.file()
	li := r.staff("li", lifecycle.Investigator, "33")
	var held []*pgxpool.Conn
	for range r.pool.Config().MaxConns {
		c, err := r.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, c)
	}
	got := r.get(li, "/queue")
	r.want(got, 503, "现在使用的人很多，请过几秒再试")
	if got.header.Get("Retry-After") != "5" {
		t.Errorf("come back after %q seconds", got.header.Get("Retry-After"))
	}
	for _, c := range held {
		c.Release()
	}
	r.want(r.get(li, "/queue"), 200, "2026-000001")
}

// A forged step changes nothing: not offered, unknown, of another role, of a case of another region, by nobody.
func TestForgedSteps(t *testing.T) {
	r := newRoom(t)
	r.file()
	li, far := r.staff("li", lifecycle.Investigator, "3304"), r.staff("far", lifecycle.Supervisor, "3301")
	counter, admin, auditor := r.staff("counter", lifecycle.Intake, "33"), r.staff("admin", lifecycle.Sysadmin, ""), r.staff("auditor", lifecycle.Auditor, "")
	before := r.value(`SELECT c::text FROM complaints.complaint c`)
	r.want(r.post(li, first+"/act", "version", "1", "action", "approve_decision", "text", "t", "reason", "r"), 409)
	r.want(r.post(li, first+"/act", "version", "1", "action", "explode"), 409)
	r.want(r.post(li, first+"/act", "version", "1", "action", "merge"), 409)
	r.want(r.post(li, first+"/act", "version", "-1", "action", "accept"), 422)
	r.want(r.post(li, first+"/act", "version", "1", "action", "reroute", "route", "audit", "reason", "r"), 422)
	r.want(r.post(counter, first+"/act", "version", "1", "action", "investigate"), 409)
	for _, path := range []string{first, first + "/related", first + "/evidence", first + "/attachments/1"} {
		r.want(r.get(far, path), 404)
		r.want(r.get(admin, path), 403)
		r.want(r.get(auditor, path), 403)
		r.want(r.get("", path), 303)
	}
	for _, form := range [][]string{{first + "/act", "version", "1", "action", "accept"}, {first + "/write", "note", "x"}, {first + "/related/merge", "case", "2026-000001"},
		{first + "/related/unmerge", "case", "2026-000001"}, {first + "/related/write", "words", "x"}} {
		r.want(r.post(far, form[0], form[1:]...), 404)
		r.want(r.post(admin, form[0], form[1:]...), 403)
		r.want(r.post("", form[0], form[1:]...), 303)
	}
	for _, do := range [][]string{{"assign", "account", "far"}, {"tag", "tag", "x"}, {"merge", "into", "2026-000002"}, {"reply", "reply", "x"}} {
		r.want(r.post(far, "/queue/bulk", "do", do[0], do[1], do[2], "case", "2026-000001"), 200, "办成 0 件，未办 1 件", "没有这个案件")
	}
	r.want(r.get(far, "/queue?view=all"), 200, "这里还没有案件")
	if after := r.value(`SELECT c::text FROM complaints.complaint c`); after != before {
		t.Errorf("%s\n%s", before, after)
	}
}

// Script in every text field of the desk comes back as text.
func TestScriptIsText(t *testing.T) {
	r := newRoom(t)
	const evil = `"><script>alert(1)</script>`
	r.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.EmployerName, tip.Words = evil, evil })
	head, admin := r.staff("head", lifecycle.Supervisor, ""), r.staff("admin", lifecycle.Sysadmin, "")
	r.want(r.post(head, first+"/write", "note", evil), 303)
	r.want(r.post(head, "/queue/bulk", "do", "tag", "tag", "<b>x</b>", "case", "2026-000001"), 200)
	r.want(r.post(head, "/queue/views", "name", "<i>", "query", "view=all&q="+evil), 303)
	r.want(r.post(admin, "/people", "account", "wang", "name", evil, "role", "intake", "region", "33", "password", "first secret 1"), 200, "验证器密钥")
	pages := []answer{
		r.get(head, first), r.get(head, "/queue?view=all"), r.get(head, "/today"), r.get(head, first+"/related"), r.get(admin, "/people"), r.get(admin, "/people/wang"), r.get(admin, "/sign-ins"),
		r.get(head, "/queue?view=all&q=%22%3E%3Cscript%3E&region=%22%3E%3Cscript%3E&tag=%22%3E%3Cscript%3E&from=%22%3E%3Cscript%3E&state=%3Cscript%3E&after=%3Cscript%3E.1"),
		r.post(head, first+"/act", "version", "1", "action", "reject", "reason", evil, "text", evil, "code", evil),
		r.post(head, first+"/act", "version", "99", "action", "notify", "reason", evil, "text", evil, "by", evil),
		r.post(head, first+"/related/write", "words", ""),
		r.post(admin, "/people", "account", evil, "name", evil, "role", evil, "region", evil, "password", evil),
		r.post(head, "/queue/bulk", "do", evil, "case", evil, "query", evil),
	}
	for i, page := range pages {
		if strings.Contains(page.body, "<script>") || strings.Contains(page.body, "<i>") || strings.Contains(page.body, "<b>x") {
			t.Errorf("page %d carries it", i)
		}
		if page.status >= 500 {
			t.Errorf("page %d: status %d", i, page.status)
		}
	}
}

// Bulk work says what became of each; what cannot be done to one does not stop the others.
func TestBulkReportsEach(t *testing.T) {
	r := newRoom(t)
	for range 3 {
		r.file()
	}
	head := r.staff("head", lifecycle.Supervisor, "33")
	r.staff("li", lifecycle.Investigator, "33")
	r.want(r.post(head, "/queue/bulk", "do", "assign", "account", "li", "case", "2026-000001", "case", "2026-000002", "case", "2026-009999"), 200, "办成 2 件，未办 1 件")
	r.want(r.post(head, "/queue/bulk", "do", "merge", "into", "2026-000001", "case", "2026-000001", "case", "2026-000002", "case", "2026-000003"), 200, "办成 2 件，未办 1 件", "不能并入自己")
	r.want(r.post(head, "/queue/bulk", "do", "reply", "reply", "", "case", "2026-000001"), 200, "办成 0 件")
	r.want(r.post(head, "/queue/bulk", "do", "tag", "tag", "x"), 422, "请选择 1 至 50 件案件")
	r.want(r.get(head, first+"/related"), 200, "并入本案的举报", "2026-000002", "2026-000003")
	r.want(r.get(head, "/cases/2026-000002"), 200, "已并案")
	if got := r.value(`SELECT count(*) FROM complaints.complaint WHERE lead_id = 1 AND owner_id IS NOT NULL`); got != "2" {
		t.Errorf("%s follow and have the lead's owner", got)
	}
}

// A list of more than a page leads on by a cursor, keeps the filter, and leads back.
func TestTheQueueTurnsPages(t *testing.T) {
	r := newRoom(t)
	for range 55 {
		r.exec(`INSERT INTO complaints.complaint (number, submission_id, mailbox_id, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, due, received_at, clock_from, clock_unit)
			SELECT '2025-' || lpad(n::text, 6, '0'), n, n, 'web', 'audit_tipoff', 'unpaid', '330402', '', '单位', 0, 0, '', 'received', date '2026-12-01' + n, $1, date '2026-12-01', 'WD'
			FROM (SELECT 1000 + count(*)::int AS n FROM complaints.complaint) x`, r.at)
	}
	li := r.staff("li", lifecycle.Investigator, "33")
	page := r.get(li, "/queue?view=open&kind=unpaid")
	r.want(page, 200, "全部在办（55）", "2025-001000", "下一页")
	_, rest, _ := strings.Cut(page.body, `rel="next"`)
	if strings.Contains(page.body, "2025-001050") || rest == "" {
		t.Error("the first page shows the second")
	}
	href := page.body[strings.LastIndex(page.body[:len(page.body)-len(rest)], `<a href="`)+len(`<a href="`):]
	href = strings.ReplaceAll(href[:strings.Index(href, `"`)], "&amp;", "&")
	second := r.get(li, href)
	r.want(second, 200, "2025-001050", "2025-001054", "回到第一页")
	if strings.Contains(second.body, "2025-001049") || strings.Contains(second.body, "下一页") || !strings.Contains(href, "kind=unpaid") {
		t.Errorf("the second page of %s", href)
	}
	for _, bad := range []string{"after=x", "after=2026-99-99.1", "after=.99999999999999999999", "view=nothing", "owner=17", "region=%27;drop", "from=1"} {
		r.want(r.get(li, "/queue?"+bad), 200)
	}
}

// A password that somebody else chose must be changed before anything else.
func TestAFirstPasswordIsChangedFirst(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "33")
	r.exec(`UPDATE complaints.staff SET must_change = true`)
	for _, path := range []string{"/queue", "/today", "/cases/2026-000001"} {
		if a := r.get(li, path); a.status != 303 || a.header.Get("Location") != "/me" {
			t.Errorf("%s: %d to %s", path, a.status, a.header.Get("Location"))
		}
	}
	r.want(r.get(li, "/me"), 200, "请先改成自己的密码")
	r.want(r.post(li, "/me/password", "old", "x", "password", "one good secret 1", "again", "another"), 422, "两次输入的新密码不一致")
}

// Which pages each role reaches.
func TestRolesAndPages(t *testing.T) {
	r := newRoom(t)
	sessions := map[lifecycle.Role]string{}
	for _, role := range lifecycle.Roles {
		sessions[role] = r.staff(string(role), role, "")
	}
	for path, who := range map[string][]lifecycle.Role{
		"/today":     {lifecycle.Intake, lifecycle.Investigator, lifecycle.Supervisor},
		"/queue":     {lifecycle.Intake, lifecycle.Investigator, lifecycle.Supervisor},
		"/me":        lifecycle.Roles[:],
		"/people":    {lifecycle.Sysadmin},
		"/sign-ins":  {lifecycle.Supervisor, lifecycle.Sysadmin},
		"/people/li": nil,
	} {
		for _, role := range lifecycle.Roles {
			want := 403
			for _, may := range who {
				if may == role {
					want = 200
				}
			}
			if path == "/people/li" && role == lifecycle.Sysadmin {
				want = 404
			}
			if a := r.get(sessions[role], path); a.status != want {
				t.Errorf("%s by %s: %d, want %d", path, role, a.status, want)
			}
		}
	}
	if a := r.get("", "/queue"); a.status != 303 || a.header.Get("Location") != "/sign-in" {
		t.Errorf("nobody: %d", a.status)
	}
}
