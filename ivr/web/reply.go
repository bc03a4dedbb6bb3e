package web

import (
	"unicode/utf8"

	"shebao/ivr/callflow"
)

// voices and recognition by language, as the carrier names them. Cantonese goes by its voice alone: the carrier's own lists disagree on its language tag.
var voices = map[string]struct{ voice, language, listen string }{
	"cmn": {"Polly.Zhiyu", "cmn-CN", "cmn-Hans-CN"},
	"yue": {"Polly.Hiujin-Neural", "", "yue-Hant-HK"},
	"en":  {"Polly.Joanna", "en-US", "en-US"},
}

// What is awaited, in seconds; people who are slow with keys get time.
const (
	keyTimeout    = 10
	speechTimeout = "2" // of silence after words
	soundTimeout  = 6   // of silence within a recording
	longestSound  = 180
	ringFor       = 25
	longestTalk   = 3600
)

// longestLine is how many characters of one line are spoken: the carrier's voices take 3,000 with their markup.
const longestLine = 1200

// addresses are where the carrier goes on.
type addresses struct {
	step     string   // with what the caller did
	recorded string   // when a recording is ready
	sound    string   // to play a recording
	whisper  string   // what an agent hears before being connected
	wait     string   // what a waiting caller hears
	agents   []string // telephone numbers from the configuration; never a caller's
	trunk    string   // our own carrier's trunk, over which they are called; none is the carrier's own network
}

// render writes the document of a reply.
func render(s callflow.State, r callflow.Reply, to addresses) []byte {
	d := newDocument()
	if r.Hear != "" {
		d.start("Play").text(to.sound).end()
	}
	switch r.Await {
	case callflow.Hangup:
		d.sayAll(s, r.Say).empty("Hangup")
	case callflow.Sound:
		d.sayAll(s, r.Say)
		d.empty("Record", "action", to.step, "method", "POST", "maxLength", number(longestSound), "timeout", number(soundTimeout), "finishOnKey", "#*09", "playBeep", "true",
			"trim", "do-not-trim", "recordingStatusCallback", to.recorded, "recordingStatusCallbackMethod", "POST", "recordingStatusCallbackEvent", "completed absent")
		d.redirect(to.step) // nothing was said
	case callflow.Queue:
		d.sayAll(s, r.Say).start("Enqueue", "action", to.step, "method", "POST", "waitUrl", to.wait, "waitUrlMethod", "POST").text(queueName).end()
	case callflow.Transfer:
		d.sayAll(s, r.Say)
		d.start("Dial", "action", to.step, "method", "POST", "timeout", number(ringFor), "timeLimit", number(longestTalk), "answerOnBridge", "true")
		for _, agent := range to.agents {
			d.start("Number", over(to.trunk, "url", to.whisper, "method", "POST")...).text(agent).end()
		}
		d.end()
	default:
		d.gather(s, r, to.step).sayAll(s, r.Say).end()
		d.redirect(to.step) // silence comes back too
	}
	return d.bytes()
}

// over adds the trunk over which a number is called.
func over(trunk string, attributes ...string) []string {
	if trunk == "" {
		return attributes
	}
	return append(attributes, "byoc", trunk)
}

// gather awaits keys, and words where they are taken: whichever comes first wins. Without a finishing key an empty finishOnKey makes star and hash keys like others. The model
// of recognition is the carrier's own choice: one that does not fit a language fails.
func (d *document) gather(s callflow.State, r callflow.Reply, action string) *document {
	finish := ""
	if r.Finish {
		finish = "#"
	}
	if !r.Speech {
		return d.start("Gather", "input", "dtmf", "action", action, "method", "POST", "timeout", number(keyTimeout), "numDigits", number(r.MaxKeys), "finishOnKey", finish)
	}
	return d.start("Gather", "input", "dtmf speech", "action", action, "method", "POST", "timeout", number(keyTimeout), "numDigits", number(r.MaxKeys), "finishOnKey", finish,
		"language", voices[s.Lang].listen, "speechTimeout", speechTimeout, "profanityFilter", "false", "hints", callflow.Hints(s.Lang, s.Place))
}

func (d *document) redirect(address string) *document {
	return d.start("Redirect", "method", "POST").text(address).end()
}

func (d *document) sayAll(s callflow.State, lines []callflow.Line) *document {
	for _, line := range lines {
		d.say(s.Lang, s.Slow, line)
	}
	return d
}

// say speaks a line in its language; digits one by one, in groups of four; what another language's voice has to read in a Say of its own.
func (d *document) say(lang string, slow bool, line callflow.Line) *document {
	if line.Lang != "" {
		lang = line.Lang
	}
	left, voice := longestLine, ""
	for _, p := range callflow.Pieces(lang, line) {
		own := knownLang(lang)
		if p.Lang != "" {
			own = p.Lang
		}
		if own != voice {
			if voice != "" {
				d.hush(slow)
			}
			d.speak(own, slow)
			voice = own
		}
		if p.Digits {
			d.digits(p.Text)
			continue
		}
		text := cut(p.Text, left)
		left -= utf8.RuneCountInString(text)
		d.text(text)
	}
	if voice == "" { // nothing to say
		return d
	}
	return d.hush(slow)
}

func (d *document) speak(lang string, slow bool) {
	if v := voices[lang]; v.language == "" {
		d.start("Say", "voice", v.voice)
	} else {
		d.start("Say", "voice", v.voice, "language", v.language)
	}
	if slow {
		d.start("prosody", "rate", "80%")
	}
}

func (d *document) hush(slow bool) *document {
	if slow {
		d.end()
	}
	return d.end()
}

func (d *document) digits(text string) {
	for i := 0; i < len(text); i += 4 {
		if i > 0 {
			d.text(" ").empty("break", "time", "600ms").text(" ")
		}
		d.start("say-as", "interpret-as", "digits").text(text[i:min(i+4, len(text))]).end()
	}
}

// cut keeps the first characters of a text.
func cut(text string, characters int) string {
	for i := range text {
		if characters--; characters < 0 {
			return text[:i]
		}
	}
	return text
}

// waiting is what a caller hears while the database is away: a word, a pause, and the same step again.
func waiting(lang, address string) []byte {
	return newDocument().say(lang, false, callflow.Line{Key: "wait"}).empty("Pause", "length", "2").redirect(address).bytes()
}

// farewell says a line and ends the call; it needs nothing but this process.
func farewell(lang string, keys ...string) []byte {
	d := newDocument()
	for _, key := range keys {
		d.say(lang, false, callflow.Line{Key: key})
	}
	return d.empty("Hangup").bytes()
}

// Samples is a document that speaks in every voice, at both speeds, and listens in every language in which words are listened for.
func Samples() []byte {
	d := newDocument()
	for _, lang := range callflow.Languages {
		for _, slow := range []bool{false, true} {
			d.say(lang, slow, callflow.Line{Key: string(callflow.Menu)})
		}
		d.gather(callflow.State{Lang: lang, Place: callflow.Menu}, callflow.Reply{Speech: true, MaxKeys: 1}, "/").end()
	}
	return d.bytes()
}

// Voices names the voices that are used.
func Voices() []string {
	var names []string
	for _, lang := range callflow.Languages {
		name := voices[lang].voice
		if language := voices[lang].language; language != "" {
			name += " (" + language + ")"
		}
		names = append(names, name)
	}
	return names
}

// Fallback is the document for the carrier's fallback address: static, in every language, for a place that does not share a fate with this house.
func Fallback() []byte { return apology() }

// apology is what the carrier's fallback address answers here.
func apology() []byte {
	d := newDocument()
	for _, lang := range callflow.Languages {
		d.say(lang, false, callflow.Line{Key: "sorry"})
	}
	return d.empty("Hangup").bytes()
}
