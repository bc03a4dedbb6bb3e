package callflow_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"shebao/ivr/callflow"
)

// What is spoken in a second at the usual rate: characters of Chinese, letters of English. Numbers are counted by their digits, which are spoken one by one at worst;
// marks make pauses.
const (
	charactersASecond = 4.0
	lettersASecond    = 14.0
	digitsASecond     = 3.0
	pause             = 0.35 // seconds a mark
)

// seconds is how long a text takes to be spoken.
func seconds(lang, text string) float64 {
	s := 0.0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			s += 1 / digitsASecond
		case unicode.Is(unicode.Han, r):
			s += 1 / charactersASecond
		case strings.ContainsRune("，。；：、？,.;:?", r):
			s += pause
		case unicode.IsLetter(r) && lang == "en":
			s += 1 / lettersASecond
		case unicode.IsLetter(r):
			s += 1 / charactersASecond // a letter that is spelled
		}
	}
	return s
}

// Every prompt is spoken within fifteen seconds, in each language, with its values at their longest: an employer's name, a date, months of a year that lie apart.
func TestNoPromptTakesLongerThanFifteenSeconds(t *testing.T) {
	keys := callflow.Prompts("cmn")
	if len(keys) < 60 {
		t.Fatal("prompts are missing")
	}
	longest := map[string][]string{"cmn": {"杭城高新技术产业开发区第一纺织有限责任公司", "12", "1月、3月、5月、7月、9月、11月"}, "yue": {"杭城高新技术产业开发区第一纺织有限责任公司", "12", "1月、3月、5月、7月、9月、11月"},
		"en": {"September 30, 2025", "12", "January, March, May, July, September, November"}}
	receipt := []string{"0000000000000098"}
	for _, lang := range callflow.Languages {
		if len(callflow.Prompts(lang)) != len(keys) {
			t.Errorf("%s has %d prompts, Mandarin %d", lang, len(callflow.Prompts(lang)), len(keys))
		}
		for key := range keys {
			if key == "reply" { // the investigator's own words
				continue
			}
			args := longest[lang]
			if strings.HasPrefix(key, "received") {
				args = receipt
			}
			text := callflow.Text(lang, callflow.Line{Key: key, Args: args})
			if s := seconds(lang, text); text == "" || s > 15 {
				t.Errorf("%s %s takes %.1f seconds: %s", lang, key, s, text)
			}
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%s %s leaves a value unsaid: %q", lang, key, text)
			}
		}
	}
}

// pressed is a key as a prompt names it.
var pressed = map[string]*regexp.Regexp{
	"cmn": regexp.MustCompile(`请?(?:都)?按\s?(?:[0-9*]|星号|井号|\{1\})`),
	"yue": regexp.MustCompile(`請?(?:都)?撳\s?(?:[0-9*]|星號|井號|\{1\})`),
	"en":  regexp.MustCompile(`press (?:[0-9]|star|hash|\{1\})`),
}

// Each choice is named before its key: who hears "press 1" first has forgotten it when the choice comes. Between two keys stands what the second is for.
func TestChoicesComeBeforeTheirKeys(t *testing.T) {
	choices := 0
	for lang, key := range pressed {
		for name, text := range callflow.Prompts(lang) {
			from := 0
			for _, at := range key.FindAllStringIndex(text, -1) {
				if named := strings.Trim(text[from:at[0]], " ，。,.;；和同and"); named == "" {
					t.Errorf("%s %s: %q comes before what it is for: %s", lang, name, text[at[0]:at[1]], text)
				}
				choices++
				from = at[1]
			}
		}
	}
	if choices < 150 {
		t.Errorf("only %d keys are named", choices)
	}
}

// The keys that a menu offers are the keys that it takes, in every language.
func TestMenusOfferTheKeysThatTheyTake(t *testing.T) {
	digit := regexp.MustCompile(`(?:按|撳|press)\s?([1-7])`)
	for _, place := range callflow.Places {
		s := callflow.State{Place: place, Found: found, Texts: true, Pensions: true, CallBacks: true, Told: []callflow.Line{{Key: "fact_none"}}, Receipt: "0000000000000098", Recording: "RE1", Tip: callflow.Tip{Kind: "unpaid", Recorded: true}}
		for _, lang := range callflow.Languages {
			s.Lang = lang
			asked, r := callflow.Step(s, callflow.Input{Again: true})
			if r.Await != callflow.Keys {
				continue
			}
			for _, line := range r.Say {
				for _, offered := range digit.FindAllStringSubmatch(callflow.Text(lang, line), -1) {
					_, then := callflow.Step(asked, callflow.Input{Keys: offered[1], Today: today})
					for _, said := range then.Say {
						if strings.HasPrefix(said.Key, "wrong") {
							t.Errorf("%s %s offers %s and does not take it", lang, place, offered[1])
						}
					}
				}
			}
		}
	}
}

// A Chinese name within English is read by a Chinese voice; the marks behind it are not left for the English one to read out.
func TestAnotherVoiceReadsNoMarks(t *testing.T) {
	for key, want := range map[string][]string{"choice": {"杭城纺织有限公司", "press 1."}, "chosen": {"You chose ", "杭城纺织有限公司"}, "fact_employer_clear": {"杭城纺织有限公司", " is not in arrears."}} {
		var got []string
		for _, p := range callflow.Pieces("en", callflow.Line{Key: key, Args: []string{"杭城纺织有限公司", "1"}}) {
			got = append(got, p.Text)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %q", key, got)
		}
	}
}
