package complaints

import (
	"bytes"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"shebao/complaints/lifecycle"
	"shebao/shared/intake"
	"shebao/shared/receipt"
)

var (
	grouped = regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`)
	formKey = regexp.MustCompile(`name="key" value="([^"]+)"`)
)

// report is the form of a report as an intake clerk fills it in, with some fields changed.
func (r *room) report(session string, change ...string) []string {
	r.t.Helper()
	page := r.get(session, "/intake/new")
	key := formKey.FindStringSubmatch(page.body)
	if page.status != 200 || key == nil {
		r.t.Fatalf("the form: %d", page.status)
	}
	fields := []string{"key", key[1], "kind", "unpaid", "own", "yes", "employer", "嘉兴示例单位", "from", "2026-03", "words", "三月起没有缴费", "named", "yes", "name", reporterName, "number", reporterNumber, "mobile", reporterMobile, "safe", "no"}
	for i := 0; i+1 < len(change); i += 2 {
		for j := 0; j < len(fields); j += 2 {
			if fields[j] == change[i] {
				fields[j+1] = change[i+1]
			}
		}
	}
	return fields
}

// What is told at the counter enters the queue that web and telephone fill, with a receipt of the same kind; sent twice it is one report.
func TestAReportAtTheCounter(t *testing.T) {
	r := newRoom(t)
	hu := r.staff("hu", lifecycle.Intake, "330402")
	fields := r.report(hu)
	r.want(r.post(hu, "/intake/new", append(fields, "do", "check")...), 200, "读给举报人听", "三月起没有缴费", "嘉兴示例单位", "不要打电话或发短信")
	if got := r.value(`SELECT count(*) FROM intake.draft WHERE channel = 'operator'`); got != "1" {
		t.Errorf("%s drafts after the check", got)
	}
	first := r.post(hu, "/intake/new", append(fields, "do", "file")...)
	r.want(first, 200, "登记回执", "最晚 2026-12-01 告知是否受理")
	again := r.post(hu, "/intake/new", append(fields, "do", "file")...)
	code := grouped.FindString(first.body)
	if code == "" || grouped.FindString(again.body) != code {
		t.Errorf("sent again, the receipt is another")
	}
	for _, page := range []answer{first, again} {
		for _, secret := range []string{reporterName, reporterMobile, reporterNumber, "嘉兴示例单位", "三月起"} {
			if strings.Contains(page.body, secret) {
				t.Errorf("the receipt that is taken home says %q", secret)
			}
		}
	}
	if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
		t.Fatal(err)
	}
	if got := r.value(`SELECT count(*) || channel || route || region || (identity IS NOT NULL) FROM complaints.complaint GROUP BY channel, route, region, identity`); got != "1operatorlabour_inspection_complaint330402true" {
		t.Errorf("the cases: %s", got)
	}
	r.want(r.get(hu, "/cases/2026-000001"), 200, "员工hu", "三月起没有缴费")
	if got := r.value(`SELECT string_agg(DISTINCT action || subject || reason, ',') FROM audit.entry WHERE action = 'take report'`); got != "take reportintake" {
		t.Errorf("the log says %s", got)
	}
	parsed, err := receipt.Parse(strings.ReplaceAll(code, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	box, err := r.counter.Open(t.Context(), parsed)
	if err != nil || box.Progress.Status != intake.Received {
		t.Errorf("the receipt opens %+v, %v", box, err)
	}
	if got := r.value(`SELECT coalesce(string_agg(c::text, ''), '') FROM complaints.complaint c`); strings.Contains(got, reporterName) || strings.Contains(r.log.String(), reporterName) {
		t.Error("the reporter stands in the case or the log")
	}
}

// Every field's error is said at once, and what was typed stays.
func TestWrongReports(t *testing.T) {
	r := newRoom(t)
	hu := r.staff("hu", lifecycle.Intake, "33")
	for _, test := range []struct {
		change []string
		says   []string
	}{
		{[]string{"kind", "", "own", "", "employer", ""}, []string{"请选择是什么问题", "请选择是谁的社保", "三月起没有缴费"}},
		{[]string{"from", "2027-01"}, []string{"月份请写成 2026-03 的样子", "嘉兴示例单位"}},
		{[]string{"from", "三月"}, []string{"月份请写成 2026-03 的样子"}},
		{[]string{"name", ""}, []string{"请填写姓名"}},
		{[]string{"number", "070122198908103151"}, []string{"证件号码不对", reporterName}},
		{[]string{"number", "", "mobile", ""}, []string{"至少填写证件号码或手机号码之一"}},
		{[]string{"mobile", "12345"}, []string{"手机号码应为 11 位"}},
		{[]string{"number", "070122********3150"}, []string{"证件号码不对"}}, // masked, as a page shows it
		{[]string{"mobile", "100****9711"}, []string{"手机号码应为 11 位"}},
		{[]string{"name", "叶*"}, []string{"姓名不全"}},
		{[]string{"kind", "record", "named", "no"}, []string{"请选择记录哪里不对", "核查本人记录需要留名"}},
		{[]string{"words", strings.Repeat("长", intake.MaxWords+1)}, []string{"5000"}},
		{[]string{"employer", strings.Repeat("长", 101)}, []string{"100"}},
	} {
		fields := append(r.report(hu, test.change...), "do", "file")
		r.want(r.post(hu, "/intake/new", fields...), 422, append(test.says, `role="alert"`)...)
	}
	r.want(r.post(hu, "/intake/new", append(r.report(hu, "key", "x"), "do", "file")...), 422)
	fields := append(r.report(hu), "do", "file")
	r.want(r.upload(hu, "/intake/new", "工资条.exe", []byte("MZ\x90\x00"), fields...), 422, "工资条.exe")
	if got := r.value(`SELECT count(*) FROM intake.submission`); got != "0" {
		t.Errorf("%s were filed", got)
	}
}

// picture is a small PNG.
func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An anonymous report keeps nothing of the reporter, even what was typed; a paper that was brought is with the case.
func TestAnAnonymousReportAtTheCounter(t *testing.T) {
	r := newRoom(t)
	hu := r.staff("hu", lifecycle.Intake, "33")
	fields := append(r.report(hu, "named", "no", "own", "no"), "do", "file")
	r.want(r.upload(hu, "/intake/new", "工资条.png", picture(t), fields...), 200, "登记回执", "这是不留名的举报")
	if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
		t.Fatal(err)
	}
	if got := r.value(`SELECT (identity IS NULL)::text || channel FROM complaints.complaint`); got != "trueoperator" {
		t.Errorf("the case: %s", got)
	}
	r.want(r.get(hu, "/cases/2026-000001/files"), 200, "/cases/2026-000001/attachments/1")
}

// An objection to the record that is made at the counter goes its own route.
func TestAnObjectionAtTheCounter(t *testing.T) {
	r := newRoom(t)
	hu := r.staff("hu", lifecycle.Intake, "33")
	fields := r.report(hu, "kind", "record", "own", "", "employer", "")
	r.want(r.post(hu, "/intake/new", append(fields, "matter", "missing", "do", "check")...), 200, "缴了费，却没有记上")
	r.want(r.post(hu, "/intake/new", append(fields, "matter", "missing", "do", "file")...), 200, "登记回执")
	if _, err := r.cases.TakeAll(t.Context(), r.at); err != nil {
		t.Fatal(err)
	}
	if got := r.value(`SELECT route || kind FROM complaints.complaint`); got != "record_objectionrecord" {
		t.Errorf("the case: %s", got)
	}
}

// Whoever investigates, administers or audits takes no reports: they would know the reporter.
func TestOnlyTheIntakeTakesReports(t *testing.T) {
	r := newRoom(t)
	fields := r.report(r.staff("hu", lifecycle.Intake, "33"))
	for _, role := range lifecycle.Roles[1:] {
		who := r.staff(string(role), role, "")
		r.want(r.get(who, "/intake/new"), 403)
		r.want(r.post(who, "/intake/new", append(fields, "do", "file")...), 403)
	}
	r.want(r.post("", "/intake/new", append(fields, "do", "file")...), 303)
	if got := r.value(`SELECT count(*) FROM intake.submission`); got != "0" {
		t.Errorf("%s were filed", got)
	}
}

// The reporter takes home who took the report down, once the region has said who that is.
func TestTheReceiptNamesTheAgency(t *testing.T) {
	x := newTill(t)
	hu := x.staff("hu", lifecycle.Intake, "330402")
	if page := x.post(hu, "/intake/new", append(x.report(hu, "employer", "无名商店"), "do", "file")...); page.status != 200 || strings.Contains(page.body, "示例社会保险中心") || !strings.Contains(page.body, "receipt-code") {
		t.Errorf("before it is set: %d", page.status)
	}
	x.agency()
	x.want(x.post(hu, "/intake/new", append(x.report(hu, "employer", "无名商店"), "do", "file")...), 200, "嘉兴市示例社会保险中心", "receipt-code")
}
