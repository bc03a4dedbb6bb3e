package callflow_test

import (
	"testing"
	"unicode/utf8"

	"shebao/ivr/callflow"
)

// Every place × every input gives something: a question, a need or the end. Nothing loops for ever.
func TestEveryPlaceTimesEveryInput(t *testing.T) {
	inputs := []callflow.Input{{Silent: true}, {Words: "南湖电子"}, {Recorded: true}, {HungUp: true}, {Keys: "270413"}, {Keys: "202503#"}, {Keys: "07010120010331000*"}, {Keys: "0000000000000098"}, {Keys: "0000000000000099"},
		{Brought: &callflow.Brought{OK: true, Person: 7, Receipt: "0000000000000098", Choices: []callflow.Choice{{Name: "a"}}}}, {Brought: &callflow.Brought{Problem: "later"}}}
	for _, key := range "0123456789*#" {
		inputs = append(inputs, callflow.Input{Keys: string(key)})
	}
	for _, place := range callflow.Places {
		for _, in := range inputs {
			for failures := range 3 {
				s, r := callflow.Step(callflow.State{Place: place, Lang: "cmn", Failures: failures, Found: []callflow.Choice{{Name: "a"}}, Receipt: "0000000000000098"}, in)
				if r.Need == callflow.Nothing && !r.Hangup && r.Keys == 0 && !r.Record {
					t.Errorf("%s × %+v hangs", place, in)
				}
				if s.Place == callflow.Over && !r.Hangup {
					t.Errorf("%s × %+v is over but goes on", place, in)
				}
				for _, lang := range callflow.Languages {
					for _, line := range r.Say {
						if callflow.Text(lang, line) == "" {
							t.Errorf("%s lacks the prompt %s", lang, line.Key)
						}
					}
				}
			}
		}
	}
	s, _ := callflow.Begin()
	steps := 0
	for ; s.Place != callflow.Over; steps++ {
		s, _ = callflow.Step(s, callflow.Input{Keys: "*"})
		if steps > 1000 {
			t.Fatal("a caller who always repeats is kept for ever")
		}
	}
}

func TestThreeSilencesEndTheCall(t *testing.T) {
	s, _ := callflow.Begin()
	var r callflow.Reply
	for range 3 {
		s, r = callflow.Step(s, callflow.Input{Silent: true})
	}
	if !r.Hangup || r.Say[0].Key != "person" {
		t.Errorf("%+v", r)
	}
}

// About four Chinese characters or thirteen letters are spoken in a second.
func TestNoPromptTakesLongerThanFifteenSeconds(t *testing.T) {
	for _, lang := range callflow.Languages {
		limit := 15 * 4
		if lang == "en" {
			limit = 15 * 13
		}
		for _, place := range callflow.Places {
			if n := utf8.RuneCountInString(callflow.Text(lang, callflow.Line{Key: string(place)})); n > limit || n == 0 {
				t.Errorf("%s %s has %d characters", lang, place, n)
			}
		}
	}
}
