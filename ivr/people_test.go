package ivr_test

import (
	"strings"
	"testing"
	"time"

	"shebao/ivr/softphone"
)

// open are the settings of a hotline with two people who answer in the usual hours.
func open(more ...string) []string {
	return append([]string{"IVR_AGENTS", "+8610000000101,+8610000000102", "TWILIO_NUMBER", "+8610000012333"}, more...)
}

func do(t *testing.T, call *softphone.Call, doings ...string) {
	t.Helper()
	for _, d := range doings {
		if err := call.Do(t.Context(), d); err != nil {
			t.Fatalf("%s: %v\nheard: %v", d, err, call.Heard())
		}
	}
}

func TestAPersonAnswers(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0")
	if call.Awaits() != "transfer" || len(call.Dials()) != 2 {
		t.Fatalf("awaits %s, dials %v", call.Awaits(), call.Dials())
	}
	do(t, call, "agent 1")
	heard(t, call, "正在转接人工", "感谢来电")
	if !call.Ended() {
		t.Error("the call goes on after the talk")
	}
	var talk int
	if err := h.pool.QueryRow(t.Context(), `SELECT talk_seconds FROM ivr.waiting WHERE ended_at IS NOT NULL`).Scan(&talk); err != nil || talk != 10 {
		t.Errorf("the talk lasted %d s, %v", talk, err)
	}
}

// A voicemail box presses no key: the caller is not connected to it.
func TestAVoicemailBoxIsNoPerson(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0", "agent")
	heard(t, call, "现在没有人能接听", "您排在第 1 位")
	if call.Awaits() != "queue" {
		t.Errorf("awaits %s", call.Awaits())
	}
}

func TestWaitingInLine(t *testing.T) {
	h := newHotline(t, open()...)
	var calls []*softphone.Call
	for range 4 { // two are rung at once, the others wait behind them
		calls = append(calls, h.call(t, "1", "0"))
		h.pass(time.Second)
	}
	if calls[0].Awaits() != "transfer" || calls[1].Awaits() != "transfer" {
		t.Fatalf("nobody is rung: %s, %s", calls[0].Awaits(), calls[1].Awaits())
	}
	heard(t, calls[2], "前面还有人在等", "您排在第 3 位，大约要等 6 分钟")
	heard(t, calls[3], "您排在第 4 位")
	h.pass(10 * time.Second)
	do(t, calls[0], "busy") // everybody talks: the first waits again, and stays the first
	heard(t, calls[0], "您排在第 1 位，大约要等 3 分钟")
	h.pass(30 * time.Second)
	do(t, calls[0], "silence", "silence")
	if calls[0].Awaits() != "transfer" {
		t.Errorf("it is the first's turn, and it awaits %s: %v", calls[0].Awaits(), calls[0].Heard())
	}
	do(t, calls[0], "agent 1")
	do(t, calls[2], "silence", "silence")
	if calls[2].Awaits() != "transfer" { // one has talked, and one may be rung beside the second
		heard(t, calls[2], "您排在第 2 位")
	}
	do(t, calls[3], "9")
	heard(t, calls[3], "查询缴费请按 1")
	do(t, calls[1], "hangup")
	var waiting int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM ivr.waiting WHERE ended_at IS NULL`).Scan(&waiting); err != nil || waiting != 1 {
		t.Errorf("%d wait, %v", waiting, err)
	}
}

func TestLeavingAMessageInsteadOfWaiting(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0", "busy", "1", "1", "record", "1")
	heard(t, call, "留言已经收到")
	drafts, err := h.desk.IncompleteDrafts(t.Context(), h.now().Add(time.Minute), 10)
	if err != nil || len(drafts) != 1 {
		t.Errorf("%d drafts, %v", len(drafts), err)
	}
}

// The number that calls is called back, after consent, by a person who takes the call with a key; then it is wiped.
func TestCallingBack(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0", "busy", "2", "1")
	heard(t, call, "同意请按 1", "我们会给您回电")
	if !call.Ended() {
		t.Error("the call goes on")
	}
	h.call(t, "1", "0", "busy", "2", "1") // once more is the same wish
	h.awaitRinging(t)
	if r := h.carrier.Ringing(); r[0].To != "+8610000000101" || r[0].From != "+8610000012333" {
		t.Errorf("rung: %+v", r[0])
	}
	if err := h.carrier.Ignore(t.Context(), h.phone); err != nil {
		t.Fatal(err)
	}
	h.pass(5 * time.Minute)
	h.awaitRinging(t)
	if r := h.carrier.Ringing(); len(r) != 1 || r[0].To != "+8610000000102" {
		t.Errorf("rung: %+v", r)
	}
	agent, err := h.carrier.Answer(t.Context(), h.phone, "1")
	if err != nil || len(agent.Dials()) != 1 || agent.Dials()[0] != h.phone.From {
		t.Fatalf("the agent's leg dials %v, %v", agent.Dials(), err)
	}
	if w := agent.Warnings(); len(w) > 0 {
		t.Error(w)
	}
	if err := agent.Transfer(t.Context(), "completed"); err != nil {
		t.Fatal(err)
	}
	var open, numbers int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE done_at IS NULL), count(number) FROM ivr.call_back`).Scan(&open, &numbers); err != nil || open != 0 || numbers != 0 {
		t.Errorf("%d open, %d numbers kept, %v", open, numbers, err)
	}
}

// Three times the caller does not answer, or nobody of ours takes it for days: it ends, and the number is wiped.
func TestCallingBackEnds(t *testing.T) {
	h := newHotline(t, open()...)
	h.call(t, "1", "0", "busy", "2", "1")
	for range 3 {
		h.awaitRinging(t)
		agent, err := h.carrier.Answer(t.Context(), h.phone, "1")
		if err != nil {
			t.Fatal(err)
		}
		if err := agent.Transfer(t.Context(), "no-answer"); err != nil {
			t.Fatal(err)
		}
		h.pass(35 * time.Minute)
	}
	var outcome string
	if err := h.pool.QueryRow(t.Context(), `SELECT outcome FROM ivr.call_back WHERE number IS NULL`).Scan(&outcome); err != nil || outcome != "given_up" {
		t.Errorf("%q, %v", outcome, err)
	}
}

func (h *hotline) awaitRinging(t *testing.T) {
	t.Helper()
	for range 400 {
		if len(h.carrier.Ringing()) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody is rung: " + h.log.String())
}

// Who withholds the number, or calls from a country that is not to be dialled, is offered no call back, and cannot ask for one.
func TestWhoCannotBeCalledBack(t *testing.T) {
	h := newHotline(t, open()...)
	for _, from := range []string{"anonymous", "+19005550100", "unknown", "+86", "8610000000001", "+8610000000001;ext=1"} {
		h.phone.From = from
		call := h.call(t, "1", "0", "busy")
		if text := strings.Join(call.Heard(), "\n"); strings.Contains(text, "回电") {
			t.Errorf("%s is offered a call back:\n%s", from, text)
		}
		do(t, call, "2")
		if call.Awaits() != "queue" {
			t.Errorf("%s: awaits %s", from, call.Awaits())
		}
		do(t, call, "hangup")
	}
}

func TestAfterHours(t *testing.T) {
	h := newHotline(t, open("IVR_REHEARSE_AT", "2026-10-01 10:00")...) // National Day
	call := h.call(t, "3", "0")
	heard(t, call, "People answer on working days from 9 AM to noon and 1:30 PM to 5 PM", "Somebody answers next on October 8, 2026 at 9 AM", "To be called back, press 2")
	do(t, call, "2", "1")
	heard(t, call, "we will call you back")
	time.Sleep(100 * time.Millisecond)
	if len(h.carrier.Ringing()) > 0 {
		t.Error("somebody is rung after hours")
	}
}

// Lunch comes for those who wait, too.
func TestClosingWhileWaiting(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0", "busy")
	h.pass(2*time.Hour + time.Minute)
	do(t, call, "silence", "silence")
	heard(t, call, "下一次有人接听是2026年11月24日13点半", "要我们回电请按 2")
}

func TestWithRedisDownNobodyIsPromisedACallBack(t *testing.T) {
	h := newHotline(t, open()...)
	call := h.call(t, "1", "0", "busy", "2")
	h.redis.Stop()
	do(t, call, "1")
	heard(t, call, "系统正在恢复", "留言请按 1")
}
