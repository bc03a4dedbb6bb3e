// Package callflow is the hotline's conversation. It is pure: a small state and what the caller did come in; the next state, what is said, and what has to be looked
// up or done come out as data. Every choice has a key; on every menu * repeats, 9 goes back, 0 reaches a person and 8 speaks slower. Three failures in a row,
// silence included, lead to a person or, where nobody answers, to a message. No path hangs, and none goes round for ever.
package callflow

import (
	"strconv"
	"strings"

	"shebao/shared/calendar"
)

// Place in the conversation.
type Place string

// The places.
const (
	Language    Place = "language"
	Menu        Place = "menu"
	Number      Place = "number"
	PIN         Place = "pin"
	Answer      Place = "answer"
	Pension     Place = "pension"
	Kind        Place = "kind"
	Employer    Place = "employer"
	CreditCode  Place = "credit_code"
	Which       Place = "which"
	Month       Place = "month"
	Named       Place = "named"
	Safe        Place = "safe"
	Sure        Place = "sure"
	Record      Place = "record"
	Keep        Place = "keep"
	Receipt     Place = "receipt"
	Code        Place = "code"
	Progress    Place = "progress"
	Addition    Place = "addition"
	AdditionOK  Place = "addition_ok"
	Waiting     Place = "waiting"
	CallBack    Place = "call_back"
	NoPerson    Place = "no_person"
	Message     Place = "message"
	MessageOK   Place = "message_ok"
	Transferred Place = "transferred"
	Over        Place = "over"
)

// Places lists every place, for the test that walks them all.
var Places = [...]Place{Language, Menu, Number, PIN, Answer, Pension, Kind, Employer, CreditCode, Which, Month, Named, Safe, Sure, Record, Keep, Receipt, Code, Progress, Addition, AdditionOK,
	Waiting, CallBack, NoPerson, Message, MessageOK, Transferred, Over}

// State of a call, kept sealed between its steps and wiped when it ends. What is empty is left out: it is written and read with every step.
type State struct {
	Place     Place
	Lang      string   `json:",omitzero"` // cmn, yue, en
	Slow      bool     `json:",omitzero"`
	Failures  int      `json:",omitzero"` // in a row
	Steps     int      `json:",omitzero"` // of the call
	SignIns   int      `json:",omitzero"` // refused, of the call
	LookUps   int      `json:",omitzero"` // of receipts that do not exist, of the call
	Number    string   `json:",omitzero"` // the keyed ID number while the PIN is asked for
	SignedIn  bool     `json:",omitzero"` // Redis may know as whom
	After     Place    `json:",omitzero"` // where a sign-in leads
	Asked     Place    `json:",omitzero"` // at Sure: where the words were said that are read back
	Meant     string   `json:",omitzero"` // at Sure: the key that they were taken for
	TipNo     int      `json:",omitzero"` // counts the tip-offs of a call: each has a filing key of its own
	Additions int      `json:",omitzero"` // counts the spoken additions of a call
	Tip       Tip      `json:",omitzero"`
	Found     []Choice `json:",omitzero"`
	Told      []Line   `json:",omitzero"` // what was answered, so that it can be repeated
	Receipt   string   `json:",omitzero"` // of the tip-off just filed
	Mailbox   string   `json:",omitzero"` // the receipt code of the mailbox that is open
	Recording string   `json:",omitzero"` // the carrier's number of the last recording, until it is kept or dropped
	Rings     int      `json:",omitzero"` // how often somebody was rung for the caller
	Texts     bool     `json:",omitzero"` // a statement can be sent by text
	Pensions  bool     `json:",omitzero"` // the caller has been told that the pension is to be confirmed
	CallBacks bool     `json:",omitzero"` // the caller's number is one that can be called back
	Leaving   bool     `json:",omitzero"` // the caller has hung up
	Person    int64    `json:"-"`         // who is signed in; it comes from Redis with each step, 0 nobody
}

// at is the place that a call is at, whether words are read back there or not.
func (s State) at() Place {
	if s.Place == Sure {
		return s.Asked
	}
	return s.Place
}

// Matter names what a recording that is made now belongs to: the tip-off or the addition, counted within the call.
func (s State) Matter() string {
	if at := s.at(); at == Addition || at == AdditionOK {
		return "addition-" + strconv.Itoa(s.Additions)
	}
	return s.TipMatter()
}

// TipMatter names the tip-off, whose drafts and filing share a key.
func (s State) TipMatter() string { return "tip-" + strconv.Itoa(s.TipNo) }

// AwaitsSound reports whether a recording is being made: its notice may come after the call.
func (s State) AwaitsSound() bool { return places[s.Place].await == Sound }

// Tip is what has been confirmed of a tip-off.
type Tip struct {
	Kind         string          `json:",omitzero"`
	EmployerUSCC string          `json:",omitzero"`
	EmployerName string          `json:",omitzero"` // none means "it is in the recording"
	Region       string          `json:",omitzero"`
	From         calendar.Period `json:",omitzero"`
	Named, Safe  bool            `json:",omitzero"`
	Recorded     bool            `json:",omitzero"`
}

// Choice is an employer found in the register.
type Choice struct{ USCC, Name, Region string }

// Input is what the caller did, or what a need brought.
type Input struct {
	Keys       string // they win over words
	Words      string
	Confidence float64 // of the carrier in the words, 0 to 1; 0 when it says none
	Recording  string  // the carrier's number of a recording just made
	Seconds    int     // how long it is, in the carrier's words; 0 when not said
	Talked     int     // how long a talk with a person lasted, in seconds
	HungUp     bool
	Dialled    string // how the transfer to a person ended, in the carrier's words
	Queued     string // how the waiting for a person ended, in the carrier's words
	Wish       Wish   // what the caller has chosen while waiting
	Again      bool   // what the caller did was lost on our side: the question is put again, and nobody has failed
	Brought    *Brought
	Today      calendar.Date
}

// Brought is the answer to a Need.
type Brought struct {
	Problem string // key of a prompt: why it could not be; none when it could
	Say     []Line
	Person  int64
	Choices []Choice
	Receipt string
	Agents  bool // somebody answers at this hour
	Ahead   bool // and others wait longer
	Back    bool // the caller can be called back
	Text    bool // with Facts: a statement can be sent by text
	Pension bool // with Facts: the caller's pension is to be confirmed this year
}

// Wish is what a waiting caller wants instead.
type Wish string

// The wishes; none is to go on waiting.
const (
	NoWish       Wish = ""
	WantCallBack Wish = "call_back"
	WantMessage  Wish = "message"
	WantMenu     Wish = "menu"
)

// Need is what the conversation cannot know or do by itself.
type Need string

// The needs.
const (
	Nothing       Need = ""
	SignIn        Need = "sign_in"        // State.Number with the keyed PIN
	TextStatement Need = "text_statement" // the link of the latest statement, to the mobile on record
	Facts         Need = "facts"          // of State.Person
	PensionFacts  Need = "pension_facts"  // of State.Person: whether the pension is to be confirmed this year
	ConfirmOwn    Need = "confirm_own"    // that State.Person still meets the conditions for the pension
	OwnEmployers  Need = "own_employers"  // of State.Person, the latest first
	Search        Need = "search"         // employers by the spoken name
	ByCode        Need = "by_code"        // the employer by the keyed credit code, in which * stands for any letter
	File          Need = "file"           // the tip-off
	OpenMailbox   Need = "open_mailbox"   // by the keyed receipt code
	Add           Need = "add"            // a spoken addition to the open mailbox
	FindPerson    Need = "find_person"    // is somebody there to talk to?
	KeepCallBack  Need = "keep_call_back" // the wish to be called back at the number that calls
)

// Await is what the carrier does after speaking.
type Await int

// What is awaited. Keys is the usual.
const (
	Keys Await = iota
	Sound
	Transfer
	Queue
	Hangup
)

// Reply is what happens next: first what is needed; then what is said and awaited.
type Reply struct {
	Need    Need
	Value   string // the PIN, the name or the code that the need is about; never stored
	Say     []Line
	Hear    string // a recording that is played to the caller before the rest
	Await   Await
	MaxKeys int    // with Keys: how many at most
	Finish  bool   // with Keys: # ends them
	Speech  bool   // with Keys: words do too
	Draft   bool   // something of the tip-off was confirmed that a hang-up must not lose
	Keep    string // a recording that is now certain to be kept
	Drop    string // a recording that the caller replaced
}

const (
	maxFailures = 3
	maxSignIns  = 3
	maxLookUps  = 3
	maxSteps    = 150
)

// Begin is a call that has just come in.
func Begin() (State, Reply) {
	s := State{Place: Language, Lang: "cmn"}
	return s, ask(s)
}

// Step takes what the caller did. It always gives a next thing.
func Step(s State, in Input) (State, Reply) {
	s.Steps++
	switch {
	case in.HungUp:
		return hungUp(s, in)
	case s.Leaving || s.Place == Over || s.Steps > maxSteps:
		return over(s)
	case in.Brought != nil:
		return brought(s, *in.Brought)
	case in.Again:
		return s, ask(s, s.toldHere()...)
	case s.Place == Transferred:
		return dialled(s, in.Dialled)
	case s.Place == Waiting:
		return waited(s, in)
	case in.Recording != "":
		return recordedUntil(s, in)
	case in.Keys == "" && in.Words == "":
		return silent(s)
	case in.Keys == "":
		return heard(s, in)
	}
	if s, r, ok := pressed(s, in.Keys, false); ok {
		return s, r
	}
	return entered(s, in)
}

// pressed does what a key means, everywhere or at this place; ok is false when it means nothing. A spoken 8 is no digit of a number.
func pressed(s State, key string, spoken bool) (after State, r Reply, ok bool) {
	switch key {
	case "*":
		return s, ask(s, s.toldHere()...), true
	case "9":
		s, r = back(s)
		return s, r, true
	case "8":
		if spoken || !places[s.Place].entry {
			s.Slow = !s.Slow
			return s, ask(s, s.toldHere()...), true
		}
	case "0":
		return s, Reply{Need: FindPerson}, true
	}
	if m, found := places[s.Place].keys[key]; found {
		s, r = do(s, m)
		return s, r, true
	}
	return s, r, false
}

// ask is what is said and awaited at a place.
func ask(s State, first ...Line) Reply {
	p := places[s.Place]
	r := Reply{Say: first, Await: p.await, MaxKeys: max(1, p.maxKeys), Finish: p.finish, Speech: Listens(s.Place)}
	switch s.Place {
	case Language: // each language speaks for itself
		for _, lang := range Languages {
			r.Say = append(r.Say, Line{Key: string(Language), Lang: lang})
		}
	case Which:
		for i, c := range s.Found {
			r.Say = append(r.Say, Line{Key: "choice", Args: []string{c.Name, string(rune('1' + i))}})
		}
		r.Say = append(r.Say, Line{Key: string(Which)})
	case Sure:
		r.Say = append(r.Say, Line{Key: string(Sure), Args: []string{wordFor(s.Lang, s.Asked, s.Meant)}})
	case Receipt:
		r.Say = append(r.Say, Line{Key: "received", Args: []string{s.Receipt}}, Line{Key: "received_again", Args: []string{s.Receipt}}, Line{Key: string(Receipt)})
	case Answer:
		key := string(Answer)
		if s.Texts {
			key = "answer_text"
		}
		r.Say = append(r.Say, Line{Key: key})
	case NoPerson:
		key := string(NoPerson)
		if s.CallBacks {
			key = "no_person_back"
		}
		r.Say = append(r.Say, Line{Key: key})
	default:
		r.Say = append(r.Say, Line{Key: string(s.Place)})
	}
	return r
}

// to goes to a place; what was understood ends a row of failures.
func to(s State, p Place, first ...Line) (State, Reply) {
	s.Place, s.Failures = p, 0
	return s, ask(s, first...)
}

func over(s State, first ...Line) (State, Reply) {
	s.Place = Over
	return s, ask(s, first...)
}

// toldHere is what * repeats besides the question.
func (s State) toldHere() []Line {
	if s.Place == Answer || s.Place == Progress {
		return s.Told
	}
	return nil
}

// failed counts: three in a row lead to a person. Who has already got what the call was about, or has been told that nobody is there, hears goodbye.
func failed(s State, why string) (State, Reply) {
	s.Failures++
	if s.Failures < maxFailures {
		return s, ask(s, Line{Key: why})
	}
	switch s.at() {
	case Answer, Receipt, Progress, NoPerson, CallBack, Message, MessageOK:
		return over(s)
	}
	return s, Reply{Need: FindPerson}
}

func silent(s State) (State, Reply) {
	switch s.Place {
	case Safe: // anything but a clear yes is no
		s.Tip.Safe = false
		return toWords(s)
	case Record:
		if s.Tip.EmployerName != "" && s.Failures > 0 { // words are welcome, not demanded
			return to(s, Keep, Line{Key: "no_words"})
		}
	}
	switch p := places[s.Place]; {
	case p.await == Sound:
		return failed(s, "no_sound")
	case p.entry:
		return failed(s, "no_entry")
	}
	return failed(s, "silence")
}

// back leaves what was recorded as it stands, except for an addition that was not sent: nobody asked for it.
func back(s State) (State, Reply) {
	if s.Place == Sure {
		asked := s.Asked
		s.Asked, s.Meant = "", ""
		return to(s, asked, placeTold(s, asked)...)
	}
	p := places[s.Place].back
	if s.Place != AdditionOK && s.Place != MessageOK {
		return to(s, p, placeTold(s, p)...)
	}
	left, dropped := s.Recording, s.Place == AdditionOK
	s.Recording = ""
	s, r := to(s, p, placeTold(s, p)...)
	if dropped {
		r.Drop = left
	} else {
		r.Keep = left
	}
	return s, r
}

// hungUp keeps what was said: a recording goes where it belongs, sent or not.
func hungUp(s State, in Input) (State, Reply) {
	var r Reply
	if in.Recording != "" {
		s, r = recorded(s, in.Recording)
	}
	at := s.at()
	s.Place, s.Asked, s.Meant, s.Leaving = Over, "", "", true
	r = Reply{Await: Hangup, Keep: s.Recording, Drop: r.Drop, Draft: r.Draft}
	if at == AdditionOK && s.Recording != "" {
		s.Place, r.Need = AdditionOK, Add
	}
	return s, r
}

// entered takes the keys of an entry.
func entered(s State, in Input) (State, Reply) {
	keys := strings.TrimSuffix(in.Keys, "#")
	switch s.Place {
	case Number:
		if n := len(keys); n == 18 || n == 15 || n >= 8 && n <= 10 { // travel permits and passports that are digits alone are shorter
			s.Number = strings.ReplaceAll(keys, "*", "X")
			return to(s, PIN)
		}
		return failed(s, "wrong_number")
	case PIN:
		if len(keys) == 6 && !strings.Contains(keys, "*") {
			return s, Reply{Need: SignIn, Value: keys}
		}
		return failed(s, "wrong_pin")
	case CreditCode:
		if len(keys) == 18 {
			return s, Reply{Need: ByCode, Value: keys}
		}
		return failed(s, "wrong_credit_code")
	case Month:
		return month(s, keys, in.Today)
	case Code:
		return openMailbox(s, keys)
	}
	return failed(s, "wrong")
}
