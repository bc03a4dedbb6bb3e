package callflow_test

import (
	"regexp"
	"strings"
	"testing"

	"shebao/ivr/callflow"
)

// listening are the places that take words, with all that their menus offer.
func listening(lang string) []callflow.State {
	var list []callflow.State
	for _, s := range []callflow.State{{Place: callflow.Language}, {Place: callflow.Menu}, {Place: callflow.Answer, Texts: true, Pensions: true, Told: []callflow.Line{{Key: "fact_none"}, {Key: "fact_pension_open"}}}, {Place: callflow.Pension, Person: 7}, {Place: callflow.Kind},
		{Place: callflow.Employer}, {Place: callflow.Which, Found: found}, {Place: callflow.Month}, {Place: callflow.Named}, {Place: callflow.Safe, Person: 7}, {Place: callflow.Keep, Recording: "RE1", Tip: callflow.Tip{Recorded: true}},
		{Place: callflow.Progress}, {Place: callflow.AdditionOK, Recording: "RE1"}, {Place: callflow.CallBack, CallBacks: true}, {Place: callflow.NoPerson, CallBacks: true}, {Place: callflow.MessageOK, Recording: "RE1"}} {
		s.Lang = lang
		list = append(list, s)
	}
	return list
}

// same reports whether words led where a key leads.
func same(s callflow.State, words, key string) bool {
	said, spoken := callflow.Step(s, callflow.Input{Words: words, Confidence: 0.9, Today: today})
	done, pressed := callflow.Step(s, callflow.Input{Keys: key, Today: today})
	return said.Place == done.Place && spoken.Need == pressed.Need && said.Tip == done.Tip && said.Lang == done.Lang && said.Slow == done.Slow && said.Failures == done.Failures && spoken.Hear == pressed.Hear
}

// clause is the last thing that is said before a key is named.
var clause = regexp.MustCompile(`[^，。,.;；：:？?]+$`)

// Whoever says what a menu says gets what its key gives, in every language; and whoever says the number of the key too.
func TestWhatAMenuSaysCanBeSaid(t *testing.T) {
	spoken, number := 0, map[string][]string{"cmn": {"零", "一", "二", "三", "四", "五"}, "yue": {"零", "一", "二", "三", "四", "五"}, "en": {"zero", "one", "two", "three", "four", "five"}}
	for _, lang := range callflow.Languages {
		for _, s := range listening(lang) {
			_, r := callflow.Step(s, callflow.Input{Again: true})
			if !r.Speech || !callflow.Listens(s.Place) {
				t.Errorf("%s does not listen", s.Place)
			}
			for _, line := range append(r.Say, callflow.Line{Key: "help"}) {
				text, from := callflow.Text(lang, line), 0
				if line.Lang != "" && line.Lang != lang || line.Key == "choice" {
					continue
				}
				for _, at := range pressed[lang].FindAllStringIndex(text, -1) {
					option := strings.TrimSpace(clause.FindString(strings.TrimRight(text[from:at[0]], " ，,")))
					key := strings.NewReplacer("星号", "*", "星號", "*", "star", "*", "井号", "#", "井號", "#", "hash", "#").Replace(text[at[0]:at[1]])
					key = key[len(key)-1:]
					from = at[1]
					recorded := s.Recording != "" && key == "*" // "hear it again" is the recording there, which the menu offers
					if key == "#" || recorded || s.Place == callflow.Language && line.Key == "help" {
						continue
					}
					if key == "8" { // as a key it is a digit where a number is entered
						if after, r := callflow.Step(s, callflow.Input{Words: option}); !after.Slow || after.Place != s.Place || r.Need != callflow.Nothing {
							t.Errorf("%s %s: %q does not slow down", lang, s.Place, option)
						}
						continue
					}
					if spoken++; !same(s, option, key) {
						after, then := callflow.Step(s, callflow.Input{Words: option, Confidence: 0.9, Today: today})
						t.Errorf("%s %s: %q is not %s: %s %+v", lang, s.Place, option, key, after.Place, then.Say)
					}
					if n := strings.Index("012345", key); n > 0 && s.Place != callflow.Month && !same(s, number[lang][n], key) {
						t.Errorf("%s %s: %q is not %s", lang, s.Place, number[lang][n], key)
					}
				}
			}
		}
	}
	if spoken < 150 {
		t.Errorf("only %d options were spoken", spoken)
	}
}

// Numbers that prove who somebody is, and receipts, are never listened for: what is spoken there fails like a wrong key.
func TestNumbersAreNeverSpoken(t *testing.T) {
	for _, place := range []callflow.Place{callflow.Number, callflow.PIN, callflow.Code, callflow.CreditCode, callflow.Receipt, callflow.Sure, callflow.Record, callflow.Addition, callflow.Message, callflow.Transferred, callflow.Over} {
		s := callflow.State{Place: place, Lang: "cmn", Asked: callflow.Safe, Meant: "1", Receipt: "0000000000000098"}
		if _, r := callflow.Step(s, callflow.Input{Again: true}); r.Speech || callflow.Listens(place) || callflow.Hints("cmn", place) != "" {
			t.Errorf("%s listens", place)
		}
		if after, r := callflow.Step(s, callflow.Input{Words: "270413", Confidence: 1}); r.Need != callflow.Nothing && place != callflow.Transferred {
			t.Errorf("%s takes words: %+v %+v", place, after, r)
		}
	}
}

// How people really say it; and what is no answer is one failure, like silence.
func TestWhatPeopleSay(t *testing.T) {
	at := func(lang string, p callflow.Place) callflow.State {
		for _, s := range listening(lang) {
			if s.Place == p {
				return s
			}
		}
		t.Fatal(p)
		return callflow.State{}
	}
	for _, c := range []struct {
		lang  string
		place callflow.Place
		said  string
		key   string // none: it is not understood
	}{
		{"cmn", callflow.Language, "普通话。", "1"}, {"cmn", callflow.Language, "English", "3"}, {"cmn", callflow.Language, "我讲粤语", "2"},
		{"cmn", callflow.Menu, "嗯，我想查一下我的缴费", "1"}, {"cmn", callflow.Menu, "我要举报我们老板", "2"}, {"cmn", callflow.Menu, "查举报进度", "3"}, {"cmn", callflow.Menu, "选第二个", "2"}, {"cmn", callflow.Menu, "请帮我转人工", "0"},
		{"cmn", callflow.Menu, "今天天气很好", ""}, {"cmn", callflow.Menu, "我不要举报", ""}, {"cmn", callflow.Menu, "缴费还有养老金", ""}, {"cmn", callflow.Menu, "请再说一遍", "*"}, {"cmn", callflow.Menu, "请说慢一点", "8"}, {"cmn", callflow.Menu, "七", ""},
		{"yue", callflow.Menu, "我想查社保", "1"}, {"yue", callflow.Menu, "唔該，我要舉報公司", "2"}, {"yue", callflow.Menu, "養老金認證", "4"}, {"yue", callflow.Menu, "返去", "9"}, {"yue", callflow.Menu, "今日天氣好好", ""},
		{"en", callflow.Menu, "I'd like to report my boss, please.", "2"}, {"en", callflow.Menu, "My contributions", "1"}, {"en", callflow.Menu, "Number two", "2"}, {"en", callflow.Menu, "operator", "0"}, {"en", callflow.Menu, "what a lovely day", ""}, {"en", callflow.Menu, "I do not want to report an employer", ""},
		{"cmn", callflow.Kind, "老板三个月没给我交社保，没交", "1"}, {"cmn", callflow.Kind, "他们从来没给我买社保", "3"}, {"cmn", callflow.Kind, "基数低", "2"}, {"en", callflow.Kind, "They underpaid me", "2"}, {"yue", callflow.Kind, "公司冇買社保", "3"},
		{"cmn", callflow.Month, "不记得了", "1"}, {"cmn", callflow.Month, "从2025年3月开始", "202503"}, {"cmn", callflow.Month, "二零二五年十一月", "202511"}, {"cmn", callflow.Month, "去年十二月", "202512"}, {"cmn", callflow.Month, "十二月", "202512"},
		{"cmn", callflow.Month, "今年三月", "202603"}, {"cmn", callflow.Month, "25年10月", "202510"}, {"cmn", callflow.Month, "明年三月", "202603"}, {"cmn", callflow.Month, "今年十二月", ""}, {"cmn", callflow.Month, "三个月了", ""}, {"cmn", callflow.Month, "2025年13月", ""}, {"yue", callflow.Month, "舊年三月", "202503"}, {"en", callflow.Month, "since March 2025", "202503"},
		{"en", callflow.Month, "December last year", "202512"}, {"en", callflow.Month, "maybe", ""}, {"en", callflow.Month, "I'm not sure", "1"},
		{"cmn", callflow.Safe, "不安全", "2"}, {"cmn", callflow.Safe, "不太安全", "2"}, {"cmn", callflow.Safe, "不是很安全", ""}, {"cmn", callflow.Safe, "安全的", "1"}, {"cmn", callflow.Safe, "不", "2"}, {"yue", callflow.Safe, "唔安全", "2"}, {"yue", callflow.Safe, "唔係幾安全", ""}, {"en", callflow.Safe, "no", "2"}, {"en", callflow.Safe, "it's not safe", "2"}, {"en", callflow.Safe, "Yes.", "1"},
		{"cmn", callflow.Which, "南湖电子", "1"}, {"cmn", callflow.Which, "都不是", "4"}, {"cmn", callflow.Which, "杭城纺织", ""}, {"cmn", callflow.Named, "我要匿名举报", "1"}, {"cmn", callflow.Named, "实名", "2"},
		{"cmn", callflow.Keep, "重听", "2"}, {"cmn", callflow.Keep, "再说一遍", "*"}, {"en", callflow.Keep, "listen to it", "2"},
	} {
		s := at(c.lang, c.place)
		if c.key != "" {
			if !same(s, c.said, c.key) {
				after, r := callflow.Step(s, callflow.Input{Words: c.said, Confidence: 0.9, Today: today})
				t.Errorf("%s %s: %q is not %s: %s %+v", c.lang, c.place, c.said, c.key, after.Place, r)
			}
			continue
		}
		after, r := callflow.Step(s, callflow.Input{Words: c.said, Confidence: 0.9, Today: today})
		if after.Place != c.place || after.Failures != 1 || len(r.Say) < 2 || r.Say[0].Key != "unclear" {
			t.Errorf("%s %s: %q is taken for something: %+v %+v", c.lang, c.place, c.said, after, r)
		}
	}
}

// What changes something for good and was not quite clear is read back first, in our words, and done by a key; what was clear, and what can be undone, is done at once.
func TestUnclearWordsAreReadBackBeforeTheyChangeAnything(t *testing.T) {
	for _, c := range []struct {
		place callflow.Place
		said  string
		key   string
	}{{callflow.Safe, "安全", "1"}, {callflow.Keep, "提交", "1"}, {callflow.Keep, "重录", "3"}, {callflow.AdditionOK, "发送", "1"}, {callflow.MessageOK, "发送", "1"}, {callflow.CallBack, "同意", "1"}, {callflow.Pension, "确认", "1"}, {callflow.Answer, "对账单", "3"}} {
		for _, s := range listening("cmn") {
			if s.Place != c.place {
				continue
			}
			if !same(s, c.said, c.key) {
				t.Errorf("%s: %q, clearly, is not %s", c.place, c.said, c.key)
			}
			for _, in := range []callflow.Input{{Words: c.said}, {Words: c.said, Confidence: 0.4}, {Words: "我觉得应该" + c.said + "这样吧", Confidence: 0.9}} {
				asked, r := callflow.Step(s, in)
				if asked.Place != callflow.Sure || r.Need != callflow.Nothing || r.Speech || r.Say[0].Key != "sure" || strings.Contains(callflow.Text("cmn", r.Say[0]), "觉得") {
					t.Fatalf("%s: %+v is done unasked: %+v %+v", c.place, in, asked, r)
				}
				done, r := callflow.Step(asked, callflow.Input{Keys: "1", Today: today})
				want, wanted := callflow.Step(s, callflow.Input{Keys: c.key, Today: today})
				if done.Place != want.Place || r.Need != wanted.Need || done.Tip != want.Tip || r.Drop != wanted.Drop {
					t.Errorf("%s: after yes %+v, the key gives %+v", c.place, done, want)
				}
				for _, no := range []string{"2", "9"} {
					if back, r := callflow.Step(asked, callflow.Input{Keys: no}); back.Place != c.place || r.Need != callflow.Nothing || back.Recording != s.Recording || back.Tip != s.Tip {
						t.Errorf("%s: after %s %+v", c.place, no, back)
					}
				}
				if asked.Matter() != s.Matter() {
					t.Errorf("%s: a recording would belong to %s", c.place, asked.Matter())
				}
			}
		}
	}
	s := callflow.State{Place: callflow.Sure, Asked: callflow.AdditionOK, Meant: "1", Lang: "cmn", Recording: "RE1", Mailbox: "0000000000000098"}
	if after, r := callflow.Step(s, callflow.Input{HungUp: true}); r.Need != callflow.Add || r.Keep != "RE1" || !after.Leaving {
		t.Errorf("a hang-up loses the addition: %+v %+v", after, r)
	}
}

// Keys win over words that come with them; a company's name may hold the word of an option.
func TestKeysWinAndNamesAreNames(t *testing.T) {
	s := callflow.State{Place: callflow.Menu, Lang: "cmn"}
	if after, _ := callflow.Step(s, callflow.Input{Keys: "2", Words: "查询缴费", Confidence: 1}); after.Place != callflow.Kind {
		t.Errorf("words won: %s", after.Place)
	}
	s.Place = callflow.Employer
	for said, want := range map[string]callflow.Need{"人工智能科技有限公司": callflow.Search, "录音笔厂": callflow.Search, "杭城纺织": callflow.Search, "转人工": callflow.FindPerson} {
		if _, r := callflow.Step(s, callflow.Input{Words: said, Confidence: 0.9}); r.Need != want {
			t.Errorf("%s: %+v", said, r)
		}
	}
}

// The carrier takes 500 hints of 100 characters, and nothing that would have to be escaped or could be anybody's.
func TestHintsAreTheCarriersSize(t *testing.T) {
	for _, lang := range callflow.Languages {
		for _, place := range callflow.Places {
			hints := callflow.Hints(lang, place)
			if (hints != "") != callflow.Listens(place) || strings.ContainsAny(hints, `<>&"=`) {
				t.Errorf("%s %s: %q", lang, place, hints)
			}
			words := strings.Split(hints, ",")
			for _, word := range words {
				if len([]rune(word)) > 100 || len(words) > 500 || callflow.Listens(place) && word == "" {
					t.Errorf("%s %s: hint %q of %d", lang, place, word, len(words))
				}
			}
		}
	}
}
