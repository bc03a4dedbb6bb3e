package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
	"shebao/shared/pdf/pdftest"
	"shebao/shared/receipt"
)

// step posts a step on the first case as it stands.
func (x till) step(session string, status int, action string, fields ...string) answer {
	x.t.Helper()
	a := x.post(session, "/cases/2026-000001/act", append([]string{"version", x.value(`SELECT version FROM complaints.complaint WHERE number = '2026-000001'`), "action", action}, fields...)...)
	x.want(a, status)
	return a
}

func (r *room) mailbox(code receipt.Code) *intake.Mailbox {
	r.t.Helper()
	m, err := r.counter.Open(r.t.Context(), code)
	if err != nil {
		r.t.Fatal(err)
	}
	return m
}

// A decision takes two people; what was proposed, on which evidence, and what was answered stays on file; a named reporter gets a numbered reply.
func TestADecisionFromTheProposalToTheReply(t *testing.T) {
	x := newTill(t)
	x.agency()
	const at = "/cases/2026-000001"
	x.want(x.get(x.li, at+"/decision"), 200, "还没有处理决定")
	x.want(x.step(x.li, 422, "propose_decision", "reason", "查实", "text", "已责令补缴。"), 422, "请选择查明情况和理由", "已责令补缴。")
	x.want(x.step(x.li, 422, "propose_decision", "ground", "made-up", "reason", "查实", "text", "已责令补缴。"), 422, "请选择查明情况和理由")
	preview := x.step(x.li, 200, "propose_decision", "do", "preview", "ground", "unpaid", "reason", "工资表与台账核对", "text", "已责令单位补缴，并加收滞纳金。")
	x.want(preview, 200, "答复书", "经查，单位未按时足额缴纳社会保险费。", "已责令单位补缴，并加收滞纳金。", "还没有签发")
	if n := x.value(`SELECT count(*) FROM complaints.notice`); n != "0" || x.value(`SELECT state FROM complaints.complaint`) != "investigating" {
		t.Error("a preview did something")
	}
	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "工资表与台账核对", "text", "已责令单位补缴。")
	x.want(x.get(x.li, at+"/decision"), 200, "等另一位主管审批", "欠缴社会保险费", "工资表与台账核对")
	if m := x.mailbox(x.code); len(m.Messages) != 0 {
		t.Error("a proposal reached the reporter")
	}
	x.step(x.li, 403, "approve_decision")
	x.step(x.head, 303, "return_decision", "reason", "请补充八月的工资表")
	x.step(x.head, 303, "propose_decision", "ground", "unpaid", "reason", "已补充", "text", "已责令单位补缴，并加收滞纳金。")
	x.step(x.head, 403, "approve_decision") // a supervisor who proposed is no second person
	second := x.staff("zhao", lifecycle.Supervisor, "33")
	x.step(second, 303, "approve_decision")
	x.want(x.get(x.li, at+"/decision"), 200, "请补充八月的工资表", "退回", "批准 员工zhao", "答复书 嘉社稽复〔2026〕1号", "电子送达", "决定依据的证据")

	m := x.mailbox(x.code)
	if len(m.Messages) != 1 || m.Messages[0].Paper == nil {
		t.Fatalf("the reporter's mailbox: %+v", m.Messages)
	}
	reply := m.Messages[0]
	if !strings.Contains(reply.Text, "已责令单位补缴，并加收滞纳金。") || !strings.Contains(reply.Text, "嘉社稽复〔2026〕1号") {
		t.Errorf("the reporter reads %q", reply.Text)
	}
	text := pdftest.Open(t, reply.Paper.PDF).Text()
	for _, want := range []string{"答复书", "嘉社稽复〔2026〕1号", "凭回执码查收", "2026-000001"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper lacks %q", want)
		}
	}
	for _, secret := range []string{reporterName, reporterMobile, reporterNumber} {
		if strings.Contains(text, secret) {
			t.Error("the paper names the reporter")
		}
	}
	if got := x.value(`SELECT string_agg(answer, ' ' ORDER BY id) FROM complaints.decision`); got != "returned approved" {
		t.Errorf("answers: %s", got)
	}
	if _, err := x.pool.Exec(t.Context(), `UPDATE complaints.decision SET words = 'x'`); err == nil {
		t.Error("what was proposed can be changed")
	}
	if _, err := x.pool.Exec(t.Context(), `UPDATE complaints.evidence_snapshot SET content = ''`); err == nil {
		t.Error("kept evidence can be changed")
	}
}

// A refusal of a named report is a numbered document with its reasons and where to turn; an anonymous one is answered in words alone.
func TestARefusalIsWrittenToWhoGaveAName(t *testing.T) {
	r := newRoom(t)
	x := till{room: r, li: r.staff("li", lifecycle.Investigator, "3304"), head: r.staff("head", lifecycle.Supervisor, "3304")}
	_, named := r.file()
	_, anonymous := r.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.Named = false })
	refusal := []string{"code", "in_arbitration", "reason", "仲裁已立案", "text", "您反映的情况不予受理。"}
	x.want(x.step(x.li, 422, "reject", refusal...), 422, "您反映的情况不予受理。") // who issues documents is not set yet: nothing may be sent
	if r.value(`SELECT state FROM complaints.complaint WHERE number = '2026-000001'`) != "received" {
		t.Error("refused without a document")
	}
	x.agency()
	x.want(x.step(x.li, 422, "reject", "code", "in_arbitration", "reason", "仲裁已立案", "text", "请联系 10000009711 的来电人 13800000000"), 422, "13800000000")
	x.step(x.li, 303, "reject", refusal...)
	m := r.mailbox(named)
	if len(m.Messages) != 1 || m.Messages[0].Paper == nil || m.Messages[0].Paper.Number != "嘉社稽拒〔2026〕1号" {
		t.Fatalf("%+v", m.Messages)
	}
	text := pdftest.Open(t, m.Messages[0].Paper.PDF).Text()
	for _, want := range []string{"不予受理决定书", "劳动人事争议仲裁委员会", "第25号", "行政复议", "六个月"} {
		if !strings.Contains(strings.ReplaceAll(text, " ", ""), want) {
			t.Errorf("the refusal lacks %q: %s", want, text)
		}
	}
	x.want(r.get(x.li, "/cases/2026-000001/decision"), 200, "不予受理决定书 嘉社稽拒〔2026〕1号")
	x.want(r.post(x.li, "/cases/2026-000002/act", append([]string{"version", "1", "action", "reject"}, refusal...)...), 303)
	if m := r.mailbox(anonymous); len(m.Messages) != 1 || m.Messages[0].Paper != nil || m.Messages[0].Text != "您反映的情况不予受理。" {
		t.Errorf("anonymous: %+v", m.Messages)
	}
	if n := r.value(`SELECT count(*) FROM complaints.notice`); n != "1" {
		t.Errorf("%s documents", n)
	}
	// New leads open it again, and the limit to accept begins anew.
	x.want(x.step(x.li, 422, "reopen", "reason", "仲裁已撤回"), 422)
	x.step(x.li, 303, "reopen", "reason", "仲裁已撤回", "leads", "yes")
	if got := r.value(`SELECT state || ' ' || refusal_code || due FROM complaints.complaint WHERE number = '2026-000001'`); got != "screening 2026-12-01" {
		t.Errorf("reopened: %s", got)
	}
}

// What belongs to another authority is handed over with a numbered letter that tells nothing of the reporter; every reporter of the matter can quote its number.
func TestAHandOverTellsNothingOfTheReporterAndHasANumber(t *testing.T) {
	x := newTill(t)
	x.agency()
	_, second := x.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.EmployerName, tip.Named = debtor, "嘉兴示例电子有限公司", false
	})
	x.want(x.post(x.li, "/cases/2026-000001/related/merge", "case", "2026-000002"), 303)
	x.want(x.step(x.li, 422, "transfer", "reason", "涉及医疗保障基金", "text", "已移送。"), 422, "请写明移送到哪个部门")
	x.want(x.step(x.li, 422, "transfer", "to", "市医疗保障局", "reason", "工资条上每个月都扣了社保，但最近几个月查不到缴费。", "text", "已移送。"), 422, "举报人的原话")
	x.step(x.li, 303, "transfer", "to", "市医疗保障局", "reason", "涉及医疗保障基金", "text", "您反映的问题已移送。")
	for _, code := range []receipt.Code{x.code, second} {
		m := x.mailbox(code)
		if len(m.Messages) != 1 || m.Messages[0].Paper != nil || !strings.Contains(m.Messages[0].Text, "嘉社稽移〔2026〕1号") || !strings.Contains(m.Messages[0].Text, "市医疗保障局") || m.Status != intake.Transferred {
			t.Errorf("a reporter reads %s %+v", m.Status, m.Messages)
		}
	}
	if n := x.value(`SELECT count(*) FROM complaints.notice`); n != "1" {
		t.Errorf("%s letters for one matter", n)
	}
	id := x.value(`SELECT id FROM complaints.notice`)
	file := x.get(x.li, "/cases/2026-000001/notices/"+id+"/pdf")
	text := pdftest.Open(t, []byte(file.body)).Text()
	for _, want := range []string{"移送函", "市医疗保障局", "嘉社稽移〔2026〕1号", "涉及医疗保障基金"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter lacks %q", want)
		}
	}
	for _, secret := range []string{reporterName, reporterMobile, reporterNumber, "工资条上每个月都扣了社保"} {
		if strings.Contains(text, secret) {
			t.Error("the letter tells of the reporter")
		}
	}
	for _, number := range []string{"2026-000001", "2026-000002"} {
		x.want(x.get(x.li, "/cases/"+number+"/decision"), 200, "市医疗保障局", "嘉社稽移〔2026〕1号")
	}
}

// Everybody whose report follows another's is answered with it: who gave a name by a letter of their own with its own number, who did not by the words.
func TestThoseWhoFollowAreAnsweredEach(t *testing.T) {
	x := newTill(t)
	x.agency()
	_, named := x.file(func(tip *intake.TipOff, who *intake.Reporter) { who.Name = "另一人" })
	_, anonymous := x.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.Named = false })
	for _, number := range []string{"2026-000002", "2026-000003"} {
		x.want(x.post(x.li, "/cases/2026-000001/related/merge", "case", number), 303)
	}
	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令单位补缴。")
	x.step(x.staff("zhao", lifecycle.Supervisor, "33"), 303, "approve_decision")
	numbers := map[string]bool{}
	for who, code := range map[string]receipt.Code{"lead": x.code, "named": named, "anonymous": anonymous} {
		list := x.mailbox(code).Messages
		if len(list) == 0 || !strings.Contains(list[len(list)-1].Text, "已责令单位补缴。") {
			t.Errorf("%s reads %+v", who, list)
			continue
		}
		paper := list[len(list)-1].Paper
		if (paper == nil) != (who == "anonymous") {
			t.Errorf("%s gets a letter: %t", who, paper != nil)
		}
		if paper != nil {
			numbers[paper.Number] = true
			if text := pdftest.Open(t, paper.PDF).Text(); strings.Contains(text, reporterName) || strings.Contains(text, "另一人") {
				t.Errorf("the letter to %s names a reporter", who)
			}
		}
	}
	if len(numbers) != 2 {
		t.Errorf("letters with the numbers %v", numbers)
	}
}
