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

// Queue is a list of cases.
type Queue struct {
	Page   layout.Page
	Views  []Link
	Search string
	View   string
	Rows   []Row
	Error  string
	Drafts []Pair // tip-offs that nobody filed: when and how, what was said
}

// Link is a text that leads somewhere.
type Link struct {
	Text, Href string
	Current    bool
}

// Row is one case of the queue.
type Row struct{ Number, Employer, Kind, State, Due, DueClass, Owner, Received string }

// Pair is a term and its value.
type Pair struct{ Term, Value string }

// Case is the case page.
type Case struct {
	Page       layout.Page
	Errors     []layout.FieldError
	Number     string
	Version    string
	State      string
	Due        string
	DueClass   string
	Facts      []Pair
	Words      string
	Evidence   []Pair
	Months     []EvidenceRow
	Warning    string
	Recordings []string
	Events     []Event
	Actions    []Action
}

// EvidenceRow is one month of the ledger's evidence.
type EvidenceRow struct{ Period, Headcount, Owing, Owed, Base string }

// Event is one line of the timeline.
type Event struct{ When, Who, What, Text string }

// Action is one button, with what it asks for.
type Action struct {
	Name, Label  string
	Text, Reason bool
	Template     string
}
