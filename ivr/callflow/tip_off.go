package callflow

import "shebao/shared/calendar"

// beginTip begins a tip-off. One that was begun before stays a draft of its own.
func beginTip(s State) (State, Reply) {
	kept := s.Recording
	s.TipNo++
	s.Tip, s.Found, s.Receipt, s.Recording = Tip{}, nil, "", ""
	s, r := to(s, Kind)
	r.Keep = kept
	return s, r
}

func draft(s State, r Reply) (State, Reply) {
	r.Draft = true
	return s, r
}

func chooseEmployer(s State, i int) (State, Reply) {
	if i >= len(s.Found) {
		return failed(s, "wrong")
	}
	c := s.Found[i]
	s.Tip.EmployerUSCC, s.Tip.EmployerName, s.Tip.Region = c.USCC, c.Name, c.Region
	return draft(to(s, Month, Line{Key: "chosen", Args: []string{c.Name}}))
}

// month takes six digits; a month that has not begun cannot be owed.
func month(s State, keys string, today calendar.Date) (State, Reply) {
	p, err := calendar.ParsePeriod(keys)
	if err != nil || !today.IsZero() && p > today.Period() {
		return failed(s, "wrong_month")
	}
	return fromMonth(s, p)
}

func fromMonth(s State, p calendar.Period) (State, Reply) {
	s.Tip.From = p
	return draft(to(s, Named, Line{Key: "from_month", Args: []string{SpokenMonth(s.Lang, p)}}))
}

func chooseNamed(s State, yes bool) (State, Reply) {
	s.Tip.Named, s.Tip.Safe = yes, false
	switch {
	case !yes:
		return toWords(s)
	case s.Person != 0:
		return to(s, Safe)
	}
	s.SignedIn, s.After = false, Safe
	return to(s, Number)
}

// recorded takes a recording; an earlier one of the same matter is dropped.
func recorded(s State, recording string) (State, Reply) {
	dropped := s.Recording
	s.Recording = recording
	var r Reply
	switch s.Place {
	case Record:
		s.Tip.Recorded = true
		s, r = draft(to(s, Keep))
	case Addition:
		s, r = to(s, AdditionOK)
	case Message:
		if s.Tip.Kind == "" {
			s.Tip.Kind = "other"
		}
		s, r = draft(to(s, MessageOK))
	default:
		s.Recording = dropped
		s, r = failed(s, "wrong")
		dropped = ""
	}
	r.Drop = dropped
	return s, r
}

// justBegun is how many seconds of a recording are nothing yet: who presses star then wants to hear the question again.
const justBegun = 5

// recordedUntil takes a recording and does what the key means that ended it, as everywhere: nothing that was said is lost by it, except for an addition that was not sent.
func recordedUntil(s State, in Input) (State, Reply) {
	asked := s.Place
	s, r := recorded(s, in.Recording)
	if s.Recording != in.Recording || r.Drop != "" { // nobody asked for it, or it takes another's place
		return s, r
	}
	var then Reply
	switch {
	case in.Keys == "9":
		s, then = back(s)
	case in.Keys == "0":
		then = Reply{Need: FindPerson}
	case in.Keys == "*" && in.Seconds < justBegun:
		s, then = do(s, move{do: redo, to: asked})
	default:
		return s, r
	}
	then.Draft = then.Draft || r.Draft
	return s, then
}

// toWords asks for the caller's own words, or, when they have been said already, what to do with them.
func toWords(s State) (State, Reply) {
	if s.Tip.Recorded && s.Recording != "" {
		return to(s, Keep)
	}
	return to(s, Record)
}
