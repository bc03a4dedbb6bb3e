// Package callflow is the hotline's conversation. It is pure: a small state and what the caller did come in; the next state, what is said, and what has to be looked
// up come out. Every choice has a key; * repeats, 9 goes back, 0 tells how to reach a person; three failures in a row, silence included, end politely.
package callflow

import (
	"strings"

	"shebao/shared/calendar"
	"shebao/shared/receipt"
)

// Place in the conversation.
type Place string

// The places.
const (
	Language Place = "language"
	Menu     Place = "menu"
	Number   Place = "number"
	PIN      Place = "pin"
	Kind     Place = "kind"
	Employer Place = "employer"
	Which    Place = "which"
	Month    Place = "month"
	Named    Place = "named"
	Safe     Place = "safe"
	Record   Place = "record"
	Keep     Place = "keep"
	Receipt  Place = "receipt"
	Code     Place = "code"
	Answer   Place = "answer"
	Over     Place = "over"
)

// Places lists every place, for the test that walks them all.
var Places = [...]Place{Language, Menu, Number, PIN, Kind, Employer, Which, Month, Named, Safe, Record, Keep, Receipt, Code, Answer, Over}

// State of a call, kept encrypted between its steps and wiped when it ends.
type State struct {
	Place    Place
	Lang     string // cmn, yue, en
	Failures int
	Number   string // while the PIN is asked for; cleared with the answer
	Person   int64  // signed in
	After    Place  // where a sign-in leads
	Tip      Tip
	Found    []Choice
	Receipt  string
	Steps    int
}

// Tip is what has been confirmed of a tip-off.
type Tip struct {
	Kind         string
	EmployerUSCC string
	EmployerName string
	Region       string
	From         calendar.Period
	Named, Safe  bool
	Recorded     bool
}

// Choice is an employer found in the register.
type Choice struct{ USCC, Name, Region string }

// Input is what the caller did, or what a need brought.
type Input struct {
	Keys     string
	Words    string
	Recorded bool // a recording was made
	Silent   bool
	HungUp   bool
	Brought  *Brought
}

// Brought is the answer to a Need.
type Brought struct {
	OK      bool
	Say     []Line // facts to be said
	Person  int64
	Choices []Choice
	Receipt string
	Problem string // key of a prompt: why it could not be
}

// Line is a prompt with its values.
type Line struct {
	Key  string
	Args []string
}

// Need is what the conversation cannot know by itself.
type Need string

// The needs.
const (
	Nothing  Need = ""
	SignIn   Need = "sign_in"  // State.Number with the keyed PIN
	Facts    Need = "facts"    // of State.Person
	Search   Need = "search"   // employers by the spoken or keyed name
	File     Need = "file"     // the tip-off
	Progress Need = "progress" // of the keyed receipt code
)

// Reply is what happens next: first what is needed; then what is said and asked.
type Reply struct {
	Need   Need
	Value  string // the PIN, the name or the code that the need is about; never stored
	Say    []Line
	Keys   int  // how many keys are awaited; 0 none
	Finish bool // # ends the keys
	Speech bool
	Record bool
	Hangup bool
	Draft  bool // something was confirmed that a hang-up must not lose
}

const (
	maxFailures = 3
	maxSteps    = 120
)

// Kinds by key, in the order of the menu.
var kinds = map[string]string{"1": "unpaid", "2": "underpaid", "3": "not_registered", "4": "fraud", "5": "other"}

// Begin is a call that has just come in.
func Begin() (State, Reply) {
	s := State{Place: Language, Lang: "cmn"}
	return s, ask(s)
}

// ask is what is said and awaited at a place.
func ask(s State, first ...Line) Reply {
	r := Reply{Say: append(first, Line{Key: string(s.Place)})}
	switch s.Place {
	case Number:
		r.Keys, r.Finish = 19, true
	case PIN:
		r.Keys = 6
	case Code:
		r.Keys, r.Finish = 17, true
	case Month:
		r.Keys, r.Finish = 7, true
	case Employer:
		r.Keys, r.Speech = 1, true
	case Which:
		r.Keys = 1
		for i, c := range s.Found {
			r.Say = append(r.Say, Line{"choice", []string{c.Name, string(rune('1' + i))}})
		}
	case Record:
		r.Record = true
	case Receipt:
		r.Keys = 1
		grouped := receipt.Code(s.Receipt).Grouped()
		r.Say = []Line{}
		r.Say = append(r.Say, first...)
		r.Say = append(r.Say, Line{"receipt", []string{grouped}}, Line{"receipt_again", []string{grouped}}, Line{Key: "receipt_menu"})
	case Over:
		r.Hangup = true
	default:
		r.Keys = 1
	}
	return r
}

// Step takes what the caller did. It always gives a next thing: no path hangs.
func Step(s State, in Input) (State, Reply) {
	s.Steps++
	if in.HungUp || s.Place == Over {
		s.Place = Over
		return s, Reply{Hangup: true}
	}
	if s.Steps > maxSteps {
		s.Place = Over
		return s, ask(s)
	}
	if in.Brought != nil {
		return brought(s, *in.Brought)
	}
	if in.Silent || in.Keys == "" && in.Words == "" && !in.Recorded {
		return failed(s, "silence")
	}
	single := s.Place != Number && s.Place != PIN && s.Place != Code && s.Place != Month
	if single {
		switch in.Keys {
		case "*":
			return s, ask(s)
		case "9":
			return back(s)
		case "0":
			return s, ask(s, Line{Key: "person"})
		}
	}
	return choose(s, in)
}

// failed counts: three in a row end the call with the telephone number of a person.
func failed(s State, why string) (State, Reply) {
	s.Failures++
	if s.Failures >= maxFailures {
		s.Place = Over
		return s, ask(s, Line{Key: "person"})
	}
	return s, ask(s, Line{Key: why})
}

// to goes to a place; what was understood ends a row of failures.
func to(s State, p Place, first ...Line) (State, Reply) {
	s.Place, s.Failures = p, 0
	return s, ask(s, first...)
}

func back(s State) (State, Reply) {
	previous := map[Place]Place{Menu: Language, Kind: Menu, Employer: Kind, Which: Employer, Named: Month, Safe: Named, Record: Named, Keep: Record}
	if p, ok := previous[s.Place]; ok {
		return to(s, p)
	}
	return to(s, Menu)
}

func choose(s State, in Input) (State, Reply) {
	key := in.Keys
	switch s.Place {
	case Language:
		if lang, ok := map[string]string{"1": "cmn", "2": "yue", "3": "en"}[key]; ok {
			s.Lang = lang
			return to(s, Menu)
		}
	case Menu:
		switch key {
		case "1":
			if s.Person != 0 {
				s.Failures = 0
				return s, Reply{Need: Facts}
			}
			s.After = Menu
			return to(s, Number)
		case "2":
			s.Tip = Tip{}
			return to(s, Kind)
		case "3":
			return to(s, Code)
		}
	case Number:
		number := strings.ReplaceAll(strings.TrimSuffix(key, "#"), "*", "X")
		if len(number) == 18 || len(number) == 15 {
			s.Number = number
			return to(s, PIN)
		}
	case PIN:
		if len(key) == 6 {
			return s, Reply{Need: SignIn, Value: key}
		}
	case Kind:
		if kind, ok := kinds[key]; ok {
			s.Tip.Kind = kind
			return to(s, Employer)
		}
	case Employer:
		if in.Words != "" {
			return s, Reply{Need: Search, Value: in.Words}
		}
		if key == "1" { // said in the recording
			s.Tip.EmployerUSCC, s.Tip.EmployerName, s.Tip.Region = "", "", ""
			return draft(to(s, Month))
		}
	case Which:
		if i := strings.Index("12345", key); len(key) == 1 && i >= 0 && i < len(s.Found) {
			c := s.Found[i]
			s.Tip.EmployerUSCC, s.Tip.EmployerName, s.Tip.Region = c.USCC, c.Name, c.Region
			return draft(to(s, Month, Line{"chosen", []string{c.Name}}))
		}
		if key == "8" {
			return to(s, Employer)
		}
	case Month:
		return month(s, key)
	case Named:
		switch key {
		case "1":
			s.Tip.Named = false
			return to(s, Record)
		case "2":
			s.Tip.Named = true
			if s.Person != 0 {
				return to(s, Safe)
			}
			s.After = Safe
			return to(s, Number)
		}
	case Safe:
		if key == "1" || key == "2" {
			s.Tip.Safe = key == "1" // anything but a clear yes is no
			return to(s, Record)
		}
	case Record:
		if in.Recorded {
			s.Tip.Recorded = true
			return draft(to(s, Keep))
		}
	case Keep:
		switch key {
		case "1":
			return s, Reply{Need: File}
		case "2":
			return to(s, Record)
		}
	case Receipt, Answer:
		if key == "1" {
			return to(s, Menu)
		}
	case Code:
		return code(s, key)
	}
	return failed(s, "wrong")
}

func draft(s State, r Reply) (State, Reply) {
	r.Draft = true
	return s, r
}

func month(s State, keys string) (State, Reply) {
	keys = strings.Trim(keys, "#*")
	if keys == "0" || keys == "" {
		s.Tip.From = 0
		return draft(to(s, Named))
	}
	p, err := calendar.ParsePeriod(keys)
	if err != nil {
		return failed(s, "wrong_month")
	}
	s.Tip.From = p
	return draft(to(s, Named))
}

// code is checked here: a mis-keyed one needs no look-up.
func code(s State, keys string) (State, Reply) {
	keys = strings.Trim(keys, "#")
	if keys == "9" || keys == "*" {
		return to(s, Menu)
	}
	c, err := receipt.Parse(keys)
	if err != nil {
		return failed(s, "wrong_code")
	}
	return s, Reply{Need: Progress, Value: c.String()}
}

// brought goes on with what a need brought.
func brought(s State, b Brought) (State, Reply) {
	if b.Problem != "" {
		switch s.Place {
		case PIN:
			s.Number = ""
			s.Place = Number
		case Employer:
		case Keep:
			return s, ask(s, Line{Key: b.Problem}) // nothing is lost: the tip-off can be sent again
		}
		return failed(s, b.Problem)
	}
	switch s.Place {
	case PIN:
		s.Number, s.Person = "", b.Person
		if s.After == Safe {
			return to(s, Safe)
		}
		s.Failures, s.Place = 0, Menu
		return s, Reply{Need: Facts}
	case Menu:
		return to(s, Answer, b.Say...)
	case Employer:
		s.Found = b.Choices
		return to(s, Which)
	case Keep:
		s.Receipt, s.Tip, s.Found = b.Receipt, Tip{}, nil
		return to(s, Receipt)
	case Code:
		return to(s, Answer, b.Say...)
	}
	return failed(s, "wrong")
}
