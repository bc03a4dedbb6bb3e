package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"shebao/shared/intake"
)

// otherSignedIn is the second person, in a browser of their own.
func (s *site) otherSignedIn() *browser {
	s.t.Helper()
	b := s.browser()
	if status, to := b.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}}); status != 303 {
		s.t.Fatalf("sign-in: %d %.200s", status, to)
	}
	return b
}

// grants lets the second person in.
func (b *browser) grants(file bool, change ...string) (int, string) {
	b.t.Helper()
	form := url.Values{"number": {other}, "name": {b.record(other).Name}, "days": {"30"}, "pin": {pin}}
	if file {
		form.Set("file", "yes")
	}
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return b.do("POST", "/me/helpers", form)
}

// helpsFirst chooses to read for the first person who let this one in.
func (b *browser) helpsFirst() {
	b.t.Helper()
	key := between(b.page("/helping"), `name="for" value="`, `"`)
	if status, to := b.do("POST", "/helping", url.Values{"for": {key}, "do": {"read"}}); status != 303 || to != "/" {
		b.t.Fatalf("choosing: %d %s", status, to)
	}
}

// The yearly duty counts whom the statement has reached: a helper's download is not the person's.
func TestAHelpersDownloadIsNotThePersonsOpening(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	if status, to := person.grants(false); status != 303 {
		t.Fatalf("granting: %d %s", status, to)
	}
	helper.helpsFirst()
	helper.pdf("/statement/2025.pdf")
	if issued := s.issued(2025); len(issued) != 1 || !issued[0].OpenedAt.IsZero() {
		t.Errorf("after the helper's download: %+v", issued)
	}
	person.pdf("/statement/2025.pdf")
	if issued := s.issued(2025); len(issued) != 1 || issued[0].OpenedAt.IsZero() {
		t.Errorf("after the person's download: %+v", issued)
	}
}

func TestAHelperReadsForAPersonAndIsSeen(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	if status, to := person.grants(false); status != 303 || to != "/me/helpers?done=granted" {
		t.Fatalf("granting: %d %.400s", status, to)
	}
	has(t, "the person's page", person.page("/me/helpers?done=granted"), "已授权", "傅*", "070122********0566", "到 2026-12-23 为止", "只能查看")
	if texts := s.texts(); len(texts) != 1 || !strings.Contains(texts[0].Body, "授权 傅* 代看社保记录，到 2026-12-23 为止") || texts[0].To != "+86"+s.record(number).Mobile {
		t.Errorf("the mobile on record was told %v", texts)
	}
	own := helper.page("/statement/2025")
	lacks(t, "the helper's own statement", own, "148,979.42", "您正在替")
	has(t, "the choice", helper.page("/helping"), "崔**", "替其查看")
	helper.helpsFirst()
	for _, path := range []string{"/", "/statement/2025", "/account", "/statement/2025/3"} {
		has(t, path, helper.page(path), "您正在替 崔** 查看", "看我自己的")
	}
	has(t, "the statement", helper.page("/statement/2025"), "148,979.42")
	has(t, "the first page", helper.page("/"), "崔** 的社保")
	seen := person.page("/me")
	has(t, "who has looked", seen, "代办人 傅*", "查看缴费记录", "当天 6 次")
	lacks(t, "who has looked", seen, s.record(other).Name)
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE role = 'helper' AND actor = $1 AND subject = $2 AND action = 'view record'`, subject(s.record(other)), subject(s.record(number))); n != 6 {
		t.Errorf("%d views are noted", n)
	}
	if status, to := helper.do("POST", "/helping", url.Values{"for": {"self"}, "next": {"/statement/2025"}}); status != 303 || to != "/statement/2025" {
		t.Errorf("back: %d %s", status, to)
	}
	if page := helper.page("/statement/2025"); page != own {
		t.Error("back at the own record the page differs")
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE role = 'helper'`); n != 6 {
		t.Errorf("%d entries after going back", n)
	}
}

// What is the person's alone stays so, by page, by form and by program.
func TestAHelperNeverChangesAnything(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	person.grants(false)
	helper.helpsFirst()
	for _, path := range []string{"/me", "/me/helpers", "/proof/done", "/tip-off", "/objection", "/me/objections"} {
		if status, to := helper.do("GET", path, nil); status != 303 || to != "/helping?for="+url.QueryEscape(path) {
			t.Errorf("%s: %d %.100s", path, status, to)
		}
	}
	has(t, "the explanation", helper.page("/helping?for=%2Fme"), "只能由 崔** 本人办理", `name="next" value="/me"`)
	for _, path := range []string{"/me/pin", "/me/sign-ins/end", "/me/helpers", "/me/helpers/end", "/tip-off", "/tip-off/files", "/objection", "/objection/files"} {
		if status, page := helper.do("POST", path, url.Values{"current": {pin}, "pin": {newPIN}, "again": {newPIN}, "others": {"yes"}}); status != 403 || !strings.Contains(page, "只能由本人办理") {
			t.Errorf("%s: %d", path, status)
		}
	}
	person.page("/account")
	if status, _ := s.browser().signIn(pin); status != 303 {
		t.Errorf("the person's PIN: %d", status)
	}
	if status, _ := helper.do("POST", "/sign-out", url.Values{}); status != 303 || helper.cookies["acting"] != "" {
		t.Errorf("sign-out: %d", status)
	}
	person.page("/account")
}

// A grant ends when the person ends it, when the helper gives it back, when its time is over, and with the helper's session: at once, on the next page.
func TestAGrantEndsAtOnce(t *testing.T) {
	s := newSite(t)
	person := s.signedIn()
	ended := func(how string, helper *browser) {
		t.Helper()
		if status, to := helper.do("GET", "/statement/2025", nil); status != 303 || to != "/helping?ended=1" {
			t.Errorf("%s: %d %.100s", how, status, to)
		}
		has(t, how, helper.page("/helping?ended=1"), "授权已经结束", "现在没有人授权您代看")
		lacks(t, how, helper.page("/statement/2025"), "148,979.42", "您正在替") // the own record again, and it says so
	}
	helper := s.otherSignedIn()
	person.grants(false)
	helper.helpsFirst()
	key := between(person.page("/me/helpers"), `name="helper" value="`, `"`)
	if status, to := person.do("POST", "/me/helpers/end", url.Values{"helper": {key}}); status != 303 || to != "/me/helpers?done=ended" {
		t.Fatalf("ending: %d %s", status, to)
	}
	ended("ended by the person", helper)
	if status, _ := person.do("POST", "/me/helpers/end", url.Values{"helper": {key}}); status != 303 {
		t.Errorf("ending twice: %d", status)
	}

	person.grants(false)
	helper.helpsFirst()
	second := s.otherSignedIn()
	second.helpsFirst()
	page := helper.page("/helping")
	key = between(page[strings.Index(page, "崔**</strong>"):], `name="for" value="`, `"`)
	if status, to := helper.do("POST", "/helping", url.Values{"for": {key}, "do": {"resign"}}); status != 303 || to != "/helping?done=resigned" {
		t.Fatalf("giving back: %d %s", status, to)
	}
	ended("given back", second)

	person.grants(false)
	helper.helpsFirst()
	stolen := s.otherSignedIn()
	stolen.cookies["acting"] = helper.cookies["acting"]
	lacks(t, "another session with the same choice", stolen.page("/statement/2025"), "148,979.42")
	s.now = time.Date(2026, 12, 23, 15, 59, 0, 0, time.UTC) // one minute before midnight in China
	helper = s.otherSignedIn()
	helper.helpsFirst()
	helper.page("/statement/2025")
	s.now = s.now.Add(2 * time.Minute)
	ended("its time over", helper)
}

// An objection and a named tip-off in the person's name need the person's leave; the log and the sealed identity tell who did it. Of an anonymous one the log tells nothing.
func TestAHelperFilesOnlyWithLeave(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	person.grants(true)
	has(t, "the person's page", person.page("/me/helpers"), "也可以代为投诉举报、申请核查记录")
	helper.helpsFirst()
	has(t, "the form", helper.page("/tip-off"), "您正在替 崔** 查看，也可以代为提交", "崔**")
	noted := func() int { return s.count(`SELECT count(*) FROM audit.entry WHERE role = 'helper'`) }
	before := noted()
	if status, _ := s.fileTipOff(helper); status != 303 {
		t.Fatalf("an anonymous one: %d", status)
	}
	if noted() != before {
		t.Error("the log tells that a helper was filing an anonymous tip-off")
	}
	if status, _ := s.fileTipOff(helper, "named", "yes", "own", "yes"); status != 303 {
		t.Fatalf("a named one: %d", status)
	}
	file := with(carried(helper.checked()), "do", "file")
	if status, to := helper.do("POST", "/objection", file); status != 303 || to != "/tip-off/receipt" {
		t.Fatalf("an objection: %d %s", status, to)
	}
	named := 0
	for _, one := range s.taken() {
		if one.TipOff.ByHelper != (len(one.Identity) > 0) { // of an anonymous one the desk is not told either
			t.Errorf("the desk is told of a helper: %v, of a named one: %v", one.TipOff.ByHelper, len(one.Identity) > 0)
		}
		if len(one.Identity) == 0 {
			continue
		}
		named++
		reporter, err := intake.OpenIdentity(s.identity, one.Identity)
		if err != nil || reporter.Name != s.record(number).Name || reporter.Helper != s.record(other).Name {
			t.Errorf("who it is from: %v, filed by a helper %v, %v", reporter.Name != "", reporter.Helper != "", err)
		}
	}
	if filed := s.count(`SELECT count(*) FROM audit.entry WHERE role = 'helper' AND action = 'file for a person' AND subject = $1`, subject(s.record(number))); named != 2 || filed < 2 {
		t.Errorf("%d identities, %d entries", named, filed)
	}
	for _, path := range []string{"/me", "/me/helpers"} {
		if status, _ := helper.do("GET", path, nil); status != 303 {
			t.Errorf("%s: %d", path, status)
		}
	}
	has(t, "who has looked", person.page("/me"), "代办人 傅*", "代为提交")
	has(t, "the person's objections", person.page("/me/objections"), "缴了费，却没有记上")
}

// Granting needs the person's PIN, and tells nothing about strangers.
func TestGrantingAHelperIsRefusedWithTheReason(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	for name, tc := range map[string]struct {
		change []string
		says   string
	}{
		"a wrong PIN": {[]string{"pin", "482915"}, "现在的密码不正确"}, "no PIN": {[]string{"pin", ""}, "密码是 6"}, "no name": {[]string{"name", " "}, "请填写对方的姓名"}, "no time": {[]string{"days", "99999"}, "请选择授权多久"},
		"a wrong number": {[]string{"number", other[:17] + "1"}, "证件号码有误"}, "oneself": {[]string{"number", number}, "不用授权给自己"}, "another name": {[]string{"name", "张三"}, "没有找到这个人"}, "nobody": {[]string{"number", "070106199003079015"}, "没有找到这个人"},
	} {
		status, page := b.grants(false, tc.change...)
		if status != 422 || !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), tc.says) {
			t.Errorf("%s: %d", name, status)
		}
		lacks(t, name, page, `value="482915"`, `value="`+pin)
	}
	s.unactivated(other)
	if status, page := b.grants(false); status != 422 || !strings.Contains(page, "没有找到这个人") {
		t.Errorf("not activated: %d", status)
	}
	if n := s.count(`SELECT count(*) FROM portal.helper`); n != 0 {
		t.Errorf("%d grants", n)
	}
}

// Nobody acts for a person who did not let them in: not with a forged choice, not with another's, not by a number in a program.
func TestNobodyActsWithoutAGrant(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	person.grants(false)
	helper.helpsFirst()
	person.cookies["acting"] = helper.cookies["acting"]
	has(t, "the person with the helper's choice", person.page("/statement/2025"), "148,979.42")
	lacks(t, "the person with the helper's choice", person.page("/statement/2025"), "您正在替")
	helper.cookies["acting"] = "forged"
	lacks(t, "a forged choice", helper.page("/statement/2025"), "148,979.42", "您正在替")
	key := between(person.page("/me/helpers"), `name="helper" value="`, `"`)
	if status, _ := helper.do("POST", "/me/helpers/end", url.Values{"helper": {key}}); status != 422 {
		t.Errorf("a sealed grant of the person's in the helper's hands: %d", status)
	}
	if status, _ := person.do("POST", "/helping", url.Values{"for": {key}, "do": {"read"}}); status != 422 {
		t.Errorf("a sealed value of another form: %d", status)
	}
}

// A view that cannot be noted is not shown.
func TestAViewThatCannotBeNotedIsNotShown(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	person.grants(false)
	helper.helpsFirst()
	s.exec(`ALTER TABLE audit.waiting RENAME TO gone`)
	if status, page := helper.do("GET", "/statement/2025", nil); status != 500 || strings.Contains(page, "148,979.42") {
		t.Errorf("%d", status)
	}
}

// Every page of helpers in every dress: whole, in its language.
func TestHelpersPagesInEveryDress(t *testing.T) {
	s := newSite(t)
	person, helper := s.signedIn(), s.otherSignedIn()
	person.grants(true)
	helper.helpsFirst()
	for _, dress := range []map[string]string{{}, {"lang": "en"}, {"ui": "elder", "theme": "dark"}} {
		for name, value := range dress {
			person.cookies[name], helper.cookies[name] = value, value
		}
		for b, paths := range map[*browser][]string{person: {"/me/helpers", "/me/helpers?done=ended", "/me", "/helping"}, helper: {"/helping", "/helping?for=%2Fme", "/helping?done=resigned", "/", "/statement/2025"}} {
			for _, path := range paths {
				page := b.page(path)
				for _, prefix := range []string{">helper.", ">helping.", ">seen.", ">account.", ">portal."} {
					lacks(t, path, page, prefix)
				}
				if strings.Count(page, "<h1>") != 1 || !strings.Contains(page, "</html>") || strings.Contains(page, " style=") {
					t.Errorf("%s %v is not whole", path, dress)
				}
			}
		}
	}
}
