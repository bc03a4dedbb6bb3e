package complaints

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/pdf/pdftest"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// debtor is the employer of these tests: three people, pension and medical, July to September 2026 unpaid. One of them is the reporter.
const debtor = "91070102MAXG612DD9"

// till is a room with a debtor in its ledger, a case about it that is being investigated, and sessions of an investigator and a supervisor.
type till struct {
	*room
	book     *ledger.Ledger
	li, head string
	code     receipt.Code
}

func newTill(t *testing.T, set ...func(c *Config)) till {
	t.Helper()
	r := newRoom(t, set...)
	field, err1 := seal.NewFieldKey(bytes.Repeat([]byte{3}, 32), "ledger")
	hash, err2 := seal.NewHashKey(bytes.Repeat([]byte{3}, 32), "ledger")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	x := till{room: r, book: ledger.New(r.pool, ledger.Keys{Field: field, Hash: hash})}
	people := [][2]string{{reporterNumber, reporterName}, {"070102198201027603", "陈小静"}, {"070106199311038610", "崔鹏霞"}}
	employers := [][]string{{"统一社会信用代码", "单位名称", "行政区划代码", "登记日期", "单位状态", "经济类型"}, {debtor, "嘉兴示例电子有限公司", "330402", "2006-02-10", "正常", "有限责任公司"}}
	persons := [][]string{{"证件类型", "证件号码", "姓名", "性别", "出生日期", "社会保障卡号", "手机号码", "人员状态", "期初账户余额", "期初余额日期"}}
	rows := [][]string{{"证件号码", "统一社会信用代码", "险种", "费款所属期", "缴费基数", "单位应缴", "单位实缴", "个人应缴", "个人实缴", "到账日期"}}
	for _, p := range people {
		birth := p[0][6:10] + "-" + p[0][10:12] + "-" + p[0][12:14]
		sex := map[bool]string{true: "男", false: "女"}[(p[0][16]-'0')%2 == 1]
		persons = append(persons, []string{"居民身份证", p[0], p[1], sex, birth, "D1000" + p[0][14:18], "", "参保缴费", "0", ""})
		for _, period := range []string{"202606", "202607", "202608", "202609"} {
			paid := period == "202606"
			rows = append(rows, contributionRow(p[0], "110", period, "6000.00", "960.00", "480.00", paid), contributionRow(p[0], "310", period, "6000.00", "480.00", "120.00", paid))
		}
	}
	dir := t.TempDir()
	for kind, table := range map[ledger.Kind][][]string{ledger.Employers: employers, ledger.Persons: persons, ledger.Contributions: rows} {
		f, err := os.Create(filepath.Join(dir, string(kind)+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(f).WriteAll(table); err != nil {
			t.Fatal(err)
		}
		_ = f.Close() // written above
	}
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions} {
		report, err := x.book.Import(t.Context(), kind, filepath.Join(dir, string(kind)+".csv"), ledger.Options{Now: r.at})
		if err != nil || report.Rejected > 0 {
			t.Fatalf("%s: %+v, %v", kind, report, err)
		}
	}
	x.exec(`UPDATE ledger.reach SET data_date = '2026-11-20'`) // somebody else's payment: what these owe is judged
	x.li, x.head = r.staff("li", lifecycle.Investigator, "3304"), r.staff("head", lifecycle.Supervisor, "3304")
	_, x.code = r.file(func(tip *intake.TipOff, _ *intake.Reporter) {
		tip.EmployerUSCC, tip.EmployerName, tip.Words = debtor, "嘉兴示例电子有限公司", "工资条上每个月都扣了社保，但最近几个月查不到缴费。"
	})
	x.act("accept", "investigate")
	if len(set) == 0 { // three people are few
		x.want(x.post(x.li, first+"/caution", "caution", "按日常稽核办理，同时检查同街道三家单位"), 303)
	}
	return x
}

func contributionRow(person, insurance, period, base, employer, own string, paid bool) []string {
	row := []string{person, debtor, insurance, period, base, employer, "0.00", own, "0.00", ""}
	if paid {
		row[6], row[8], row[9] = employer, own, period[:4]+"-"+period[4:]+"-20"
	}
	return row
}

func (x till) act(actions ...string) {
	x.t.Helper()
	for _, action := range actions {
		x.want(x.post(x.li, "/cases/2026-000001/act", "version", x.value(`SELECT version FROM complaints.complaint`), "action", action), 303)
	}
}

// agency lets the region issue documents.
func (x till) agency() {
	x.t.Helper()
	a := x.get(x.head, "/settings/money")
	x.want(a, 200, "金额和文书规则")
	rates := "110 2019-05 16 8\n310 2019-05 8 2"
	x.want(x.post(x.head, "/settings/money", "version", "0", "end_day", "day_before_payment", "first_day", "day_after_due", "stop", "declared", "order", "notice_2001", "fee_order", "principal_first", "rounding", "fen",
		"rates", rates, "agency_name", "嘉兴市示例社会保险中心", "agency_department", "嘉兴市示例人力资源和社会保障局", "agency_series", "嘉社稽", "agency_pattern", "{series}{kind}〔{year}〕{n}号", "agency_holder", "示例社保基金专户",
		"agency_bank", "演示银行", "agency_account", "330400001122", "agency_place", "演示路 1 号", "agency_address", "演示路 1 号", "agency_contact", "稽核科", "agency_phone", "0573-0000000", "agency_review", "嘉兴市人民政府",
		"agency_court", "嘉兴市示例法院", "agency_pay_days", "5", "agency_correct_days", "15", "agency_announce_days", "30", "agency_warn_before", "2"), 303)
}

// keep keeps a calculation and returns its address below the case's.
func (x till) keep(fields ...string) string {
	x.t.Helper()
	a := x.post(x.li, "/cases/2026-000001/calc", append(append([]string{"do", "keep"}, fields...), "paid_on", "2026-11-24")...)
	x.want(a, 303)
	return strings.TrimPrefix(a.header.Get("Location"), "/cases/2026-000001/calc/")
}

func TestTheCalculationIsExplainedAndKept(t *testing.T) {
	x := newTill(t)
	page := x.get(x.li, "/cases/2026-000001/calc")
	x.want(page, 200, "嘉兴示例电子有限公司", "18,360.00", "4,320.00 × 116 天 × 0.5‰ = 250.56", "《社会保险法》第八十六条", "共 18 行", "叶*")
	for _, secret := range []string{reporterName, reporterNumber, reporterMobile} {
		if strings.Contains(page.body, secret) {
			t.Error("the page names somebody")
		}
	}
	x.want(x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", "2026-08-01"), 200, "4,320.00 × 1 天", "缴款日未过缴费期限")
	x.want(x.post(x.li, "/cases/2026-000001/calc", "do", "search", "search", "崔"), 200, "共 6 行", "崔*")
	x.want(x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", "24.11.", "from", "2026-13", "findings", "all 9000"), 422, "日期写成", "月份写成", "有一行看不懂", "all 9000")
	id := x.keep()
	x.want(x.get(x.li, "/cases/2026-000001/calc/"+id), 200, "第 "+id+" 号测算", "18,360.00", "社会保险费催缴通知书")
	if _, err := x.pool.Exec(t.Context(), `UPDATE complaints.calculation SET owed = 1`); err == nil {
		t.Error("a kept calculation could be changed")
	}
	x.want(x.post(x.li, "/cases/2026-000001/deferrals", "deferral_from", "2026-08-01", "deferral_to", "2026-07-01"), 422, "止日不能早于起日", "请填写批准文件")
	x.want(x.post(x.li, "/cases/2026-000001/deferrals", "deferral_from", "2026-08-01", "deferral_to", "2026-10-31", "deferral_document", "嘉人社缓〔2026〕1号"), 303)
	x.want(x.get(x.li, "/cases/2026-000001/calc"), 200, "4,320.00 × 24 天", "嘉人社缓〔2026〕1号")
	x.want(x.get(x.li, "/cases/2026-000001/calc/"+id), 200, "4,320.00 × 116 天")
	far := x.staff("far", lifecycle.Investigator, "3301")
	for _, path := range []string{"/cases/2026-000001/calc", "/cases/2026-000001/calc/" + id, "/cases/2026-000001/notices", "/cases/2026-000001/payments", "/employers/" + debtor} {
		x.want(x.get(far, path), 404)
		x.want(x.get(x.staff("auditor"+path, lifecycle.Auditor, ""), path), 403)
	}
}

// What may still be on its way is called arrears nowhere: no calculation, demand or order counts it unless somebody asks for the month, and a case does not wait for it.
func TestMonthsOnTheirWayAreNotDemanded(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.exec(`UPDATE ledger.reach SET data_date = '2026-09-30'`) // July is judged; August and September are not
	x.want(x.get(x.li, "/cases/2026-000001/calc"), 200, "6,120.00", "2026-07；2026-08 起的月份还在入账期内", "共 6 行")
	x.want(x.get(x.li, "/cases/2026-000001/evidence"), 200, "6,120.00", "处理中，不计欠费")
	x.want(x.get(x.li, "/cases/2026-000001/payments"), 200, "6,120.00")
	if page := x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", "2026-11-24", "to", "2026-09"); page.status != 200 || !strings.Contains(page.body, "18,360.00") || strings.Contains(page.body, "还在入账期内") {
		t.Errorf("months that were asked for are not counted: %d", page.status)
	}
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	x.want(x.get(x.li, "/cases/2026-000001/notices/"+id), 200, "你单位 2026-07 应缴社会保险费")
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id, append(x.filledIn(id, calculation), "do", "save")...), 303)
	x.want(x.issue(id), 303)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id+"/service", "way", "direct", "done_on", "2026-11-24", "receiver", "张强"), 303)
	x.exec(`UPDATE ledger.contribution SET employer_paid = employer_due, person_paid = person_due WHERE period = 202607`)
	x.at = time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	x.want(x.get(x.li, "/cases/2026-000001/notices"), 200, "没有欠费")
}

func TestATrueBaseMakesMoreDue(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.want(x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", "2026-11-24", "from", "2026-06", "to", "2026-06", "findings", "* 2026-06 2026-06 8000"), 200, "其中少报基数", "2,040.00")
	id := x.keep("from", "2026-06", "to", "2026-06", "findings", "* 2026-06 2026-06 8000")
	x.want(x.post(x.li, "/cases/2026-000001/calc/"+id+"/assess"), 303)
	if owed := x.value(`SELECT sum(employer_due + person_due - employer_paid - person_paid)::bigint FROM ledger.contribution WHERE period = 202606`); owed != "204000" {
		t.Errorf("the ledger has %s more due", owed)
	}
	x.want(x.post(x.li, "/cases/2026-000001/calc/"+id+"/assess"), 409, "没有新的差额")
	if _, differ, err := x.book.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("packed rows differ: %v, %v", differ, err)
	}
}

// Where late months are booked as if they had been paid on time, the payer also owes the interest that the accounts have lost: on the page, in what is kept, and in the demand's sum.
func TestLostInterestIsDemandedWhereTheRegionBooksIt(t *testing.T) {
	x := newTill(t)
	x.agency()
	const next = "2027-02-10" // 480.00 × (6+5+4) at the last published rate, 1.50 % ÷ 12, for each of three people: 27.00
	if page := x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", next); strings.Contains(page.body, "补缴利息") {
		t.Error("a region of policy A demands interest")
	}
	rules := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(rules, []byte("行政区划代码,补缴记账办法,计息办法\n330400,B,月积数法\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := x.book.Import(t.Context(), ledger.Rules, rules, ledger.Options{Now: x.at}); err != nil {
		t.Fatal(err)
	}
	x.want(x.post(x.li, "/cases/2026-000001/calc", "do", "compute", "paid_on", next), 200, "补缴利息", "27.00", "3 人 9 个月", "2026-12-31", "由缴费单位随本金一并缴纳", "补缴本金和利息，按所属月份记入")
	if page := x.get(x.li, "/cases/2026-000001/calc"); strings.Contains(page.body, "补缴利息") {
		t.Error("the year of payment loses no interest: the fund credits it")
	}
	calculation := x.keep("paid_on", next)
	kept := x.get(x.li, "/cases/2026-000001/calc/"+calculation)
	x.want(kept, 200, "27.00", "3 人 9 个月")
	total := regexp.MustCompile(`合计</dt>\s*<dd[^>]*>([0-9,.]+) 元`).FindStringSubmatch(kept.body)
	if total == nil {
		t.Fatal("no total")
	}
	id := x.draft(notice.Demand, calculation)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id, append(x.filledIn(id, calculation), "do", "check")...), 200, "补缴利息（计至2026-12-31）", "27.00 元", "按各年度记账利率计至2026年12月31日", total[1]+" 元（人民币")
}

// draft begins a document and fills in what nobody can know.
func (x till) draft(kind notice.Kind, calculation string) (id string) {
	x.t.Helper()
	a := x.post(x.li, "/cases/2026-000001/notices", "kind", string(kind), "calculation", calculation)
	x.want(a, 303)
	return strings.TrimPrefix(a.header.Get("Location"), "/cases/2026-000001/notices/")
}

// filledIn are the proposals of a draft's page, with the inspectors.
func (x till) filledIn(id, calculation string, more ...string) []string {
	x.t.Helper()
	var kind string
	_ = x.pool.QueryRow(x.t.Context(), `SELECT kind FROM complaints.notice WHERE id = $1`, id).Scan(&kind)
	fields := []string{"version", x.value(`SELECT version FROM complaints.notice WHERE id = $1`, id), "calculation", calculation}
	for _, f := range notice.Fields(notice.Kind(kind)) {
		value := x.value(`SELECT coalesce(fields->>$2, '') FROM complaints.notice WHERE id = $1`, id, f.Name)
		switch f.Name {
		case "card1", "card2":
			value = "浙稽 001 " + f.Name
		case "inspector2":
			value = "王芳"
		}
		for i := 0; i+1 < len(more); i += 2 {
			if more[i] == f.Name {
				value = more[i+1]
			}
		}
		fields = append(fields, f.Name, value)
	}
	return fields
}

func (x till) issue(id string) answer {
	x.t.Helper()
	return x.post(x.li, "/cases/2026-000001/notices/"+id, "do", "issue", "version", x.value(`SELECT version FROM complaints.notice WHERE id = $1`, id))
}

func TestADemandIsWrittenServedAndFollowed(t *testing.T) {
	x := newTill(t)
	x.want(x.post(x.li, "/cases/2026-000001/notices", "kind", "<script>"), 422)
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	at := "/cases/2026-000001/notices/" + id
	x.want(x.get(x.li, at), 200, "发文机关还没有设置：收款户名", "你单位 2026-07 至 2026-09 应缴社会保险费")
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation, "facts", "根据举报，____"), "do", "check")...), 422, "还有没填的空白")
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation, "facts", "根据举报查明"), "do", "check")...), 422, "不能提到举报")
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation, "facts", "经查，工资条上每个月都扣了社保。"), "do", "check")...), 422, "重复了举报人的原话")
	facts := "你单位 2026-07 至 2026-09 欠缴 18,360.00 元。"
	x.want(x.post(x.li, at, append(x.filledIn(id, calculation, "facts", facts), "do", "check")...), 200, "请核对全文", "4,320.00", "陈述和申辩")
	x.want(x.issue(id), 422, "发文机关还没有设置")
	x.agency()
	x.want(x.issue(id), 303)
	page := x.get(x.li, at)
	x.want(page, 200, "嘉社稽催〔2026〕1号", "已签发", "登记送达", "人民币")
	first, again := x.get(x.li, at+"/pdf"), x.get(x.li, at+"/pdf")
	if first.body != again.body || !strings.HasPrefix(first.body, "%PDF") || first.header.Get("Content-Type") != "application/pdf" {
		t.Error("the file is not the same twice, or none")
	}
	text := regexp.MustCompile(`\s+`).ReplaceAllString(pdftest.Open(t, []byte(first.body)).Text(), "")
	for _, word := range []string{"社会保险费催缴通知书", "嘉社稽催〔2026〕1号", "嘉兴示例电子有限公司", debtor, "企业职工基本养老保险", "4,320.00", "示例社保基金专户", "330400001122", "5个工作日", "陈述和申辩", "行政复议", "嘉兴市示例法院", "送达回证", "见证人", "王芳", "《社会保险法》第八十六条"} {
		if !strings.Contains(text, word) {
			t.Errorf("the PDF lacks %q", word)
		}
	}
	for _, secret := range []string{reporterName, reporterNumber, reporterMobile, "举报人", "工资条", "2026-000001"} {
		if strings.Contains(text, secret) || strings.Contains(first.body, secret) {
			t.Errorf("the PDF holds %q", secret)
		}
	}
	if _, err := x.pool.Exec(t.Context(), `UPDATE complaints.notice SET number = 'x'`); err == nil {
		t.Error("an issued document could be changed")
	}
	serve(x, at)
	x.want(x.get(x.li, "/cases/2026-000001/notices"), 200, "单位缴款（催缴通知书）", "2026-12-01", "剩 5 个工作日")
	x.follow(calculation)
}

func serve(x till, at string) {
	x.t.Helper()
	x.want(x.post(x.li, at+"/service", "way", "left", "done_on", "2026-11-30"), 422, "日期不能晚于今天", "请填写收件人", "需要见证人")
	x.want(x.post(x.li, at+"/service", "way", "pigeon", "done_on", "2026-11-23", "receiver", "张强"), 422, "请选择送达方式", "不能早于签发日")
	x.want(x.post(x.li, at+"/service", "way", "direct", "done_on", "2026-11-24", "receiver", "张强，办公室主任"), 303)
	x.want(x.post(x.li, at+"/service", "way", "direct", "done_on", "2026-11-24", "receiver", "张强"), 409, "已经登记过送达")
	x.want(x.post(x.li, at+"/end", "do", "void", "void_reason", "写错收件人"), 303)
	x.want(x.post(x.li, at+"/service", "way", "direct", "done_on", "2026-11-24", "receiver", "张强，办公室主任"), 303)
	x.want(x.get(x.li, at), 200, "张强，办公室主任", "直接送达", "2026-12-01")
	x.want(x.upload(x.li, at+"/scan", "slip.png", []byte("MZ not a picture")), 422)
	x.want(x.upload(x.li, at+"/scan", "slip.pdf", []byte(x.get(x.li, at+"/pdf").body)), 303)
	x.want(x.upload(x.li, at+"/scan", "slip.pdf", []byte(x.get(x.li, at+"/pdf").body)), 409, "已经上传过")
	if a := x.get(x.li, at+"/scan"); a.status != 200 || !strings.HasPrefix(a.body, "%PDF") || a.header.Get("Content-Disposition") != "attachment" {
		x.t.Errorf("the scan: %d %.40q", a.status, a.body)
	}
}

// follow goes on from a served demand: the order must wait for its limit, the limit calls by itself, numbers have no gap, a replaced document stays.
func (x till) follow(calculation string) {
	t := x.t
	order := x.draft(notice.Rectification, calculation)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+order, append(x.filledIn(order, calculation), "do", "save")...), 303)
	x.want(x.issue(order), 409, "缴纳期限未过")
	x.at = time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	owed := desk{store: x.cases, ledger: x.book}.owed
	for _, want := range []int{1, 0} { // it calls once
		if called, err := x.cases.WarnNotices(t.Context(), owed, x.at); err != nil || called != want {
			t.Errorf("%d limits called, %v, want %d", called, err, want)
		}
	}
	x.want(x.get(x.li, "/cases/2026-000001"), 200, "文书期限已过", "单位缴款（催缴通知书） 2026-12-01")
	x.want(x.issue(order), 303)
	x.want(x.get(x.li, "/cases/2026-000001/notices/"+order), 200, "嘉社稽改〔2026〕1号", "社会保险费催缴通知书：嘉社稽催〔2026〕1号")
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+order+"/end", "do", "withdraw", "reason", ""), 422, "请写明理由")
	a := x.post(x.li, "/cases/2026-000001/notices", "kind", "rectification", "replaces", order)
	x.want(a, 303)
	second := strings.TrimPrefix(a.header.Get("Location"), "/cases/2026-000001/notices/")
	x.want(x.issue(second), 303)
	x.want(x.get(x.li, "/cases/2026-000001/notices/"+order), 200, "已替换", "嘉社稽改〔2026〕2号")
	x.want(x.get(x.li, "/cases/2026-000001/notices"), 200, "限期改正指令书还没有送达")
	x.want(x.get(x.li, "/employers/"+debtor), 200, "嘉社稽改〔2026〕2号", "嘉社稽催〔2026〕1号", "2026-000001")
}

// The employer's page tells under which name it was registered before, since when no longer, and by which file: a tip-off may name it by that.
func TestAnEmployersPageTellsItsFormerRegistration(t *testing.T) {
	x := newTill(t)
	if page := x.get(x.li, "/employers/"+debtor); strings.Contains(page.body, "以前的登记") {
		t.Error("a registration that never changed has a former one")
	}
	name := x.value(`SELECT name FROM ledger.employer WHERE uscc = '` + debtor + `'`)
	run := x.value(`INSERT INTO ledger.import_run (kind, file, started_at, finished_at) VALUES ('employers', '单位0901.csv', '2026-08-31 17:00+00', '2026-08-31 17:00+00') RETURNING id`)
	x.value(`UPDATE ledger.employer SET name = '嘉兴更名有限公司', run_id = ` + run + ` WHERE uscc = '` + debtor + `' RETURNING id`)
	x.want(x.get(x.li, "/employers/"+debtor), 200, "嘉兴更名有限公司", "以前的登记", name+"，", "2026-09-01 由 单位0901.csv 更改")
}

// On a labour inspection whoever decides is told when the two years ended, and that nothing is refused for it; an audit tip-off has no such limit.
func TestTheCaseTellsTheLimitOfALabourInspection(t *testing.T) {
	x := newTill(t)
	x.value(`UPDATE complaints.complaint SET route = 'audit_tipoff', from_period = 202301, to_period = 202402 WHERE number = '2026-000001' RETURNING id`)
	if page := x.get(x.li, "/cases/2026-000001"); strings.Contains(page.body, "监察时限") {
		t.Error("an audit has a limit")
	}
	x.value(`UPDATE complaints.complaint SET route = 'labour_inspection_tipoff' WHERE number = '2026-000001' RETURNING id`)
	x.want(x.get(x.li, "/cases/2026-000001"), 200, "监察时限", "2026-02-28 已满二年", "不得以此不予受理")
	x.value(`UPDATE complaints.complaint SET to_period = 202608 WHERE number = '2026-000001' RETURNING id`)
	x.want(x.get(x.li, "/cases/2026-000001"), 200, "到 2028-08-31 满二年")
	x.value(`UPDATE complaints.complaint SET to_period = 0 WHERE number = '2026-000001' RETURNING id`)
	if page := x.get(x.li, "/cases/2026-000001"); strings.Contains(page.body, "监察时限") {
		t.Error("what goes on has a limit")
	}
}

// Many issue at once: every number is given once and none is missing.
func TestNumbersHaveNoGap(t *testing.T) {
	x := newTill(t)
	x.agency()
	calculation := x.keep()
	var ids []string
	for range 6 {
		id := x.draft(notice.Demand, calculation)
		x.want(x.post(x.li, "/cases/2026-000001/notices/"+id, append(x.filledIn(id, calculation), "do", "save")...), 303)
		ids = append(ids, id)
	}
	var wait sync.WaitGroup
	for _, id := range ids {
		for range 2 { // each is clicked twice
			wait.Go(func() { x.issue(id) })
		}
	}
	wait.Wait()
	if got := x.value(`SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM complaints.notice WHERE state = 'issued'`); got != "1 2 3 4 5 6" {
		t.Errorf("numbers %s", got)
	}
}
