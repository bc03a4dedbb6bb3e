// Package retention says how long a case is kept and what then becomes of it. It is pure.
package retention

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"shebao/complaints/lifecycle"
	"shebao/shared/calendar"
)

// Outcome is what becomes of a case whose time is over.
type Outcome string

// The outcomes. Both remove everything that came from the reporter: sealed contents, identity, files and recordings, mailbox and messages, free words, notes. What is
// anonymised stays as a row of figures; what is deleted is counted and gone. A case with documents issued or money booked is never deleted: those are the books.
const (
	Anonymise Outcome = "anonymise"
	Delete    Outcome = "delete"
)

// Rule is how long, in whole years from 1 January of the year after the end (社会保险业务档案管理规定(试行) of 2009), and what then.
type Rule struct {
	Years int
	Then  Outcome
}

// Settings are the rules of an agency.
type Settings struct {
	ByRoute   map[lifecycle.Route]Rule
	NotTaken  Rule // rejected, withdrawn, handed over: nothing was inquired into
	WarnDays  int  // days between the warning and the earliest run
	DraftDays int  // days for which a draft that nobody filed is kept
}

// Default follows the archive rules for audits (30 years); for the other routes no rule with a number is known for certain, and an agency sets its own.
func Default() Settings {
	ten := Rule{10, Anonymise}
	return Settings{WarnDays: 30, DraftDays: 90, NotTaken: Rule{2, Delete}, ByRoute: map[lifecycle.Route]Rule{
		lifecycle.Audit: {30, Anonymise}, lifecycle.AuditTipOff: {30, Anonymise}, lifecycle.LabourComplaint: ten, lifecycle.LabourTipOff: ten, lifecycle.FundTipOff: ten,
		lifecycle.RecordObjection: ten, lifecycle.Petition: ten, lifecycle.OtherAuthority: {2, Delete}}}
}

// notTaken is the name of the rule for what was not taken up.
const notTaken = "not_taken"

// Parse changes rules by a text such as "fund_supervision_tipoff:15:anonymise,not_taken:3:delete". Error: of a route, number or outcome that is none.
func (s Settings) Parse(text string) (Settings, error) {
	changed := map[lifecycle.Route]Rule{}
	for route, rule := range s.ByRoute {
		changed[route] = rule
	}
	s.ByRoute = changed
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		fields := strings.Split(part, ":")
		if len(fields) != 3 {
			return s, fmt.Errorf("%q is not ROUTE:YEARS:anonymise|delete", part)
		}
		years, err := strconv.Atoi(fields[1])
		rule := Rule{years, Outcome(fields[2])}
		if err != nil || years < 1 || years > 100 || rule.Then != Anonymise && rule.Then != Delete {
			return s, fmt.Errorf("%q needs 1 to 100 years, and anonymise or delete", part)
		}
		switch route := lifecycle.Route(fields[0]); {
		case fields[0] == notTaken:
			s.NotTaken = rule
		case slices.Contains(lifecycle.Routes[:], route):
			s.ByRoute[route] = rule
		default:
			return s, fmt.Errorf("%q is no route", fields[0])
		}
	}
	return s, nil
}

// Of is the rule for a case that ended in a state.
func (s Settings) Of(route lifecycle.Route, state lifecycle.State) Rule {
	switch state {
	case lifecycle.Rejected, lifecycle.Withdrawn, lifecycle.Transferred:
		return s.NotTaken
	}
	return s.ByRoute[route]
}

// Shortest is the fewest years that any case is kept.
func (s Settings) Shortest() int {
	years := s.NotTaken.Years
	for _, r := range s.ByRoute {
		years = min(years, r.Years)
	}
	return years
}

// Due is the day from which a case that ended on a day may go.
func (r Rule) Due(ended calendar.Date) calendar.Date {
	return calendar.NewDate(ended.Year+1+r.Years, 1, 1)
}
