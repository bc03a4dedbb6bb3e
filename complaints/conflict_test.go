package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
)

// Whoever is related to an employer loses sight of its cases everywhere, from the moment it is declared until somebody else lifts it.
func TestAConflictOfInterestKeepsTheCaseAway(t *testing.T) {
	r := newRoom(t)
	li, head := r.staff("li", lifecycle.Investigator, "33"), r.staff("head", lifecycle.Supervisor, "33")
	r.file()
	r.want(r.post(li, "/queue/claim"), 303)
	r.want(r.get(li, "/cases/2026-000001"), 200, "嘉兴示例单位")

	r.want(r.post(li, "/conflicts", "employer", "嘉兴示例单位", "ground", "kin"), 303)
	r.want(r.get(li, "/cases/2026-000001"), 404)
	r.want(r.post(li, "/cases/2026-000001/act", "version", "1", "action", "accept"), 404)
	r.want(r.post(li, "/cases/2026-000001/write", "note", "x", "to", "note"), 404)
	for _, page := range []string{"/queue?view=all", "/queue?view=all&q=2026-000001", "/queue?view=mine"} {
		if a := r.get(li, page); strings.Contains(a.body, `href="/cases/2026-000001"`) {
			t.Errorf("%s still lists it", page)
		}
	}
	r.post(li, "/queue/claim")
	if owner := r.value(`SELECT owner_id IS NULL FROM complaints.complaint`); owner != "true" {
		t.Error("the case is still theirs, or was claimed again")
	}
	r.want(r.get(head, "/cases/2026-000001"), 200, "因回避退回")

	r.want(r.post(li, "/conflicts/1/lift", "reason", "x"), 403)
	r.want(r.post(head, "/conflicts/1/lift", "reason", ""), 422)
	r.want(r.post(head, "/conflicts/1/lift", "reason", "登记有误"), 303)
	r.want(r.get(li, "/cases/2026-000001"), 200)
}

func TestASupervisorDeclaresForStaffOfTheRegionOnly(t *testing.T) {
	r := newRoom(t)
	li, head := r.staff("li", lifecycle.Investigator, "3304"), r.staff("head", lifecycle.Supervisor, "3304")
	r.staff("far", lifecycle.Investigator, "3301")
	r.file()
	r.want(r.post(head, "/conflicts", "case", "2026-000001", "ground", "accused", "account", "li"), 303)
	r.want(r.get(li, "/cases/2026-000001"), 404)
	r.want(r.post(head, "/conflicts", "employer", "x", "ground", "kin", "account", "far"), 422, "没有这个账号")
	r.want(r.post(li, "/conflicts", "employer", "x", "ground", "kin", "account", "head"), 403)
	r.want(r.post(head, "/conflicts", "employer", "", "ground", "<script>"), 422, "请选择原因", "请填写单位全称")
	r.want(r.post(head, "/conflicts", "employer", "x", "ground", "kin"), 303)
	r.want(r.post(head, "/conflicts/2/lift", "reason", "自己来"), 403, "须由他人解除")
	if n := r.value(`SELECT count(*) FROM audit.entry WHERE action = 'declare conflict'`); n != "2" {
		t.Errorf("%s in the audit log", n)
	}
}
