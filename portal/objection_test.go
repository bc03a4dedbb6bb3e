package portal_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"shebao/shared/intake"
)

// picture is a real one, of one pixel.
func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hand sends a form with files, as a browser does.
func (b *browser) hand(path string, form url.Values, files map[string][]byte) (int, string) {
	b.t.Helper()
	body, kind := multiform(b.t, form, files)
	req := httptest.NewRequest("POST", path, body)
	req.Header.Set("Content-Type", kind)
	return b.send(req)
}

// multiform writes a form with files, and the media type that it is sent as.
func multiform(t testing.TB, form url.Values, files map[string][]byte) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, w.FormDataContentType()
}

func objection(more ...string) url.Values {
	return with(url.Values{"matter": {"missing"}, "from_year": {"2025"}, "from_month": {"3"}, "to_year": {"2025"}, "to_month": {"3"}, "words": {"三月已缴，凭证见附件"}}, more...)
}

// checked goes to the check page of an objection.
func (b *browser) checked(more ...string) string {
	b.t.Helper()
	status, page := b.do("POST", "/objection", with(objection(more...), "key", b.key(b.page("/objection"))))
	if status != http.StatusOK {
		b.t.Fatalf("check page: %d %.300s", status, page)
	}
	return page
}

func TestAnObjectionIsFiledWithItsFilesAndFollowedWithoutItsCode(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	page := b.checked()
	has(t, "check page", strings.ReplaceAll(page, "\u00a0", " "), "缴了费，却没有记上", "2025 年 3 月", "三月已缴，凭证见附件", "证据文件")
	status, page := b.hand("/objection/files", carried(page), map[string][]byte{"凭证.png": append(picture(t), "拍摄于 30.27N 120.15E"...)})
	if status != http.StatusOK {
		t.Fatalf("a picture: %d %.300s", status, page)
	}
	has(t, "check page with a file", page, "凭证.png", "移除")
	status, page = b.hand("/objection/files", carried(page), map[string][]byte{"坏.png": []byte("MZ\x90\x00这是一个程序")})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a program called a picture: %d", status)
	}
	has(t, "after a bad file", page, "凭证.png", "坏.png：", `href="#file"`)
	file := with(carried(page), "do", "file")
	b.do("POST", "/objection", file)
	status, to := b.do("POST", "/objection", file) // clicked twice
	if status != http.StatusSeeOther || to != "/tip-off/receipt" {
		t.Fatalf("filing: %d %s", status, to)
	}
	has(t, "receipt", b.page("/tip-off/receipt"), "已收到您的核查申请", "2026-12-07")
	list := s.taken()
	if len(list) != 1 || list[0].TipOff.Kind != intake.Objection || list[0].TipOff.Matter != intake.MissingMonths || list[0].TipOff.Region == "" || list[0].TipOff.EmployerUSCC != "91070102MAXG612DD9" || len(list[0].Identity) == 0 {
		t.Fatalf("the desk got %d, %+v", len(list), list)
	}
	attachments, err := intake.NewDesk(s.pool, s.content).Attachments(t.Context(), list[0].ID)
	if err != nil || len(attachments) != 1 || attachments[0].Name != "凭证.png" {
		t.Errorf("attachments: %v, %v", attachments, err)
	}
	if content := attachments[0].Content; !bytes.Equal(content, picture(t)) {
		t.Errorf("the desk got more than the picture: %q", content)
	}
	mine := b.page("/me/objections")
	has(t, "list", mine, "缴了费，却没有记上", "已收到", "2026-12-07")
	if strings.Count(mine, `action="/me/objections/`) != 1 {
		t.Error("a double click made two")
	}
	address := regexp.MustCompile(`/me/objections/\d+`).FindString(mine)
	if status, to := b.do("POST", address, url.Values{}); status != http.StatusSeeOther || to != "/progress" {
		t.Errorf("open: %d %s", status, to)
	}
	has(t, "mailbox", b.page("/progress"), "已收到", "消息")
	stranger := s.browser()
	stranger.do("POST", "/sign-in", url.Values{"number": {other}, "pin": {pin}})
	if status, _ := stranger.do("POST", address, url.Values{}); status != http.StatusNotFound {
		t.Errorf("somebody else's objection: %d", status)
	}
	lacks(t, "somebody else's list", stranger.page("/me/objections"), "缴了费")
}

func TestAFileIsTakenBack(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	_, page := b.hand("/objection/files", carried(b.checked()), map[string][]byte{"误传.png": picture(t)})
	has(t, "check page", page, "误传.png")
	_, page = b.hand("/objection/files", with(carried(page), "remove", "0"), nil)
	lacks(t, "check page", page, "误传.png")
	if n := s.count(`SELECT count(*) FROM intake.attachment`); n != 0 {
		t.Errorf("%d files are still there", n)
	}
}

func TestAnObjectionSaysEveryWrongField(t *testing.T) {
	b := newSite(t).signedIn()
	form := objection("matter", "", "words", "", "from_month", "9", "key", b.key(b.page("/objection")))
	status, page := b.do("POST", "/objection", form)
	if status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
	has(t, "form", page, "请选择记录哪里不对", "请写明正确的情况应当是什么", `href="#matter"`, `href="#words"`, `href="#to"`)
	status, page = b.do("POST", "/objection", objection("key", base64.RawURLEncoding.EncodeToString([]byte("forged"))))
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a forged key: %d", status)
	}
	has(t, "form with a fresh key", page, "三月已缴，凭证见附件")
}

func TestATipOffTakesFilesAndAMessageToo(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	_, page := b.do("POST", "/tip-off", with(answers(), "key", b.key(b.page("/tip-off"))))
	status, page := b.hand("/tip-off/files", carried(page), map[string][]byte{"工资条.png": picture(t)})
	if status != http.StatusOK {
		t.Fatalf("files: %d %.300s", status, page)
	}
	has(t, "check page", page, "工资条.png", "拖欠三个月")
	b.do("POST", "/tip-off", with(carried(page), "do", "file"))
	code := regexp.MustCompile(`id="receipt-code">([\d ]+)<`).FindStringSubmatch(b.page("/tip-off/receipt"))
	if code == nil {
		t.Fatal("no receipt")
	}
	b.do("POST", "/progress", url.Values{"code": {code[1]}})
	page = b.page("/progress")
	status, page = b.hand("/progress/message", with(url.Values{}, "key", b.key(page), "text", "补充材料"), map[string][]byte{"坏.pdf": []byte("不是")})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a bad file with a message: %d", status)
	}
	has(t, "mailbox", page, "坏.pdf：", "补充材料")
	status, to := b.hand("/progress/message", with(url.Values{}, "key", b.key(page)), map[string][]byte{"流水.png": append(picture(t), 0)})
	if status != http.StatusSeeOther {
		t.Errorf("a file without words: %d %.300s", status, to)
	}
	list := s.taken()
	attachments, err := intake.NewDesk(s.pool, s.content).Attachments(t.Context(), list[0].ID)
	if err != nil || len(attachments) == 0 || attachments[0].Name != "工资条.png" {
		t.Errorf("attachments: %v, %v", attachments, err)
	}
	has(t, "mailbox", b.page("/progress"), "补交 1 个文件")
}
