package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"shebao/shared/pdf/pdftest"
)

// The second supervisor of the demo: what one of them drafts the other approves.
const secondSupervisor, secondPassword = "wang.fang", "demo-supervisor-2"

// openData reads an edition as JSON and as CSV from their stable addresses and checks that both say the same, and that the page shows the hash of the JSON.
func (v *visitor) openData(path string) (lines [][]string, document map[string]any) {
	v.t.Helper()
	_, text := get(v.t, v.base+path+".json")
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		v.t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if _, page := get(v.t, v.base+path); !strings.Contains(page, hex.EncodeToString(sum[:])) {
		v.t.Errorf("%s shows another hash than that of its data", path)
	}
	_, text = get(v.t, v.base+path+".csv")
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		v.t.Fatal(err)
	}
	return lines, document
}

// From the draft to the public page and back: one person drafts, another approves, the employers that are going to be named object, the public reads, and who pays is taken off by itself.
func TestPublication(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	h.env = append(h.env, "DESK_SUPERVISE_EVERY=1s")
	a := h.start("demo")
	b := startBrowser(t)
	public := b.visitor(t, a.Portal, 360, 740)
	author, second := b.visitor(t, a.Complaints, 1280, 900), b.visitor(t, a.Complaints, 1280, 900)
	author.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	second.signIn(secondSupervisor, secondPassword)

	if status, _ := get(t, a.Portal+"/open/audit/33/2026Q3.json"); status != 404 {
		t.Errorf("a draft is open: %d", status)
	}
	author.open("/supervision/publications")
	author.isAccessible("editions")
	author.shot("publications.desk")
	author.press("浙江省 2026 年第 3 季度稽核情况")
	author.reads("待另一人批准", "这是第一次公布")
	if strings.Contains(author.element("main"), "\n批准\n") {
		t.Error("the author is offered to approve")
	}
	second.open("/supervision/publications")
	second.press("浙江省 2026 年第 3 季度稽核情况")
	second.isAccessible("waits for the second person")
	second.shot("publication.review.desk")
	second.press("批准")
	second.reads("已公布", "/open/audit/33/2026Q3")
	audits := second.address()
	public.open("/open/audit/33/2026Q3")
	public.reads("稽核情况", "口径", "更正记录", "实地稽核比例", "本期办结稽核")
	public.isAccessible("audit figures")
	public.shot("open.audit.phone")
	public.openData("/open/audit/33/2026Q3")

	author.open("/supervision/publications")
	for name, value := range map[string]string{"subject": "collection", "region": "33", "span": "2026Q2"} {
		author.fill(name, value)
	}
	author.press("生成公布稿")
	author.reads("编写中")
	author.press("提交批准")
	author.reads("待另一人批准")
	second.open("/supervision/publications")
	second.press("浙江省 2026 年第 2 季度征缴情况")
	second.reads("与上次公布的差异")
	second.shot("publication.difference.desk")
	second.press("批准")
	second.reads("已公布")
	public.open("/open")
	public.reads("公开信息", "2026 年第 3 季度征缴率", "单位异议")
	public.isAccessible("open")
	public.shot("open.phone")
	public.press("浙江省 2026 年第 3 季度社会保险费征缴情况")
	public.reads("征缴率 = 实际征缴额 ÷ 应征缴额", "低于 90%", "下载 CSV")
	public.isAccessible("collection")
	public.shot("open.collection.phone")
	lines, document := public.openData("/open/collection/33/2026Q3")
	if total := document["collection"].(map[string]any)["total"].(map[string]any); lines[1][4] != total["due"] || lines[1][5] != total["collected"] {
		t.Errorf("CSV %v, JSON %v", lines[1], total)
	}
	wide := b.visitor(t, a.Portal, 1280, 900)
	wide.dressed("open.collection", "/open/collection/33/2026Q3")
	wide.dressed("open.arrears", "/open/arrears/33/2026Q3")

	withdrawn(audits, author, second, public)
	objects(t, b, a, author, second)
	pays(t, b, a, public)
	if out := h.run(0, "", "reconcile"); !strings.Contains(out, "0 differ") {
		t.Errorf("reconcile: %s", out)
	}
}

// withdrawn: one supervisor asks with a reason, another withdraws, and the public page says since when and why instead of figures.
func withdrawn(at string, author, second, public *visitor) {
	author.open(at)
	author.take("ask_withdraw", "实地稽核人数重复计算", "")
	author.reads("申请撤回：实地稽核人数重复计算")
	if strings.Contains(author.element("main"), "撤回公布") {
		author.t.Error("who asked is offered to withdraw")
	}
	author.isAccessible("withdrawal is asked for")
	second.open(at)
	second.reads("申请撤回：实地稽核人数重复计算")
	second.shot("publication.withdraw.desk")
	second.take("withdraw", "", "")
	second.reads("公布有误，已经撤回")
	second.isAccessible("withdrawn")
	public.open("/open/audit/33/2026Q3")
	public.reads("这份公布有误", "实地稽核人数重复计算", "撤回")
	if strings.Contains(public.text(), "实地稽核比例") {
		public.t.Error("figures of what is withdrawn are still shown")
	}
	public.isAccessible("withdrawn in public")
	public.shot("open.withdrawn.phone")
}

// objects: an employer finds its line by the letter's code, and reads the decision by the same code.
func objects(t *testing.T, b browser, a addresses, author, second *visitor) {
	author.open("/supervision/publications")
	author.press("浙江省嘉兴市 2026 年第 3 季度欠费单位")
	author.reads("异议期", "编写人不能处理")
	at := regexp.MustCompile(`/supervision/publications/\d+`).FindString(author.address())
	author.open(at + "/letters")
	author.reads("示社稽公〔", "邮寄送达")
	author.isAccessible("letters")
	author.shot("letters.desk")
	papers := regexp.MustCompile(at+`/letters/(9[0-9A-Z]{17})\.pdf`).FindAllStringSubmatch(author.html(), -1)
	if len(papers) == 0 {
		t.Fatalf("no letters:\n%s", author.text())
	}
	last := papers[len(papers)-1]
	code := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(strings.Join(pdftest.Open(t, author.file(last[0])).Pages(), "\n"))
	employer := b.visitor(t, a.Portal, 360, 740)
	employer.open("/open/objection")
	employer.isAccessible("ask for the codes")
	employer.fill("uscc", last[1])
	employer.fill("code", code)
	employer.press("查看")
	employer.reads("可以提出异议，截至", "等待处理")
	employer.isAccessible("the employer's line")
	employer.shot("open.objection.phone")
	second.open(at)
	second.reads("请核对银行到账")
	second.isAccessible("objections")
	second.shot("publication.objection.desk")
	second.fill("reply", "已核对，八月款项尚未到账，照常列名。")
	second.press("处理异议")
	second.reads("异议不成立")
	employer.open("/open/objection")
	employer.reads("不成立", "照常列名")
	employer.fill("words", "九月款项今天到账，附凭证号。")
	employer.press("提交异议")
	employer.reads("异议已收到")
}

// pays: an employer of the published list pays, and is taken off by itself.
func pays(t *testing.T, b browser, a addresses, public *visitor) {
	const named, path = "嘉兴南湖电子有限公司", "/open/arrears/33/2026Q3"
	public.open(path)
	public.reads(named)
	public.isAccessible("employers in arrears")
	public.shot("open.arrears.phone")
	before, _ := public.openData(path)
	desk := b.visitor(t, a.Complaints, 1280, 900)
	desk.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	at := "/cases/" + desk.caseAbout("南湖电子")
	desk.open(at)
	for _, action := range []string{"accept", "investigate"} {
		desk.take(action, "", "")
	}
	desk.open(at + "/payments")
	for name, value := range map[string]string{"paid_on": today(), "amount": "99999999.00", "voucher": "E2E-P"} {
		desk.fill(name, value)
	}
	desk.choose("way", "transfer")
	desk.press("预览分配")
	desk.press("确认登记")
	desk.reads("已登记的缴款")
	public.opensUntil(path, "1 家单位已缴清")
	if text := public.text(); strings.Contains(text, named) {
		t.Errorf("who has paid is still named:\n%s", text)
	}
	public.shot("open.arrears.paid.phone")
	after, document := public.openData(path)
	if len(after) != len(before)-1 || document["revision"] != 2.0 || strings.Contains(strings.Join(flat(after), ","), named) {
		t.Errorf("%d lines, before %d, revision %v", len(after), len(before), document["revision"])
	}
}

func flat(lines [][]string) (all []string) {
	for _, l := range lines {
		all = append(all, l...)
	}
	return all
}

// file is what an address sends to who is signed in here.
func (v *visitor) file(path string) []byte {
	v.t.Helper()
	text, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](fmt.Sprintf(`fetch(%q).then(r => r.arrayBuffer()).then(b => btoa(Array.from(new Uint8Array(b), c => String.fromCharCode(c)).join('')))`, path), chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatal(err)
	}
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		v.t.Fatal(err)
	}
	return content
}

// html is the page as it stands.
func (v *visitor) html() string {
	v.t.Helper()
	text, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
	if err != nil {
		v.t.Fatal(err)
	}
	return text
}

// address is where the browser stands.
func (v *visitor) address() string {
	v.t.Helper()
	at, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		v.t.Fatal(err)
	}
	return at
}
