package callflow_test

import (
	"fmt"
	"strings"
	"testing"

	"shebao/ivr/callflow"
	"shebao/shared/calendar"
)

var (
	today = calendar.NewDate(2026, 11, 20)
	found = []callflow.Choice{{USCC: "91330400MA28A0001X", Name: "嘉兴南湖电子有限公司", Region: "330400"}}
)

// inputs are everything that a caller or a need can come with.
func inputs() []callflow.Input {
	list := []callflow.Input{{}, {Words: "南湖电子"}, {Recording: "RE1"}, {Recording: "RE2", HungUp: true}, {Recording: "RE3", Keys: "9"}, {Recording: "RE4", Keys: "0"}, {Recording: "RE5", Keys: "*", Seconds: 1}, {Recording: "RE6", Keys: "*", Seconds: 60}, {HungUp: true}, {Again: true}, {Keys: "270413"}, {Keys: "202503"}, {Keys: "202513"},
		{Keys: "07010120010331000*"}, {Keys: "0000000000000098"}, {Keys: "0000000000000099"}, {Keys: "12"}, {Keys: "0A"},
		{Dialled: "completed"}, {Dialled: "no-answer"}, {Dialled: "busy"}, {Dialled: "failed"},
		{Queued: "leave"}, {Queued: "leave", Wish: callflow.WantCallBack}, {Queued: "leave", Wish: callflow.WantMessage}, {Queued: "leave", Wish: callflow.WantMenu}, {Queued: "bridged"},
		{Queued: "queue-full"}, {Queued: "error"}, {Queued: "system-error"}, {Queued: "redirected"},
		{Brought: &callflow.Brought{Agents: true, Ahead: true}}, {Brought: &callflow.Brought{Agents: true, Back: true}},
		{Brought: &callflow.Brought{Person: 7, Receipt: "0000000000000098", Choices: found, Say: []callflow.Line{{Key: "fact_none"}}}}, {Brought: &callflow.Brought{Agents: true}}, {Brought: &callflow.Brought{Say: []callflow.Line{{Key: "pension_none"}}}}, {Brought: &callflow.Brought{}}}
	for _, key := range "0123456789*#" {
		list = append(list, callflow.Input{Keys: string(key)})
	}
	for _, problem := range []string{"later", "locked", "wrong_signin", "no_code", "no_employer", "no_agents", "no_number", "signed_out", "pension_none"} {
		list = append(list, callflow.Input{Brought: &callflow.Brought{Problem: problem}})
	}
	for _, words := range []string{"查询缴费", "举报单位", "匿名", "安全", "不安全", "提交", "重录", "发送", "同意", "确认", "重听", "转人工", "返回", "慢一点", "都不是", "2025年3月", "第一个", "report an employer", "yes", "no", "send it", "again", "今天天气很好"} {
		list = append(list, callflow.Input{Words: words}, callflow.Input{Words: words, Confidence: 0.9})
	}
	for i := range list {
		list[i].Today = today
	}
	return list
}

// states are every place with what can lie behind it.
func states() []callflow.State {
	var list []callflow.State
	for _, place := range callflow.Places {
		for failures := range 3 {
			for _, signedIn := range []int64{0, 7} {
				for _, recording := range []string{"", "RE0"} {
					list = append(list, callflow.State{Place: place, Lang: "en", Failures: failures, CallBacks: true, Rings: 19, Recording: recording})
					list = append(list, callflow.State{Place: place, Lang: "cmn", Failures: failures, Found: found, Receipt: "0000000000000098", Person: signedIn, SignedIn: signedIn != 0, Recording: recording,
						After: [...]callflow.Place{callflow.Menu, callflow.Safe, callflow.Pension}[failures], Tip: callflow.Tip{Kind: "unpaid", Recorded: recording != ""}})
				}
			}
		}
	}
	for i := range list {
		if list[i].Place == callflow.Sure {
			asked := []callflow.State{{Asked: callflow.Keep, Meant: "1"}, {Asked: callflow.AdditionOK, Meant: "3"}, {Asked: callflow.Safe, Meant: "1"}, {Asked: callflow.Answer, Meant: "3"}}[i%4]
			list[i].Asked, list[i].Meant = asked.Asked, asked.Meant
		}
	}
	return list
}

// Every state × every input gives something: a question, a need, or the end. No key makes a prompt that a language lacks, and a recording is never forgotten.
func TestEveryStateTimesEveryInput(t *testing.T) {
	for _, before := range states() {
		for _, in := range inputs() {
			name := fmt.Sprintf("%s × %+v", before.Place, in)
			s, r := callflow.Step(before, in)
			if r.Need == callflow.Nothing && r.Await == callflow.Keys && r.MaxKeys == 0 {
				t.Errorf("%s hangs", name)
			}
			if s.Place == callflow.Over && r.Await != callflow.Hangup {
				t.Errorf("%s is over but goes on", name)
			}
			if len(r.Say) == 0 && r.Need == callflow.Nothing && !in.HungUp {
				t.Errorf("%s says nothing", name)
			}
			for _, recording := range []string{before.Recording, in.Recording} {
				if recording != "" && s.Recording != recording && r.Keep != recording && r.Drop != recording && before.Place != callflow.Over && !takesNoSound(before.Place, recording, in) {
					t.Errorf("%s forgets the recording %s", name, recording)
				}
			}
			checkSpoken(t, name, r)
		}
	}
}

// takesNoSound: a recording that comes where none was asked for is decided by its own callback.
func takesNoSound(p callflow.Place, recording string, in callflow.Input) bool {
	return recording == in.Recording && p != callflow.Record && p != callflow.Addition && p != callflow.Message
}

func checkSpoken(t *testing.T, name string, r callflow.Reply) {
	t.Helper()
	for _, lang := range callflow.Languages {
		for _, line := range r.Say {
			if text := callflow.Text(lang, line); text == "" || strings.ContainsAny(text, "{}") {
				t.Errorf("%s: %s says %q for %s", name, lang, text, line.Key)
			}
		}
	}
}

// Whatever one and the same thing is done over and over, the call ends.
func TestNoPathGoesRoundForEver(t *testing.T) {
	for _, before := range states() {
		for _, in := range inputs() {
			s, r := before, callflow.Reply{}
			for step := 0; r.Await != callflow.Hangup; step++ {
				if step > 200 {
					t.Fatalf("%s × %+v goes round for ever", before.Place, in)
				}
				next := in
				if r.Need != callflow.Nothing {
					next = callflow.Input{Brought: &callflow.Brought{Problem: "later"}}
				}
				s, r = callflow.Step(s, next)
			}
		}
	}
}

func TestThreeFailuresLeadToAPersonOrAMessage(t *testing.T) {
	for name, in := range map[string]callflow.Input{"silence": {}, "wrong keys": {Keys: "7"}} {
		s, _ := callflow.Begin()
		var r callflow.Reply
		for range 3 {
			s, r = callflow.Step(s, in)
		}
		if r.Need != callflow.FindPerson {
			t.Fatalf("%s: %+v", name, r)
		}
		there, r := callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Agents: true}})
		if there.Place != callflow.Transferred || r.Await != callflow.Transfer {
			t.Errorf("%s, somebody is there: %+v", name, r)
		}
		s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Problem: "no_agents", Say: []callflow.Line{{Key: "open_hours", Args: []string{"9点到12点"}}}}})
		if s.Place != callflow.NoPerson || r.Say[0].Key != "open_hours" {
			t.Errorf("%s, nobody is there: %+v", name, r)
		}
		for range 3 {
			s, r = callflow.Step(s, in)
		}
		if r.Await != callflow.Hangup {
			t.Errorf("%s: no message, and still on the line: %+v", name, r)
		}
	}
}

// Star, nine, zero and eight do the same wherever a choice is asked for.
func TestTheSameKeysEverywhere(t *testing.T) {
	for _, place := range callflow.Places {
		before := callflow.State{Place: place, Lang: "en", Found: found, Told: []callflow.Line{{Key: "fact_none"}}, Receipt: "0000000000000098"}
		asked, r := callflow.Step(before, callflow.Input{Again: true})
		if r.Await != callflow.Keys {
			continue
		}
		if s, again := callflow.Step(before, callflow.Input{Keys: "*"}); s.Place != asked.Place || len(again.Say) != len(r.Say) || s.Failures != 0 {
			t.Errorf("%s: star does not repeat", place)
		}
		if _, r := callflow.Step(before, callflow.Input{Keys: "0"}); r.Need != callflow.FindPerson {
			t.Errorf("%s: zero finds nobody", place)
		}
		if s, r := callflow.Step(before, callflow.Input{Keys: "9"}); s.Place == place && place != callflow.Language || r.Await == callflow.Hangup {
			t.Errorf("%s: nine does not go back", place)
		}
		if s, _ := callflow.Step(before, callflow.Input{Keys: "8"}); r.MaxKeys == 1 && (!s.Slow || s.Place != place) {
			t.Errorf("%s: eight does not slow down", place)
		}
	}
}

// walk presses keys and fails when a need comes.
func walk(t *testing.T, s callflow.State, keys ...string) (callflow.State, callflow.Reply) {
	t.Helper()
	var r callflow.Reply
	for _, key := range keys {
		if s, r = callflow.Step(s, callflow.Input{Keys: key, Today: today}); r.Need != callflow.Nothing {
			t.Fatalf("%s needs %s", key, r.Need)
		}
	}
	return s, r
}

// Who waits is told the place, rung when it is their turn, and in the end can leave a message; who prefers so is called back at the number that calls, after a yes.
func TestWaitingForAPerson(t *testing.T) {
	at := func(p callflow.Place) callflow.State { return callflow.State{Place: p, Lang: "cmn", CallBacks: true} }
	if s, r := callflow.Step(at(callflow.Menu), callflow.Input{Brought: &callflow.Brought{Agents: true, Ahead: true, Back: true}}); s.Place != callflow.Waiting || r.Await != callflow.Queue {
		t.Errorf("others are ahead: %+v", r)
	}
	for _, how := range []string{"busy", "no-answer", "failed", "canceled"} {
		s, r := callflow.Step(at(callflow.Transferred), callflow.Input{Dialled: how})
		if s.Place != callflow.Waiting || r.Say[0].Key != "all_busy" {
			t.Errorf("%s: %+v", how, r)
		}
	}
	if s, r := callflow.Step(at(callflow.Waiting), callflow.Input{Queued: "leave"}); r.Need != callflow.FindPerson {
		t.Errorf("the turn has come: %+v %+v", s, r)
	}
	tired := at(callflow.Transferred)
	tired.Rings = 20
	if s, _ := callflow.Step(tired, callflow.Input{Dialled: "no-answer"}); s.Place != callflow.NoPerson {
		t.Error("nobody is ever told to give up")
	}
	s, r := callflow.Step(at(callflow.Waiting), callflow.Input{Queued: "leave", Wish: callflow.WantCallBack})
	if s.Place != callflow.CallBack || r.Need != callflow.Nothing {
		t.Fatalf("no consent is asked: %+v", r)
	}
	if _, r = callflow.Step(s, callflow.Input{}); r.Need != callflow.Nothing {
		t.Error("silence is taken for consent")
	}
	if _, r = callflow.Step(s, callflow.Input{Keys: "1"}); r.Need != callflow.KeepCallBack {
		t.Errorf("consent: %+v", r)
	}
	if s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{}}); s.Place != callflow.Over || r.Say[0].Key != "call_back_kept" {
		t.Errorf("kept: %+v", r)
	}
	withheld := callflow.State{Place: callflow.NoPerson, Lang: "cmn"}
	if s, r := callflow.Step(withheld, callflow.Input{Keys: "2"}); s.Place != callflow.NoPerson || r.Say[0].Key != "wrong" {
		t.Error("a withheld number is offered a call back")
	}
	for key, want := range map[string]callflow.Wish{"1": callflow.WantMessage, "2": callflow.WantCallBack, "9": callflow.WantMenu} {
		if got, ok := callflow.WishOf(at(callflow.Waiting), key); !ok || got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	if _, ok := callflow.WishOf(withheld, "2"); ok {
		t.Error("a withheld number wants a call back")
	}
}

func TestSecondTipOffIsAnother(t *testing.T) {
	s, _ := callflow.Begin()
	s, _ = walk(t, s, "1", "2", "1", "1", "202503", "1")
	first := s.TipNo
	s, r := callflow.Step(s, callflow.Input{Recording: "RE1"})
	if !r.Draft || s.Recording != "RE1" || s.Matter() != "tip-1" {
		t.Fatalf("%+v", r)
	}
	s, r = callflow.Step(s, callflow.Input{Keys: "1"})
	if r.Need != callflow.File {
		t.Fatalf("%+v", r)
	}
	s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Receipt: "0000000000000098"}})
	if s.Place != callflow.Receipt || r.Keep != "RE1" || s.Recording != "" {
		t.Fatalf("%+v %+v", s, r)
	}
	if s, _ = walk(t, s, "1", "2"); s.TipNo == first || s.Receipt != "" {
		t.Error("a second tip-off of the call would be taken for the first")
	}
}

func TestRedoDropsTheRecordingAndHearPlaysIt(t *testing.T) {
	s := callflow.State{Place: callflow.Keep, Lang: "cmn", Recording: "RE1", Tip: callflow.Tip{Recorded: true}}
	if _, r := callflow.Step(s, callflow.Input{Keys: "2"}); r.Hear != "RE1" {
		t.Errorf("hear: %+v", r)
	}
	s, r := callflow.Step(s, callflow.Input{Keys: "3"})
	if r.Drop != "RE1" || s.Recording != "" || s.Tip.Recorded || s.Place != callflow.Record {
		t.Errorf("redo: %+v %+v", s, r)
	}
	s, r = callflow.Step(s, callflow.Input{Recording: "RE2", HungUp: true})
	if r.Keep != "RE2" || !r.Draft || s.Place != callflow.Over {
		t.Errorf("hang-up after the tone: %+v %+v", s, r)
	}
}

func TestUnsentAdditionIsSentByHangingUpAndDroppedByGoingBack(t *testing.T) {
	s := callflow.State{Place: callflow.AdditionOK, Lang: "cmn", Recording: "RE1", Mailbox: "0000000000000098"}
	left, r := callflow.Step(s, callflow.Input{HungUp: true})
	if r.Need != callflow.Add || r.Keep != "RE1" {
		t.Fatalf("%+v", r)
	}
	if left, r = callflow.Step(left, callflow.Input{Brought: &callflow.Brought{}}); left.Place != callflow.Over || r.Await != callflow.Hangup {
		t.Errorf("%+v %+v", left, r)
	}
	if back, r := callflow.Step(s, callflow.Input{Keys: "9"}); r.Drop != "RE1" || back.Place != callflow.Progress {
		t.Errorf("%+v", r)
	}
}

func TestSafeMeansAClearYes(t *testing.T) {
	s := callflow.State{Place: callflow.Safe, Lang: "cmn", Person: 7, Tip: callflow.Tip{Named: true, Safe: true}}
	if s, _ := callflow.Step(s, callflow.Input{}); s.Tip.Safe || s.Place != callflow.Record {
		t.Error("silence is taken for yes")
	}
	if s, _ := callflow.Step(s, callflow.Input{Keys: "1"}); !s.Tip.Safe {
		t.Error("yes is not heard")
	}
}

func TestThreeRefusedSignInsEndIt(t *testing.T) {
	s := callflow.State{Place: callflow.Number, Lang: "cmn", After: callflow.Menu}
	var r callflow.Reply
	for i := range 3 {
		s, _ = callflow.Step(s, callflow.Input{Keys: "07010120010331000*"})
		if s, r = callflow.Step(s, callflow.Input{Keys: "270413"}); r.Need != callflow.SignIn || r.Value != "270413" || s.Number != "07010120010331000X" {
			t.Fatalf("%d: %+v", i, r)
		}
		s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Problem: "wrong_signin"}})
		if s.Number != "" {
			t.Error("a refused number is kept")
		}
	}
	if r.Need != callflow.FindPerson {
		t.Errorf("after three: %+v", r)
	}
}

func TestTipOffGoesOnWhenSigningInCannot(t *testing.T) {
	s := callflow.State{Place: callflow.PIN, Lang: "cmn", After: callflow.Safe, Tip: callflow.Tip{Kind: "unpaid", Named: true}}
	s, r := callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Problem: "later"}})
	if s.Place != callflow.Named || s.Tip.Named || len(r.Say) != 3 {
		t.Errorf("%+v %+v", s, r)
	}
}

func TestMonthsThatHaveNotBegunAreRefused(t *testing.T) {
	s := callflow.State{Place: callflow.Month, Lang: "cmn"}
	for keys, want := range map[string]callflow.Place{"202611": callflow.Named, "202612": callflow.Month, "202613": callflow.Month, "1": callflow.Named, "20250": callflow.Month} {
		if got, _ := callflow.Step(s, callflow.Input{Keys: keys, Today: today}); got.Place != want {
			t.Errorf("%s leads to %s", keys, got.Place)
		}
	}
}

// Who draws a pension confirms it by a key, after the PIN: nothing but a clear yes does, and what was said can be heard again.
func TestAPensionIsConfirmedByAKey(t *testing.T) {
	s, _ := callflow.Begin()
	s, _ = walk(t, s, "1", "4", "07010120010331000*")
	s, r := callflow.Step(s, callflow.Input{Keys: "270413"})
	if s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Person: 7}}); r.Need != callflow.PensionFacts {
		t.Fatalf("after the PIN: %+v", r)
	}
	open, r := callflow.Step(s, callflow.Input{Brought: &callflow.Brought{}})
	if open.Place != callflow.Pension || r.Need != callflow.Nothing {
		t.Fatalf("it is open: %+v", r)
	}
	for _, in := range []callflow.Input{{}, {Keys: "2"}, {Keys: "3"}, {Words: "好"}} {
		if s, r := callflow.Step(open, in); r.Need != callflow.Nothing {
			t.Errorf("%+v confirms: %+v %+v", in, s, r)
		}
	}
	if s, r = callflow.Step(open, callflow.Input{Keys: "1"}); r.Need != callflow.ConfirmOwn {
		t.Fatalf("%+v", r)
	}
	done := []callflow.Line{{Key: "pension_done", Args: []string{"2026", "2026年12月31日"}}}
	if s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Say: done}}); s.Place != callflow.Answer || r.Say[0].Key != "pension_done" {
		t.Fatalf("%+v", r)
	}
	if _, r = callflow.Step(s, callflow.Input{Keys: "*"}); r.Say[0].Key != "pension_done" {
		t.Errorf("star: %+v", r)
	}
	if s, r := callflow.Step(open, callflow.Input{Brought: &callflow.Brought{Problem: "signed_out"}}); s.Place != callflow.Number || s.After != callflow.Pension || r.Say[0].Key != "lapsed" {
		t.Errorf("lapsed: %+v %+v", s, r)
	}
	if s, r := callflow.Step(open, callflow.Input{Brought: &callflow.Brought{Problem: "later"}}); s.Place != callflow.Menu || r.Say[0].Key != "later" {
		t.Errorf("the database is away: %+v %+v", s, r)
	}
}

// A tip-off whose employer is only in the recording needs one.
func TestNothingSaidNothingFiled(t *testing.T) {
	s := callflow.State{Place: callflow.Keep, Lang: "cmn", Tip: callflow.Tip{Kind: "unpaid"}}
	if s, r := callflow.Step(s, callflow.Input{Keys: "1"}); r.Need == callflow.File || s.Place != callflow.Record {
		t.Errorf("%+v", r)
	}
}

// Whose pension is still to be confirmed hears so at the end of an inquiry, with the key that leads there; nobody else has that key.
func TestAnInquiryRemindsOfAPensionToConfirm(t *testing.T) {
	s := callflow.State{Place: callflow.Menu, Lang: "cmn", SignedIn: true, Person: 7}
	facts := []callflow.Line{{Key: "fact_reach", Args: []string{"2026年10月31日"}}}
	plain, r := callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Say: facts}})
	if plain.Place != callflow.Answer || len(r.Say) != 2 {
		t.Errorf("%+v", r)
	}
	if after, r := callflow.Step(plain, callflow.Input{Keys: "4"}); after.Place != callflow.Answer || r.Say[0].Key != "wrong" {
		t.Errorf("a key that nobody offered: %+v", r)
	}
	open, r := callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Say: facts, Pension: true}})
	if open.Place != callflow.Answer || len(r.Say) != 3 || r.Say[1].Key != "fact_pension_open" || len(facts) != 1 {
		t.Fatalf("no reminder: %+v", r)
	}
	if _, r := callflow.Step(open, callflow.Input{Keys: "*"}); len(r.Say) != 3 || r.Say[1].Key != "fact_pension_open" {
		t.Errorf("star: %+v", r)
	}
	for _, in := range []callflow.Input{{Keys: "4"}, {Words: "现在认证"}} {
		if after, r := callflow.Step(open, in); after.Place != callflow.Pension || r.Need != callflow.PensionFacts {
			t.Errorf("%+v: %+v %+v", in, after, r)
		}
	}
}

// The keys that are the same everywhere work while a recording is made, too, and lose nothing of it.
func TestTheSameKeysWhileRecording(t *testing.T) {
	at := func(p callflow.Place) callflow.State {
		return callflow.State{Place: p, Lang: "cmn", Tip: callflow.Tip{Kind: "unpaid"}, Mailbox: "0000000000000098"}
	}
	for _, p := range []callflow.Place{callflow.Record, callflow.Addition, callflow.Message} {
		again, r := callflow.Step(at(p), callflow.Input{Recording: "RE1", Seconds: 1, Keys: "*"})
		if again.Place != p || r.Drop != "RE1" || again.Recording != "" || r.Say[0].Key != string(p) {
			t.Errorf("%s: star, at once: %+v %+v", p, again, r)
		}
		if kept, r := callflow.Step(at(p), callflow.Input{Recording: "RE1", Seconds: 60, Keys: "*"}); kept.Recording != "RE1" || r.Drop != "" {
			t.Errorf("%s: star after a minute: %+v %+v", p, kept, r)
		}
		if kept, r := callflow.Step(at(p), callflow.Input{Recording: "RE1", Seconds: 60, Keys: "0"}); r.Need != callflow.FindPerson || kept.Recording != "RE1" {
			t.Errorf("%s: zero: %+v %+v", p, kept, r)
		}
	}
	if s, r := callflow.Step(at(callflow.Record), callflow.Input{Recording: "RE1", Seconds: 60, Keys: "9"}); s.Place != callflow.Named || s.Recording != "RE1" || !r.Draft {
		t.Errorf("nine: %+v %+v", s, r)
	} else if s, _ = callflow.Step(s, callflow.Input{Keys: "1"}); s.Place != callflow.Keep {
		t.Errorf("what was said is asked for again: %+v", s)
	}
	if s, r := callflow.Step(at(callflow.Addition), callflow.Input{Recording: "RE1", Seconds: 60, Keys: "9"}); s.Place != callflow.Progress || r.Drop != "RE1" {
		t.Errorf("nine, an addition that was not sent: %+v %+v", s, r)
	}
	if s, r := callflow.Step(at(callflow.Message), callflow.Input{Recording: "RE1", Seconds: 60, Keys: "9"}); s.Place != callflow.Menu || r.Keep != "RE1" || !r.Draft {
		t.Errorf("nine, a message: %+v %+v", s, r)
	}
}
