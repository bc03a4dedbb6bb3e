package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/intake"
)

// begun is the key of something that a program is about to file.
func (a *api) begun() string {
	a.t.Helper()
	status, v := a.call("POST", "/filings", "")
	if status != 201 {
		a.t.Fatal(status)
	}
	return v["key"].(string)
}

// A program that nobody has signed in to files, reads and writes as the pages do.
func TestAProgramFilesATipOffAndFollowsIt(t *testing.T) {
	s := newSite(t)
	a := s.api()
	key := a.begun()
	_, handed := a.files(key, "", map[string][]byte{"工资条.png": picture(t)})
	if list := handed["list"].([]any); len(list) != 1 {
		t.Fatalf("files: %v", list)
	}
	tip := func(more ...any) string {
		return body(t, append([]any{"key", key, "kind", "unpaid", "own", false, "employer", "无名作坊", "from", "2025-03", "words", "拖欠三个月\u0000"}, more...)...)
	}
	for field, text := range map[string]string{
		"kind": tip("kind", "record"), "own": body(t, "key", key, "kind", "unpaid", "employer", "无名作坊"), "employer": tip("employer", ""), "from": tip("from", "2031-01"), "to": tip("to", "2024-01"),
		"words": tip("words", strings.Repeat("长", 5001)), "named": tip("named", true), "key": tip("key", "nonsense"),
	} {
		status, v := a.call("POST", "/tip-offs", text)
		if errors := fmt.Sprint(v["errors"]); status != 422 || !strings.Contains(errors, "name:"+field) {
			t.Errorf("%s: %d %v", field, status, errors)
		}
	}
	status, first := a.call("POST", "/tip-offs", tip())
	if status != 201 || first["promised_by"] != "2026-11-30" {
		t.Fatalf("%d %v", status, first)
	}
	if status, again := a.call("POST", "/tip-offs", tip()); status != 201 || again["receipt"] != first["receipt"] {
		t.Errorf("sent twice: %d", status)
	}
	list := s.taken()
	if len(list) != 1 || list[0].Identity != nil || list[0].TipOff.Words != "拖欠三个月" || list[0].TipOff.From != 202503 || list[0].TipOff.EmployerName != "无名作坊" {
		t.Fatalf("%+v", list)
	}
	if files, err := intake.NewDesk(s.pool, s.content).Attachments(t.Context(), list[0].ID); err != nil || len(files) != 1 || files[0].Name != "工资条.png" {
		t.Errorf("%d files came with it: %v", len(files), err)
	}

	code := first["receipt"].(string)
	open := func(receipt string) (int, map[string]any) {
		return a.call("POST", "/mailbox", body(t, "receipt", receipt))
	}
	status, box := open(code[:4] + "-" + code[4:])
	if status != 200 || box["status"] != "received" || box["status_words"] != "已收到" || box["promised_by"] != "2026-11-30" || !strings.Contains(box["promise_words"].(string), "5") || box["next_words"] == "" || len(box["messages"].([]any)) != 0 {
		t.Fatalf("%d %v", status, box)
	}
	if steps := box["steps"].([]any); steps[0].(map[string]any)["state"] != "now" || steps[1].(map[string]any)["state"] != "to_come" {
		t.Errorf("steps %v", steps)
	}
	for receipt, want := range map[string]int{"": 422, "1234": 422, unknownCode: 404} {
		if status, v := open(receipt); status != want {
			t.Errorf("%q: %d %v", receipt, status, v)
		}
	}
	message := a.begun()
	_, handed = a.files(message, "", map[string][]byte{"合同.png": picture(t)})
	for range 2 { // a retry
		if status, _ := a.call("POST", "/mailbox/messages", body(t, "receipt", code, "key", message, "files", handed["files"], "text", "")); status != 204 {
			t.Fatalf("a message of files alone: %d", status)
		}
	}
	if status, v := a.call("POST", "/mailbox/messages", body(t, "receipt", code, "key", a.begun(), "text", " ")); status != 422 || !strings.Contains(fmt.Sprint(v["errors"]), "name:text") {
		t.Errorf("an empty message: %d", status)
	}
	s.desk(func(ctx context.Context, desk *intake.Desk, tx pgx.Tx) error {
		if err := desk.Tell(ctx, tx, list[0].Mailbox, intake.Investigating, calendar.NewDate(2027, 2, 26), s.now); err != nil {
			return err
		}
		if err := desk.TellOpened(ctx, tx, list[0].Mailbox, intake.Opening{Reason: "核实情况", Asked: "investigator", Agreed: "supervisor"}, s.now); err != nil {
			return err
		}
		return desk.Send(ctx, tx, list[0].Mailbox, "答复见附件", &intake.Paper{Title: "举报事项处理结果告知书", Number: "示社监告〔2026〕1 号", PDF: []byte("%PDF-1.7")}, s.now)
	})
	_, box = open(code)
	messages := box["messages"].([]any)
	if box["status"] != "investigating" || box["status_words"] != "调查中" || len(messages) != 2 || messages[0].(map[string]any)["from"] != "reporter" || len(box["openings"].([]any)) != 1 {
		t.Fatalf("%v", box)
	}
	paper := messages[1].(map[string]any)["paper"].(map[string]any)
	if status, _ := a.call("POST", strings.TrimPrefix(paper["at"].(string), "/api/v1"), body(t, "receipt", code)); status != 200 || paper["bytes"] != 8.0 {
		t.Errorf("the paper: %d %v", status, paper)
	}
	if status, _ := a.call("POST", "/mailbox/papers/0", body(t, "receipt", code)); status != 404 {
		t.Errorf("a message without a paper: %d", status)
	}
	lacks(t, "the log", s.log.String(), code, "无名", "拖欠")
}

func TestAProgramFilesATipOffWithANameOnlyForItsOwner(t *testing.T) {
	s := newSite(t)
	a := s.entered()
	_, found := a.call("POST", "/employers/search", body(t, "name", "杭城纺织"))
	employers := found["employers"].([]any)
	if len(employers) == 0 || employers[0].(map[string]any)["code"] != "91070102MAXG612DD9" {
		t.Fatalf("%v", found)
	}
	tip := func(more ...any) string {
		return body(t, append([]any{"key", a.begun(), "kind", "unpaid", "own", true, "words", "我的社保欠了四个月", "named", true}, more...)...)
	}
	if status, v := a.call("POST", "/tip-offs", tip("employer", "杭城纺织")); status != 422 || !strings.Contains(fmt.Sprint(v["errors"]), "name:employer") {
		t.Errorf("a name that fits several: %d", status)
	}
	for _, chosen := range [][]any{{"employer_code", "91070102MAXG612DD9", "safe_to_contact", true}, {"employer", "杭城纺织", "as_named", true}} {
		if status, v := a.call("POST", "/tip-offs", tip(chosen...)); status != 201 {
			t.Fatalf("%d %v", status, v)
		}
	}
	list := s.taken()
	if len(list) != 2 || list[0].TipOff.EmployerUSCC != "91070102MAXG612DD9" || list[0].TipOff.OwnMonths == "" || list[1].TipOff.EmployerUSCC != "" {
		t.Fatalf("%+v", list)
	}
	who, err := intake.OpenIdentity(s.identity, list[0].Identity)
	if err != nil || who.IDNumber != number || !who.SafeToContact {
		t.Errorf("%v", err)
	}
	if who, err = intake.OpenIdentity(s.identity, list[1].Identity); err != nil || who.SafeToContact {
		t.Errorf("safe to contact unless said otherwise: %v", err)
	}
	if status, _ := a.call("POST", "/tip-offs", tip("named", false, "employer", "无名作坊")); status != 201 || s.taken()[0].Identity != nil {
		t.Errorf("anonymous with a token: %d", status)
	}
}

func TestAProgramConfirmsForAPensioner(t *testing.T) {
	s := newSite(t)
	a := s.entered()
	if _, v := a.call("GET", "/eligibility", ""); v["pensioner"] != false || v["asked"] != false {
		t.Errorf("a worker: %v", v)
	}
	yes := body(t, "confirmed", true)
	if status, _ := a.call("POST", "/eligibility", yes); status != 409 {
		t.Errorf("a worker confirms: %d", status)
	}
	s.exec(`UPDATE ledger.person SET status = 3`)
	if status, _ := a.call("POST", "/eligibility", body(t, "confirmed", false)); status != 422 {
		t.Errorf("without the word: %d", status)
	}
	if _, v := a.call("GET", "/eligibility", ""); v["asked"] != true {
		t.Errorf("before: %v", v)
	}
	for range 2 {
		if status, _ := a.call("POST", "/eligibility", yes); status != 204 {
			t.Fatal(status)
		}
	}
	if _, v := a.call("GET", "/eligibility", ""); v["asked"] != false || len(v["confirmations"].([]any)) != 1 {
		t.Errorf("after: %v", v)
	}
	if n := s.count(`SELECT count(*) FROM audit.entry WHERE action = 'confirm pension'`); n != 2 {
		t.Errorf("%d notes", n)
	}
}
