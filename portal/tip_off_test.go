package portal_test

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// answers are a whole form that needs nothing more.
func answers(more ...string) url.Values {
	form := url.Values{"kind": {"unpaid"}, "own": {"no"}, "employer": {"无名作坊"}, "from_year": {"2025"}, "from_month": {"3"}, "words": {"拖欠三个月"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func with(form url.Values, more ...string) url.Values {
	form = maps.Clone(form)
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// carried are the fields that the check page sends on.
func carried(page string) url.Values {
	form := url.Values{}
	main := page[strings.Index(page, `<main`):]
	unescape := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'")
	for _, field := range hiddenField.FindAllStringSubmatch(main, -1) {
		form.Set(field[1], unescape.Replace(field[2]))
	}
	return form
}

// fileTipOff goes through form and check page as a person does, and clicks twice.
func (s *site) fileTipOff(b *browser, more ...string) (int, string) {
	s.t.Helper()
	form := with(answers(more...), "key", b.key(b.page("/tip-off")))
	status, page := b.do("POST", "/tip-off", form)
	if status != 200 || !strings.Contains(page, "请核对，然后提交") {
		s.t.Fatalf("check page: %d %.200s", status, page)
	}
	file := with(carried(page), "do", "file")
	b.do("POST", "/tip-off", file)
	return b.do("POST", "/tip-off", file)
}

// taken opens what the desk gets.
func (s *site) taken() []intake.Submission {
	s.t.Helper()
	desk := intake.NewDesk(s.pool, s.content)
	var list []intake.Submission
	for {
		var one intake.Submission
		var ok bool
		err := postgres.Tx(context.Background(), s.pool, func(tx pgx.Tx) (err error) {
			one, ok, err = desk.Take(context.Background(), tx, s.now)
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
		if !ok {
			return list
		}
		list = append(list, one)
	}
}

func TestADoubleClickFilesOnce(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	if status, to := s.fileTipOff(b, "employer", "<b>无名</b>作坊", "words", "第一行\r\n<script>alert(1)</script>\x00"); status != 303 || to != "/tip-off/receipt" {
		t.Fatalf("%d %s", status, to)
	}
	receipts := regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`)
	code := receipts.FindString(b.page("/tip-off/receipt"))
	has(t, "the receipt", b.page("/tip-off/receipt"), code, "2026-11-30", "60\u00a0个工作日")
	list := s.taken()
	if len(list) != 1 {
		t.Fatalf("%d filings", len(list))
	}
	got := list[0].TipOff
	if got.Kind != intake.Unpaid || got.EmployerName != "<b>无名</b>作坊" || got.Words != "第一行\n<script>alert(1)</script>" || got.From != 202503 || got.To != 0 || got.Named || got.OwnRights || got.Channel != intake.Web || list[0].Identity != nil {
		t.Errorf("%+v", got)
	}
	if n := s.count(`SELECT count(*) FROM intake.draft`); n != 0 {
		t.Errorf("%d drafts stay", n)
	}
	lacks(t, "the log", s.log.String(), code, strings.ReplaceAll(code, " ", ""), "无名")
	// The receipt shows again for half an hour, and not on another browser.
	s.now = s.now.Add(31 * time.Minute)
	if status, to := b.do("GET", "/tip-off/receipt", nil); status != 303 || to != "/progress" {
		t.Errorf("after half an hour: %d %s", status, to)
	}
	if status, _ := s.browser().do("GET", "/tip-off/receipt", nil); status != 303 {
		t.Errorf("on another browser: %d", status)
	}
}

func TestMarkupInAnswersIsShownAsText(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	const evil = `<script>alert(1)</script>"><img src=x>`
	form := with(answers("employer", evil, "words", evil), "key", b.key(b.page("/tip-off")))
	for _, step := range []string{"check", "edit-words"} {
		status, page := b.do("POST", "/tip-off", with(form, "do", step))
		if status != 200 {
			t.Errorf("%s: %d", step, status)
		}
		lacks(t, step, page, "<script>alert", "<img src=x>")
		has(t, step, page, "&lt;script&gt;")
	}
}

func TestWrongAnswersAreSaidAtOnceAndNothingIsLost(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	key := b.key(b.page("/tip-off"))
	status, page := b.do("POST", "/tip-off", url.Values{"key": {key}, "words": {"写了很久的话"}, "from_year": {"2025"}, "to_year": {"2026"}, "to_month": {"12"}})
	if status != 422 {
		t.Errorf("%d", status)
	}
	has(t, "the page", strings.ReplaceAll(page, "\u00a0", " "), "写了很久的话", "请选择是什么问题", "请选择是谁的社保", "请填写单位名称", "请把年份和月份都选上", "不能晚于本月", "有 5 处需要修改", `href="#employer"`, `<option value="2025" selected`)
	for name, more := range map[string][]string{
		"the last month before the first": {"to_year", "2024", "to_month", "1"}, "words without end": {"words", strings.Repeat("长", 5001)}, "an unknown kind": {"kind", "nonsense"}, "the kind of another form": {"kind", "record"},
		"a month that is none": {"from_month", "13"}, "a name without end": {"employer", strings.Repeat("长", 101)}, "a choice that is not in the register": {"employer", "", "choice", "91110000100000000X"},
	} {
		if status, page := b.do("POST", "/tip-off", with(answers(more...), "key", key)); status != 422 || !strings.Contains(page, "errsum") {
			t.Errorf("%s: %d", name, status)
		}
	}
	if list := s.taken(); len(list) != 0 || s.count(`SELECT count(*) FROM intake.draft`) != 0 {
		t.Error("something wrong was kept")
	}
}

func TestTheEmployerIsFoundByAPartOfItsName(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := with(answers("employer", "杭城纺织"), "key", b.key(b.page("/tip-off")))
	status, page := b.do("POST", "/tip-off", form)
	if status != 422 {
		t.Fatalf("%d", status)
	}
	has(t, "the choices", page, "请选择是哪一家单位", "杭城纺织有限公司", `value="91070102MAXG612DD9"`, "都不是")
	chosen := with(form, "seen", "杭城纺织", "choice", "91070102MAXG612DD9")
	status, page = b.do("POST", "/tip-off", chosen)
	if status != 200 {
		t.Fatalf("%d", status)
	}
	has(t, "the check page", page, "杭城纺织有限公司")
	b.do("POST", "/tip-off", with(carried(page), "do", "file"))
	typed := s.browser()
	form = with(form, "key", typed.key(typed.page("/tip-off")), "seen", "杭城纺织", "choice", "typed")
	status, page = typed.do("POST", "/tip-off", form)
	if status != 200 {
		t.Fatalf("%d", status)
	}
	has(t, "as written", page, "名册中没有找到同名单位")
	typed.do("POST", "/tip-off", with(carried(page), "do", "file"))
	code := s.browser()
	_, page = code.do("POST", "/tip-off", with(answers("employer", "91070102MAXG612DD9"), "key", code.key(code.page("/tip-off"))))
	has(t, "by its credit code", page, "杭城纺织有限公司", "请核对")
	list := s.taken()
	if len(list) != 2 || list[0].TipOff.EmployerUSCC != "91070102MAXG612DD9" || list[0].TipOff.Region != "070110" || list[1].TipOff.EmployerUSCC != "" || list[1].TipOff.EmployerName != "杭城纺织" {
		t.Errorf("%+v", list)
	}
}

// A changed name goes before the choice of the name before.
func TestANameWrittenAnewIsLookedUpAnew(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	status, page := b.do("POST", "/tip-off", with(answers("employer", "西溪餐饮", "seen", "杭城纺织", "choice", "91070102MAXG612DD9"), "key", b.key(b.page("/tip-off"))))
	if status != 422 || !strings.Contains(page, "西溪餐饮管理有限公司") {
		t.Errorf("%d", status)
	}
}

func TestAMissingMonthFillsTheFormIn(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	page := b.page("/tip-off?kind=unpaid&employer=91070102MAXG612DD9&from=2025-03&to=2025-06")
	has(t, "the form", page, `value="unpaid" checked`, `id="own-yes" name="own" value="yes" checked`, `value="91070102MAXG612DD9" checked`, "杭城纺织有限公司", `<option value="2025" selected`, `<option value="3" selected`, `<option value="6" selected`, "实名（崔**）")
	has(t, "own employers", b.page("/tip-off"), "杭城纺织有限公司", "其他单位（写在下面）")
	lacks(t, "nonsense in the address", s.browser().page("/tip-off?kind=%3Cb%3E&employer=x&from=2025-99&to=abc"), "<b>", "selected>2025")
}

func TestANamedTipOffSealsTheReporterApart(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	if status, _ := s.fileTipOff(b, "named", "yes", "safe", "yes", "own", "yes"); status != 303 {
		t.Fatal(status)
	}
	list := s.taken()
	if len(list) != 1 || !list[0].TipOff.Named || !list[0].TipOff.OwnRights {
		t.Fatalf("%+v", list)
	}
	if strings.Contains(list[0].TipOff.Words, "崔") {
		t.Error("the content names the reporter")
	}
	who, err := intake.OpenIdentity(s.identity, list[0].Identity)
	if err != nil || who.Name != "崔鹏霞" || who.IDNumber != number || who.Mobile != "10000008304" || !who.SafeToContact {
		t.Errorf("%v %v", who.SafeToContact, err)
	}
	if _, err := intake.OpenIdentity(s.content, list[0].Identity); err == nil {
		t.Error("the content key opens the identity")
	}
	// "Safe to contact" is no unless said.
	again := s.signedIn()
	s.fileTipOff(again, "named", "yes")
	if who, err = intake.OpenIdentity(s.identity, s.taken()[0].Identity); err != nil || who.SafeToContact {
		t.Errorf("%v %v", who.SafeToContact, err)
	}
}

// Who was signed out meanwhile is not made anonymous, nor does anything get lost.
func TestANamedTipOffNeedsItsSignIn(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	form := with(answers("named", "yes"), "key", b.key(b.page("/tip-off")))
	_, page := b.do("POST", "/tip-off", form)
	file := with(carried(page), "do", "file")
	b.do("POST", "/sign-out", url.Values{})
	status, page := b.do("POST", "/tip-off", file)
	if status != 422 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "登录已过期", "拖欠三个月", "无名作坊")
	if list := s.taken(); len(list) != 0 {
		t.Errorf("%d were filed", len(list))
	}
}

func TestAFormThatWasOpenForTooLongIsRenewed(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	form := with(answers(), "key", b.key(b.page("/tip-off")), "do", "file")
	s.now = s.now.Add(25 * time.Hour)
	status, page := b.do("POST", "/tip-off", form)
	if status != 422 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "表单打开太久", "拖欠三个月")
	if status, _ := b.do("POST", "/tip-off", with(form, "key", b.key(page))); status != 303 {
		t.Errorf("sent again: %d", status)
	}
	if status, _ := b.do("POST", "/tip-off", with(form, "key", "forged")); status != 422 {
		t.Errorf("a forged key: %d", status)
	}
}

func TestWhatWasConfirmedIsKeptAsADraft(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.do("POST", "/tip-off", with(answers(), "key", b.key(b.page("/tip-off"))))
	drafts, err := intake.NewDesk(s.pool, s.content).IncompleteDrafts(context.Background(), s.now.Add(time.Hour), 10)
	if err != nil || len(drafts) != 1 || drafts[0].TipOff.Words != "拖欠三个月" || drafts[0].TipOff.From != calendar.Period(202503) {
		t.Errorf("%+v %v", drafts, err)
	}
}
