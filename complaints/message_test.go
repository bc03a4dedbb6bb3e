package complaints

import (
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
)

// What the reporter reads and what only the desk reads are two forms at two addresses; phrases of the region fill either, and nothing half filled is sent.
func TestMessagesAndNotesAreKeptApart(t *testing.T) {
	r := newRoom(t)
	li, head, other := r.staff("li", lifecycle.Investigator, "3304"), r.staff("head", lifecycle.Supervisor, "3304"), r.staff("other", lifecycle.Supervisor, "3301")
	_, code := r.file()
	const at = "/cases/2026-000001/messages"
	page := r.get(li, at)
	r.want(page, 200, "举报人会读到", "只有办案人员读到", "发给举报人", "保存为内部记录")

	r.want(r.post(li, "/phrases", "id", "0", "use", "reply", "title", "要材料", "words", "请补充{月份}的工资条。"), 403)
	r.want(r.post(head, "/phrases", "id", "0", "use", "reply", "title", "要材料", "words", "请{姓名}补充"), 422, "不认识这些占位：{姓名}", "要材料")
	r.want(r.post(head, "/phrases", "id", "0", "use", "reply", "title", "", "words", ""), 422, "标题写 1 到 40 个字", "内容写 1 到 2000 个字")
	r.want(r.post(head, "/phrases", "id", "0", "use", "shout", "title", "t", "words", "w"), 422)
	r.want(r.post(head, "/phrases", "id", "0", "use", "reply", "title", "要材料<b>", "words", "案件{案件编号}（{单位}）请补充{月份}的工资条。"), 303)
	r.want(r.post(head, "/phrases", "id", "0", "use", "note", "title", "已电话", "words", "{今天} 已电话联系单位。"), 303)
	r.want(r.get(li, "/phrases"), 200, "要材料&lt;b&gt;", "已电话")
	if a := r.get(other, "/phrases"); strings.Contains(a.body, "要材料") {
		t.Error("another region sees the phrases")
	}
	id := r.value(`SELECT id FROM complaints.phrase WHERE use = 'reply'`)
	r.want(r.post(other, "/phrases/"+id+"/end"), 404)
	r.want(r.post(other, "/phrases", "id", id, "use", "reply", "title", "抢", "words", "抢"), 404)
	filled := r.get(li, at+"?phrase="+id)
	r.want(filled, 200, "案件2026-000001（嘉兴示例单位）请补充____的工资条。")
	for _, secret := range []string{reporterName, reporterMobile, reporterNumber} {
		if strings.Contains(filled.body, secret) {
			t.Error("a phrase names the reporter")
		}
	}
	r.want(r.post(li, at, "text", "案件2026-000001请补充____的工资条。"), 422, "还有没填的地方", "请补充____的工资条")
	r.want(r.post(li, at, "text", " "), 422)
	r.want(r.post(li, at, "text", strings.Repeat("字", 5001)), 422, "最多 5000 个字")
	r.want(r.post(li, at, "text", "请补充七月的工资条<script>alert(1)</script>"), 303)
	r.want(r.post(li, "/cases/2026-000001/notes", "note", "单位财务说下周给"), 303)
	m := r.mailbox(code)
	if len(m.Messages) != 1 || !strings.HasPrefix(m.Messages[0].Text, "请补充七月") {
		t.Errorf("the reporter reads %+v", m.Messages)
	}
	page = r.get(li, at)
	r.want(page, 200, "单位财务说下周给", "&lt;script&gt;")
	if strings.Contains(page.body, "<script>alert") {
		t.Error("a message is run")
	}
	r.want(r.post(head, "/phrases/"+id+"/end"), 303)
	if a := r.get(li, at); strings.Contains(a.body, "要材料") {
		t.Error("a phrase that was taken away is offered")
	}
	far := r.staff("far", lifecycle.Investigator, "3301")
	r.want(r.post(far, at, "text", "x"), 404)
	r.want(r.post(far, "/cases/2026-000001/notes", "note", "x"), 404)
}

// A case that has only a name is tied to an employer of the register after somebody has looked and confirmed; two people at once, and the second is told.
func TestACaseIsTiedToTheRegister(t *testing.T) {
	x := newTill(t)
	x.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerName, tip.Region = "嘉兴示例电子", "330402"
	})
	const at = "/cases/2026-000002/employer"
	x.want(x.get(x.li, "/cases/2026-000002"), 200, "在参保登记里找这个单位")
	x.want(x.get(x.li, "/cases/2026-000002/evidence"), 200, "在参保登记里找这个单位")
	x.want(x.get(x.li, at), 200, "嘉兴示例电子有限公司", debtor)
	x.want(x.get(x.li, at+"?q="+debtor), 200, "嘉兴示例电子有限公司")
	x.want(x.get(x.li, at+"?q=%3Cscript%3Ealert(1)%3C/script%3E"), 200, "登记里没有找到")
	for _, wrong := range []string{"", "91070102MAXG612DD8", "9107****MAXG612DD9", "' OR 1=1"} {
		x.want(x.post(x.li, at, "version", "1", "uscc", wrong), 422, "请选择一个单位")
	}
	x.want(x.post(x.staff("far", lifecycle.Investigator, "3301"), at, "version", "1", "uscc", debtor), 404)
	x.want(x.post(x.li, at, "version", "1", "uscc", debtor), 303)
	x.want(x.post(x.head, at, "version", "1", "uscc", debtor), 409) // the second is told
	x.want(x.get(x.li, "/cases/2026-000002/evidence"), 200, "累计欠缴", "18,360.00")
	x.want(x.get(x.li, "/cases/2026-000002"), 200, "嘉兴示例电子 → 嘉兴示例电子有限公司")
	x.want(x.post(x.li, at, "version", "2", "uscc", debtor), 403) // tied already: a supervisor's to change
	x.want(x.post(x.head, at, "version", "2", "uscc", debtor), 303)
}

// The ledger's evidence: months of the reporter, of the staff, bases against wage sheets, the same among colleagues, earlier cases; with source and date, and kept when a decision is proposed.
func TestEvidenceIsShownWithItsSourceAndKept(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.EmployerName, tip.From, tip.To, tip.OwnMonths = debtor, "嘉兴示例电子有限公司", 202607, 202609, "202607/110/arrears 202608/110/arrears junk 202608/999"
	})
	const at = "/cases/2026-000002/evidence"
	page := x.get(x.li, at)
	x.want(page, 200, "不是结论", "数据截至", "3 / 3 人", "2026-07", "最低基数", "3 / 3 人按最低基数", "所以不显示", "2026-000001", "单位只有 3 人")
	if strings.Contains(page.body, "own-months") {
		t.Error("three people, and the reporter's own months are shown")
	}
	for _, line := range []string{"", "2026-13 3 1", "2026-07 0 1", "2026-07 3", "2026-07 3 -5", "2026-07 x 5"} {
		x.want(x.post(x.li, at+"/wages", "lines", line, "source", "工资发放表"), 422)
	}
	x.want(x.post(x.li, at+"/wages", "lines", "2026-07 4 36000.00", "source", ""), 422, "请写明工资表从哪里来", "2026-07 4 36000.00")
	x.want(x.post(x.li, at+"/wages", "lines", "2026-07 4 36,000.00\n2026-08 3 27000", "source", "单位财务<i>"), 303)
	x.want(x.get(x.li, at), 200, "9,000.00", "低 3,000.00", "少 1 人", "单位财务&lt;i&gt;")

	x.want(x.post(x.li, at), 303)
	kept := x.value(`SELECT id FROM complaints.evidence_snapshot`)
	x.keep() // books nothing
	x.exec(`UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due, paid_on = '2026-11-24'`)
	if a := x.get(x.li, at); strings.Contains(a.body, "18,360.00") {
		t.Error("the page does not follow the ledger")
	}
	x.want(x.get(x.li, at+"/"+kept), 200, "18,360.00", "固定的证据，不随台账变化", "SHA-256 ")
	x.want(x.get(x.li, "/cases/2026-000001/evidence/"+kept), 404)
	x.want(x.get(x.staff("far", lifecycle.Investigator, "3301"), at+"/"+kept), 404)
	x.step(x.li, 303, "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。")
	if n := x.value(`SELECT count(*) FROM complaints.decision d JOIN complaints.evidence_snapshot e ON e.id = d.snapshot_id AND e.complaint_id = d.complaint_id`); n != "1" {
		t.Error("a proposal without its evidence")
	}
}

// A reporter who writes after the end is not written to an empty room: the first page, the list and the case say so until somebody answers or reopens.
func TestWhoWritesAfterTheEndIsSeen(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "33")
	far := r.staff("far", lifecycle.Investigator, "3301")
	_, code := r.file()
	writes := func() {
		t.Helper()
		m, err := r.counter.Open(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.counter.Write(t.Context(), m, intake.NewKey(), "公司又停缴了", r.at); err != nil {
			t.Fatal(err)
		}
		if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
			t.Fatal(err)
		}
	}
	seen := func(want bool) {
		t.Helper()
		for _, c := range []struct{ path, text string }{{"/today", "结束后举报人又来信"}, {"/queue?view=again", "2026-000001"}, {first, "案件结束后举报人又来信"}} {
			if got := strings.Contains(r.get(li, c.path).body, c.text); got != want {
				t.Errorf("%s says it: %t", c.path, got)
			}
		}
		if strings.Contains(r.get(far, "/queue?view=again").body, "2026-000001") {
			t.Error("another region sees it")
		}
	}
	writes()
	seen(false) // an open case is worked on anyway
	r.exec(`UPDATE complaints.complaint SET state = 'closed', due = NULL, tell_by = NULL, finding = 'clean'`)
	seen(false)
	writes()
	seen(true)
	r.want(r.post(li, first+"/messages", "text", "请补充停缴月份。"), 303)
	seen(false)
	writes()
	seen(true)
	r.want(r.post(li, first+"/act", "version", r.value(`SELECT version FROM complaints.complaint`), "action", "reopen", "reason", "有新线索", "leads", "yes"), 303)
	seen(false)
}

// Of a helper the desk is told that there is one, and what it means for writing and calling; who it is stays with the identity.
func TestACaseSaysThatAHelperFiledIt(t *testing.T) {
	r := newRoom(t)
	li := r.staff("li", lifecycle.Investigator, "33")
	r.file(func(tip *intake.TipOff, who *intake.Reporter) { tip.ByHelper, who.Helper = true, "代代办" })
	r.file()
	for _, path := range []string{"/cases/2026-000001", "/cases/2026-000001/messages"} {
		page := r.get(li, path)
		r.want(page, 200, "由代办人代为提交", "先联系本人")
		if strings.Contains(page.body, "代代办") {
			t.Errorf("%s says who the helper is", path)
		}
	}
	for _, path := range []string{"/cases/2026-000002", "/cases/2026-000002/messages"} {
		if strings.Contains(r.get(li, path).body, "代办人") {
			t.Errorf("%s: a helper where there was none", path)
		}
	}
}
