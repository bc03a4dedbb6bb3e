package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
)

// Two people open a reporter's identity on their phones and at their desks; the reporter reads it; the auditor finds it; nothing of it is anywhere else.
func TestTwoPeopleOpenAnIdentity(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	a := h.start("demo")
	b := startBrowser(t)
	if got := h.run(0, "li.min demo passphrase one\nzhao.lei demo passphrase two\n", "identity-key", "check", "--try"); !strings.Contains(got, "3 hold a part") || !strings.Contains(got, "the two make the key") {
		t.Errorf("check says %s", got)
	}
	secrets, err := os.ReadFile(filepath.Join(h.dir, "data", "secrets.env"))
	if err != nil || strings.Contains(string(secrets), "IDENTITY_PRIVATE") {
		t.Errorf("the whole key is still there: %v", err)
	}

	li, head := b.visitor(t, a.Complaints, 360, 740), b.visitor(t, a.Complaints, 1280, 900)
	li.signIn(a.SignIns.Investigator.Account, a.SignIns.Investigator.Password)
	head.signIn(a.SignIns.Supervisor.Account, a.SignIns.Supervisor.Password)
	head.open("/queue?view=all&q=杭州西湖电子有限公司")
	number := regexp.MustCompile(`\d{4}-\d{6}`).FindString(head.text())
	tab := "/cases/" + number + "/identity"
	look := func(v *visitor, name, path string) {
		v.open(path)
		v.isAccessible(name)
		v.shot("identity-" + name)
	}
	look(li, "ask.phone", tab)
	li.open(tab)
	li.types("/identity", "reason", "须由本人确认签名")
	li.types("/identity", "passphrase", "demo passphrase one")
	li.press("提出申请")
	li.reads("等另一人同意", "须由本人确认签名")
	li.shot("identity-waiting.phone")
	look(head, "work.desktop", "/keyholder")
	head.reads(number, "须由本人确认签名")
	look(head, "answer.desktop", tab)
	head.types("/agree", "passphrase", "demo passphrase two")
	head.press("同意查看")
	head.reads("已同意")
	if strings.Contains(head.text(), "示例举报人") {
		t.Error("the second person sees it")
	}
	look(li, "agreed.phone", tab)
	li.types("/view", "passphrase", "demo passphrase wrong")
	li.press("显示")
	li.reads("口令不正确")
	li.types("/view", "passphrase", "demo passphrase one")
	li.press("显示")
	li.reads("示例举报人", "不可以：不要联系这个号码")
	li.isAccessible("shown.phone")
	li.shot("identity-shown.phone")
	look(li, "keyholder.phone", "/keyholder")
	look(head, "retention.desktop", "/retention")
	head2 := b.visitor(t, a.Complaints, 360, 740)
	head2.signIn("wang.fang", "demo-supervisor-2")
	look(head2, "retention.phone", "/retention")

	auditor := b.visitor(t, a.Complaints, 360, 740)
	auditor.signInTo("sun.ping", "demo-auditor-1", "审计日志")
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 360, 740}, {"desktop", 1280, 900}} {
		auditor.do("turn the window", chromedp.EmulateViewport(size.width, size.height))
		look(auditor, "audit."+size.name, "/audit-log?case="+number)
		auditor.reads("查看举报人身份", "li.min 李敏")
	}
	auditor.press("核对全部记录")
	auditor.reads("没有发现改动")
	auditor.isAccessible("verified")
	auditor.shot("identity-verified.desktop")
	if got := h.run(0, "", "audit", "verify"); !strings.Contains(got, "0 breaks") {
		t.Errorf("verify says %s", got)
	}
	h.run(0, "", "retention", "preview")
	h.run(1, "", "audit", "purge", "--before", time.Now().AddDate(0, -1, 0).Format(time.DateOnly))
	reporterNowhere(t, h, []string{"示例举报人", "070122198908103150", "10000009711"})
	newKeyIsDealt(t, h)
}

// newKeyIsDealt deals a fresh key where database and secrets are configured, as an agency does after a keyholder has left: the command says what to set, those named open with it, and the
// earlier key's parts stay for what was sealed to it.
func newKeyIsDealt(t *testing.T, h house) {
	t.Helper()
	const passphrases = "li.min demo passphrase one\nzhao.lei demo passphrase two\n"
	address, err := os.ReadFile(filepath.Join(h.dir, "data", "running"))
	secrets, err2 := os.ReadFile(filepath.Join(h.dir, "data", "secrets.env"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	configured := house{t, h.binary, append(os.Environ(), "SHEBAO_DATA="+filepath.Join(h.dir, "elsewhere"), "DATABASE_URL="+string(address), "REDIS_URL=redis://127.0.0.1:1"), h.dir, nil}
	configured.env = append(configured.env, strings.Fields(string(secrets))...)
	said := configured.run(0, "", "identity-key", "split", "--new", "li.min", "zhao.lei")
	setting := regexp.MustCompile(`SHEBAO_DESK_IDENTITY_PUBLIC=\S+`).FindString(said)
	if setting == "" || strings.Contains(said, "PRIVATE") {
		t.Fatalf("split says %s", said)
	}
	if got := configured.run(0, passphrases, "identity-key", "check", "--try"); !strings.Contains(got, "3 hold a part") || !strings.Contains(got, "the two make the key") {
		t.Errorf("of the earlier key: %s", got)
	}
	configured.env = append(configured.env, setting)
	if got := configured.run(0, passphrases, "identity-key", "check", "--try"); !strings.Contains(got, "2 hold a part") || !strings.Contains(got, "the two make the key") {
		t.Errorf("of the new key: %s", got)
	}
}

// types fills a field of the form whose address ends so; it may stand behind a summary.
func (v *visitor) types(action, name, value string) {
	v.t.Helper()
	v.eval(fmt.Sprintf(`(() => { document.querySelector('main form[action$="%s"] [name="%s"]').value = %q; return true })()`, action, name, value))
}

// reporterNowhere looks for the reporter in every row of the running demo's database.
func reporterNowhere(t *testing.T, h house, secrets []string) {
	t.Helper()
	address, err := os.ReadFile(filepath.Join(h.dir, "data", "running"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	db, err := pgx.Connect(ctx, string(address))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(ctx) }() // only read
	rows, err := db.Query(ctx, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('complaints', 'intake', 'audit', 'portal', 'ivr', 'sms', 'credential')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 30 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, table := range tables {
		for _, secret := range secrets {
			var n int
			if err := db.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM %s x WHERE strpos(x::text, $1) > 0 OR strpos(x::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0`, table), secret).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				t.Errorf("%s holds %q in the clear", table, secret)
			}
		}
	}
}
