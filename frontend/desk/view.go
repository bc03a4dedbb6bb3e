// Package desk draws the pages of the complaint desk from typed view models.
package desk

import "shebao/frontend/layout"

// SignIn is the staff's sign-in form.
type SignIn struct {
	Page    layout.Page
	Errors  []layout.FieldError
	Account string
	Hints   []string
}

// Link is a text that leads somewhere.
type Link struct {
	Text, Href string
	Current    bool
}

// Pair is a term and its value.
type Pair struct{ Term, Value string }

// CaseHead is what every tab of a case shows above its own content.
type CaseHead struct {
	Page         layout.Page
	Errors       []layout.FieldError
	Number       string
	Version      string
	Employer     string
	EmployerHref string // its own page; empty when it is in no register
	State        string
	Due          string
	DueClass     string
	Clocks       []NoticeClock // deadlines that the case's documents set
	Warning      string
	Cautioned    string       // who confirmed to act in spite of the warning
	Caution      *layout.Form // where that is confirmed
	Tabs         []Link
	Keys         bool // single letters are keys
}

// Case is the overview of a case.
type Case struct {
	CaseHead
	Facts        []Pair
	Words        string
	WordsHead    string // what the words are: the report, or why the plan chose the employer
	Alleged      []Alleged
	Recordings   []string
	LinkEmployer string // where the employer is looked for in the register; empty once it is known
	Files        string // how many the reporter handed in; empty for none
	Events       []Event
	Actions      []Action
	Note         string // typed before the form was refused
	Kept         []Pair // typed into a step that is no longer offered
	Again        bool   // the reporter wrote after the end
	Preview      *Paper // the letter that the open step would issue
}

// Alleged is what a report says that is merged into the case.
type Alleged struct{ Number, About, Words string }

// Event is one line of the timeline.
type Event struct {
	When, Who, What, Text string
	Out                   bool // from the desk to the reporter
}

// Action is one button, with what it asks for.
type Action struct {
	Name, Label             string
	Text, Reason, By, Leads bool
	Choices                 []Choice
	Template                string
	Note                    string // what is already written and will be sent
	Open                    bool
	Letter                  bool   // it issues a letter, which can be read first
	TypedReason, TypedBy    string // what was typed before the form was refused; typed words stand in Template
	TypedLeads              bool
	Grounds                 []Group // the reason codes of a decision
	TypedGround             string
	To                      bool // asks for the authority that takes over
	TypedTo                 string
}

// Group is options under a heading.
type Group struct {
	Label   string
	Options []Pair
}

// Choice is one selection of a step: each option's term is the value, its value the text.
type Choice struct {
	Name, Label, Present string
	Options              []Pair
}
