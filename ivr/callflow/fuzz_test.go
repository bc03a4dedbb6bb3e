package callflow_test

import (
	"strings"
	"testing"

	"shebao/ivr/callflow"
	"shebao/shared/identity"
)

// A whole call of anything: each line is what the caller does. It always goes on with words or a need, keeps a place of the table, and ends.
func FuzzConversation(f *testing.F) {
	for _, seed := range []string{"1\n2\n1\ns南湖\n1\n202503\n1\nrRE1\n1", "3\n1\n07010120010331000*\n270413\n3", "1\n3\n0000000000000098\n2\nrRE2\n1", "\n\n\n1\nrRE3", "2\n8\n*\n9\n0\n1", "1\n2\n1\n2\n***************\n#", "dbusy\nqleave\nh", "s普通话\ns我要举报\ns没缴\ns南湖\ns第一个\ns去年三月\ns匿名\nrRE1\ns那就提交吧谢谢\n1"} {
		f.Add(seed, "gl")
	}
	f.Fuzz(func(t *testing.T, doings, fortunes string) {
		s, r := callflow.Begin()
		lines := strings.Split(doings, "\n")
		for i, doing := range lines[:min(len(lines), 200)] {
			in := callflow.Input{Today: today}
			switch {
			case strings.HasPrefix(doing, "s"):
				in.Words = doing[1:]
			case strings.HasPrefix(doing, "r"):
				in.Recording = doing[1:]
			case strings.HasPrefix(doing, "d"):
				in.Dialled = doing[1:]
			case strings.HasPrefix(doing, "q"):
				in.Queued = doing[1:]
			case strings.HasPrefix(doing, "h"):
				in.HungUp = true
			default:
				in.Keys = doing
			}
			s, r = callflow.Step(s, in)
			for needs := 0; r.Need != callflow.Nothing; needs++ {
				if needs > 3 {
					t.Fatalf("%q needs more and more: %s", doing, r.Need)
				}
				s, r = callflow.Step(s, callflow.Input{Brought: fortune(r.Need, fortunes, i), Today: today})
			}
			if len(r.Say) == 0 && !s.Leaving || s.Place == callflow.Over && r.Await != callflow.Hangup {
				t.Fatalf("after %q at %s: %+v", doing, s.Place, r)
			}
			for _, lang := range callflow.Languages {
				for _, line := range r.Say {
					if len(line.Args) == 0 && callflow.Text(lang, line) == "" {
						t.Fatalf("%s has no words for %s", lang, line.Key)
					}
				}
			}
		}
		for range 200 { // then nobody does anything any more
			if r.Await == callflow.Hangup {
				return
			}
			if s, r = callflow.Step(s, callflow.Input{Today: today}); r.Need != callflow.Nothing {
				s, r = callflow.Step(s, callflow.Input{Brought: &callflow.Brought{Problem: "no_agents"}, Today: today})
			}
		}
		t.Fatalf("the call never ends: %s", s.Place)
	})
}

// fortune is what a need brings: all that it can, or a problem.
func fortune(need callflow.Need, fortunes string, i int) *callflow.Brought {
	if fortunes != "" && fortunes[i%len(fortunes)] == 'g' {
		return &callflow.Brought{Person: 7, Receipt: "0000000000000098", Choices: found, Say: []callflow.Line{{Key: "fact_none"}}, Agents: need == callflow.FindPerson}
	}
	problem := map[callflow.Need]string{callflow.SignIn: "wrong_signin", callflow.OpenMailbox: "no_code", callflow.FindPerson: "no_agents", callflow.File: "signed_out"}[need]
	if problem == "" {
		problem = "later"
	}
	return &callflow.Brought{Problem: problem}
}

// Keys stand for codes that are ones, and that they can be; never for many.
func FuzzCreditCodes(f *testing.F) {
	for _, seed := range []string{"91350211M000100Y46", "91350211*000100*46", "******************", "9135021100010004666", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		codes := callflow.CreditCodes(keys)
		if len(codes) > 500 {
			t.Errorf("%d codes for %q", len(codes), keys)
		}
		for _, code := range codes {
			if _, err := identity.ParseUSCC(string(code)); err != nil || len(code) != len(keys) {
				t.Errorf("%s for %q: %v", code, keys, err)
			}
		}
	})
}

func FuzzHours(f *testing.F) {
	for _, seed := range []string{"1-5 09:00-12:00 13:30-17:00; 6 09:00-12:00", "7 00:00-24:00", "1-7 23:59-24:00", "0 1-2", ";;", "1 24:00-24:00", "-1 09:00-10:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := callflow.ParseHours(text)
		if err != nil {
			return
		}
		for _, lang := range callflow.Languages {
			if h.Spoken(lang) == "" {
				t.Errorf("%q is taken, and nothing is said of it", text)
			}
		}
	})
}
