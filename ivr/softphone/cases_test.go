package softphone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// asked is a request that the soft phone sent.
type asked struct {
	method, path string
	form         url.Values
}

// stage is a hotline of fixed documents: path → document. Paths that are not in it answer 404.
type stage struct {
	*httptest.Server
	mu    sync.Mutex
	asked []asked
}

const nowhere = `<Response><Hangup/></Response>`

// newStage serves document at /start; /x, /a, /r and the like hang up, /3xx redirects, /foo.mp3 is a sound, /text is plain text.
func newStage(t *testing.T, document string) *stage {
	t.Helper()
	s := &stage{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		s.asked = append(s.asked, asked{r.Method, r.URL.Path, r.Form})
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/xml")
		switch path := r.URL.Path; {
		case path == "/start":
			_, _ = fmt.Fprint(w, document)
		case path == "/text":
			w.Header().Set("Content-Type", "text/plain")
			_, _ = fmt.Fprint(w, "Hello")
		case strings.HasSuffix(path, ".mp3"):
			w.Header().Set("Content-Type", "audio/mpeg")
			_, _ = fmt.Fprint(w, "sound")
		case path == "/3xx":
			http.Redirect(w, r, "/a", http.StatusTemporaryRedirect)
		case path == "/wait":
			_, _ = fmt.Fprint(w, `<Response><Gather action="/gone" numDigits="1"><Say>wait</Say></Gather></Response>`)
		case path == "/gone":
			_, _ = fmt.Fprint(w, `<Response><Leave/></Response>`)
		case path == "/wait-wrong":
			_, _ = fmt.Fprint(w, `<Response><Dial>1</Dial></Response>`)
		case path == "/fallback":
			_, _ = fmt.Fprint(w, `<Response><Say>sorry</Say><Hangup/></Response>`)
		case strings.HasPrefix(path, "/2010-04-01/"):
			w.WriteHeader(http.StatusCreated)
		default:
			_, _ = fmt.Fprint(w, nowhere)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// dial calls the stage. The error is the carrier's report of what went wrong with the first document.
func (s *stage) dial(t *testing.T) (*Call, error) {
	t.Helper()
	return Dial(t.Context(), Config{Hotline: s.URL, Carrier: s.URL, AccountSID: "AC1", Token: "t", From: "+8610000000001", Start: "/start"})
}

func (s *stage) last(path string) (asked, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range slices.Backward(s.asked) {
		if a.path == path {
			return a, true
		}
	}
	return asked{}, false
}

func (s *stage) wasAsked(path string) bool {
	_, ok := s.last(path)
	return ok
}

// play is one case at work.
type play struct {
	t *testing.T
	s *stage
	c *Call
	// failed is what the carrier reported of the first document.
	failed error
}

func (p play) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p play) is(ok bool, what string, args ...any) {
	p.t.Helper()
	if !ok {
		p.t.Errorf(what+"; asked %+v, heard %q, failed %v", append(args, p.s.asked, p.c.Heard(), p.failed)...)
	}
}

func (p play) count(text string) (n int) {
	for _, h := range p.c.Heard() {
		if strings.Contains(h, text) {
			n++
		}
	}
	return n
}

func (p play) warned(what string) bool {
	return strings.Contains(strings.Join(p.c.Warnings(), "\n"), what)
}

func (p play) fails(code string) {
	p.t.Helper()
	p.is(p.failed != nil && strings.Contains(p.failed.Error(), code), "not refused with %s", code)
	p.is(p.c.Ended(), "the call goes on")
}

// documents replace those of cases that the file leaves empty or that need an address of the stage.
var documents = map[string]string{
	"doc-size":           `<Response><Say>` + strings.Repeat("x", maxDocument) + `</Say></Response>`,
	"doc-mime":           `<Response><Redirect>/text</Redirect></Response>`,
	"gather-redirect":    `<Response><Gather action="/3xx" numDigits="1"/></Response>`,
	"gather-get":         `<Response><Gather action="/r?x=1" method="GET"/></Response>`,
	"record-cb-get":      `<Response><Record action="/r" recordingStatusCallback="/callback" recordingStatusCallbackMethod="GET"/></Response>`,
	"redirect-get":       `<Response><Redirect method="GET">/redirect.xml</Redirect></Response>`,
	"dial-noaction":      `<Response><Dial>85516701721</Dial><Play>/foo.mp3</Play></Response>`,
	"enqueue-leave":      `<Response><Enqueue waitUrl="/wait" action="/left">people</Enqueue></Response>`,
	"enqueue-wait-verbs": `<Response><Enqueue waitUrl="/wait-wrong" action="/left">people</Enqueue></Response>`,
	"enqueue-name":       `<Response><Enqueue waitUrl="/wait" action="/left">` + strings.Repeat("人", 65) + `</Enqueue></Response>`,
}

// cases says how each case of the file must turn out.
var cases = map[string]func(p play){
	"doc-root":    func(p play) { p.fails("12100") },
	"doc-notxml":  func(p play) { p.fails("12100") },
	"doc-size":    func(p play) { p.fails("11750") },
	"doc-case":    func(p play) { p.is(p.count("hi") == 0 && p.warned("12200"), "say was executed, or not warned of") },
	"doc-unknown": func(p play) { p.is(p.count("x") == 0 && p.warned("Foobar"), "Foobar was executed, or not warned of") },
	"doc-comment": func(p play) {
		p.is(p.count("x") == 1 && p.c.Awaits() == "keys" && len(p.c.Warnings()) == 0, "comments are not ignored: %v", p.c.Warnings())
	},
	"doc-empty": func(p play) { p.is(p.c.Ended() && p.failed == nil, "the call goes on") },
	"doc-mime":  func(p play) { p.is(p.count("Hello") == 1 && p.c.Ended(), "plain text is not read aloud") },

	"gather-default": func(p play) {
		p.is(p.c.Awaits() == "keys" && p.c.Patience() == 5*time.Second, "awaits %s for %s", p.c.Awaits(), p.c.Patience())
		p.must(p.c.Press(p.t.Context(), "12345678901234567890#99"))
		a, _ := p.s.last("/start")
		p.is(a.method == http.MethodPost && a.form.Get("Digits") == "12345678901234567890", "the action is %+v", a)
	},
	"gather-fall": func(p play) {
		p.must(p.c.Silence(p.t.Context()))
		p.is(len(p.s.asked) == 3 && p.s.wasAsked("/foo.mp3"), "no fall-through without a request") // the document, the sound, the end
	},
	"gather-finish-first": func(p play) {
		p.must(p.c.Press(p.t.Context(), "#"))
		p.is(!p.s.wasAsked("/a") && p.s.wasAsked("/foo.mp3"), "only the finishing key is no input")
	},
	"gather-empty-true": func(p play) {
		p.must(p.c.Silence(p.t.Context()))
		p.is(p.s.wasAsked("/a") && !p.s.wasAsked("/foo.mp3"), "the action is asked with an empty result")
	},
	"gather-numdigits": func(p play) {
		p.must(p.c.Press(p.t.Context(), "94117"))
		a, _ := p.s.last("/a")
		p.is(a.form.Get("Digits") == "94117", "digits %q", a.form.Get("Digits"))
	},
	"gather-finish-key": func(p play) {
		p.must(p.c.Press(p.t.Context(), "1234#"))
		a, _ := p.s.last("/a")
		p.is(a.form.Get("Digits") == "1234", "digits %q", a.form.Get("Digits"))
	},
	"gather-finish-empty": func(p play) {
		p.must(p.c.Press(p.t.Context(), "1#2*"))
		a, _ := p.s.last("/a")
		p.is(a.form.Get("Digits") == "1#2*", "digits %q", a.form.Get("Digits"))
	},
	"gather-relative": func(p play) {
		p.must(p.c.Press(p.t.Context(), "1#"))
		p.is(p.s.wasAsked("/gather_results.xml"), "relative action")
	},
	"gather-get": func(p play) {
		p.must(p.c.Press(p.t.Context(), "1#"))
		a, _ := p.s.last("/r")
		p.is(a.method == http.MethodGet && a.form.Get("x") == "1" && a.form.Get("Digits") == "1" && a.form.Get("CallSid") == p.c.SID(), "asked %+v", a)
	},
	"gather-nest": func(p play) { p.fails("12100") },
	"gather-loop": func(p play) { p.is(len(p.c.Heard()) == 8, "%d prompts", len(p.c.Heard())) },
	"gather-bargein": func(p play) {
		p.must(p.c.Press(p.t.Context(), "5"))
		a, _ := p.s.last("/a")
		p.is(a.form.Get("Digits") == "5", "the key does not count")
	},
	"gather-timeout-start": func(p play) {
		p.is(p.c.Patience() == 5*time.Second && p.count("long") == 1, "time runs after the prompt is heard")
	},
	"gather-speech-limit": func(p play) {
		p.is(p.c.Awaits() == "speech" && p.c.Press(p.t.Context(), "1") != nil, "keys count where only words are listened for")
		p.must(p.c.Say(p.t.Context(), strings.Repeat("南湖电子", 500)))
		a, _ := p.s.last("/a")
		n := len([]rune(a.form.Get("SpeechResult")))
		p.is(n > 0 && n <= maxSpeech && a.form.Get("Confidence") != "", "%d characters", n)
	},
	"gather-both": func(p play) {
		p.must(p.c.Say(p.t.Context(), "one # two"))
		a, _ := p.s.last("/a")
		p.is(a.form.Get("SpeechResult") == "one # two" && !a.form.Has("Digits"), "asked %+v", a)
	},
	"gather-redirect": func(p play) {
		p.must(p.c.Press(p.t.Context(), "7"))
		first, _ := p.s.last("/3xx")
		then, ok := p.s.last("/a")
		p.is(first.form.Get("Digits") == "7" && ok && !then.form.Has("Digits"), "digits survive a redirect")
	},

	"record-default": func(p play) {
		p.is(p.c.Awaits() == "record" && p.c.Patience() == 5*time.Second && p.count(beep) == 1, "awaits %s for %s", p.c.Awaits(), p.c.Patience())
		p.must(p.c.Record(p.t.Context(), Tone(20)))
		a, _ := p.s.last("/start")
		p.is(strings.Contains("1234567890*#", a.form.Get("Digits")) && a.form.Get("RecordingDuration") == "2" && a.form.Get("RecordingUrl") != "", "asked %+v", a)
	},
	"record-unreach": func(p play) {
		p.must(p.c.Record(p.t.Context(), Tone(10)))
		p.is(p.s.wasAsked("/r") && p.count("x") == 0, "the verb behind is reached")
	},
	"record-finish-set": func(p play) {
		p.must(p.c.Record(p.t.Context(), Tone(10)))
		a, _ := p.s.last("/start")
		p.is(len(a.form.Get("Digits")) == 1 && strings.Contains("123456789", a.form.Get("Digits")), "ended by %q", a.form.Get("Digits"))
	},
	"record-cb-get": func(p play) {
		p.must(p.c.Record(p.t.Context(), Tone(10)))
		a, _ := p.s.last("/callback")
		p.is(a.method == http.MethodGet && a.form.Get("RecordingStatus") == "completed" && a.form.Get("RecordingSid") != "", "asked %+v", a)
	},
	"record-nobeep": func(p play) { p.is(p.count(beep) == 0, "it beeps") },

	"redirect-url":  func(p play) { p.fails("12100") },
	"redirect-stop": func(p play) { p.is(p.s.wasAsked("/x") && !p.s.wasAsked("/foo.mp3"), "verbs behind a redirect") },
	"redirect-get": func(p play) {
		a, _ := p.s.last("/redirect.xml")
		p.is(a.method == http.MethodGet && a.form.Get("CallSid") == p.c.SID(), "asked %+v", a)
	},

	"dial-noaction": func(p play) {
		p.is(p.c.Awaits() == "transfer" && p.c.Patience() == 30*time.Second, "awaits %s for %s", p.c.Awaits(), p.c.Patience())
		p.must(p.c.Transfer(p.t.Context(), "completed"))
		p.is(p.s.wasAsked("/foo.mp3"), "the verb behind runs when the leg has ended")
	},
	"dial-action": func(p play) {
		p.must(p.c.Transfer(p.t.Context(), "completed"))
		a, _ := p.s.last("/d")
		p.is(a.form.Get("DialCallStatus") == "completed" && a.form.Get("DialCallSid") != "" && a.form.Get("DialCallDuration") != "" && !p.s.wasAsked("/foo.mp3"), "asked %+v", a)
	},
	"dial-multi": func(p play) {
		p.must(p.c.Agent(p.t.Context(), "1"))
		n := 0
		for _, a := range p.s.asked {
			if a.path == "/d" {
				n++
			}
		}
		a, _ := p.s.last("/d")
		p.is(n == 1 && strings.HasPrefix(a.form.Get("DialCallSid"), "CA") && a.form.Get("DialCallSid") != p.c.SID(), "asked %d times, %+v", n, a)
	},
	"dial-noun": func(p play) { p.fails("12100") },

	"say-loop0": func(p play) { p.is(len(p.c.Heard()) == maxLoops, "said %d times", len(p.c.Heard())) },
	"say-utf8":  func(p play) { p.is(p.count("Hola, buen día") == 1, "not read as UTF-8") },
	"say-lang":  func(p play) { p.is(p.c.Lines()[0] == Heard{"你好", "zh-CN"}, "%+v", p.c.Lines()[0]) },
	"play-loop": func(p play) { p.is(p.count("♪ audio/mpeg") == 5, "played %d times", p.count("♪")) },

	"reject-default": func(p play) {
		p.is(p.c.Ended() && p.c.Ending() == "failed" && len(p.c.Heard()) == 0, "ended %s", p.c.Ending())
	},
	"reject-busy": func(p play) { p.is(p.c.Ending() == "busy", "ended %s", p.c.Ending()) },
	"hangup":      func(p play) { p.is(p.c.Ending() == "completed", "ended %s", p.c.Ending()) },

	"enqueue-leave": func(p play) {
		p.is(p.count("wait") == 1 && p.c.Awaits() == "queue", "awaits %s", p.c.Awaits())
		p.must(p.c.Silence(p.t.Context())) // the wait document runs out
		p.must(p.c.Silence(p.t.Context())) // and is asked again
		a, _ := p.s.last("/wait")
		p.is(p.count("wait") == 2 && a.form.Get("QueuePosition") == "1" && a.form.Get("QueueSid") != "", "asked %+v", a)
		p.must(p.c.Press(p.t.Context(), "1"))
		a, _ = p.s.last("/left")
		p.is(a.form.Get("QueueResult") == "leave" && p.c.Ended(), "asked %+v", a)
	},
	"enqueue-wait-verbs": func(p play) { p.fails("12100") },
	"enqueue-name":       func(p play) { p.fails("12100") },
}

func TestTheSoftPhoneDoesWhatTheCarrierDoes(t *testing.T) {
	b, err := os.ReadFile("../testdata/twilio.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct{ ID, Rule, TwiML, Expected string } `json:"twiml_cases"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 46 || len(cases) != len(file.Cases) {
		t.Fatalf("%d cases in the file, %d here", len(file.Cases), len(cases))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			check, ok := cases[c.ID]
			if !ok {
				t.Fatalf("nothing is checked of %s: %s", c.Rule, c.Expected)
			}
			document := c.TwiML
			if own, ok := documents[c.ID]; ok {
				document = own
			}
			s := newStage(t, document)
			call, failed := s.dial(t)
			check(play{t, s, call, failed})
		})
	}
}

// The fallback is asked once; when it fails too, the caller hears the carrier's own apology.
func TestABrokenDocumentLeadsToTheFallback(t *testing.T) {
	for fallback, want := range map[string]string{"/fallback": "sorry", "/text": "Hello", "/start": "application error"} {
		s := newStage(t, "no document")
		call, _ := Dial(t.Context(), Config{Hotline: s.URL, AccountSID: "AC1", Token: "t", Start: "/start", Fallback: fallback})
		if heard := strings.Join(call.Heard(), "\n"); !strings.Contains(heard, want) || !call.Ended() {
			t.Errorf("%s: heard %q", fallback, heard)
		}
	}
}

// A sound longer than the hotline takes is cut off, and stays a whole WAV file.
func TestTheLongestRecordingIsCutOff(t *testing.T) {
	cut := firstSeconds(Tone(100), 3)
	if Seconds(cut) != 3 || len(cut) != 44+3*8000 {
		t.Errorf("%d bytes, %d seconds", len(cut), Seconds(cut))
	}
	if whole := Tone(20); len(firstSeconds(whole, 3)) != len(whole) {
		t.Error("a short sound was cut")
	}
}

// The carrier's schema refuses what it would warn of, and takes what it documents beside its library.
func TestTheSchemaIsTheCarriers(t *testing.T) {
	if len(schema()) != 58 {
		t.Fatal("the schema is not whole")
	}
	known := `<Response><Dial callReason="hotline"><Number>1</Number></Dial><Gather language="cmn-Hans-HK"/><Gather language="en-HK"/><Say language="yue-CN">a</Say></Response>`
	if warnings, err := Check([]byte(known)); err != nil || len(warnings) > 0 {
		t.Errorf("documented, and warned of: %v, %v", err, warnings)
	}
	for document, want := range map[string]string{
		`<Response><Say><Break/></Say></Response>`:                                           "Break",
		`<Response><Say language="xx">a</Say></Response>`:                                    "language",
		`<Response><Say><say-as interpret-as="number-ish">1</say-as></Say></Response>`:       "interpret-as",
		`<Response><Gather input="dtmf voice"/></Response>`:                                  "input",
		`<Response><Pause length="long"/></Response>`:                                        "length",
		`<Response><Say voice="Polly.Hiujin">a</Say></Response>`:                             "voice",
		`<Response><Say><prosody rate="80%"><Say>x</Say></prosody></Say></Response>`:         "may not hold",
		`<Response><Record recordingStatusCallbackEvent="completed never"/></Response>`:      "recordingStatusCallbackEvent",
		`<Response><Dial answerOnBridge="yes"><Number url="/w">1</Number></Dial></Response>`: "answerOnBridge",
	} {
		if warnings, err := Check([]byte(document)); err != nil || len(warnings) == 0 || !strings.Contains(strings.Join(warnings, "\n"), want) {
			t.Errorf("%s: %v, %v", document, warnings, err)
		}
	}
}

func TestATurnedAwayCallStaysOver(t *testing.T) {
	s := newStage(t, `<Response><Gather/></Response>`)
	call, err := s.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := call.HangUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	if call.Press(t.Context(), "1") == nil || call.Silence(t.Context()) == nil || call.Transfer(t.Context(), "busy") == nil {
		t.Error("a call that is over takes keys")
	}
}
