package web

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"shebao/ivr/callflow"
	"shebao/ivr/softphone"
	"shebao/shared/calendar"
)

// What somebody keyed, said or wrote: it may be spoken, and stands in no attribute.
const (
	keyedNumber = "07010120010331000X"
	keyedPIN    = "270413"
	hostile     = `"/><Dial>+19005550100</Dial><Say x="&lt;` + "\x00\x0b\ufffe"
	employer    = `杭城"纺织"<有限>&公司`
	receiptCode = "0000000000000098"
)

// next are the inputs that are tried at every state.
func next() []callflow.Input {
	list := []callflow.Input{{}, {Words: "杭城纺织"}, {Words: hostile}, {Words: "提交"}, {Words: "安全"}, {Words: "确认"}, {Words: "举报", Confidence: 0.9}, {Recording: "RE0123456789abcdef"}, {Recording: "REfedcba9876543210", HungUp: true}, {HungUp: true}, {Again: true},
		{Keys: "07010120010331000*"}, {Keys: keyedPIN}, {Keys: "202503"}, {Keys: receiptCode}, {Keys: "91070102*A*G612DD9"}, {Dialled: "completed"}, {Dialled: "busy"},
		{Queued: "leave"}, {Queued: "leave", Wish: callflow.WantCallBack}, {Queued: "leave", Wish: callflow.WantMessage}, {Queued: "queue-full"}}
	for _, key := range "0123456789*#" {
		list = append(list, callflow.Input{Keys: string(key)})
	}
	return list
}

// answers are what a need may bring.
func answers(need callflow.Need) []callflow.Input {
	list := []callflow.Brought{{Problem: "later"}}
	switch need {
	case callflow.SignIn:
		list = append(list, callflow.Brought{Person: 7}, callflow.Brought{Problem: "wrong_signin"}, callflow.Brought{Problem: "locked"})
	case callflow.Facts:
		list = append(list, callflow.Brought{Text: true, Say: []callflow.Line{{Key: "fact_employer_owes", Args: []string{employer}}, {Key: "fact_none"}}}, callflow.Brought{Say: []callflow.Line{{Key: "fact_none"}}}, callflow.Brought{Pension: true, Say: []callflow.Line{{Key: "fact_none"}}})
	case callflow.PensionFacts:
		list = append(list, callflow.Brought{}, callflow.Brought{Say: []callflow.Line{{Key: "pension_done", Args: []string{"2026", "2026年12月31日"}}}}, callflow.Brought{Say: []callflow.Line{{Key: "pension_none"}}},
			callflow.Brought{Say: []callflow.Line{{Key: "pension_not_met", Args: []string{"2026"}}}}, callflow.Brought{Problem: "signed_out"})
	case callflow.ConfirmOwn:
		list = append(list, callflow.Brought{Say: []callflow.Line{{Key: "pension_done", Args: []string{"2026", "2026年12月31日"}}}}, callflow.Brought{Problem: "pension_none"}, callflow.Brought{Problem: "signed_out"})
	case callflow.TextStatement:
		list = append(list, callflow.Brought{}, callflow.Brought{Problem: "no_text"}, callflow.Brought{Problem: "signed_out"})
	case callflow.OwnEmployers, callflow.Search, callflow.ByCode:
		list = append(list, callflow.Brought{Choices: []callflow.Choice{{Name: employer, USCC: "91070102MAXG612DD9"}, {Name: hostile}}}, callflow.Brought{Problem: "no_employer"})
	case callflow.File:
		list = append(list, callflow.Brought{Receipt: receiptCode}, callflow.Brought{Problem: "signed_out"})
	case callflow.OpenMailbox:
		list = append(list, callflow.Brought{Receipt: receiptCode, Say: []callflow.Line{{Key: "reply", Args: []string{"2026年11月24日", hostile}}}}, callflow.Brought{Problem: "no_code"}, callflow.Brought{Problem: "locked"})
	case callflow.FindPerson:
		list = []callflow.Brought{{Agents: true}, {Agents: true, Ahead: true, Back: true}, {Problem: "no_agents", Back: true, Say: []callflow.Line{{Key: "open_hours", Args: []string{"9点到12点"}}}}}
	case callflow.KeepCallBack:
		list = append(list, callflow.Brought{}, callflow.Brought{Problem: "no_number"})
	default:
		list = append(list, callflow.Brought{})
	}
	var inputs []callflow.Input
	for _, b := range list {
		inputs = append(inputs, callflow.Input{Brought: &b})
	}
	return inputs
}

// likeness is what of a state decides where it leads and what is said; states that differ only in what counts up, or in values, are one.
type likeness struct {
	place, after, asked                                                          callflow.Place
	need                                                                         callflow.Need
	failures, signIns, lookUps, found                                            int
	signedIn, recording, named, recorded, employer, texts, pensions, backs, told bool
}

func alike(s callflow.State, r callflow.Reply) likeness {
	l := likeness{place: s.Place, asked: s.Asked, need: r.Need, failures: s.Failures, signedIn: s.Person != 0, recording: s.Recording != "", recorded: s.Tip.Recorded, employer: s.Tip.EmployerName != "", named: s.Tip.Named}
	switch s.Place { // what a place does not look at is not told apart there
	case callflow.Number, callflow.PIN:
		l.after, l.signIns = s.After, s.SignIns
	case callflow.Code:
		l.lookUps = s.LookUps
	case callflow.Which:
		l.found = len(s.Found)
	case callflow.Answer:
		l.texts, l.pensions, l.told = s.Texts, s.Pensions, len(s.Told) > 0
	case callflow.Progress:
		l.told = len(s.Told) > 0
	case callflow.Waiting, callflow.NoPerson, callflow.CallBack:
		l.backs = s.CallBacks
	}
	return l
}

// Every reply that can be reached from the first ring is walked, rendered and held against the carrier's schema: in each language, at both speeds. Nothing that a caller keyed
// is in it, and what somebody said or wrote is text only.
func TestEveryReplyIsGoodTwiML(t *testing.T) {
	type at struct {
		s callflow.State
		r callflow.Reply
	}
	first, reply := callflow.Begin()
	todo, seen := []at{{first, reply}}, map[likeness]bool{alike(first, reply): true}
	checked, rendered := map[string]bool{}, map[string]bool{}
	for len(todo) > 0 && len(seen) < 60_000 {
		now := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		inputs := next()
		if now.r.Need != callflow.Nothing {
			inputs = answers(now.r.Need)
		}
		for _, in := range inputs {
			in.Today = calendar.NewDate(2026, 11, 24)
			before := now.s
			before.Steps, before.Rings, before.Slow = 0, 0, false // one speed is walked; both are rendered
			s, r := callflow.Step(before, in)
			if same := fmt.Sprint(s.Place, r); r.Need == callflow.Nothing && !rendered[same] { // a document is made of these alone
				rendered[same] = true
				checkReply(t, checked, s, r)
			}
			if key := alike(s, r); !seen[key] && s.Place != callflow.Over {
				seen[key] = true
				todo = append(todo, at{s, r})
			}
		}
	}
	if len(todo) > 0 {
		t.Errorf("the walk is not through: %d states, %d to go", len(seen), len(todo))
	}
	for _, place := range callflow.Places {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(l likeness) bool { return l.place == place }) && place != callflow.Over {
			t.Errorf("no way leads to %s", place)
		}
	}
	if len(checked) < 400 {
		t.Errorf("only %d replies", len(checked))
	}
	t.Logf("%d states, %d different replies", len(seen), len(checked))
}

func checkReply(t *testing.T, checked map[string]bool, s callflow.State, r callflow.Reply) {
	t.Helper()
	for _, lang := range callflow.Languages {
		for _, slow := range []bool{false, true} {
			s.Lang, s.Slow = lang, slow
			document := render(s, r, addresses{step: "https://h.example/voice/step/cmn/CA1/2/n", recorded: "https://h.example/voice/recording/CA1/tip-1#rc=5&rp=5xx", sound: "https://h.example/voice/sound/CA1/2/n",
				whisper: "https://h.example/voice/whisper/cmn", wait: "https://h.example/voice/wait/cmn/CA1/2/n", agents: []string{"+8610000000101", "+8610000000102"}, trunk: "BY0123456789abcdef0123456789abcdef"})
			if checked[string(document)] {
				continue
			}
			checked[string(document)] = true
			warnings, err := softphone.Check(document)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%s: %v, %v\n%s", s.Place, err, warnings, document)
			}
			if strings.Contains(string(document), keyedNumber) || strings.Contains(string(document), keyedPIN) || strings.Contains(string(document), "+19005550100</") {
				t.Fatalf("%s: something keyed, or a number, is in the reply:\n%s", s.Place, document)
			}
			checkAttributes(t, document, callflow.Hints(lang, s.Place))
			if len(document) > 16<<10 {
				t.Fatalf("%s: %d bytes", s.Place, len(document))
			}
		}
	}
}

// checkAttributes: attributes hold letters, digits and the marks of our own addresses only; or the words of our files that a place listens for.
func checkAttributes(t *testing.T, document []byte, hints string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(string(document)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		if element, ok := token.(xml.StartElement); ok {
			for _, a := range element.Attr {
				if a.Name.Local == "hints" && hints != "" && a.Value == hints {
					continue
				}
				for _, c := range a.Value {
					if c > 'z' || strings.ContainsRune(`"<>'`, c) {
						t.Fatalf("%s of %s holds %q", a.Name.Local, element.Name.Local, a.Value)
					}
				}
				if strings.Contains(a.Value, receiptCode) || strings.Contains(a.Value, "纺织") {
					t.Fatalf("%s of %s holds %q", a.Name.Local, element.Name.Local, a.Value)
				}
			}
		}
	}
}

// The documents that are not replies of the conversation: waiting, whispers, fallback.
func TestStandingDocumentsAreGoodTwiML(t *testing.T) {
	documents := [][]byte{apology(), Fallback()}
	for _, lang := range callflow.Languages {
		documents = append(documents, waiting(lang, "https://h.example/voice/step/cmn/CA1/2/n/1"), farewell(lang, "over"), farewell(lang, "later", "over"))
	}
	for _, document := range documents {
		if warnings, err := softphone.Check(document); err != nil || len(warnings) > 0 {
			t.Errorf("%v, %v\n%s", err, warnings, document)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "杭城纺织", hostile, "]]>", "\xff\xfe", "a\u0085b\u2028c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		document := newDocument().say("cmn", false, callflow.Line{Key: "reply", Args: []string{"x", text}}).bytes()
		if warnings, err := softphone.Check(document); err != nil || len(warnings) > 0 {
			t.Errorf("%q: %v, %v", text, err, warnings)
		}
	})
}
