package complaints

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/store"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

// pass is an account's passphrase; it may not hold the account's name.
func pass(account string) string {
	letters := []rune(account)
	slices.Reverse(letters)
	return "correct horse 电池 " + string(letters)
}

// keyed is a room with keyholders li and wang (investigators) and head (supervisor), and one named report.
type keyed struct {
	*room
	li, wang, head string
	code           receipt.Code
}

func newKeyed(t *testing.T, set ...func(c *Config)) keyed {
	t.Helper()
	r := newRoom(t, set...)
	k := keyed{room: r, li: r.staff("li", lifecycle.Investigator, "33"), wang: r.staff("wang", lifecycle.Investigator, "33"), head: r.staff("head", lifecycle.Supervisor, "33")}
	for account, session := range map[string]string{"li": k.li, "wang": k.wang, "head": k.head} {
		r.want(r.post(session, "/keyholder", "passphrase", pass(account), "again", pass(account)), 200, "密钥已制作")
	}
	k.deal("li", "wang", "head")
	_, k.code = r.file()
	return k
}

func (k keyed) deal(accounts ...string) {
	k.t.Helper()
	if err := k.cases.DealIdentityKey(k.t.Context(), k.identity, accounts, k.at); err != nil {
		k.t.Fatal(err)
	}
}

const tab = first + "/identity"

func (k keyed) ask() {
	k.t.Helper()
	k.want(k.post(k.li, tab, "reason", "须核对本人签名", "passphrase", pass("li")), 303)
}

// hidden fails when anything of the reporter stands in the answers.
func (k keyed) hidden(answers ...answer) {
	k.t.Helper()
	for _, a := range answers {
		for _, secret := range []string{reporterName, reporterMobile, reporterNumber} {
			if strings.Contains(a.body, secret) {
				k.t.Errorf("a page tells %q", secret)
			}
		}
	}
}

// One asks, another agrees, and only then, only the one who asked, only for a time, and only with the passphrase, sees who reported; the reporter reads when and why.
func TestTwoPeopleOpenAnIdentity(t *testing.T) {
	k := newKeyed(t)
	k.want(k.get(k.li, tab), 200, "申请查看身份")
	k.ask()
	k.want(k.get(k.li, tab), 200, "等另一人同意", "须核对本人签名", "撤回申请")
	k.want(k.get(k.head, "/keyholder"), 200, "2026-000001", "须核对本人签名")
	k.want(k.post(k.li, tab+"/1/view", "passphrase", pass("li")), 409, "还没有人同意")
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 303)

	k.hidden(k.get(k.head, tab), k.get(k.li, tab), k.get(k.wang, first))
	k.want(k.post(k.head, tab+"/1/view", "passphrase", pass("head")), 403, "只有申请人能查看")
	k.want(k.post(k.li, tab+"/1/view", "passphrase", "not it, not at all 1"), 422, "口令不正确")
	seen := k.post(k.li, tab+"/1/view", "passphrase", pass("li"))
	k.want(seen, 200, reporterName, reporterNumber, reporterMobile, "不可以：不要联系这个号码", "可查看到 2026-11-24 12:00")
	if got := seen.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	m, err := k.counter.Open(t.Context(), k.code)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Openings) != 1 || m.Openings[0] != (intake.Opening{Reason: "须核对本人签名", Asked: "investigator", Agreed: "supervisor", At: m.Openings[0].At}) || !m.Openings[0].At.Equal(k.at) {
		t.Errorf("the reporter reads %+v", m.Openings)
	}
	k.want(k.get(k.wang, first), 200, "查看了举报人身份")
	if got := k.value(`SELECT string_agg(action || '/' || outcome || '/' || actor, ', ' ORDER BY seq) FROM audit.entry WHERE action LIKE '%identity%' AND subject LIKE 'case:%'`); got !=
		"ask for identity/done/staff:1, view identity/refused/staff:1, agree to identity/done/staff:3, view identity/refused/staff:3, view identity/done/staff:1" {
		t.Errorf("the audit log has %s", got)
	}

	k.at = k.at.Add(2 * time.Hour)
	k.want(k.post(k.li, tab+"/1/view", "passphrase", pass("li")), 409, "查看时间已过")
	if err := k.cases.EndOpenings(t.Context(), k.at); err != nil {
		t.Fatal(err)
	}
	if got := k.value(`SELECT state || (box IS NULL)::text FROM complaints.identity_request`); got != "overtrue" {
		t.Errorf("the request is %s", got)
	}
	k.ask() // and again, when it is needed again
}

// Whoever may not agree is told why, and nothing is opened.
func TestWhoMayNotAgree(t *testing.T) {
	k := newKeyed(t)
	k.ask()
	k.want(k.post(k.li, tab+"/1/agree", "passphrase", pass("li")), 403, "不能是申请人本人")
	k.want(k.post(k.li, tab, "reason", "再来", "passphrase", pass("li")), 409, "已有一个申请在进行")
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("li")), 422, "口令不正确")
	k.want(k.post(k.head, tab+"/9/agree", "passphrase", pass("head")), 404, "没有这个申请")

	other := k.staff("other", lifecycle.Supervisor, "33") // no key
	k.want(k.post(other, tab+"/1/agree", "passphrase", pass("other")), 409, "还没有自己的密钥")
	k.want(k.post(other, "/keyholder", "passphrase", pass("other"), "again", pass("other")), 200)
	k.want(k.post(other, tab+"/1/agree", "passphrase", pass("other")), 409, "没有身份密钥的份额")
	far := k.staff("far", lifecycle.Supervisor, "3301")
	k.want(k.post(far, tab+"/1/agree", "passphrase", pass("head")), 404)
	for account, role := range map[string]lifecycle.Role{"in": lifecycle.Intake, "adm": lifecycle.Sysadmin, "aud": lifecycle.Auditor} {
		k.want(k.post(k.staff(account, role, "33"), tab+"/1/agree", "passphrase", pass("head")), 403)
	}

	k.want(k.post(k.head, "/conflicts", "employer", "嘉兴示例单位", "ground", "kin"), 303) // the second person must keep away
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 404)
	k.want(k.post(k.wang, tab+"/1/refuse", "answer", ""), 422, "请写明理由")
	k.want(k.post(k.wang, tab+"/1/refuse", "answer", "可以先问工资条"), 303)
	k.want(k.get(k.li, tab), 200, "可以先问工资条")
	k.want(k.post(k.wang, tab+"/1/agree", "passphrase", pass("wang")), 409, "已有答复")

	k.ask()
	k.want(k.post(k.li, tab+"/2/take-back"), 303)
	k.want(k.post(k.li, tab+"/2/take-back"), 409)
	k.want(k.post(k.wang, tab+"/2/agree", "passphrase", pass("wang")), 409, "已有答复")

	k.ask()
	k.want(k.post(k.li, "/conflicts", "case", "2026-000001", "ground", "accused"), 303) // and so must the one who asked
	k.want(k.post(k.wang, tab+"/3/agree", "passphrase", pass("wang")), 409, "申请人现在不能看这个案件")
	k.want(k.post(k.li, tab+"/3/view", "passphrase", pass("li")), 404)

	k.exec(`UPDATE complaints.identity_request SET state = 'taken_back'; UPDATE complaints.conflict SET lifted_at = now() WHERE staff_id = 1`)
	k.ask()
	k.at = k.at.Add(72 * time.Hour)
	k.want(k.post(k.wang, tab+"/4/agree", "passphrase", pass("wang")), 409, "申请已过期")
	k.want(k.get(k.li, tab), 200, "过期未答复")
	k.ask()
	if got := k.value(`SELECT count(*) FROM complaints.identity_request WHERE box IS NOT NULL`) + k.value(`SELECT count(*) FROM intake.identity_opening`); got != "00" {
		t.Errorf("something was opened: %s", got)
	}
}

// What does not let a request begin says so before a passphrase is spent on it.
func TestWhatCannotBeAskedFor(t *testing.T) {
	k := newKeyed(t)
	k.file(func(tip *intake.TipOff, _ *intake.Reporter) { tip.Named = false })
	k.want(k.get(k.li, "/cases/2026-000002/identity"), 200, "匿名举报")
	if strings.Contains(k.get(k.li, "/cases/2026-000002").body, `/identity"`) || !strings.Contains(k.get(k.li, first).body, `/identity"`) {
		t.Error("an anonymous case has the tab of its reporter, or a named one has none")
	}
	k.want(k.post(k.li, "/cases/2026-000002/identity", "reason", "r", "passphrase", pass("li")), 409, "匿名举报")
	k.want(k.post(k.li, tab, "reason", " ", "passphrase", pass("li")), 422, "请写明理由")
	a := k.post(k.li, tab, "reason", "写好的理由", "passphrase", "wrong wrong wrong 1")
	k.want(a, 422, "口令不正确", "写好的理由")
	if strings.Contains(a.body, "wrong wrong") {
		t.Error("the passphrase comes back")
	}
	for range 4 {
		k.post(k.li, tab, "reason", "r", "passphrase", "wrong wrong wrong 1")
	}
	k.want(k.post(k.li, tab, "reason", "r", "passphrase", pass("li")), 429)
	k.at = k.at.Add(15 * time.Minute)
	k.ask()
}

// Parts that were dealt anew, damaged, or of another key open nothing, and the second person is told which it is.
func TestPartsThatDoNotFit(t *testing.T) {
	k := newKeyed(t)
	k.ask()
	k.deal("li", "wang", "head")
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 409, "合不到一起")
	k.want(k.post(k.li, tab+"/1/take-back"), 303)
	k.ask()
	k.want(k.post(k.head, tab+"/2/agree", "passphrase", pass("head")), 303)
	k.want(k.post(k.li, tab+"/2/take-back"), 303)

	k.ask()
	k.exec(`UPDATE complaints.identity_request_share SET shares = set_byte(shares, 40, get_byte(shares, 40) # 1)`)
	k.want(k.post(k.head, tab+"/3/agree", "passphrase", pass("head")), 409, "合不到一起")
	k.exec(`UPDATE complaints.identity_share SET share = (SELECT share FROM complaints.identity_share WHERE staff_id = 2) WHERE staff_id = 3`) // moved to another's row
	k.want(k.post(k.head, tab+"/3/agree", "passphrase", pass("head")), 409, "合不到一起")
	k.want(k.post(k.li, tab+"/3/take-back"), 303)

	other, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	k.exec(`DELETE FROM complaints.identity_share`)
	if err := k.cases.DealIdentityKey(t.Context(), other, []string{"li", "head"}, k.at); err != nil {
		t.Fatal(err)
	}
	k.ask()
	k.want(k.post(k.head, tab+"/4/agree", "passphrase", pass("head")), 409, "另一把密钥")
	k.want(k.post(k.li, tab+"/4/take-back"), 303)
	k.deal("li", "head") // both keys now: what was sealed before the change and after it opens
	k.ask()
	k.want(k.post(k.head, tab+"/5/agree", "passphrase", pass("head")), 303)
	k.want(k.post(k.li, tab+"/5/view", "passphrase", pass("li")), 200, reporterName)

	for _, accounts := range [][]string{{"li"}, {"li", "nobody"}, {"li", "li"}, nil} {
		if err := k.cases.DealIdentityKey(t.Context(), other, accounts, k.at); err == nil {
			t.Errorf("dealt to %v", accounts)
		}
	}
}

// A key that is lost is made again without anybody's passphrase being known; two who are present make the whole key for the command line.
func TestKeyholdersChange(t *testing.T) {
	k := newKeyed(t)
	k.want(k.get(k.li, "/keyholder"), 200, "✓ 有", "2 人")
	k.want(k.post(k.li, "/keyholder/passphrase", "old", "wrong wrong wrong 1", "passphrase", "another one 12345", "again", "another one 12345"), 422, "口令不正确")
	k.want(k.post(k.li, "/keyholder/passphrase", "old", pass("li"), "passphrase", "short 1", "again", "short 1"), 422, "至少 16 个字符")
	k.want(k.post(k.li, "/keyholder/passphrase", "old", pass("li"), "passphrase", "another one 12345", "again", "another two 12345"), 422, "不一致")
	k.want(k.post(k.li, "/keyholder/passphrase", "old", pass("li"), "passphrase", "another one 12345", "again", "another one 12345"), 200, "口令已修改")
	k.want(k.post(k.li, tab, "reason", "r", "passphrase", "another one 12345"), 303)
	k.want(k.post(k.wang, "/keyholder", "passphrase", "aaaaaaaaaaaaaaaa 1", "again", "aaaaaaaaaaaaaaaa 1"), 422, "口令太简单")
	k.want(k.post(k.wang, "/keyholder", "passphrase", "wang wang wang 12345", "again", "wang wang wang 12345"), 422, "口令太简单")
	k.want(k.post(k.wang, "/keyholder", "passphrase", "lo lo lo lo lo 12345", "again", "lo lo lo lo lo 12345"), 200, "密钥已制作")
	k.want(k.get(k.wang, "/keyholder"), 200, "请系统管理员分发")
	join := func(a, pa, b, pb string) error {
		key, err := k.cases.JoinIdentityKey(t.Context(), k.identity.Public(), [2]string{a, b}, [2]string{pa, pb}, k.at)
		if err == nil && key.Public().Encode() != k.identity.Public().Encode() {
			t.Error("another key came out")
		}
		return err
	}
	if err := join("li", "another one 12345", "head", pass("head")); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{"the same person": join("li", "another one 12345", "li", "another one 12345"), "no part any more": join("li", "another one 12345", "wang", "lo lo lo lo lo 12345"),
		"a wrong passphrase": join("li", "another one 12345", "head", "x"), "nobody": join("li", "another one 12345", "nobody", "x")} {
		if err == nil {
			t.Errorf("%s: joined", name)
		}
	}
}

// The desk's database, whole, holds neither the identity key nor anything that opens an identity without two passphrases.
func TestTheDeskHoldsNoWholeKey(t *testing.T) {
	k := newKeyed(t)
	k.ask()
	whole, err := k.identity.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"keyholder", "identity_share", "identity_request", "identity_request_share"} {
		if got := k.value(`SELECT count(*) FROM complaints.`+table+` x WHERE strpos(x::text, encode($1::bytea, 'hex')) > 0`, whole); got != "0" {
			t.Errorf("%s holds the key", table)
		}
	}
	if _, err := k.cases.JoinIdentityKey(t.Context(), k.identity.Public(), [2]string{"li", "head"}, [2]string{pass("li"), pass("li")}, k.at); err == nil {
		t.Error("one passphrase opened two parts")
	}
}

// How long a request waits and an identity is shown is a setting; whom it concerns reads on the first page that it waits.
func TestOpeningsLastAsSet(t *testing.T) {
	k := newKeyed(t, func(c *Config) { c.openings = store.Openings{Wait: time.Hour, Shown: 10 * time.Minute} })
	k.ask()
	k.want(k.get(k.head, "/today"), 200, "有 1 件查看举报人身份的申请等您答复")
	if page := k.get(k.li, "/today"); strings.Contains(page.body, "查看举报人身份") {
		t.Error("the asker is told of the own request")
	}
	k.at = k.at.Add(time.Hour)
	k.want(k.post(k.head, tab+"/1/agree", "passphrase", pass("head")), 409, "申请已过期")
	k.ask()
	k.want(k.post(k.head, tab+"/2/agree", "passphrase", pass("head")), 303)
	k.want(k.get(k.li, "/today"), 200, "有 1 个举报人身份已同意您查看")
	k.at = k.at.Add(10 * time.Minute)
	k.want(k.post(k.li, tab+"/2/view", "passphrase", pass("li")), 409, "查看时间已过")
	if page := k.get(k.li, "/today"); strings.Contains(page.body, "举报人身份已同意") {
		t.Error("what is over is still announced")
	}
}

// Who is disabled, or handles no cases any more, still holds a part: keyholders and supervisors are told to have it dealt anew, until it is.
func TestAPartThatLeftIsDealtAnew(t *testing.T) {
	for name, leave := range map[string]func(k keyed){
		"disabled": func(k keyed) { k.exec(`UPDATE complaints.staff SET disabled_at = now() WHERE account = 'wang'`) },
		"demoted":  func(k keyed) { k.exec(`UPDATE complaints.staff SET role = 'intake' WHERE account = 'wang'`) },
	} {
		k := newKeyed(t)
		if page := k.get(k.head, "/today"); strings.Contains(page.body, "离任") {
			t.Errorf("%s: told before anybody left", name)
		}
		leave(k)
		k.want(k.get(k.head, "/today"), 200, "有 1 人离任，手里还有一份身份密钥")
		k.want(k.get(k.li, "/keyholder"), 200, "员工wang 已停用或不再办案")
		k.deal("li", "head")
		for _, page := range []answer{k.get(k.head, "/today"), k.get(k.li, "/keyholder")} {
			if strings.Contains(page.body, "离任") || strings.Contains(page.body, "不再办案") {
				t.Errorf("%s: told after it was dealt anew", name)
			}
		}
	}
}
