package e2e

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// From the arithmetic to the month made good: an investigator counts what an employer owes, demands it on paper, serves the paper, books the money; the worker sees it.
func TestMoneyComesBack(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	worker := b.visitor(t, a.Portal, 390, 844)
	worker.open("/statement")
	worker.fill("number", a.SignIns.Worker.IDNumber)
	worker.fill("pin", a.SignIns.Worker.PIN)
	worker.press("登录")

	desk := b.visitor(t, a.Complaints, 1280, 900)
	desk.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	at := "/cases/" + desk.caseAbout("南湖电子")
	desk.open(at)
	for _, action := range []string{"accept", "investigate"} {
		desk.take(action, "", "")
	}
	desk.open(at + "/calc")
	desk.reads("滞纳金怎样算出来", "0.5‰", "《社会保险法》第八十六条")
	desk.isAccessible("calculation")
	desk.shot("calc.desk")
	desk.press("保存测算")
	desk.reads("引用到文书")
	desk.isAccessible("kept calculation")
	desk.press("社会保险费催缴通知书")
	desk.isAccessible("draft")
	desk.shot("draft.desk")
	for name, value := range map[string]string{"card1": "示稽 0001", "inspector2": "王芳", "card2": "示稽 0002"} {
		desk.fill(name, value)
	}
	desk.press("核对全文")
	desk.reads("示例省社会保险基金专户", "陈述和申辩", "人民币")
	desk.isAccessible("check")
	desk.shot("check.desk")
	desk.press("签发并编号")
	desk.reads("示社稽催〔", "已签发")
	desk.isAccessible("issued")
	desk.choose("way", "direct")
	desk.fill("done_on", today())
	desk.fill("receiver", "张强，办公室主任")
	desk.press("保存送达")
	desk.reads("直接送达", "送达回证扫描件")
	desk.isAccessible("served")
	desk.shot("issued.desk")
	desk.open(at + "/notices")
	desk.reads("单位缴款（催缴通知书）", "限期改正指令书")
	desk.isAccessible("documents")
	desk.shot("notices.desk")
	desk.open(at + "/payments")
	desk.fill("paid_on", today())
	desk.fill("amount", "99999999.00")
	desk.fill("voucher", "E2E-1")
	desk.choose("way", "transfer")
	desk.press("预览分配")
	desk.reads("还没有记账", "一次缴清全部欠费")
	desk.isAccessible("preview")
	desk.shot("preview.desk")
	desk.press("确认登记")
	desk.reads("已登记的缴款", "滞纳金账", "余款")
	desk.isAccessible("payments")
	desk.shot("payments.desk")
	desk.press("嘉兴南湖电子有限公司") // the head of the case leads to the employer
	desk.reads("欠费", "滞纳金账", "文书送达")
	desk.isAccessible("employer")
	desk.shot("employer.desk")

	for _, page := range []string{"/calc", "/notices", "/payments"} {
		desk.do("turn to a phone", chromedp.EmulateViewport(360, 740))
		desk.open(at + page)
		desk.isAccessible("phone " + page)
		desk.shot("phone" + strings.ReplaceAll(page, "/", "."))
	}
	worker.open("/statement/" + strconv.Itoa(time.Now().Year()))
	if text := worker.text(); strings.Contains(text, "欠缴 ") || !strings.Contains(text, "补缴") {
		t.Errorf("the worker does not see what was made good:\n%s", text)
	}
	worker.shot("made-good.phone")
	for _, check := range [][2]string{{"audit", "0 breaks"}, {"ledger", "0 differ"}} {
		if out := h.run(0, "", check[0], "verify"); !strings.Contains(out, check[1]) {
			t.Errorf("%s: %s", check[0], out)
		}
	}
}

// today is the day as forms take it, where the program's clock is the machine's.
func today() string { return time.Now().In(time.FixedZone("", 8*60*60)).Format("2006-01-02") }

// caseAbout finds the number of the waiting case that a report on the web opened about an employer; the demo's desk has many others, audits of its plan among them.
func (v *visitor) caseAbout(employer string) string {
	v.t.Helper()
	v.opensUntil("/queue?view=waiting&channel=web&q="+url.QueryEscape(employer), employer)
	number := regexp.MustCompile(`\d{4}-\d{6}`).FindString(v.text())
	if number == "" {
		v.t.Fatalf("no case about %s:\n%s", employer, v.text())
	}
	return number
}
