package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// The supervisor's pages of audits on a phone and a desk, and an audit from the plan to the workbook of the report.
func TestAuditsFromThePlanToTheReport(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	year := time.Now().Format("2006")
	head := b.visitor(t, a.Complaints, 1280, 900)
	head.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		head.do("turn to a "+size.name, chromedp.EmulateViewport(size.width, size.height))
		for _, page := range []struct{ name, path, shows string }{
			{"plan", "/supervision/plan", "计划稽核 16 家"}, {"coverage", "/supervision/coverage", "到 60% 还差"}, {"pensioners", "/supervision/pensioners", "抽取 8 人"}, {"assistance", "/supervision/assistance", "个工作日"},
			{"auditors", "/supervision/auditors", "天内到期"}, {"auditor", "/supervision/auditors/chen.jie", "集中培训"}, {"report", "/supervision/report?span=" + year, "年终检查考评"}, {"statements", "/supervision/statements", "已出具"},
			{"register", "/supervision/register", "欠费"},
		} {
			head.open(page.path)
			head.reads(page.shows)
			head.isAccessible(page.name + " " + size.name)
			head.shot("audit-" + page.name + "." + size.name)
		}
	}
	number := head.audits(year)
	head.open("/supervision/report?span=" + year)
	book := head.fetches("/supervision/report.xlsx?span=" + year)
	sheets, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatalf("the workbook: %v", err)
	}
	rows, err := sheets.GetRows("稽核工作报告")
	if err != nil {
		t.Fatal(err)
	}
	page := head.text()
	for _, row := range rows[3:] {
		if len(row) > 2 && !strings.Contains(row[0], "元") && !strings.Contains(row[1], "元") && !strings.Contains(page, row[2]) {
			t.Errorf("the page does not show the workbook's %v", row)
		}
	}
	li := b.visitor(t, a.Complaints, 360, 740)
	li.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	li.open("/cases/" + number + "/audit")
	li.reads("为什么稽核", "未参保")
	li.isAccessible("audit of a case")
	li.shot("audit-case.phone")
	li.open("/supervision/assistance/1")
	li.isAccessible("assistance")
	li.shot("audit-assistance-one.phone")
}

// audits puts the first candidate into the plan, sends two auditors, begins and enters what the visit found. It returns the case.
func (v *visitor) audits(year string) (number string) {
	v.t.Helper()
	v.open("/supervision/plan?year=" + year + "&order=headcount")
	v.eval(`(() => { document.querySelector('#employer input[type=checkbox]').click(); return true })()`)
	v.press("列入计划并立案")
	v.reads("已选取")
	v.eval(`(() => { const rows = [...document.querySelectorAll('[aria-labelledby=chosen] tbody tr')].filter(r => r.innerText.includes('已受理')); document.documentElement.dataset.left = '1'; rows[rows.length - 1].querySelector('a').click(); return true })()`)
	v.nextPage("case")
	number = v.element("h1")
	number = number[strings.Index(number, year):][:len(year)+7]
	v.open("/cases/" + number + "/audit")
	v.isAccessible("audit without auditors")
	v.fill("auditors", "li.min")
	v.fill("auditors2", "wang.fang")
	v.press("指派稽核人员")
	v.reads("可以派出")
	v.open("/cases/" + number)
	v.take("investigate", "", "")
	v.open("/cases/" + number + "/audit")
	v.eval(`(() => { document.querySelector('#found ~ details').open = true; return true })()`)
	for name, value := range map[string]string{"found": "9", "checked": "8", "unregistered": "9", "underreported": "0"} {
		v.fill(name, value)
	}
	v.press("登记实地稽核结果")
	v.reads("人数不能多于核查人数")
	v.isAccessible("refused visit")
	v.shot("audit-visit-wrong")
	v.fill("unregistered", "1")
	v.press("登记实地稽核结果")
	v.reads("作废")
	v.shot("audit-case.desktop")
	return number
}

// fetches gets a file of the desk as the page's own link would.
func (v *visitor) fetches(path string) []byte {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	script := fmt.Sprintf(`fetch(%q).then(r => r.arrayBuffer().then(b => {
		if (r.status !== 200) throw new Error('status ' + r.status);
		return btoa(Array.from(new Uint8Array(b), c => String.fromCharCode(c)).join('')) }))`, path)
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("fetch %s: %v", path, err)
	}
	file, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		v.t.Fatal(err)
	}
	return file
}
