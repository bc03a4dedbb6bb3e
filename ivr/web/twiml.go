package web

import (
	"encoding/xml"
	"strings"
	"unicode"

	"shebao/ivr/callflow"
)

// The few verbs that this hotline speaks. Caller's words and names reach only the text of Say, never an attribute.
type response struct {
	XMLName xml.Name `xml:"Response"`
	Verbs   []any
}

type say struct {
	XMLName  xml.Name `xml:"Say"`
	Voice    string   `xml:"voice,attr"`
	Language string   `xml:"language,attr,omitempty"`
	Text     string   `xml:",chardata"`
}

type gather struct {
	XMLName         xml.Name `xml:"Gather"`
	Action          string   `xml:"action,attr"`
	Method          string   `xml:"method,attr"`
	Input           string   `xml:"input,attr"`
	Language        string   `xml:"language,attr,omitempty"`
	Timeout         int      `xml:"timeout,attr"`
	NumDigits       int      `xml:"numDigits,attr,omitempty"`
	FinishOnKey     string   `xml:"finishOnKey,attr"` // empty: star and hash are keys like others
	ProfanityFilter string   `xml:"profanityFilter,attr,omitempty"`
	Says            []say
}

type record struct {
	XMLName     xml.Name `xml:"Record"`
	Action      string   `xml:"action,attr"`
	Method      string   `xml:"method,attr"`
	MaxLength   int      `xml:"maxLength,attr"`
	Timeout     int      `xml:"timeout,attr"`
	FinishOnKey string   `xml:"finishOnKey,attr"`
	PlayBeep    string   `xml:"playBeep,attr"`
	Trim        string   `xml:"trim,attr"`
}

type redirect struct {
	XMLName xml.Name `xml:"Redirect"`
	Method  string   `xml:"method,attr"`
	URL     string   `xml:",chardata"`
}

type hangup struct {
	XMLName xml.Name `xml:"Hangup"`
}

// voices and recognition by language, as the carrier names them.
var voices = map[string]struct{ voice, language, listen string }{
	"cmn": {"Polly.Zhiyu", "cmn-CN", "cmn-Hans-CN"},
	"yue": {"Polly.Hiujin-Neural", "", "yue-Hant-HK"},
	"en":  {"Polly.Joanna", "en-US", "en-US"},
}

func sayIn(lang, text string) say {
	v := voices[lang]
	return say{Voice: v.voice, Language: v.language, Text: clean(text)}
}

// clean drops control characters and keeps a line within what a voice takes.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 1000 {
		text = string(runes[:1000])
	}
	return text
}

// render writes the document of a reply; address is where what the caller does goes.
func render(lang string, r callflow.Reply, address string) ([]byte, error) {
	var says []say
	for _, line := range r.Say {
		says = append(says, sayIn(lang, callflow.Text(lang, line)))
	}
	var doc response
	switch {
	case r.Hangup:
		for _, s := range says {
			doc.Verbs = append(doc.Verbs, s)
		}
		doc.Verbs = append(doc.Verbs, hangup{})
	case r.Record:
		for _, s := range says {
			doc.Verbs = append(doc.Verbs, s)
		}
		doc.Verbs = append(doc.Verbs, record{Action: address, Method: "POST", MaxLength: 180, Timeout: 5, FinishOnKey: "#", PlayBeep: "true", Trim: "do-not-trim"}, redirect{Method: "POST", URL: address})
	default:
		g := gather{Action: address, Method: "POST", Input: "dtmf", Timeout: 10, NumDigits: r.Keys, Says: says}
		if r.Finish {
			g.NumDigits, g.FinishOnKey = 0, "#"
		}
		if r.Speech {
			g.Input, g.Language, g.ProfanityFilter = "dtmf speech", voices[lang].listen, "false"
		}
		doc.Verbs = append(doc.Verbs, g, redirect{Method: "POST", URL: address}) // silence comes back too
	}
	b, err := xml.Marshal(doc)
	return append([]byte(xml.Header), b...), err
}

// apology is what a caller hears when something failed; it needs nothing.
func apology() []byte {
	b, err := xml.Marshal(response{Verbs: []any{sayIn("cmn", callflow.Text("cmn", callflow.Line{Key: "sorry"})), hangup{}}})
	if err != nil {
		return []byte(xml.Header + "<Response><Hangup/></Response>")
	}
	return append([]byte(xml.Header), b...)
}
