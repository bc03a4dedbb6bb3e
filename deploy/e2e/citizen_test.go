package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"shebao/deploy/demo"
	"shebao/shared/calendar"
)

// A worker misses months that were paid: at most three questions lead to the filled form, the proof is handed in, the clock runs, the desk finds the record wrong and corrects it, and the
// worker sees the corrected statement; the paper issued before says that it is superseded. Another worker's missing months lead to the tip-off instead, and its receipt is not lost by haste.
func TestFromAMissingMonthToTheCorrectedStatement(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	dir := t.TempDir()
	people, err := demo.Write(dir, calendar.DateOf(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	who := people[2]
	if who.Shows != "中间缺月" {
		t.Fatalf("the demo's third worker shows %s", who.Shows)
	}
	worker := b.visitor(t, a.Portal, 360, 740)
	worker.entersAs(who.Number, who.PIN)
	year := time.Now().Year() - 1
	worker.open(fmt.Sprintf("/statement/%d", year))
	worker.downloads(fmt.Sprintf("/statement/%d.pdf", year))
	worker.press("不确定？先回答三个问题")
	for i, answer := range []string{"不是，更早", "在", "缴了，有缴费凭证"} {
		worker.reads("个问题，最多")
		worker.isAccessible(fmt.Sprintf("question %d", i+1))
		worker.press(answer)
	}
	worker.isAccessible("where the questions lead")
	worker.shot("journey.outcome")
	worker.press("申请核查我的记录")
	worker.eval(fmt.Sprintf(`(() => { for (const [name, value] of [['from_year', '%[1]d'], ['from_month', '3'], ['to_year', '%[1]d'], ['to_month', '4']])
		if (document.querySelector('[name=' + name + ']').value !== value) throw new Error(name + ' is not filled in');
		if (!document.querySelector('[name=matter][value=missing]').checked) throw new Error('the matter is not chosen');
		return true })()`, year))
	words := "工资条显示三月四月都已扣款，银行流水附后，编号甲乙丙丁"
	worker.fill("words", words)
	worker.press("下一步")
	worker.handsIn(proof(t))
	worker.reads("工资条.png", words)
	worker.isAccessible("the answers before they are sent")
	worker.shot("journey.check")
	worker.press("提交核查申请")
	worker.leavesWithTheReceipt()
	worker.open("/me/objections")
	worker.reads("已收到", "个工作日")
	worker.isAccessible("objections")
	worker.shot("journey.clock")

	decidesObjection(t, b, a, url.QueryEscape("编号甲乙丙丁"))
	h.run(0, "", "import", "contributions", correction(t, dir, who.Number, year))
	worker.open("/me/objections")
	worker.reads("已办结")
	worker.press("查看进度和消息")
	worker.reads("记录有误，已更正")
	worker.isAccessible("the objection's result")
	worker.open(fmt.Sprintf("/statement/%d", year))
	if text := worker.reads("记录在出具后有变动"); strings.Contains(text, "没有足额缴费") {
		t.Errorf("the corrected statement still has a gap:\n%s", text)
	}
	worker.shot("journey.corrected")
	worker.downloads(fmt.Sprintf("/statement/%d.pdf", year))
	worker.downloads(fmt.Sprintf("/statement/%d.pdf?issue=1", year))
	worker.open("/me/documents")
	code := printedCode.FindAllString(worker.reads("已被取代", "有效"), -1)
	stranger := b.visitor(t, a.Portal, 1280, 900)
	stranger.open("/verify/" + strings.ReplaceAll(code[len(code)-1], " ", ""))
	stranger.reads("取代")

	reportsWhatIsMissing(t, b, a)
}

// reportsWhatIsMissing goes the other way: the employer did not pay.
func reportsWhatIsMissing(t *testing.T, b browser, a addresses) {
	t.Helper()
	v := b.visitor(t, a.Portal, 360, 740)
	v.entersAs(a.SignIns.Worker.IDNumber, a.SignIns.Worker.PIN)
	v.open("/")
	v.isAccessible("home with arrears")
	v.shot("journey.home")
	v.press("不确定？先回答三个问题")
	for _, answer := range []string{"不是，更早", "在", "没有缴"} {
		v.press(answer)
	}
	v.press("向社保部门反映")
	v.reads("嘉兴南湖电子有限公司")
	v.choose("own", "yes")
	v.press("下一步")
	v.isAccessible("the tip-off before it is sent")
	v.press("提交举报")
	v.leavesWithTheReceipt()
}

func (v *visitor) entersAs(number, pin string) {
	v.t.Helper()
	v.open("/sign-in")
	v.fill("number", number)
	v.fill("pin", pin)
	v.press("登录")
}

// handsIn adds a file on a check page.
func (v *visitor) handsIn(path string) {
	v.t.Helper()
	v.do("choose a file", chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path}))
	v.press("添加")
}

// leavesWithTheReceipt tries to leave without saying that the code is kept, is shown it once more, and leaves with it: the page that asks for it opens.
func (v *visitor) leavesWithTheReceipt() {
	v.t.Helper()
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(v.reads("我已保存回执码"))
	v.isAccessible("receipt")
	v.press("离开本页")
	v.reads(code, "再勾选")
	v.isAccessible("receipt once more")
	v.shot("journey.receipt")
	v.choose("saved", "yes")
	v.press("离开并用回执码查进度")
	v.fill("code", code)
	v.press("查进度")
	v.reads("已收到")
}

// proof is a picture as a telephone takes it.
func proof(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "工资条.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// decidesObjection works the objection that the search finds, with two people as a decision takes.
func decidesObjection(t *testing.T, b browser, a addresses, search string) {
	t.Helper()
	desk := b.visitor(t, a.Complaints, 1280, 900)
	desk.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	desk.opensUntil("/queue?view=open&q="+search, "核查")
	number := regexp.MustCompile(`\d{4}-\d{6}`).FindString(desk.text())
	at := "/cases/" + number
	desk.open(at)
	desk.reads("编号甲乙丙丁", "记录有误，申请核查")
	desk.shot("journey.desk")
	desk.take("accept", "", "")
	desk.take("investigate", "", "")
	desk.eval(`document.getElementById("ground-propose_decision").value = "record_wrong"; true`)
	desk.take("propose_decision", "查实", "记录有误，已更正。")
	second := b.visitor(t, a.Complaints, 1280, 900)
	second.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	second.open(at)
	second.take("approve_decision", "", "")
	desk.open(at)
	desk.take("close", "", "记录有误，已更正，请下载新的对账单。")
	desk.reads("已办结")
}

// correction is a file with the missing months of a worker as they should stand.
func correction(t *testing.T, dir, number string, year int) string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "contributions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.Write(rows[0]); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[0] == number && row[9] == "" && strings.HasPrefix(row[3], fmt.Sprint(year)) {
			row[6], row[8], row[9] = row[5], row[7], fmt.Sprintf("%d-%s-20", year, row[3][4:])
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Flush()
	path := filepath.Join(dir, "correction.csv")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
