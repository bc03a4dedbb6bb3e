package callflow

import (
	"slices"

	"shebao/shared/receipt"
)

// openMailbox checks the code here: a mis-keyed one needs no look-up, and does not count as one.
func openMailbox(s State, keys string) (State, Reply) {
	c, err := receipt.Parse(keys)
	if err != nil {
		return failed(s, "wrong_code")
	}
	return s, Reply{Need: OpenMailbox, Value: c.String()}
}

// brought goes on with what a need brought.
func brought(s State, b Brought) (State, Reply) {
	if b.Agents {
		return somebodyIsThere(s, b)
	}
	if b.Problem != "" {
		return troubled(s, b)
	}
	switch s.Place {
	case PIN:
		s.Number, s.Person, s.SignedIn, s.SignIns = "", b.Person, true, 0
		switch s.After {
		case Safe:
			return to(s, Safe)
		case Pension:
			s.Place, s.Failures = Pension, 0
			return s, Reply{Need: PensionFacts}
		}
		s.Place, s.Failures = Menu, 0
		return s, Reply{Need: Facts}
	case Menu:
		s.Told, s.Texts, s.Pensions = b.Say, b.Text, b.Pension
		if b.Pension { // the last thing said is what is still to be done
			s.Told = append(slices.Clip(s.Told), Line{Key: "fact_pension_open"})
		}
		return to(s, Answer, s.Told...)
	case Pension:
		if len(b.Say) == 0 { // it is to be confirmed
			return to(s, Pension)
		}
		s.Told, s.Texts, s.Pensions = b.Say, false, false
		return to(s, Answer, b.Say...)
	case Answer:
		return to(s, Answer, Line{Key: "texted"})
	case Kind, Employer, CreditCode:
		s.Found = b.Choices
		if len(s.Found) > 3 {
			s.Found = s.Found[:3]
		}
		return to(s, Which)
	case Keep:
		kept := s.Recording
		s.Receipt, s.Tip, s.Found, s.Recording = b.Receipt, Tip{}, nil, ""
		s, r := to(s, Receipt)
		r.Keep = kept
		return s, r
	case Code:
		s.Mailbox, s.Told, s.LookUps = b.Receipt, b.Say, 0
		return to(s, Progress, b.Say...)
	case CallBack:
		return over(s, Line{Key: "call_back_kept"})
	case AdditionOK:
		kept := s.Recording
		s.Recording = ""
		s.Additions++
		s, r := to(s, Progress, Line{Key: "added"})
		r.Keep = kept
		return s, r
	}
	return failed(s, "wrong")
}

// troubled says why something could not be, and leaves a way on: what needs Redis or a sign-in never stands in the way of a tip-off.
func troubled(s State, b Brought) (State, Reply) {
	switch {
	case b.Problem == "no_agents": // nobody is there: the hours, and a message
		if s.Place == NoPerson || s.Place == Message || s.Place == MessageOK {
			return over(s)
		}
		s.CallBacks = b.Back
		return leaveMessage(s, b.Say...)
	case s.Place == CallBack: // it cannot be, and a message can
		s.CallBacks = false
		return leaveMessage(s, Line{Key: b.Problem})
	case s.Place == PIN:
		return refusedSignIn(s, b.Problem)
	case s.Place == Kind:
		return draft(to(s, Employer))
	case b.Problem == "signed_out" && (s.Place == Answer || s.Place == Pension):
		s.SignedIn, s.Person, s.After = false, 0, Menu
		if s.Place == Pension {
			s.After = Pension
		}
		return to(s, Number, Line{Key: "lapsed"})
	case s.Place == Pension:
		return to(s, Menu, Line{Key: b.Problem})
	case s.Place == Answer: // it cannot be sent, and nobody has failed
		return to(s, Answer, Line{Key: b.Problem})
	case b.Problem == "signed_out": // the sign-in has lapsed while words were said: they stay
		s.SignedIn, s.Person = false, 0
		return to(s, Named, Line{Key: b.Problem})
	case s.Place == Keep || s.Place == AdditionOK:
		return s, ask(s, Line{Key: b.Problem}) // nothing is lost: it can be sent again
	case s.Place == Code && b.Problem == "no_code":
		s.LookUps++
		if s.LookUps >= maxLookUps {
			s.LookUps = 0
			return s, Reply{Need: FindPerson}
		}
	case s.Place == Menu:
		return failed(s, b.Problem)
	}
	return failed(s, b.Problem)
}

func refusedSignIn(s State, why string) (State, Reply) {
	s.Number = ""
	switch {
	case why != "wrong_signin" && s.After == Safe:
		s.Tip.Named = false
		return to(s, Named, Line{Key: why}, Line{Key: "stay_anonymous"})
	case why != "wrong_signin":
		return to(s, Menu, Line{Key: why})
	}
	s.SignIns++
	if s.SignIns >= maxSignIns {
		s.SignIns = 0
		return s, Reply{Need: FindPerson}
	}
	return to(s, Number, Line{Key: why})
}

// leaveMessage begins a message to the desk: it becomes a draft of a tip-off with the recording.
func leaveMessage(s State, first ...Line) (State, Reply) {
	kept := s.Recording
	s.Recording = ""
	s.TipNo++
	s.Tip = Tip{}
	s, r := to(s, NoPerson, first...)
	r.Keep = kept
	return s, r
}
