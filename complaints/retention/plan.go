package retention

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
)

// Case is what the rules look at. Cases about one matter, a lead and those merged into it, are one family and go together.
type Case struct {
	ID, Family int64
	Number     string
	Route      lifecycle.Route
	State      lifecycle.State
	Region     string
	Ended      calendar.Date
	Warned     calendar.Date // none: not yet
	Held       bool          // a legal hold stands
	Books      bool          // documents were issued or money was booked
}

// Planned is a case with what becomes of it and from when.
type Planned struct {
	Case
	Due  calendar.Date
	Then Outcome
}

// Plan sorts cases that are over by what is to be done on a day.
type Plan struct {
	Ready   []Planned // their time is over and they were warned of long enough ago
	Warn    []Planned // to be warned of now
	Waiting []Planned // warned of, and not ready yet
	Held    []Planned // their time is over, and a hold keeps them
}

// Make plans a day. A family goes when the last of its members may; a hold on one holds all.
func Make(s Settings, cases []Case, today calendar.Date) Plan {
	families := map[int64][]Case{}
	var order []int64
	for _, c := range cases {
		if families[c.Family] == nil {
			order = append(order, c.Family)
		}
		families[c.Family] = append(families[c.Family], c)
	}
	slices.Sort(order)
	var p Plan
	for _, id := range order {
		p.add(s, families[id], today)
	}
	return p
}

func (p *Plan) add(s Settings, family []Case, today calendar.Date) {
	var due calendar.Date
	held, books := false, false
	for _, c := range family {
		if d := s.ruleOf(c, family).Due(c.Ended); d.After(due) || due.IsZero() {
			due = d
		}
		held, books = held || c.Held, books || c.Books
	}
	if today.AddDays(s.WarnDays).Before(due) {
		return
	}
	for _, c := range family {
		x := Planned{c, due, s.ruleOf(c, family).Then}
		if books { // the lead's books name the matter of all
			x.Then = Anonymise
		}
		switch {
		case held:
			if !today.Before(due) {
				p.Held = append(p.Held, x)
			}
		case c.Warned.IsZero():
			p.Warn = append(p.Warn, x)
		case today.Before(due) || anyTooSoon(family, s.WarnDays, today):
			p.Waiting = append(p.Waiting, x)
		default:
			p.Ready = append(p.Ready, x)
		}
	}
}

// ruleOf is the rule of a case; one that was merged goes by its lead's.
func (s Settings) ruleOf(c Case, family []Case) Rule {
	if c.State == lifecycle.Merged {
		for _, lead := range family {
			if lead.ID == c.Family {
				return s.Of(lead.Route, lead.State)
			}
		}
	}
	return s.Of(c.Route, c.State)
}

func anyTooSoon(family []Case, days int, today calendar.Date) bool {
	return slices.ContainsFunc(family, func(c Case) bool { return c.Warned.IsZero() || today.Before(c.Warned.AddDays(days)) })
}

// Digest names a list of what is to go: who runs it confirms exactly what was previewed.
func Digest(list []Planned) string {
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, "%s %s %s\n", x.Number, x.Then, x.Due)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}
