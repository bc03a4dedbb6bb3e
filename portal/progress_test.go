package portal_test

import (
	"context"
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

// filed files a tip-off and returns its receipt code and mailbox.
func (s *site) filed() (code string, mailbox int64) {
	s.t.Helper()
	b := s.browser()
	s.fileTipOff(b)
	code = regexp.MustCompile(`\d{4} \d{4} \d{4} \d{4}`).FindString(b.page("/tip-off/receipt"))
	return code, s.taken()[0].Mailbox
}

// desk does something as the complaint desk.
func (s *site) desk(work func(ctx context.Context, desk *intake.Desk, tx pgx.Tx) error) {
	s.t.Helper()
	desk := intake.NewDesk(s.pool, s.content)
	if err := postgres.Tx(context.Background(), s.pool, func(tx pgx.Tx) error { return work(context.Background(), desk, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func TestASlipInTheReceiptIsCaught(t *testing.T) {
	s := newSite(t)
	code, _ := s.filed()
	slip := []byte(code)
	slip[3] = '0' + (slip[3]-'0'+1)%10
	for written, says := range map[string]string{
		string(slip): "回执码有误", "1234": "回执码是 16", "12345678 abcd": "回执码是 16", "": "请填写回执码", "<b>": "回执码是 16", code[:18] + "9" + code[18:]: "回执码是 16",
	} {
		status, page := s.browser().do("POST", "/progress", url.Values{"code": {written}})
		if status != 422 {
			t.Errorf("%q: %d", written, status)
		}
		has(t, written, page, says)
		lacks(t, written, page, "<b>")
	}
	if status, page := s.browser().do("POST", "/progress", url.Values{"code": {"1234 5678 9012 3428"}}); status != 404 || !strings.Contains(page, "errsum") {
		t.Errorf("nobody's code: %d", status)
	}
}

func TestProgressAndMessagesBothWays(t *testing.T) {
	s := newSite(t)
	code, mailbox := s.filed()
	b := s.browser()
	if status, to := b.do("POST", "/progress", url.Values{"code": {strings.ReplaceAll(code, " ", "-")}}); status != 303 || to != "/progress" {
		t.Fatalf("%d %s", status, to)
	}
	page := strings.ReplaceAll(b.page("/progress"), "\u00a0", " ")
	has(t, "received", page, "已收到", "下一步最晚 2026-11-30，还有 5 个工作日。", "还没有消息", "正在决定是否受理")
	lacks(t, "received", page, code)

	form := url.Values{"key": {b.key(page)}, "text": {"补充：<b>工资条</b>\n在我这里"}}
	for range 2 { // a double click
		if status, to := b.do("POST", "/progress/message", form); status != 303 || to != "/progress?sent=1" {
			t.Fatalf("%d %s", status, to)
		}
	}
	s.desk(func(ctx context.Context, desk *intake.Desk, tx pgx.Tx) error {
		m, ok, err := desk.TakeMessage(ctx, tx, s.now)
		if err != nil || !ok || m.Text != "补充：<b>工资条</b>\n在我这里" || m.Mailbox != mailbox {
			t.Errorf("%+v %v %v", m, ok, err)
		}
		if _, again, err := desk.TakeMessage(ctx, tx, s.now); again || err != nil {
			t.Errorf("the second click wrote again: %v", err)
		}
		if err := desk.Tell(ctx, tx, mailbox, intake.Investigating, calendar.NewDate(2027, 2, 26), s.now); err != nil {
			return err
		}
		return desk.Reply(ctx, tx, mailbox, "请补充<劳动合同>照片", s.now)
	})
	page = b.page("/progress?sent=1")
	has(t, "investigating", page, "已送达办案人员", "调查中", "2027-02-26", "请补充&lt;劳动合同&gt;照片", "&lt;b&gt;工资条&lt;/b&gt;", `aria-current="step"`)
	lacks(t, "investigating", page, "<b>工资条")

	status, page := b.do("POST", "/progress/message", url.Values{"key": {b.key(page)}, "text": {"  "}})
	if status != 422 {
		t.Errorf("an empty message: %d", status)
	}
	has(t, "an empty message", page, "请写一写要说的内容")
	status, page = b.do("POST", "/progress/message", url.Values{"key": {b.key(page)}, "text": {strings.Repeat("长", 5001)}})
	if status != 422 || !strings.Contains(page, strings.Repeat("长", 5001)) {
		t.Errorf("a message without end: %d", status)
	}
	b.do("POST", "/progress/close", url.Values{})
	has(t, "closed", b.page("/progress"), `name="code"`)
}

func TestAMessageOutlivesTheClosedPage(t *testing.T) {
	s := newSite(t)
	code, _ := s.filed()
	b := s.browser()
	b.do("POST", "/progress", url.Values{"code": {code}})
	key := b.key(b.page("/progress"))
	s.now = s.now.Add(16 * time.Minute)
	_, page := b.do("POST", "/progress/message", url.Values{"key": {key}, "text": {"写了二十分钟的话"}})
	has(t, "the page", page, "还没有送出", "写了二十分钟的话", `name="code"`)
	_, page = b.do("POST", "/progress", url.Values{"code": {code}, "text": {"写了二十分钟的话"}})
	has(t, "opened again", page, "写了二十分钟的话</textarea>")
}

func TestALatePromiseIsAdmitted(t *testing.T) {
	s := newSite(t)
	code, _ := s.filed()
	s.now = time.Date(2026, 12, 2, 2, 0, 0, 0, time.UTC)
	b := s.browser()
	b.do("POST", "/progress", url.Values{"code": {code}})
	has(t, "the page", strings.ReplaceAll(b.page("/progress"), "\u00a0", " "), "应在 2026-11-30 前完成，已经晚了 2 个工作日")
	s.now = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	b.do("POST", "/progress", url.Values{"code": {code}})
	has(t, "on the day", b.page("/progress"), "最晚今天")
}

func TestEveryStatusHasItsWords(t *testing.T) {
	s := newSite(t)
	code, mailbox := s.filed()
	b := s.browser()
	b.do("POST", "/progress", url.Values{"code": {code}})
	for _, status := range []intake.Status{intake.Received, intake.Supplement, intake.Accepted, intake.Rejected, intake.Investigating, intake.Suspended, intake.Transferred, intake.Decided, intake.Closed, intake.Withdrawn} {
		s.desk(func(ctx context.Context, desk *intake.Desk, tx pgx.Tx) error {
			return desk.Tell(ctx, tx, mailbox, status, calendar.Date{}, s.now)
		})
		page := b.page("/progress")
		lacks(t, string(status), page, "portal.", "tipoff.", `class="tag "`)
	}
}

func TestTooManyReceiptsFromOneAddressMustWait(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for range 100 {
		b.do("POST", "/progress", url.Values{"code": {unknownCode}})
	}
	status, page := b.do("POST", "/progress", url.Values{"code": {unknownCode}})
	if status != 429 {
		t.Errorf("%d", status)
	}
	has(t, "the page", page, "操作太频繁")
}

// unknownCode is a code whose check digits fit and which nobody has.
const unknownCode = "1234567890123428"
