package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

// A reward is computed by the region's policy, proposed by one and approved by another, told in the mailbox, and paid against the receipt, anonymous reporters included.
func TestARewardByPolicyAndTwoPeople(t *testing.T) {
	x := newTill(t)
	x.agency()
	at := "/cases/2026-000001/reward/"
	x.want(x.get(x.li, "/settings/rewards"), 403)
	policy := func(change ...string) []string {
		fields := map[string]string{"version": "0", "on": "yes", "share": "5", "of": "recovered", "least": "200", "most": "100000", "no_loss": "0", "routes": "劳动保障监察投诉\r\n稽核举报", "anonymous": "yes", "own": "yes"}
		for i := 0; i+1 < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		var list []string
		for k, v := range fields {
			list = append(list, k, v)
		}
		return list
	}
	for field, wrong := range map[string]string{"share": "101", "of": "guess", "most": "200000.01", "least": "-1", "no_loss": "x", "routes": "audit_tipoff made_up"} {
		x.want(x.post(x.head, "/settings/rewards", policy(field, wrong)...), 422)
	}
	x.want(x.post(x.head, "/settings/rewards", policy()...), 303)
	x.want(x.post(x.head, "/settings/rewards", policy("share", "9")...), 409) // the second is told
	x.want(x.get(x.li, "/cases/2026-000001/decision"), 200, "没有查实违规")
	x.want(x.post(x.li, at+"propose", "version", x.value(`SELECT version FROM complaints.complaint`)), 409)

	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。")
	second := x.staff("zhao", lifecycle.Supervisor, "33")
	x.step(second, 303, "approve_decision")
	x.keep()
	pay := []string{"paid_on", "2026-11-24", "amount", "18360.00", "voucher", "V1", "way", "transfer"}
	x.want(x.post(x.li, "/cases/2026-000001/payments", append([]string{"do", "preview"}, pay...)...), 200)
	page := x.post(x.li, "/cases/2026-000001/payments", append([]string{"do", "preview"}, pay...)...)
	mark := between(page.body, `name="mark" value="`, `"`)
	x.want(x.post(x.li, "/cases/2026-000001/payments", append([]string{"do", "confirm", "mark", mark}, pay...)...), 303)
	x.want(x.get(x.li, "/cases/2026-000001/decision"), 200, "查实并办结以后")
	x.step(x.li, 303, "close", "text", "已补缴。", "reason", "滞纳金另行追缴")
	x.want(x.get(x.li, "/cases/2026-000001/decision"), 200, "918.00 元", "按比例") // 5 % of what came in
	version := x.value(`SELECT version FROM complaints.complaint`)
	x.want(x.post(x.head, at+"propose", "version", "1"), 409)
	x.want(x.post(x.head, at+"propose", "version", version), 303)
	x.want(x.post(x.head, at+"propose", "version", version), 409)
	x.want(x.post(x.head, at+"approve"), 403)
	x.want(x.post(x.li, at+"approve"), 403)
	x.want(x.post(x.li, at+"pay", "paid_on", "2026-11-24", "voucher", "R1"), 404) // nothing is paid before it is approved
	x.want(x.post(second, at+"approve"), 303)
	x.want(x.post(x.li, at+"drop"), 404)
	m := x.mailbox(x.code)
	if last := m.Messages[len(m.Messages)-1].Text; !strings.Contains(last, "918.00") || !strings.Contains(last, "凭回执码") {
		t.Errorf("the reporter reads %q", last)
	}
	x.want(x.post(x.li, at+"pay", "paid_on", "2027-01-01", "voucher", ""), 422, "请写凭证号")
	x.want(x.post(x.li, at+"pay", "paid_on", "2026-11-24", "voucher", "R1<b>"), 303)
	x.want(x.get(x.li, "/cases/2026-000001/decision"), 200, "R1&lt;b&gt;", "2026-11-24", "3304-1")
	x.want(x.post(x.li, at+"pay", "paid_on", "2026-11-24", "voucher", "R2"), 404)

	// The same matter is rewarded once: a later reporter of it gets nothing.
	x.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.EmployerName, tip.Named = debtor, "嘉兴示例电子有限公司", false
	})
	x.exec(`UPDATE complaints.complaint SET state = 'closed', due = NULL, clock_from = NULL, finding = 'violation', lead_id = (SELECT id FROM complaints.complaint WHERE number = '2026-000001') WHERE number = '2026-000002'`)
	x.want(x.get(x.li, "/cases/2026-000002/decision"), 200, "奖励最先受理的举报人")
	x.want(x.post(x.staff("far", lifecycle.Supervisor, "3301"), at+"approve"), 404)
}

// between is what stands between two marks.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}
