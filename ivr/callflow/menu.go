package callflow

// row is one place of the table: what is awaited there and where each key leads. The keys * 0 8 9 are the same everywhere and stand in pressed; what words mean stands in
// the files of words.
type row struct {
	back     Place
	await    Await
	entry    bool // several keys: a number, not a choice, so that 8 is a digit
	maxKeys  int
	finish   bool
	keysOnly bool // words are not listened to
	keys     map[string]move
}

// move is what a key does.
type move struct {
	do    deed
	value string
	to    Place
	sure  bool // it changes something for good: words that were not quite clear are read back before
}

type deed int

const (
	goTo deed = iota
	speak
	inquire
	report
	kind
	skipEmployer
	choose
	noMonth
	named
	safe
	file
	hear
	redo
	add
	leave
	callBack
	noCallBack
	text
	pension
	pensionToo
	confirm
	meantSo
)

// places is the table of all menus.
var places = map[Place]row{
	Language: {back: Language, keys: map[string]move{"1": {do: speak, value: "cmn"}, "2": {do: speak, value: "yue"}, "3": {do: speak, value: "en"}}},
	Menu:     {back: Language, keys: map[string]move{"1": {do: inquire}, "2": {do: report}, "3": {to: Code}, "4": {do: pension}}},

	Number: {back: Menu, entry: true, keysOnly: true, maxKeys: 18, finish: true},
	PIN:    {back: Number, entry: true, keysOnly: true, maxKeys: 6, finish: true},
	Answer: {back: Menu, keys: map[string]move{"1": {to: Menu}, "2": {do: report}, "3": {do: text, sure: true}, "4": {do: pensionToo}}},

	Pension: {back: Menu, keys: map[string]move{"1": {do: confirm, sure: true}, "2": {to: Menu}}},

	Kind: {back: Menu, keys: map[string]move{"1": {do: kind, value: "unpaid"}, "2": {do: kind, value: "underpaid"}, "3": {do: kind, value: "not_registered"},
		"4": {do: kind, value: "fraud"}, "5": {do: kind, value: "other"}}},
	Employer:   {back: Kind, keys: map[string]move{"1": {do: skipEmployer}, "2": {to: CreditCode}}},
	CreditCode: {back: Employer, entry: true, keysOnly: true, maxKeys: 18, finish: true},
	Which:      {back: Employer, keys: map[string]move{"1": {do: choose, value: "1"}, "2": {do: choose, value: "2"}, "3": {do: choose, value: "3"}, "4": {to: Employer}}},
	Month:      {back: Employer, entry: true, maxKeys: 6, finish: true, keys: map[string]move{"1": {do: noMonth}}},
	Named:      {back: Month, keys: map[string]move{"1": {do: named, value: "no"}, "2": {do: named, value: "yes"}}},
	Safe:       {back: Named, keys: map[string]move{"1": {do: safe, value: "yes", sure: true}, "2": {do: safe, value: "no"}}},
	Sure:       {keysOnly: true, keys: map[string]move{"1": {do: meantSo}, "2": {do: meantSo, value: "no"}}},
	Record:     {back: Named, await: Sound},
	Keep:       {back: Named, keys: map[string]move{"1": {do: file, sure: true}, "2": {do: hear}, "3": {do: redo, to: Record, sure: true}}},
	Receipt:    {back: Menu, keysOnly: true, keys: map[string]move{"1": {to: Menu}}},

	Code:       {back: Menu, entry: true, keysOnly: true, maxKeys: 16, finish: true},
	Progress:   {back: Menu, keys: map[string]move{"1": {to: Menu}, "2": {to: Addition}}},
	Addition:   {back: Progress, await: Sound},
	AdditionOK: {back: Progress, keys: map[string]move{"1": {do: add, sure: true}, "2": {do: hear}, "3": {do: redo, to: Addition, sure: true}}},

	Waiting:     {back: Menu, await: Queue},
	CallBack:    {back: Menu, keys: map[string]move{"1": {do: callBack, sure: true}, "2": {do: noCallBack}}},
	NoPerson:    {back: Menu, keys: map[string]move{"1": {to: Message}, "2": {to: CallBack}}},
	Message:     {back: Menu, await: Sound},
	MessageOK:   {back: Menu, keys: map[string]move{"1": {do: leave, sure: true}, "2": {do: hear}, "3": {do: redo, to: Message, sure: true}}},
	Transferred: {back: Menu, await: Transfer},
	Over:        {back: Over, await: Hangup},
}

// do does what a key of the table says.
func do(s State, m move) (State, Reply) {
	switch m.do {
	case speak:
		s.Lang = m.value
		return to(s, Menu, Line{Key: "help"})
	case inquire:
		if s.Person != 0 {
			return s, Reply{Need: Facts}
		}
		s.SignedIn, s.After = false, Menu
		return to(s, Number)
	case pension:
		if s.Person != 0 {
			s.Place = Pension
			return s, Reply{Need: PensionFacts}
		}
		s.SignedIn, s.After = false, Pension
		return to(s, Number)
	case pensionToo:
		if !s.Pensions {
			return failed(s, "wrong")
		}
		s.Pensions = false
		return do(s, move{do: pension})
	case confirm:
		return s, Reply{Need: ConfirmOwn}
	case meantSo:
		if m.value == "no" {
			return back(s)
		}
		meant := places[s.Asked].keys[s.Meant]
		s.Place, s.Asked, s.Meant = s.Asked, "", ""
		return do(s, meant)
	case report:
		return beginTip(s)
	case kind:
		s.Tip.Kind = m.value
		if s.Person != 0 {
			return s, Reply{Need: OwnEmployers, Draft: true}
		}
		return draft(to(s, Employer))
	case skipEmployer:
		s.Tip.EmployerUSCC, s.Tip.EmployerName, s.Tip.Region = "", "", ""
		return draft(to(s, Month))
	case choose:
		return chooseEmployer(s, int(m.value[0]-'1'))
	case noMonth:
		s.Tip.From = 0
		return draft(to(s, Named))
	case named:
		return chooseNamed(s, m.value == "yes")
	case safe:
		s.Tip.Safe = m.value == "yes"
		return toWords(s)
	case file:
		if s.Tip.EmployerName == "" && !s.Tip.Recorded {
			return to(s, Record, Line{Key: "say_employer"})
		}
		return s, Reply{Need: File}
	case hear:
		r := ask(s)
		if s.Recording == "" {
			return failed(s, "wrong")
		}
		r.Hear = s.Recording
		return s, r
	case redo:
		dropped := s.Recording
		s.Recording = ""
		if m.to == Record {
			s.Tip.Recorded = false
		}
		s, r := to(s, m.to)
		r.Drop = dropped
		return s, r
	case add:
		return s, Reply{Need: Add}
	case callBack:
		return s, Reply{Need: KeepCallBack}
	case text:
		if !s.Texts {
			return failed(s, "wrong")
		}
		return s, Reply{Need: TextStatement}
	case noCallBack:
		return s, Reply{Need: FindPerson}
	case leave:
		kept := s.Recording
		s.Recording, s.Tip = "", Tip{}
		s, r := to(s, Menu, Line{Key: "message_left"})
		r.Keep = kept
		return s, r
	}
	if m.to == CallBack && !s.CallBacks {
		return failed(s, "wrong")
	}
	return to(s, m.to, placeTold(s, m.to)...)
}

// placeTold keeps a way back to a mailbox from being a menu about nothing.
func placeTold(s State, p Place) []Line {
	if p == Progress {
		return s.Told
	}
	return nil
}
