package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/intake"
)

// Three people: who acts may tell who reported. No document to the employer is issued and no auditor sent before somebody has said why all the same; it stands in the log.
func TestActingTowardsASmallEmployerIsConfirmed(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.exec(`DELETE FROM complaints.caution`)
	id := x.draft(notice.AuditNotice, "")
	at := first + "/notices/" + id
	x.want(x.post(x.li, at, append(x.filledIn(id, "", "scope", "2026 年 6 月至 9 月的缴费"), "do", "save")...), 303)
	page := x.get(x.li, at)
	x.want(page, 200, "单位只有 3 人", "仍要采取行动", `name="back" value="/notices/`+id+`"`)
	x.want(x.issue(id), 422, "请先在页首确认并写明理由", `href="#caution"`)
	x.want(x.get(x.li, at), 200, "草稿") // nothing of the draft is lost
	x.exec(`UPDATE complaints.complaint SET route = 'audit_tipoff'`)
	for path, fields := range map[string][]string{"/audit/assign": {"auditors", "li", "auditors2", "head"}, "/audit/visits": {"visited_on", "2026-11-20", "found", "3", "checked", "3", "unregistered", "0", "underreported", "0", "refused", "no"}} {
		who := map[string]string{"/audit/assign": x.head, "/audit/visits": x.li}[path]
		x.want(x.post(who, first+path, fields...), 422, "请先在页首确认并写明理由")
	}
	x.exec(`UPDATE complaints.complaint SET route = 'labour_complaint'`)

	far, desk := x.staff("far", lifecycle.Investigator, "3301"), x.staff("desk", lifecycle.Intake, "3304")
	x.want(x.post(x.li, first+"/caution", "caution", " "), 422, "请写明理由")
	x.want(x.post(far, first+"/caution", "caution", "看看"), 404)
	x.want(x.post(desk, first+"/caution", "caution", "看看"), 403)
	if n := x.value(`SELECT count(*) FROM complaints.caution`); n != "0" {
		t.Fatalf("%s confirmations", n)
	}
	done := x.post(x.li, first+"/caution", "caution", "同时检查三家<b>单位", "back", "/notices/"+id)
	x.want(done, 303)
	if to := done.header.Get("Location"); to != at {
		t.Errorf("leads to %s", to)
	}
	if to := x.post(x.li, first+"/caution", "caution", "再确认", "back", "/../../../x").header.Get("Location"); to != first {
		t.Errorf("leads to %s", to)
	}
	if n := x.value(`SELECT count(*) FROM audit.entry WHERE action = 'confirm caution' AND case_no = '2026-000001' AND actor LIKE 'staff:%' AND reason = '同时检查三家<b>单位'`); n != "1" {
		t.Errorf("%s entries in the log", n)
	}
	page = x.get(x.head, at)
	x.want(page, 200, "员工li 已于", "同时检查三家&lt;b&gt;单位", "单位只有 3 人")
	if strings.Contains(page.body, `id="caution"`) {
		t.Error("asked again")
	}
	x.want(x.get(x.li, first), 200, "确认在小单位采取行动")
	x.want(x.issue(id), 303)
}

// An employer that has ended had people too: what the ledger told of it last is what counts, however long ago.
func TestTheLastPeopleOfAnEmployerThatHasEndedAreProtected(t *testing.T) {
	x := newTill(t)
	x.exec(`DELETE FROM complaints.caution`)
	for _, reach := range []string{"2026-10-31", "2027-06-30", "2031-06-30"} {
		x.exec(`UPDATE ledger.reach SET data_date = '` + reach + `'`)
		x.want(x.get(x.li, first), 200, "单位只有 3 人", "仍要采取行动")
	}
	x.exec(`UPDATE ledger.employment SET employer_id = employer_id + 1000`) // now the ledger tells nothing
	if page := x.get(x.li, first); strings.Contains(page.body, "仍要采取行动") {
		t.Error("a warning about an employer of which nothing is known")
	}
}

// Where there is nobody to protect nothing is asked: an employer of more people, one of which the ledger tells nothing, an audit of the plan, a letter to the reporter.
func TestNothingIsConfirmedWhereActingTellsNothing(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "33")
	r.file()
	r.want(r.post(li, first+"/caution", "caution", "试试"), 409, "不用确认")
	x := newTill(t)
	x.exec(`DELETE FROM complaints.caution`)
	x.agency()
	x.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.EmployerUSCC = debtor })
	x.want(x.post(x.head, "/cases/2026-000002/act", "version", "1", "action", "reject", "code", "not_competent", "reason", "不归本机构", "text", "请向医保部门反映。"), 303) // its letter goes to the reporter
	x.exec(`UPDATE complaints.complaint SET submission_id = NULL, mailbox_id = NULL, route = 'audit' WHERE number = '2026-000001'`)
	if page := x.get(x.li, first); strings.Contains(page.body, "单位只有 3 人") {
		t.Error("a warning where nobody reported")
	}
	id := x.draft(notice.AuditNotice, "")
	x.want(x.post(x.li, first+"/notices/"+id, append(x.filledIn(id, "", "scope", "2026 年 6 月至 9 月的缴费"), "do", "save")...), 303)
	x.exec(`UPDATE complaints.complaint SET lead_id = 1 WHERE number = '2026-000002'`) // somebody's report is merged into it
	x.want(x.issue(id), 422, "请先在页首确认并写明理由")
	x.exec(`UPDATE complaints.complaint SET lead_id = NULL`)
	x.want(x.issue(id), 303)
}
