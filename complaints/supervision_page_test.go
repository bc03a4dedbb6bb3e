package complaints

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
)

// The collection rate stands beside its definition, both ways of counting and the line under which it is marked, by region, insurance and time, with a picture of its course; a month as a quarter.
func TestTheCollectionRateExplainsItself(t *testing.T) {
	r := newRoom(t)
	head := r.staff("zhao", lifecycle.Supervisor, "33")
	r.want(r.get(head, "/supervision/collection"), 200, "没有应征缴数字")
	r.exec(`UPDATE complaints.supervised SET data_date = '2026-11-20', on_day = '2026-11-24', at = now()`)
	r.exec(`INSERT INTO complaints.collection_flow (region, insurance, period, received, due, paid) VALUES
		('330402', 110, 202607, 202607, 8900000, 8900000), ('330402', 110, 202607, 0, 1100000, 0), ('330106', 310, 202608, 202608, 5000000, 5000000), ('330402', 110, 202605, 202608, 300000, 300000), ('330402', 110, 202605, 0, 100000, 0)`)
	page := r.get(head, "/supervision/collection?span=2026Q3")
	r.want(page, 200, "2026 年第 3 季度征缴率 92.67%，含清欠 94.67%；清欠回收 3,000.00 元", "89.00%", "低于 90%", "怎样计算", "征缴率 = 实际征缴额 ÷ 应征缴额", "不含上级补助、下级上解、财政转移、财政补贴和利息",
		"含清欠口径：另加本期内收回的以前欠费", "139,000.00", "150,000.00", "<svg", "各期走势")
	if at, chart := strings.Index(page.body, "怎样计算"), strings.Count(page.body, "<svg"); at < 0 || chart < 2 {
		t.Errorf("definition at %d, %d pictures", at, chart)
	}
	r.want(r.get(head, "/supervision/collection?span=2026-07"), 200, "89.00%", "低于 90%")
	r.want(r.get(head, "/supervision/collection?span=2026Q3&insurance=310"), 200, "50,000.00", "100.00%")
	csv := r.get(head, "/supervision/collection.csv?span=2026Q3&level=4")
	r.want(csv, 200, "89.00", "100000.00")
	r.want(r.get(r.staff("city", lifecycle.Supervisor, "3301"), "/supervision/collection?span=2026Q3"), 200, "100.00%") // what lies elsewhere is not counted
	r.want(r.get(r.staff("watcher", lifecycle.Auditor, ""), "/supervision/collection"), 403)
}

// An employer that was absorbed keeps its arrears under the successor's name, with the day; who is in charge is somebody of the desk; every change stands in the history.
func TestAnEmployerOfTheRegisterOnItsPage(t *testing.T) {
	r := newRoom(t)
	head := r.staff("zhao", lifecycle.Supervisor, "33")
	r.staff("li", lifecycle.Investigator, "33")
	r.exec(`INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ('91330402MA10000010', '嘉兴甲厂', '{}', '330402', 1, ''), ('91350211M000100Y46', '杭州乙店', '{}', '330106', 1, '')`)
	r.exec(`INSERT INTO complaints.debtor (employer_id, uscc, name, region, ownership, headcount, owed_before, owed_after, late_fee, fee_unruled, first_period, last_period, level, since)
		SELECT id, uscc, name, region, '有限责任公司', 12, 0, 120000000, 4000000, 0, 202605, 202609, 1, '2026-10-01' FROM ledger.employer WHERE name = '嘉兴甲厂'`)
	const at = "/supervision/register/91330402MA10000010"
	r.want(r.get(head, "/supervision/register"), 200, "嘉兴甲厂", "1,200,000.00", "省级监控")
	r.want(r.get(head, "/supervision/register.csv"), 200, "嘉兴甲厂,91330402MA10000010,330402,", ",12,1200000.00,0.00,1200000.00,40000.00,0.00,")
	r.want(r.get(head, "/supervision/register?q="+"%E4%B9%99%E5%BA%97"), 200, "没有")
	r.want(r.post(head, at+"/state", "version", "1", "state", "merged", "merged_on", "2026-11-02", "successor", "12345"), 422)
	r.want(r.post(head, at+"/state", "version", "1", "state", "merged", "merged_on", "2026-11-02", "successor", "91350211M000100Y46"), http.StatusSeeOther)
	r.want(r.post(head, at+"/state", "version", "1", "state", "running"), 409)
	r.want(r.post(head, at+"/owner", "version", "2", "owner", "nobody"), 422)
	r.want(r.post(head, at+"/owner", "version", "2", "owner", "li"), http.StatusSeeOther)
	r.want(r.get(head, at), 200, "91350211M000100Y46", "2026-11-02", "员工li", "员工zhao", "1,200,000.00", "40,000.00")
}

// A plan is signed on the employer's page; when an instalment is missed, whoever is in charge is warned on their first page and can open the employer without changing it; what broke is ended, and after a
// bankruptcy the arrears are written off by three authorities, two people at least. The history says all of it in words.
func TestAMissedInstalmentWarnsWhoIsInCharge(t *testing.T) {
	r := newRoom(t)
	head, second := r.staff("zhao", lifecycle.Supervisor, "33"), r.staff("wang", lifecycle.Supervisor, "33")
	li, wu := r.staff("li", lifecycle.Investigator, "33"), r.staff("wu", lifecycle.Investigator, "33")
	r.exec(`INSERT INTO ledger.employer (uscc, name, name_grams, region, status, ownership) VALUES ('91330402MA10000010', '嘉兴甲厂', '{}', '330402', 1, '')`)
	r.exec(`INSERT INTO complaints.debtor (employer_id, uscc, name, region, ownership, headcount, owed_before, owed_after, late_fee, fee_unruled, first_period, last_period, level, since)
		SELECT id, uscc, name, region, '有限责任公司', 12, 0, 120000000, 4000000, 0, 202605, 202609, 1, '2026-10-01' FROM ledger.employer`)
	const at = "/supervision/register/91330402MA10000010"
	does := func(session, what string, fields ...string) answer {
		t.Helper()
		return r.post(session, at+"/"+what, append([]string{"version", r.value(`SELECT version::text FROM complaints.debtor`)}, fields...)...)
	}
	r.want(r.get(head, at), 200, `<textarea id="instalments"`) // one a line
	r.want(does(head, "plan", "signed_on", "2026-11-20", "instalments", "2026-12-01 600000\n2027-01-01 500000"), 422, "应等于欠费本金", "2026-12-01 600000\n2027-01-01 500000</textarea>", `value="2026-11-20"`)
	r.want(does(head, "plan", "signed_on", "2026-11-24", "first_on", "2026-12-01", "count", "2"), http.StatusSeeOther)
	r.want(r.get(head, at), 200, "按期履行", "600,000.00", "2026-12-01", "2 期，共 1,200,000.00 元")
	stands := func(state string, due int, on time.Time) { // as the daily refresh notes it
		r.at = on
		r.exec(`UPDATE complaints.repayment_plan SET standing = $1, due_now = $2`, state, due)
		r.exec(`INSERT INTO complaints.debtor_event (employer_id, at, what, before, after) SELECT employer_id, $1, 'plan_' || $2, 'running', '600000.00' FROM complaints.debtor`, on, state)
	}
	late := "嘉兴甲厂的补缴计划有一期到期没有付，应付 600,000.00 元"
	stands("late", 60000000, r.at.AddDate(0, 0, 9))
	r.want(r.get(head, "/today"), 200, late) // nobody is in charge yet
	r.want(does(head, "owner", "owner", "li"), http.StatusSeeOther)
	for session, warned := range map[string]bool{li: true, wu: false, head: false} {
		if page := r.get(session, "/today"); page.status != 200 || strings.Contains(page.body, late) != warned || strings.Contains(page.body, at) != warned {
			t.Errorf("%s: status %d, warned %v", session, page.status, !warned)
		}
	}
	page := r.get(li, at)
	r.want(page, 200, "有一期逾期", "15 天内不补", "补缴计划有一期未按时付", "按期履行")
	if strings.Contains(page.body, "<form") && strings.Contains(page.body, at+"/") {
		t.Error("an investigator is offered a change")
	}
	r.want(r.post(li, at+"/end-plan", "version", "3", "reason", "x"), 403)
	r.want(r.get(li, "/supervision/register"), 403)
	r.want(r.get(r.staff("elsewhere", lifecycle.Investigator, "32"), at), 404)
	stands("broken", 120000000, r.at.AddDate(0, 0, 20))
	r.want(r.get(li, "/today"), 200, "没有履行补缴计划，1,200,000.00 元全部到期")
	r.want(r.get(li, at), 200, "宽限已过")
	r.exec(`UPDATE complaints.staff SET disabled_at = $1 WHERE account = 'li'`, r.at)
	r.want(r.get(head, "/today"), 200, "没有履行补缴计划") // who was in charge has left
	r.exec(`UPDATE complaints.staff SET disabled_at = NULL`)
	r.want(does(head, "end-plan", "reason", "转入催缴"), http.StatusSeeOther)
	if page := r.get(li, "/today"); strings.Contains(page.body, "补缴计划") {
		t.Error("warned of a plan that ended")
	}
	r.want(does(head, "write-off", "amount", "100.00", "writeoff_reason", "破产财产不足"), 409)
	r.want(does(head, "state", "state", "stopped"), 422)
	r.want(does(head, "state", "state", "stopped", "stopped_on", "2026-09-30"), http.StatusSeeOther)
	r.want(r.get(head, at), 200, "停产停业，停产 <span class=\"nowrap\">2026-09-30</span>")
	r.want(does(head, "state", "state", "bankrupt", "accepted_on", "2026-10-08", "declared_on", "2026-11-02"), http.StatusSeeOther)
	r.want(r.get(head, at), 200, "破产，法院受理 <span class=\"nowrap\">2026-10-08</span>，宣告破产 ")
	r.want(does(head, "write-off", "amount", "1000000.00", "writeoff_reason", "破产财产不足"), http.StatusSeeOther)
	id := r.value(`SELECT id::text FROM complaints.write_off`)
	for _, step := range []struct {
		session, authority string
		status             int
	}{{head, "government", 409}, {head, "labour", http.StatusSeeOther}, {head, "finance", http.StatusSeeOther}, {head, "government", 403}, {second, "government", http.StatusSeeOther}} {
		r.want(does(step.session, "write-off-approval", "id", id, "authority", step.authority, "document", "示文〔2026〕1号", "approved_on", "2026-12-10"), step.status)
	}
	r.want(r.get(head, at), 200, "1,000,000.00", "200,000.00", "示文〔2026〕1号", "员工wang", "批准核销")
}
