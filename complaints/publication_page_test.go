package complaints

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/shared/publication"
)

// edition puts a draft by an account in the desk, without a ledger behind it.
func (r *room) edition(account string, k publication.Key, body publication.Body) (path string) {
	r.t.Helper()
	content, err := publication.Canonical(body)
	if err != nil {
		r.t.Fatal(err)
	}
	id := r.value(`INSERT INTO complaints.edition (subject, region, span, body, data_date, author_id, drafted_at) SELECT $1, $2, $3, $4, '2026-11-20', id, $5 FROM complaints.staff WHERE account = $6 RETURNING id::text`,
		string(k.Subject), k.Region, k.Span, content, r.at, account)
	return "/supervision/publications/" + id
}

func auditBody(n int) publication.Body {
	return publication.Body{Audit: &publication.AuditFigures{OnSite: n, Insured: 1000, OnSiteRate: "70.00", OnSiteTarget: 60, OnSiteReached: true, PensionersTarget: 60, Suppressed: true}}
}

// Every guard of the pages: role, region, the same person, an old version, a missing reason.
func TestThePagesOfPublicationAreGuarded(t *testing.T) {
	r := newRoom(t)
	author, second := r.staff("zhao", lifecycle.Supervisor, "33"), r.staff("wang", lifecycle.Supervisor, "33")
	auditor, elsewhere, worker := r.staff("auditor", lifecycle.Auditor, ""), r.staff("elsewhere", lifecycle.Supervisor, "32"), r.staff("li", lifecycle.Investigator, "33")
	at := r.edition("zhao", publication.Key{Subject: publication.Audit, Region: "33", Span: "2026Q3"}, auditBody(700))
	r.want(r.get(author, "/supervision/publications"), 200, "浙江省 2026 年第 3 季度稽核情况", "编写中", "编写新的公布稿")
	r.want(r.get(auditor, "/supervision/publications"), 403)
	r.want(r.get(worker, "/supervision/publications"), 403)
	r.want(r.get(elsewhere, at), 404)
	r.want(r.get(author, "/supervision/publications/x"), 404)
	r.want(r.get(author, at), 200, "700", "这是第一次公布", "提交批准")
	r.want(r.post(auditor, at+"/act", "action", "submit", "version", "1"), 403)
	r.want(r.post(author, at+"/act", "action", "submit", "version", "1"), http.StatusSeeOther)
	r.want(r.post(author, at+"/act", "action", "approve", "version", "2"), 403, "编写人不能批准自己的公布稿")
	r.want(r.post(elsewhere, at+"/act", "action", "approve", "version", "2"), 404)
	r.want(r.post(second, at+"/act", "action", "approve", "version", "1"), 409)
	r.want(r.post(second, at+"/act", "action", "return", "version", "2"), 422, "reason-return")
	r.want(r.post(second, at+"/act", "action", "release", "version", "2"), 409)
	r.want(r.post(second, at+"/act", "action", "burn", "version", "2"), 409)
	r.want(r.post(second, at+"/act", "action", "approve", "version", "2"), http.StatusSeeOther)
	r.want(r.get(author, at), 200, "已公布", "/open/audit/33/2026Q3", "批准")
	again := r.edition("wang", publication.Key{Subject: publication.Audit, Region: "33", Span: "2026Q3"}, auditBody(720))
	r.want(r.get(second, again), 200, "与同一地区上一次公布的相比", "700", "720")
	r.want(r.post(second, again+"/act", "action", "drop", "version", "1", "reason", "数字不全"), http.StatusSeeOther)
	r.want(r.get(second, again), 200, "已撤下", "数字不全")
}

// A quarter that would give away a month of few is refused with what would follow from which published figures; a draft says of each line why it is left out.
func TestARefusalNamesItsCause(t *testing.T) {
	r := newRoom(t)
	author, second := r.staff("zhao", lifecycle.Supervisor, "33"), r.staff("wang", lifecycle.Supervisor, "33")
	tells := publication.Body{Audit: &publication.AuditFigures{AuditAmounts: &publication.AuditAmounts{Employers: 9, Found: 100, Recovered: 50}}}
	submitted := func(span string, body publication.Body) (at string) {
		at = r.edition("zhao", publication.Key{Subject: publication.Audit, Region: "33", Span: span}, body)
		r.want(r.post(author, at+"/act", "action", "submit", "version", "1"), http.StatusSeeOther)
		return at
	}
	for _, e := range []struct {
		span string
		body publication.Body
	}{{"2026-07", tells}, {"2026-08", tells}, {"2026-09", auditBody(700)}} {
		r.want(r.post(second, submitted(e.span, e.body)+"/act", "action", "approve", "version", "2"), http.StatusSeeOther)
	}
	at := submitted("2026Q3", tells)
	r.want(r.post(second, at+"/act", "action", "approve", "version", "2"), 409, "把这份公布稿的合计和浙江省 2026-07；浙江省 2026-08的数字放在一起，能推算出浙江省 2026-09的稽核查出和追回的金额")
	q := httptest.NewRequest("POST", at+"/act", strings.NewReader("action=approve&version=2"))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	r.want(r.do(second, q), 409, "beside the figures of 浙江省, 2026-07; 浙江省, 2026-08 would give amounts found and recovered by audits of 浙江省, 2026-09")
	r.exec(`UPDATE complaints.edition SET left_out = '[{"region":"3301","from":"2026-07","to":"2026-09","few":2},{"region":"3304","from":"2026-07","to":"2026-09","beside":true,"secret":{"region":"3301","from":"2026-07","to":"2026-09"},"by":[{"region":"33","from":"2026-07","to":"2026-09"}]},
		{"region":"33","insurance":310,"from":"2026-07","to":"2026-09","arrears":true,"owed":true,"secret":{"region":"3302","insurance":310,"from":"2026-04","to":"2026-06"},"by":[{"region":"3305","insurance":310,"from":"2026-07","to":"2026-09"},{"region":"3306","insurance":310,"from":"2026-07","to":"2026-09"},{"region":"3307","insurance":310,"from":"2026-07","to":"2026-09"},{"region":"3308","insurance":310,"from":"2026-07","to":"2026-09"}]}]' WHERE span = '2026Q3'`)
	page := r.get(author, at)
	r.want(page, 200, "不公布的数字和原因", "只有 2 家单位，少于 5 家", "为了杭州市 2026 年第 3 季度：合计减去其余各行")
	r.want(page, 200, "凭湖州市、绍兴市、金华市等 4 个地区 2026 年第 3 季度医疗保险的数字，就能推算出宁波市 2026 年第 2 季度医疗保险的")
}

// Forms that are wrong name the field and lose nothing; a quarter that the data has not reached cannot be drafted.
func TestADraftIsAskedForByItsFields(t *testing.T) {
	r := newRoom(t)
	author := r.staff("zhao", lifecycle.Supervisor, "33")
	r.want(r.post(author, "/supervision/publications", "subject", "arrears", "region", "333", "span", "2026Q9", "minimum", "many"), 422, "地区代码是两位", "请选择期间", "金额写成元", `value="many"`)
	r.want(r.post(author, "/supervision/publications", "subject", "audit", "region", "33", "span", "2026Q3"), 422, "这个期间还没有结束")
	r.want(r.post(r.staff("auditor", lifecycle.Auditor, ""), "/supervision/publications", "subject", "audit", "region", "33", "span", "2026Q3"), 403)
}

func TestLettersAndDecisionsOnTheDesk(t *testing.T) {
	r := newRoom(t)
	author, second := r.staff("zhao", lifecycle.Supervisor, "33"), r.staff("wang", lifecycle.Supervisor, "33")
	list := publication.ArrearsList{Minimum: 1, Through: 202609, Employers: []publication.Debtor{{USCC: "91330402MA10000010", Name: "嘉兴示例有限公司", Region: "330402", From: 202607, To: 202609, Owed: 5_0000_00, Headcount: 9, State: "running"}}}
	list.Sum()
	at := r.edition("zhao", publication.Key{Subject: publication.Arrears, Region: "3304", Span: "2026Q3"}, publication.Body{Arrears: &list})
	r.want(r.post(author, at+"/act", "action", "submit", "version", "1"), http.StatusSeeOther)
	r.want(r.post(second, at+"/act", "action", "approve", "version", "2"), 409, "还没有设置发文机关")
	agency := notice.DefaultAgency()
	agency.Name, agency.Series, agency.Address, agency.Contact, agency.Phone = "嘉兴市示例社会保险中心", "嘉社稽", "示例路 1 号", "稽核科", "12333"
	if err := r.cases.InstallMoneySetting(t.Context(), "33", store.MoneySetting{Arrears: arrears.Default(), Agency: agency}, r.at); err != nil {
		t.Fatal(err)
	}
	r.want(r.post(second, at+"/act", "action", "approve", "version", "2"), http.StatusSeeOther)
	r.want(r.get(second, at), 200, "异议期", "1 份告知书没有登记送达", "还没有单位提出异议")
	r.want(r.get(author, at+"/letters"), 200, "嘉兴示例有限公司", "嘉社稽公〔2026〕1号", "未送达", "公告送达", "送不到的单位选公告送达")
	letter := r.get(author, at+"/letters/91330402MA10000010.pdf")
	r.want(letter, 200, "%PDF")
	if letter.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the letter is sent as %q", letter.header.Get("Content-Type"))
	}
	r.want(r.get(author, at+"/letters/91330402MA10000099.pdf"), 404)
	r.want(r.get(r.staff("auditor2", lifecycle.Auditor, ""), at+"/letters/91330402MA10000010.pdf"), 403)
	r.want(r.post(author, at+"/letters", "version", "3", "way", "post"), 422, "请填写收件人")
	r.want(r.post(author, at+"/letters", "version", "3", "way", "direct", "done_on", "2026-11-24", "receiver", "王收"), http.StatusSeeOther)
	r.want(r.get(author, at+"/letters"), 200, "直接送达", "2026-12-01", "王收", "作废送达登记")
	r.want(r.post(author, at+"/letters/void", "version", "4", "served", "91330402MA10000010", "void_reason", ""), 422)
	r.want(r.post(author, at+"/letters/void", "version", "4", "served", "91330402MA10000010", "void_reason", "误登记"), http.StatusSeeOther)
	r.want(r.get(author, at), 200, "送达登记作废", "1 份告知书没有登记送达")
	r.want(r.post(author, at+"/letters", "version", "5", "way", "announcement", "done_on", "2026-11-24"), 422, "请选择公告理由", "请写明公告登在哪里", "请写明公告前怎样送过")
	r.want(r.post(author, at+"/letters", "version", "5", "way", "announcement", "done_on", "2026-11-24", "why", "failed", "place", "示例日报第 3 版", "course", "两次邮寄被退回"), http.StatusSeeOther)
	r.want(r.get(author, at+"/letters"), 200, "用其他方式无法送达 示例日报第 3 版 两次邮寄被退回")
	r.want(r.get(author, at+"/letters"), 200, "公告中，<span class=\"nowrap\">2026-12-24</span>期满才算送达", "2026-12-31")
	r.want(r.post(second, at+"/act", "action", "release", "version", "6"), 409, "异议期还没有结束")
	r.want(r.post(author, at+"/letters/void", "version", "6", "served", "91330402MA10000010", "void_reason", "本人到场"), http.StatusSeeOther)
	r.want(r.post(author, at+"/letters", "version", "7", "way", "direct", "done_on", "2026-11-24", "receiver", "王收"), http.StatusSeeOther)
	r.want(r.get(author, at+"/letters"), 200, "上传扫描件", `enctype="multipart/form-data"`)
	scan := func(version, uscc string, content []byte) answer {
		return r.upload(author, at+"/letters/scan", "回证.png", content, "version", version, "slip_of", uscc)
	}
	r.want(scan("8", "91330402MA10000010", []byte("MZ\x90\x00\x03")), 422, "嘉兴示例有限公司")
	r.want(scan("8", "91330402MA10000099", picture(t)), 409)
	r.want(r.get(author, at+"/letters/91330402MA10000010/scan"), 404)
	r.want(scan("8", "91330402MA10000010", picture(t)), http.StatusSeeOther)
	r.want(scan("9", "91330402MA10000010", picture(t)), 409)
	r.want(r.get(author, at+"/letters"), 200, "下载扫描件")
	if slip := r.get(author, at+"/letters/91330402MA10000010/scan"); slip.status != 200 || slip.header.Get("Content-Type") != "image/png" || slip.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("the slip is sent as %v", slip.header)
	}
	r.want(r.get(r.staff("auditor3", lifecycle.Auditor, ""), at+"/letters/91330402MA10000010/scan"), 403)
	r.want(r.get(author, at), 200, "送达回证已上传")
	r.want(r.get(r.staff("auditor", lifecycle.Auditor, ""), at+"/letters"), 403)
	r.want(r.get(r.staff("elsewhere", lifecycle.Supervisor, "32"), at+"/letters"), 404)
	r.want(r.post(second, at+"/act", "action", "release", "version", "9"), 409)
	r.want(r.post(second, at+"/objections/1", "decision", "upheld", "reply", ""), 422, "请填写给单位的答复")
	r.want(r.post(second, at+"/objections/1", "decision", "maybe", "reply", "x"), 422)
	r.want(r.post(second, at+"/objections/1", "decision", "upheld", "reply", "没有这条"), 409)
	r.want(r.get(second, at+"/objections/1/files/00"), 404)
}
