package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

// What each of several reporters alleges stands with the one case that is worked on; reading it there is noted as reading each, and a conflict of interest hides what it concerns.
func TestALeadTellsWhatEachReportAlleges(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "33")
	head := r.staff("head", lifecycle.Supervisor, "33")
	r.file()
	r.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.Words, tip.From, tip.To = "九月也没有<b>", 202607, 202609
	})
	r.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.Words, tip.From = "工资条照扣", 202608 })
	r.want(r.post(li, first+"/act", "version", "1", "action", "accept"), 303)
	r.want(r.post(li, first+"/related/merge", "case", "2026-000002", "case", "2026-000003"), 303)
	r.exec(`DELETE FROM audit.waiting`)
	page := r.get(li, first)
	r.want(page, 200, "三月起没交", "并入本案的举报", "2026-000002", "九月也没有&lt;b&gt;", "2026-07 至 2026-09", "2026-000003", "工资条照扣", "2026-08 起", "没有写明")
	for _, number := range []string{"2026-000001", "2026-000002", "2026-000003"} {
		if n := r.value(`SELECT count(*) FROM audit.entry WHERE action = 'view case' AND case_no = $1`, number); n == "0" {
			t.Errorf("nobody is noted to have read %s", number)
		}
	}
	r.want(r.get(li, first+"/related"), 200, "2026-11-24 收到")
	r.want(r.post(li, "/conflicts", "case", "2026-000003", "ground", "kin"), 303)
	r.want(r.post(head, first+"/related/unmerge", "case", "2026-000002"), 303)
	for _, session := range []string{li, head} {
		if page := r.get(session, first); strings.Contains(page.body, "九月也没有") || strings.Contains(page.body, "工资条照扣") != (session == head) {
			t.Errorf("after undoing one merge and a conflict over the other: head %t", session == head)
		}
	}
}
