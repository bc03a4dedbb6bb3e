package complaints

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
)

// The security auditor finds who did what, by day, person and case, and takes it along; that they looked stands in the log too.
func TestTheAuditorReadsTheLog(t *testing.T) {
	r := newRoom(t)
	r.file()
	li, auditor := r.staff("li", lifecycle.Investigator, "33"), r.staff("auditor", lifecycle.Auditor, "")
	r.want(r.get(li, first), 200)
	r.want(r.get(li, "/cases/2026-000099"), 404)
	r.want(r.get(auditor, "/audit-log"), 200, "查看案件", "li 员工li", "10:00:00", "被拒绝")
	for query, want := range map[string][2]string{
		"case=2026-000001":             {"2026-000001", "被拒绝"},
		"refused=yes":                  {"被拒绝", "case:2026-000001"},
		"who=li&from=2026-11-24":       {"li 员工li", "auditor 员工auditor"},
		"to=2026-11-23":                {"没有符合条件的记录", "员工li"},
		"from=2026-11-25":              {"没有符合条件的记录", "员工li"},
		"who=17":                       {"没有符合条件的记录", "员工li"},
		"who=staff:1&case=2026-000002": {"没有符合条件的记录", "10:00:00"},
	} {
		a := r.get(auditor, "/audit-log?"+query)
		r.want(a, 200, want[0])
		if _, list, _ := strings.Cut(a.body, "</form>"+"<"); strings.Contains(list[strings.LastIndex(list, "</select>")+1:], want[1]) {
			t.Errorf("%s shows %q", query, want[1])
		}
	}
	r.want(r.get(auditor, "/audit-log?who=nobody"), 422, "没有这个账号")
	r.want(r.get(auditor, "/audit-log?from=24.11."), 422, "日期写成")
	r.want(r.get(auditor, "/audit-log?from=2026-13-01"), 422, "日期写成")
	r.want(r.get(auditor, "/audit-log?who="+reporterNumber), 422, "没有这个账号") // what is typed would stand in the log
	r.want(r.get(auditor, "/audit-log?case="+reporterMobile), 422, "案件编号写成")
	r.want(r.get(auditor, "/audit-log?before=x.y.z"), 200)
	csv := r.get(auditor, "/audit-log.csv?case=2026-000001")
	r.want(csv, 200, "staff:1", "li 员工li", "查看案件", "2026-11-24 10:00:00.000000")
	if xlsx := r.get(auditor, "/audit-log.xlsx"); xlsx.status != 200 || !strings.HasPrefix(xlsx.body, "PK") {
		t.Errorf("xlsx: %d", xlsx.status)
	}
	if n := r.value(`SELECT count(*) FROM audit.entry WHERE action = 'export audit log' AND actor = 'staff:2'`); n != "2" {
		t.Errorf("%s exports are in the log", n)
	}
	if reason := r.value(`SELECT reason FROM audit.entry WHERE action = 'export audit log' ORDER BY seq LIMIT 1`); reason != "case=2026-000001" {
		t.Errorf("the export was for %q", reason)
	}
}

// An auditor of a region sees what its staff did, and cannot ask for others'.
func TestAnAuditorOfARegionSeesItsStaff(t *testing.T) {
	r := newRoom(t)
	r.file()
	near, far, auditor := r.staff("near", lifecycle.Investigator, "3304"), r.staff("far", lifecycle.Investigator, ""), r.staff("auditor", lifecycle.Auditor, "3304")
	r.want(r.get(near, first), 200)
	r.want(r.get(far, first), 200)
	a := r.get(auditor, "/audit-log")
	r.want(a, 200, "员工near")
	if strings.Contains(a.body, "员工far") || strings.Contains(a.body, "staff:2") {
		t.Error("the other's doings show")
	}
	for _, who := range []string{"far", "staff:2"} {
		r.want(r.get(auditor, "/audit-log?who="+who), 422)
	}
}

// Long logs turn pages, without losing or doubling a row.
func TestTheLogTurnsPages(t *testing.T) {
	r := newRoom(t)
	auditor := r.staff("auditor", lifecycle.Auditor, "")
	for i := range 230 {
		e := audit.Entry{Stream: "portal", At: r.at, Actor: fmt.Sprintf("person:%d", i), Role: "citizen", Action: "sign in", Subject: fmt.Sprintf("person:%d", i)}
		if err := audit.Append(t.Context(), r.pool, e); err != nil {
			t.Fatal(err)
		}
	}
	seen, path := map[string]int{}, "/audit-log?to=2026-11-24"
	for pages := 0; path != "" && pages < 9; pages++ {
		a := r.get(auditor, path)
		r.want(a, 200)
		for _, m := range regexp.MustCompile(`person:(\d+)\b`).FindAllStringSubmatch(a.body, -1) {
			seen[m[1]]++
		}
		path = ""
		if _, rest, ok := strings.Cut(a.body, `href="/audit-log?before=`); ok {
			path = "/audit-log?before=" + strings.ReplaceAll(rest[:strings.IndexByte(rest, '"')], "&amp;", "&")
		}
	}
	if len(seen) != 230 {
		t.Errorf("%d of 230 were shown", len(seen))
	}
}

// The auditor walks the chain from the page, and is told where it does not hold.
func TestTheAuditorFindsTampering(t *testing.T) {
	r := newRoom(t)
	r.file()
	li, auditor := r.staff("li", lifecycle.Investigator, "33"), r.staff("auditor", lifecycle.Auditor, "")
	r.want(r.get(li, first), 200)
	r.want(r.post(auditor, "/audit-log/verify"), 200, "没有发现改动")
	taken := r.get(auditor, "/audit-log/checkpoint")
	r.want(taken, 200, `"stream":"complaints"`)
	keys, err := audit.NewKeys(bytes.Repeat([]byte{5}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Kept(t.TempDir() + "/none"); err != nil {
		t.Errorf("no file yet: %v", err)
	}
	r.exec(`ALTER TABLE audit.log DISABLE TRIGGER USER; UPDATE audit.log SET actor = 'staff:9' WHERE seq = 1`)
	r.want(r.post(auditor, "/audit-log/verify"), 200, "complaints 第 1 条：内容被改")
	for account, role := range map[string]lifecycle.Role{"head": lifecycle.Supervisor, "admin": lifecycle.Sysadmin} {
		session := r.staff(account, role, "")
		for _, path := range []string{"/audit-log", "/audit-log.csv", "/audit-log/checkpoint"} {
			r.want(r.get(session, path), 403)
		}
		r.want(r.post(session, "/audit-log/verify"), 403)
	}
}

// Whoever looks at people's rows for a calculation is noted with each of them, once a day and case: they read it in the portal, with role, reason and case.
func TestPersonsLearnWhoLooked(t *testing.T) {
	x := newTill(t)
	for range 2 {
		x.want(x.get(x.li, first+"/calc"), 200, "陈")
	}
	x.want(x.get(x.head, first+"/calc"), 200)
	if got := x.value(`SELECT string_agg(DISTINCT role || '/' || reason || '/' || case_no, ' ') || ' ' || count(*) FROM audit.seen WHERE action = 'view record'`); got !=
		"investigator/calculate arrears/2026-000001 supervisor/calculate arrears/2026-000001 6" {
		t.Errorf("people read %s", got)
	}
	if breaks := x.value(`SELECT count(DISTINCT subject) FROM audit.entry WHERE subject LIKE 'person:%'`); breaks != "3" {
		t.Errorf("%s of 3 people", breaks)
	}
}
