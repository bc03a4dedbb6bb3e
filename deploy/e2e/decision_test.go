package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A named report from its filing to its reward: evidence on file, a proposal, a second person's approval, a numbered reply that the reporter reads on the portal and hears on the telephone.
func TestACaseIsWorkedToItsEnd(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	worker := b.visitor(t, a.Portal, 360, 740)
	code := worker.filesNamed(a)

	desk := b.visitor(t, a.Complaints, 1280, 900)
	desk.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	desk.opensUntil("/queue?view=all&q=三个月没有记录", "-0000")
	number := regexp.MustCompile(time.Now().Format("2006") + `-\d{6}`).FindString(desk.text())
	at := "/cases/" + number
	desk.open(at)
	desk.take("accept", "", "")
	desk.take("investigate", "", "")

	desk.open(at + "/evidence")
	desk.reads("不是结论", "数据截至", "有同样缺缴的职工", "举报人本人的缺缴")
	ofWeb := desk.element("[aria-labelledby=own-months] tbody")
	desk.fill("lines", "2026-07 30 270000.00")
	desk.fill("source", "单位财务提供的工资发放表")
	desk.press("保存工资表")
	desk.reads("单位财务提供的工资发放表", "9,000.00")
	desk.open(at + "/messages")
	desk.press("正在核对名册")
	desk.reads("举报人会读到", "只有办案人员读到")
	desk.press("发给举报人")
	desk.fill("note", "单位财务说下周给名册")
	desk.press("保存为内部记录")
	desk.reads("单位财务说下周给名册")

	desk.open(at)
	desk.eval(`document.getElementById("ground-propose_decision").value = "unpaid"; true`)
	desk.eval(`(() => { const f = document.getElementById("ground-propose_decision").form; f.reason.value = "工资表与台账核对"; f.text.value = "单位欠缴属实，已责令限期补缴，并加收滞纳金。";
		document.documentElement.dataset.left = '1'; [...f.querySelectorAll("button")].find(b => b.value === "preview").click(); return true })()`)
	desk.nextPage("preview")
	desk.reads("答复书", "还没有签发", "经查，单位未按时足额缴纳社会保险费。")
	desk.isAccessible("preview of the letter")
	desk.shot("decision-preview.desk")
	desk.take("propose_decision", "工资表与台账核对", "单位欠缴属实，已责令限期补缴，并加收滞纳金。")
	desk.reads("决定待审批")
	desk.open(at + "/decision")
	desk.reads("要由另一位主管审批")

	head := b.visitor(t, a.Complaints, 360, 740)
	head.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	head.open(at + "/decision")
	head.reads("欠缴社会保险费", "工资表与台账核对")
	head.isAccessible("decision on a phone")
	head.shot("decision-waits.phone")
	head.press("查看决定依据的证据")
	head.reads("固定的证据，不随台账变化", "SHA-256")
	head.isAccessible("kept evidence on a phone")
	head.shot("evidence-kept.phone")
	head.open(at)
	head.reads("单位欠缴属实，已责令限期补缴，并加收滞纳金。")
	head.take("approve_decision", "", "")
	head.reads("已作出处理决定")

	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1280, 900}, {"phone", 360, 740}} {
		desk.do("turn to "+size.name, chromedp.EmulateViewport(size.width, size.height))
		for _, page := range []string{"/decision", "/evidence", "/files", "/messages", "/employer"} {
			desk.open(at + page)
			desk.isAccessible(page + " " + size.name)
			desk.shot("case" + strings.ReplaceAll(page, "/", "-") + "." + size.name)
		}
		desk.open("/phrases")
		desk.isAccessible("phrases " + size.name)
		desk.shot("phrases." + size.name)
	}
	head.open("/settings/rewards")
	head.isAccessible("reward policy on a phone")
	head.shot("rewards.phone")

	worker.open("/progress")
	if strings.Contains(worker.text(), "回执码") && !strings.Contains(worker.text(), "单位欠缴属实") {
		worker.fill("code", code)
		worker.press("查进度")
	}
	text := worker.reads("单位欠缴属实，已责令限期补缴，并加收滞纳金。", "答复书文号", "〔", "（PDF，", "正在核对单位的职工名册")
	if strings.Contains(text, "单位财务说下周给名册") {
		t.Error("the reporter reads an internal note")
	}
	worker.isAccessible("the reply on a phone")
	worker.shot("reply.phone")
	heard := callHotline(t, h, "1", "3", strings.ReplaceAll(code, " ", "")+"#", "hangup")
	for _, want := range []string{"单位欠缴属实，已责令限期补缴", "答复书文号"} {
		if !strings.Contains(heard, want) {
			t.Errorf("the caller does not hear %q:\n%s", want, heard)
		}
	}

	// The same worker tells it by telephone: the months that the record lacks stand with that case too.
	callHotline(t, h, "1", "2", "1", "say 嘉兴南湖电子", "1", "202601#", "2", a.SignIns.Worker.IDNumber+"#", a.SignIns.Worker.PIN, "2", "record", "1", "hangup")
	desk.opensUntil("/queue?view=waiting&channel=phone&q=南湖电子", "嘉兴南湖电子有限公司")
	desk.open("/cases/" + regexp.MustCompile(`\d{4}-\d{6}`).FindString(desk.text()) + "/evidence")
	if ofPhone := desk.element("[aria-labelledby=own-months] tbody"); ofPhone != ofWeb || !strings.Contains(ofWeb, "养老") {
		t.Errorf("own months by web %q, by telephone %q", ofWeb, ofPhone)
	}

	// The demo's own cases: one spoken with a transcript, one handed over with a number.
	desk.open("/queue?view=all&q=三十来个人")
	spoken := regexp.MustCompile(`\d{4}-\d{6}`).FindString(desk.text())
	desk.open("/cases/" + spoken + "/files")
	desk.reads("录音 1", "工资条上社保照扣", "陈洁", "SHA-256")
	desk.eval(`(() => { const a = document.querySelector("audio"); return a !== null && a.getAttribute("preload") === "none" })()`)
	desk.isAccessible("recording with a transcript")
	desk.shot("recording.phone")
	desk.open("/queue?view=all&state=transferred_out")
	handed := regexp.MustCompile(`\d{4}-\d{6}`).FindString(desk.text())
	desk.open("/cases/" + handed + "/decision")
	desk.reads("市医疗保障局", "示社稽移〔")
	desk.shot("handed.phone")
	desk.open("/queue?view=all&state=decision_proposed")
	desk.open("/cases/" + regexp.MustCompile(`\d{4}-\d{6}`).FindString(desk.text()) + "/decision")
	desk.reads("查看决定依据的证据")
	if out := h.run(0, "", "audit", "verify"); !strings.Contains(out, "0 breaks") {
		t.Errorf("audit: %s", out)
	}
}

// filesNamed signs the demo's worker in, files a report under their name and returns the receipt code.
func (v *visitor) filesNamed(a addresses) string {
	v.t.Helper()
	v.open("/sign-in")
	v.fill("number", a.SignIns.Worker.IDNumber)
	v.fill("pin", a.SignIns.Worker.PIN)
	v.press("登录")
	v.open("/tip-off")
	v.eval(`(() => { const pick = (n, x) => { const e = document.querySelector('main [name=' + n + '][value=' + x + ']'); if (!e) throw new Error('no ' + n); e.checked = true };
		pick('kind', 'unpaid'); pick('own', 'yes'); pick('named', 'yes'); return true })()`)
	v.fill("employer", "嘉兴南湖电子有限公司")
	v.fill("words", "今年夏天起三个月没有记录")
	v.press("下一步")
	if strings.Contains(v.text(), "请选择") {
		v.eval(`(() => { const e = document.querySelector('main [name=choice]'); e.checked = true; return true })()`)
		v.press("下一步")
	}
	v.press("提交")
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(v.text())
	if code == "" {
		v.t.Fatalf("no receipt:\n%s", v.text())
	}
	return code
}
