package portal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"shebao/shared/intake"
)

// Somebody writes for longer than the session lasts: after signing in again the form stands there as it was, once, and for nobody else.
func TestWhatWasTypedOutlivesTheSession(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := with(objection("words", "三月的工资条在这里，我写了很久", "pin", "998877"), "key", b.key(b.page("/objection")), "do", "check")
	s.now = s.now.Add(3 * time.Hour)
	const wayBack = "/sign-in?next=%2Fobjection&ended=1"
	if status, to := b.do("POST", "/objection", form, "Referer", "http://si.example/objection?from=2025-03"); status != 303 || to != wayBack {
		t.Fatalf("%d %s", status, to)
	}
	if n := s.count(`SELECT count(*) FROM portal.kept_form WHERE position(convert_to('三月', 'UTF8') IN content) > 0 OR position(convert_to('2025', 'UTF8') IN content) > 0`); n != 0 {
		t.Error("what was typed can be read in the database")
	}
	b.signIn(pin)
	page := b.page("/objection")
	has(t, "the form", page, "您填写的内容还在", "三月的工资条在这里，我写了很久", `value="missing" checked`, `<option value="2025" selected`)
	lacks(t, "the form", page, "998877")
	lacks(t, "the form once more", b.page("/objection"), "三月的工资条在这里", "您填写的内容还在")
	if status, page := b.do("POST", "/objection", with(form, "key", b.key(page))); status != 200 || !strings.Contains(page, "三月的工资条在这里") {
		t.Errorf("going on: %d", status)
	}

	// Another person who signs in at that browser sees nothing of it.
	s.now = s.now.Add(3 * time.Hour)
	if status, _ := b.do("POST", "/objection", form); status != 303 {
		t.Fatal(status)
	}
	b.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	lacks(t, "another's form", b.page("/objection"), "三月的工资条在这里", "您填写的内容还在")
	if n := s.count(`SELECT count(*) FROM portal.kept_form`); n != 0 {
		t.Errorf("%d forms stay", n)
	}
}

func TestAKeptFormWaitsForAShortWhileOnly(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := with(objection("words", "过期的话"), "key", b.key(b.page("/objection")))
	s.now = s.now.Add(3 * time.Hour)
	b.do("POST", "/objection", form)
	s.now = s.now.Add(31 * time.Minute)
	b.signIn(pin)
	lacks(t, "the form", b.page("/objection"), "过期的话")

	// Whoever signs out means it, and a visitor's form of a person's page is nobody's.
	out := s.browser()
	if status, to := out.do("POST", "/objection", form); status != 303 || to != "/sign-in?next=%2F" || out.cookies["kept"] != "" {
		t.Errorf("a stranger's form: %d %s", status, to)
	}
}

// The helper's form comes back without its PIN.
func TestAHelpersFormComesBackWithoutThePIN(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	s.now = s.now.Add(3 * time.Hour)
	if status, to := b.do("POST", "/me/helpers", url.Values{"number": {other}, "name": {"傅怡"}, "days": {"180"}, "pin": {pin}, "file": {"yes"}}); status != 303 || to != "/sign-in?next=%2Fme%2Fhelpers&ended=1" {
		t.Fatalf("%d %s", status, to)
	}
	b.signIn(pin)
	page := b.page("/me/helpers")
	has(t, "the form", page, "您填写的内容还在", `value="傅怡"`, other, `value="180" checked`)
	lacks(t, "the form", page, `value="`+pin)
}

// A tip-off that was begun without a sign-in can still be sent with a name: what was typed comes along.
func TestATipOffWaitsForASignIn(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := with(answers("words", "写了一半才想实名"), "key", b.key(b.page("/tip-off")), "do", "signin")
	if status, to := b.do("POST", "/tip-off", form); status != 303 || to != "/sign-in?next=%2Ftip-off" {
		t.Fatalf("%d %s", status, to)
	}
	lacks(t, "a page before the sign-in", b.page("/tip-off"), "写了一半")
	b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/tip-off"}})
	has(t, "the form", b.page("/tip-off"), "写了一半才想实名", "您填写的内容还在")
	if status, to := b.do("POST", "/sign-out", url.Values{}); status != 303 || to != "/" || b.cookies["kept"] != "" {
		t.Errorf("signed out: %d %s", status, to)
	}
}

// Files that are sent when the session has just ended are taken as if it had not: checked, cleaned, readable to the desk alone. The form that waits holds their list, so that
// its owner need not choose them again, and nobody else gets them.
func TestFilesOutliveTheSession(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := carried(b.checked("words", "三月的工资条在这里"))
	s.now = s.now.Add(3 * time.Hour)
	files := map[string][]byte{"工资条.png": picture(t), "坏.png": []byte("MZ\x90\x00这是一个程序")}
	if status, to := b.hand("/objection/files", form, files); status != 303 || to != "/sign-in?next=%2Fobjection&ended=1" {
		t.Fatalf("%d %s", status, to)
	}
	if n := s.count(`SELECT count(*) FROM intake.attachment WHERE position('PNG'::bytea IN content) > 0`); n != 0 {
		t.Error("a file that waits can be read in the database")
	}
	mine := b.cookies["kept"]
	b.signIn(pin)
	page := b.page("/objection")
	has(t, "the form", page, "您填写的内容还在", "文件也在：工资条.png。", "没有收下，请重新选择：坏.png", "三月的工资条在这里")
	_, page = b.do("POST", "/objection", with(carried(page), "matter", "missing", "from_year", "2025", "from_month", "3", "to_year", "2025", "to_month", "3", "words", "三月的工资条在这里", "do", "check"))
	has(t, "the check page", page, "工资条.png")
	if status, to := b.do("POST", "/objection", with(carried(page), "do", "file")); status != 303 || to != "/tip-off/receipt" {
		t.Fatalf("%d %.200s", status, to)
	}
	attachments, err := intake.NewDesk(s.pool, s.content).Attachments(t.Context(), s.taken()[0].ID)
	if err != nil || len(attachments) != 1 || attachments[0].Name != "工资条.png" {
		t.Errorf("%d attachments: %v", len(attachments), err)
	}
	b.cookies["kept"] = mine
	lacks(t, "the form once more", b.page("/objection"), "工资条.png")

	// Another who signs in at that browser gets neither words nor files.
	form = carried(b.checked("words", "第二份"))
	s.now = s.now.Add(3 * time.Hour)
	b.hand("/objection/files", form, map[string][]byte{"合同.png": picture(t)})
	b.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	lacks(t, "another's form", b.page("/objection"), "合同.png", "第二份")
}

// Files that cannot be kept are said to be lost, never lost in silence.
func TestFilesThatCannotBeKeptAreSaid(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := carried(b.checked())
	s.now = s.now.Add(25 * time.Hour) // the form's key is too old
	b.hand("/objection/files", form, map[string][]byte{"工资条.png": picture(t)})
	b.signIn(pin)
	page := b.page("/objection")
	has(t, "the form", page, "没有收下，请重新选择：工资条.png。", "三月已缴，凭证见附件")
	lacks(t, "the form", page, "文件也在")
}

// A named tip-off whose sign-in has ended keeps its files through the next sign-in.
func TestATipOffsFilesWaitForASignIn(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	_, page := b.do("POST", "/tip-off", with(answers("named", "yes"), "key", b.key(b.page("/tip-off"))))
	b.do("POST", "/sign-out", url.Values{})
	status, page := b.hand("/tip-off/files", carried(page), map[string][]byte{"工资条.png": picture(t)})
	if status != 422 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "登录已过期", "拖欠三个月")
	b.do("POST", "/tip-off", with(carried(page), "kind", "unpaid", "own", "no", "employer", "无名作坊", "words", "拖欠三个月", "named", "yes", "do", "signin"))
	b.do("POST", "/sign-in", url.Values{"number": {number}, "pin": {pin}, "next": {"/tip-off"}})
	has(t, "the form", b.page("/tip-off"), "您填写的内容还在", "文件也在：工资条.png。", "拖欠三个月")
}

// So does a message whose mailbox was closed meanwhile.
func TestAMessagesFilesOutliveTheClosedPage(t *testing.T) {
	s := newSite(t)
	code, _ := s.filed()
	b := s.browser()
	b.do("POST", "/progress", url.Values{"code": {code}})
	form := url.Values{"key": {b.key(b.page("/progress"))}, "text": {""}}
	s.now = s.now.Add(16 * time.Minute)
	_, page := b.hand("/progress/message", form, map[string][]byte{"流水.png": picture(t)})
	has(t, "the page", page, "还没有送出", `name="code"`)
	_, page = b.do("POST", "/progress", with(carried(page), "code", code))
	has(t, "opened again", page, "流水.png")
	if status, to := b.do("POST", "/progress/message", with(carried(page), "text", "")); status != 303 || to != "/progress?sent=1" {
		t.Fatalf("%d %.200s", status, to)
	}
	has(t, "sent", b.page("/progress"), "补交 1 个文件")
	s.now = s.now.Add(25 * time.Hour)
	_, page = b.hand("/progress/message", form, map[string][]byte{"合同.png": picture(t)})
	has(t, "a form that is too old", page, "有文件没有收下，请重新选择")
}
