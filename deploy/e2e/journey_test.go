package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The sample agency's files, as the ledger's own tests keep them.
const sample = "../../shared/ledger/testdata/small/"

// One worker's loop, as people would go it: an agency imports its files; a worker reads the statement; a caller reports an employer by telephone; an investigator works the
// case to its end; the caller hears the answer.
func TestTheWholeLoop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	importSample(t, h)
	number, name := "070106199311038610", "崔鹏霞"
	another := person{"somebody else", "070122198908103150", "270413"}
	h.run(0, number+" 581937\n"+another.number+" "+another.pin+"\n", "pin", "set")
	exported := h.run(0, number+"\n", "export", "person", filepath.Join(t.TempDir(), "record.xlsx"))
	if info, err := os.Stat(strings.TrimSpace(exported)); err != nil || info.Size() < 1000 || info.Mode().Perm() != 0o600 {
		t.Errorf("export: %q, %v", exported, err)
	}
	if out := h.run(0, "91070102MAXG612DD9\n", "export", "arrears", filepath.Join(t.TempDir(), "arrears.csv")); !strings.Contains(out, ".csv") {
		t.Errorf("export of arrears: %s", out)
	}
	look := watch(t, &h)
	a := h.start("demo")
	b := startBrowser(t)

	worker := b.visitor(t, a.Portal, 390, 844)
	worker.open("/statement")
	worker.fill("number", number)
	worker.fill("pin", "111222")
	worker.press("登录")
	worker.reads("证件号码或密码不正确")
	worker.isAccessible("sign-in refused")
	worker.fill("pin", "581937")
	worker.press("登录")
	worker.open("/statement/2025")
	worker.reads(name, "148,979.42", "13,274.24", "2,004.15", "91.26", "133,609.77")
	worker.isAccessible("statement on a phone")
	worker.shot("statement.phone")
	worker.open("/account")
	worker.reads("148,979.42")
	worker.isAccessible("account")

	heard := callHotline(t, h, "1", "2", "1", "say 嘉兴南湖电子", "1", "202606#", "1", "record", "1", "hangup")
	found := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(heard)
	if found == "" {
		t.Fatalf("no receipt was read:\n%s", heard)
	}
	const said = "厂门口的告示是假的"
	reporter := b.visitor(t, a.Portal, 390, 844)
	reporter.open("/progress")
	reporter.fill("code", found)
	reporter.press("查进度")
	reporter.fill("text", said)
	reporter.press("发送")
	reporter.reads(said)
	callHotline(t, h, "2", "1", number+"#", "581937", "hangup")
	workCase(t, b, a, "2026")
	heard = callHotline(t, h, "1", "3", strings.ReplaceAll(found, " ", "")+"#", "hangup")
	for _, want := range []string{"已经办结", "单位已补缴两个月的社保费"} {
		if !strings.Contains(heard, want) {
			t.Errorf("the caller does not hear %q:\n%s", want, heard)
		}
	}
	wrong := []byte(strings.ReplaceAll(found, " ", ""))
	wrong[3] = '0' + (wrong[3]-'0'+1)%10
	if heard = callHotline(t, h, "1", "3", string(wrong)+"#", "hangup"); !strings.Contains(heard, "回执码有误") {
		t.Errorf("a mis-keyed receipt:\n%s", heard)
	}

	reporter.open("/progress")
	reporter.reads("已办结", "单位已补缴两个月的社保费")
	reporter.isAccessible("progress")
	digits := strings.ReplaceAll(found, " ", "")
	callHotline(t, h, "1", "1", number+"#", "581937", "9", "3", digits+"#", "hangup") // an inquiry and a look at the matter leave no more
	markers := map[string]string{"ID number": number, "birth date": number[6:14], "PIN": "581937", "wrong PIN": "111222", "telephone": "10000000001", "receipt": digits, "grouped receipt": found, "half the receipt": digits[8:], "words": said}
	own := map[string]string{"name": name}
	crawl(t, a.Portal, person{"the worker", number, "581937"}, markers, own)
	maps.Copy(markers, own)
	crawl(t, a.Portal, another, markers, nil)
	look.findsNothing(a, markers)
	if out := h.run(0, "", "audit", "verify"); !strings.Contains(out, "0 breaks") {
		t.Errorf("audit: %s", out)
	}
	if out := h.run(0, "", "ledger", "verify"); !strings.Contains(out, "0 differ") {
		t.Errorf("ledger: %s", out)
	}
	comesBack(h, number)
	standsByItsManifests(h)
}

// comesBack keeps the house while it is served, and brings it back elsewhere: only with its secrets, and whole.
func comesBack(h house, number string) {
	h.t.Helper()
	file := filepath.Join(h.dir, "shebao.backup")
	h.run(0, "", "backup", file)
	if out := h.run(1, "", "restore", file); !strings.Contains(out, "not empty") {
		h.t.Errorf("over what is there: %s", out)
	}
	elsewhere := h
	data := filepath.Join(h.dir, "elsewhere")
	elsewhere.env = housedIn(data)
	if out := elsewhere.run(1, "", "restore", file); !strings.Contains(out, "secrets.env") {
		h.t.Errorf("without the secrets: %s", out)
	}
	secrets, err := os.ReadFile(filepath.Join(h.dir, "data", "secrets.env"))
	if err == nil {
		err = os.Mkdir(data, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(data, "secrets.env"), secrets, 0o600)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	if out := elsewhere.run(0, "", "restore", file); !strings.Contains(out, " 0 differ") || !strings.Contains(out, " 0 breaks") || strings.Contains(out, "\n0 rows") {
		h.t.Errorf("restored: %s", out)
	}
	elsewhere.run(0, number+"\n", "export", "person", filepath.Join(data, "record.csv"))
	replacesSecrets(elsewhere, data, number)
	elsewhere.env = append(housedIn(filepath.Join(h.dir, "mistaken")), "SHEBAO_LEDGER_KEY="+strings.Repeat("A", 43))
	if err := os.Mkdir(filepath.Join(h.dir, "mistaken"), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "mistaken", "secrets.env"), secrets, 0o600); err != nil {
		h.t.Fatal(err)
	}
	if out := elsewhere.run(4, "", "restore", file); !strings.Contains(out, "SHEBAO_LEDGER_KEY") {
		h.t.Errorf("with another key: %s", out)
	}
}

// replacesSecrets puts new secrets before the old ones, brings everything under them, and takes the old ones away: the same file says nothing new then, and everything verifies.
func replacesSecrets(h house, data, number string) {
	h.t.Helper()
	file := filepath.Join(data, "secrets.env")
	was, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	fresh := map[string]string{}
	for i, name := range []string{"SHEBAO_LEDGER_KEY", "SHEBAO_STATE_KEY", "SHEBAO_PIN_PEPPER", "SHEBAO_RECEIPT_KEY"} {
		fresh[name] = strings.Repeat(string(rune('E'+4*i)), 42) + "A"
	}
	write := func(change func(name, old string) string) {
		h.t.Helper()
		lines := strings.Split(string(was), "\n")
		for i, line := range lines {
			if name, old, ok := strings.Cut(line, "="); ok && fresh[name] != "" {
				lines[i] = name + "=" + change(name, old)
			}
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
	write(func(name, old string) string { return fresh[name] + "," + old })
	h.run(3, "", "rekey", "--check")
	if out := h.run(0, "", "rekey", "SHEBAO_LEDGER_KEY", "SHEBAO_STATE_KEY"); strings.Count(out, "take them away") != 2 {
		h.t.Errorf("rekey: %s", out)
	}
	if out := h.run(3, "", "rekey"); !strings.Contains(out, "PINs need an older key") || !strings.Contains(out, "mailboxes need an older key") {
		h.t.Errorf("what only their owners can do: %s", out)
	}
	write(func(name, old string) string {
		if name == "SHEBAO_LEDGER_KEY" || name == "SHEBAO_STATE_KEY" {
			return fresh[name]
		}
		return fresh[name] + "," + old
	})
	h.run(0, "", "rekey", "--check", "SHEBAO_LEDGER_KEY", "SHEBAO_STATE_KEY", "SHEBAO_DESK_CONTENT_PRIVATE")
	h.run(0, number+"\n", "export", "person", filepath.Join(data, "rekeyed.csv"))
	var report struct{ Added, Changed, Rejected int }
	if err := json.Unmarshal([]byte(h.run(0, "", "import", "--json", "persons", filepath.Join(sample, "persons.csv"))), &report); err != nil || report.Added+report.Changed+report.Rejected != 0 {
		h.t.Errorf("the same persons: %+v, %v", report, err)
	}
	if out := h.run(0, "", "ledger", "verify"); !strings.Contains(out, " 0 differ") {
		h.t.Errorf("ledger: %s", out)
	}
	if out := h.run(0, "", "audit", "verify"); !strings.Contains(out, "0 breaks") {
		h.t.Errorf("audit: %s", out)
	}
	write(func(_, old string) string { return old })
	if out := h.run(1, "", "import", "persons", filepath.Join(sample, "persons.csv")); !strings.Contains(out, "import.key") {
		h.t.Errorf("an import with the old key: %s", out)
	}
}

func importSample(t *testing.T, h house) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	h.run(0, "", "import", "employers", filepath.Join(dir, "employers.csv"))
	h.run(0, "", "import", "persons", filepath.Join(dir, "persons.csv"))
	var report struct {
		Good       int64 `json:"good_rows"`
		Rejected   int64
		Duplicates int64
	}
	out := h.run(3, "", "import", "--json", "contributions", filepath.Join(dir, "contributions.csv"))
	if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):]), &report); err != nil || report.Good != 18490 || report.Rejected != 12 || report.Duplicates != 3 {
		t.Fatalf("import: %+v, %v: %s", report, err, out)
	}
	if out := h.run(1, "", "import", "employers", dir); !strings.Contains(out, "文件夹") {
		t.Errorf("a folder: %s", out)
	}
}

func callHotline(t *testing.T, h house, lines ...string) string {
	t.Helper()
	return h.run(0, strings.Join(lines, "\n")+"\n", "call")
}

// signIn signs a member of staff in with the code that the demo shows.
func (v *visitor) signIn(account, password string) {
	v.t.Helper()
	v.signInTo(account, password, "今日工作")
}

func (v *visitor) signInTo(account, password, shows string) {
	v.t.Helper()
	v.open("/sign-in")
	code := regexp.MustCompile(regexp.QuoteMeta(account) + ` / \S+ / (\d{6})`).FindStringSubmatch(v.text())
	if code == nil {
		v.t.Fatalf("no code on the page:\n%s", v.text())
	}
	v.fill("account", account)
	v.fill("password", password)
	v.fill("code", code[1])
	v.press("登录工作台")
	v.reads(shows)
}

// take does one of the offered steps of a case.
func (v *visitor) take(action, reason, text string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => {
		const f = [...document.querySelectorAll('main form')].find(f => f.action.value !== undefined && f.querySelector('[name=action][value=%s]'));
		if (!f) throw new Error('no step ' + %q);
		if (f.querySelector('[name=reason]')) f.querySelector('[name=reason]').value = %q;
		if (f.querySelector('[name=text]')) f.querySelector('[name=text]').value = %q;
		document.documentElement.dataset.left = '1'; f.querySelector('button').click(); return true })()`, action, action, reason, text))
	v.nextPage(action)
}

func workCase(t *testing.T, b browser, a addresses, year string) {
	t.Helper()
	desk := b.visitor(t, a.Complaints, 1280, 900)
	desk.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	desk.opensUntil("/queue?view=waiting&channel=phone&q=南湖电子", "嘉兴南湖电子有限公司") // the desk takes what was filed every two seconds
	number := regexp.MustCompile(year + `-\d{6}`).FindString(desk.text())
	if number == "" {
		t.Fatalf("no case came of the call:\n%s", desk.text())
	}
	desk.isAccessible("queue")
	desk.shot("queue.desk")
	desk.press("领取下一件")
	desk.reads("案件 "+year, "已领取", "李敏") // whatever is due first
	desk.open("/cases/" + number)
	text := desk.reads("案件 "+number, "嘉兴南湖电子有限公司", "匿名", "电话")
	if strings.Contains(text, "10000000001") {
		t.Error("the case shows the caller's number")
	}
	desk.isAccessible("case")
	desk.shot("case.desk")
	desk.press("证据")
	desk.reads("累计欠缴")
	desk.isAccessible("evidence")
	desk.open("/cases/" + number)
	desk.take("accept", "", "")
	desk.reads("已受理")
	desk.take("investigate", "", "")
	desk.take("propose_decision", "", "已责令补缴")
	desk.reads("请写明理由", "请选择查明情况")
	desk.eval(`document.getElementById("ground-propose_decision").value = "unpaid"; true`)
	desk.take("propose_decision", "查实", "已责令单位补缴。")
	desk.reads("决定待审批")
	second := b.visitor(t, a.Complaints, 1280, 900) // a decision takes two people
	second.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	second.open("/cases/" + number)
	second.reads("已责令单位补缴。")
	second.isAccessible("proposal")
	second.take("approve_decision", "", "")
	second.reads("已作出处理决定")
	desk.open("/cases/" + number)
	desk.take("close", "", "单位已补缴两个月的社保费。")
	desk.reads("已办结")
}
