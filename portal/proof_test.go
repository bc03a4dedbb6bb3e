package portal_test

import (
	"context"
	"encoding/base64"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"shebao/shared/config"
	"shebao/shared/ledger"
	"shebao/shared/sms"
)

// texts are the messages that were enqueued and have not expired, delivered to an invented phone, the latest first.
func (s *site) texts() []sms.Text {
	s.t.Helper()
	r := config.NewReader(config.Map(map[string]string{"SHEBAO_STATE_KEY": base64.RawURLEncoding.EncodeToString(s.secret)}))
	messages, err := sms.New(s.pool, sms.ReadConfig(r))
	if err != nil {
		s.t.Fatal(err)
	}
	outbox := sms.NewOutbox(func() time.Time { return s.now })
	for {
		more, err := messages.DeliverNext(context.Background(), outbox, s.now)
		if err != nil {
			s.t.Fatal(err)
		}
		if !more {
			return outbox.Received()
		}
	}
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the one of the latest message.
func (s *site) code() string {
	s.t.Helper()
	for _, text := range s.texts() {
		if found := sixDigits.FindString(text.Body); found != "" {
			return found
		}
	}
	s.t.Fatal("no code was sent")
	return ""
}

// record is what the ledger has of a person.
func (s *site) record(document string) ledger.Person {
	s.t.Helper()
	who, err := s.book.PersonByDocument(context.Background(), document)
	if err != nil {
		s.t.Fatal(err)
	}
	return who
}

// unactivated takes a person's PIN away.
func (s *site) unactivated(document string) ledger.Person {
	s.t.Helper()
	who := s.record(document)
	s.exec(`DELETE FROM credential.pin WHERE person_id = $1`, who.ID)
	return who
}

func (s *site) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), query, args...); err != nil {
		s.t.Fatal(err)
	}
}

// claims fills the first form.
func (b *browser) claims(purpose string, who ledger.Person) (int, string) {
	b.t.Helper()
	return b.do("POST", "/"+purpose, url.Values{"number": {who.IDNumber}, "name": {who.Name}, "card": {who.CardNumber}})
}

// other than: a code that is wrong.
func otherCode(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

const newPIN = "905173"

func TestAPersonActivatesTheAccount(t *testing.T) {
	s := newSite(t)
	who := s.unactivated(number)
	b := s.browser()
	has(t, "the sign-in", b.page("/sign-in"), `href="/activate"`, `href="/recover"`)
	has(t, "the form", b.page("/activate"), "第 1 步，共 3 步", "社会保障卡号")
	if status, to := b.claims("activate", who); status != 303 || to != "/proof/code" {
		t.Fatalf("%d %.300s", status, to)
	}
	for range 2 { // a reload changes nothing
		page := b.page("/proof/code")
		has(t, "the code page", page, who.Mobile[:3]+"\u00a0****\u00a0"+who.Mobile[7:], "10:35 以前有效", `autocomplete="one-time-code"`)
		lacks(t, "the code page", page, who.Mobile, who.Name, who.IDNumber)
	}
	if status, to := b.do("GET", "/activate", nil); status != 303 || to != "/proof/code" {
		t.Errorf("coming back: %d %.100s", status, to)
	}
	if status, to := b.do("GET", "/proof/pin", nil); status != 303 || to != "/proof/code" {
		t.Errorf("the PIN before the code: %d %s", status, to)
	}
	if status, to := b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}}); status != 303 || to != "/proof/code" {
		t.Errorf("setting the PIN before the code: %d %s", status, to)
	}
	code := s.code()
	status, page := b.do("POST", "/proof/code", url.Values{"code": {otherCode(code)}})
	if status != 422 {
		t.Errorf("a wrong code: %d", status)
	}
	has(t, "a wrong code", page, "还可以试 4 次")
	if status, to := b.do("POST", "/proof/code", url.Values{"code": {" " + code[:3] + " " + code[3:] + " "}}); status != 303 || to != "/proof/pin" {
		t.Fatalf("the code: %d %.300s", status, to)
	}
	has(t, "the PIN page", b.page("/proof/pin"), "第 3 步", who.Name[:3]+"*")
	for name, tc := range map[string]struct{ pin, again, says string }{
		"birthday": {who.BirthDate.String()[2:4] + who.BirthDate.String()[5:7] + who.BirthDate.String()[8:], "", "不能用您的生日"}, "a run": {"123456", "", "不要用连续的数字"}, "repeated": {"888888", "", "不要用重复的数字"},
		"the mobile": {who.Mobile[5:], "", "不能用证件、手机或社保卡号码里的数字"}, "short": {"90517", "", "密码是 6 位数字"}, "two that differ": {newPIN, "905174", "不一样"},
	} {
		if tc.again == "" {
			tc.again = tc.pin
		}
		status, page := b.do("POST", "/proof/pin", url.Values{"pin": {tc.pin}, "again": {tc.again}})
		if status != 422 || !strings.Contains(page, tc.says) {
			t.Errorf("%s: %d", name, status)
		}
		lacks(t, name, page, `value="`+tc.pin)
	}
	if status, to := b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}}); status != 303 || to != "/proof/done?was=activate" {
		t.Fatalf("%d %.300s", status, to)
	}
	has(t, "the end", b.page("/proof/done?was=activate"), "账号已开通")
	has(t, "the statement", b.page("/statement/2025"), "148,979.42")
	if status, to := b.do("GET", "/proof/pin", nil); status != 303 || to != "/recover?gone=1" {
		t.Errorf("the same proof once more: %d %s", status, to)
	}
	if status, _ := s.browser().signIn(newPIN); status != 303 {
		t.Errorf("the new PIN: %d", status)
	}
	if texts := s.texts(); len(texts) != 1 || !strings.Contains(texts[0].Body, "密码已于 2026-11-23 10:30 设置或修改") || texts[0].To != "+86"+who.Mobile {
		t.Errorf("the mobile on record was told %v", texts)
	}
	lacks(t, "the log", s.log.String(), code, newPIN, who.Mobile, who.IDNumber, who.CardNumber)
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE action IN ('send code', 'activate account') AND subject = $1 AND outcome = 'done'`, subject(who)); n != 2 {
		t.Errorf("%d audit entries", n)
	}
}

func subject(who ledger.Person) string { return "person:" + itoa(who.ID) }

// Whoever asks with wrong data learns nothing: not whether the person exists, is activated, has a mobile, nor which piece was wrong.
func TestNobodyLearnsWhichPieceWasWrong(t *testing.T) {
	s := newSite(t)
	who, nobody := s.record(number), ledger.Person{IDNumber: "070106199003079015", Name: "张三", CardNumber: "D00000000"}
	wrongName, wrongCard, someoneElse := who, who, s.unactivated(other)
	wrongName.Name, wrongCard.CardNumber, someoneElse.CardNumber = "崔鹏", "D99999999", who.CardNumber
	pages := map[string]string{}
	for name, claim := range map[string]ledger.Person{"nobody": nobody, "wrong name": wrongName, "wrong card": wrongCard, "somebody else's card": someoneElse} {
		b := s.browser()
		status, page := b.claims("activate", claim)
		if status != 403 || b.cookies["proof"] != "" {
			t.Errorf("%s: %d", name, status)
		}
		has(t, name, page, "对不上登记的信息", claim.IDNumber, claim.CardNumber, claim.Name)
		pages[name] = strings.NewReplacer(claim.IDNumber, "", claim.CardNumber, "", claim.Name, "").Replace(page)
	}
	for name, page := range pages {
		if page != pages["nobody"] {
			t.Errorf("%s is answered differently", name)
		}
	}
	if texts := s.texts(); len(texts) != 0 {
		t.Errorf("%d messages", len(texts))
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE action = 'activate account' AND outcome = 'refused'`); n != 3 {
		t.Errorf("%d refused attempts kept", n)
	}
}

// A name with another dot or blanks, a card in small letters with blanks: the same person.
func TestTheRecordIsMatchedAsPeopleWrite(t *testing.T) {
	s := newSite(t)
	who := s.record(number)
	s.exec(`UPDATE ledger.person SET name = '阿卜杜拉·买买提' WHERE id = $1`, who.ID)
	for _, name := range []string{"阿卜杜拉·买买提", "阿卜杜拉•买买提", " 阿卜杜拉 买买提", "阿卜杜拉．买买提"} {
		b := s.browser()
		claim := who
		claim.Name, claim.CardNumber = name, " "+strings.ToLower(who.CardNumber[:4])+" "+who.CardNumber[4:]
		if status, to := b.claims("recover", claim); status != 303 {
			t.Errorf("%q: %d %.100s", name, status, to)
		}
	}
}

func TestWithoutAMobileOnRecordThePageSaysWhereToGo(t *testing.T) {
	s := newSite(t)
	who := s.record(number)
	s.exec(`UPDATE ledger.person SET mobile_sealed = NULL WHERE id = $1`, who.ID)
	status, page := s.browser().claims("recover", who)
	if status != 403 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "没有登记可以收短信的手机", "社保经办窗口", "12333")
}

func TestWhatIsMissingIsSaidFieldByFieldAndKept(t *testing.T) {
	s := newSite(t)
	status, page := s.browser().do("POST", "/activate", url.Values{"number": {number[:17] + "1"}, "name": {" "}, "card": {"D123"}})
	if status != 422 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "有 2 处需要修改", "证件号码有误", "请填写姓名", `value="D123"`, number[:17]+"1")
	_, page = s.browser().do("POST", "/activate", url.Values{})
	has(t, "an empty form", page, "请填写证件号码", "请填写姓名", "请填写社会保障卡号")
}

func TestACodeIsGoodForFiveMinutesAndFiveTriesAndIsSentAgain(t *testing.T) {
	s := newSite(t)
	who, b := s.record(number), s.browser()
	b.claims("recover", who)
	first := s.code()
	says := func(form string, code, words string) {
		t.Helper()
		status, page := b.do("POST", form, url.Values{"code": {code}})
		if status != 422 && status != 429 || !strings.Contains(page, words) {
			t.Errorf("%d, want %s", status, words)
		}
		if code != "" {
			lacks(t, "the page", page, `value="`+code)
		}
	}
	says("/proof/code", "12a456", "验证码是 6 位数字") // costs no try
	says("/proof/code/again", "", "请过一分钟再发")
	for _, left := range []string{"4", "3", "2", "1"} {
		says("/proof/code", otherCode(first), "还可以试 "+left+" 次")
	}
	says("/proof/code", otherCode(first), "已经输错 5 次")
	says("/proof/code", first, "已经输错 5 次")
	s.now = s.now.Add(61 * time.Second)
	if status, to := b.do("POST", "/proof/code/again", url.Values{}); status != 303 || to != "/proof/code?again=1" {
		t.Fatalf("%d %.200s", status, to)
	}
	second := s.code()
	says("/proof/code", first, "还可以试 4 次")
	s.now = s.now.Add(5 * time.Minute)
	says("/proof/code", second, "已过 5 分钟")
	has(t, "the page", b.page("/proof/code"), "已过 5 分钟")
	b.do("POST", "/proof/code/again", url.Values{})
	third := s.code()
	s.now = s.now.Add(61 * time.Second)
	says("/proof/code/again", "", "已经发过 3 次")
	lacks(t, "the page", b.page("/proof/code"), "再发一次验证码</button>")
	if status, to := b.do("POST", "/proof/code", url.Values{"code": {third}}); status != 303 || to != "/proof/pin" {
		t.Errorf("the third code: %d %.100s", status, to)
	}
	s.now = s.now.Add(30 * time.Minute)
	if status, to := b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}}); status != 303 || to != "/recover?gone=1" {
		t.Errorf("after half an hour: %d %s", status, to)
	}
	has(t, "the page", b.page("/recover?gone=1"), "超过 30 分钟")
}

func TestRecoveryEndsEverySignInAndLiftsLocks(t *testing.T) {
	s := newSite(t)
	thief := s.signedIn()
	thief.grants(false)
	for range 6 {
		s.browser().signIn("111111")
		s.browser().signIn("482915")
	}
	who, b := s.record(number), s.browser()
	b.claims("recover", who)
	b.do("POST", "/proof/code", url.Values{"code": {s.code()}})
	if status, to := b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}}); status != 303 || to != "/proof/done?was=recover" {
		t.Fatalf("%d %.200s", status, to)
	}
	has(t, "the end", b.page("/proof/done?was=recover"), "您授权了 1 个代办人", "/me/helpers")
	if status, _ := thief.do("GET", "/account", nil); status != 303 {
		t.Errorf("who was signed in stays: %d", status)
	}
	if status, _ := s.browser().signIn(pin); status != 403 {
		t.Errorf("the old PIN: %d", status)
	}
	if status, _ := s.browser().signIn(newPIN); status != 303 {
		t.Errorf("the new PIN: %d", status)
	}
}

// A code belongs to the browser that asked for it: whoever reads it over a shoulder needs that browser too.
func TestACodeIsOfNoUseInAnotherBrowser(t *testing.T) {
	s := newSite(t)
	who := s.record(number)
	mine, theirs := s.browser(), s.browser()
	mine.claims("recover", who)
	code := s.code()
	theirs.claims("recover", who)
	if status, _ := theirs.do("POST", "/proof/code", url.Values{"code": {code}}); status != 422 {
		t.Errorf("somebody else's code: %d", status)
	}
	if status, to := s.browser().do("POST", "/proof/code", url.Values{"code": {code}}); status != 303 || to != "/recover?gone=1" {
		t.Errorf("without a proof: %d %s", status, to)
	}
}

func TestAPersonIsSentOnlyAFewCodesADay(t *testing.T) {
	s := newSite(t)
	who := s.record(number)
	for i := range 5 {
		if status, _ := s.browser().claims("recover", who); status != 303 {
			t.Fatalf("%d: %d", i, status)
		}
	}
	status, page := s.browser().claims("recover", who)
	if status != 429 || !strings.Contains(page, "今天已经试过多次") {
		t.Errorf("the sixth: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM sms.message`); n != 5 {
		t.Errorf("%d messages", n)
	}
}

// With Redis down nothing can be guessed: a proof is not begun, the form says so and keeps what was written. A proof under way goes on.
func TestProofsWithRedisDown(t *testing.T) {
	s := newSite(t)
	who, b := s.record(number), s.browser()
	b.claims("recover", who)
	code := s.code()
	s.redis.Stop()
	status, page := s.browser().claims("recover", who)
	if status != 503 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "系统正在恢复", who.CardNumber)
	if status, to := b.do("POST", "/proof/code", url.Values{"code": {code}}); status != 303 || to != "/proof/pin" {
		t.Errorf("the code: %d %.100s", status, to)
	}
	if status, _ := b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}}); status != 303 {
		t.Errorf("the PIN: %d", status)
	}
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// Every step in every dress: whole, in its language, without a message key where a text should stand.
func TestEveryStepOfAProofInEveryDress(t *testing.T) {
	s := newSite(t)
	key := regexp.MustCompile(`>[^<]*\b(proof|account|pin|portal|site)\.[a-z_.]+`)
	for _, dress := range []map[string]string{{}, {"lang": "en"}, {"ui": "elder", "theme": "dark"}} {
		b := s.browser()
		for name, value := range dress {
			b.cookies[name] = value
		}
		check := func(path string) {
			t.Helper()
			page := b.page(path)
			if found := key.FindString(page); found != "" || strings.Count(page, "<h1>") != 1 || !strings.Contains(page, "</html>") || strings.Contains(page, " style=") {
				t.Errorf("%s %v: %s", path, dress, found)
			}
		}
		check("/activate")
		check("/recover?gone=1")
		b.claims("recover", s.record(number))
		check("/proof/code")
		check("/proof/code?again=1")
		b.do("POST", "/proof/code", url.Values{"code": {s.code()}})
		check("/proof/pin")
		b.do("POST", "/proof/pin", url.Values{"pin": {newPIN}, "again": {newPIN}})
		check("/proof/done?was=recover")
		check("/proof/done")
	}
}
