// Package portal draws the citizens' pages from typed view models; it computes nothing and reads nothing.
package portal

import "shebao/frontend/layout"

// Pair is a term and its value.
type Pair struct {
	Term, Value string
	Strong      bool // the sum of those above it
}

// Link is a text that leads somewhere.
type Link struct {
	Text, Href string
	Current    bool
}

// Cell is a status: class, glyph and word, so that it is never told by colour alone.
type Cell struct{ Class, Glyph, Word string }

// Grid is the year's months by insurance.
type Grid struct {
	Caption string
	Months  []string
	Rows    []GridRow
	Legend  []Cell // the statuses that occur
}

// GridRow is one insurance.
type GridRow struct {
	Name  string
	Cells []Cell
}

// Alert says that months are owed, and where to report it.
type Alert struct {
	Title string
	Lines []AlertLine
}

// AlertLine is one employer's arrears, with the way to report it and the way for who is not sure.
type AlertLine struct{ Text, Link, Unsure string }

// Home is the first page of who is signed in.
type Home struct {
	Page     layout.Page
	Greeting string
	Sentence string
	Alert    *Alert
	Grid     Grid
	Problems []MonthRow // in elder mode instead of the grid
	Year     string
	Balance  *Balance
	DataDate string

	Earlier    []Link   // earlier years in which something is still owed
	Changes    *Changes // none on the first visit
	Recoveries []Recovery
}

// Balance is the personal account in one look.
type Balance struct{ Label, Amount, Change string }

// SignIn is the sign-in form.
type SignIn struct {
	Page   layout.Page
	Errors []layout.FieldError
	Notice string // why the person is asked again
	Number string
	Next   string
	Shared bool // others use the computer too
	Hints  []string
}

// Statement is the annual statement.
type Statement struct {
	Page       layout.Page
	Heading    string
	Sentence   string
	Alert      *Alert
	Years      []Link // the newest first
	Older      []Link // years shown on request
	OldShown   bool
	Person     []Pair
	Hidden     []Pair // shown on request: shoulder-surfing
	Employers  []Engagement
	Grid       Grid
	Months     []MonthRow
	Totals     MonthRow
	Filter     Link // to the months with something wrong, or back to all
	OnlyGaps   bool
	Insurances []InsuranceRow
	Account    []Pair
	AccountWhy string
	Notes      []string
	DataDate   string
	JSON       string
	Issued     *Issued // none before the first issue
	IssuedNote string
	PDF        Link
	EnglishPDF string
}

// Engagement is an employer and its months.
type Engagement struct{ Name, Code, Span string }

// MonthRow is one month of the table.
type MonthRow struct {
	Month, Link, Employer, Person, Base, Credited, Note string
	Status                                              Cell
}

// InsuranceRow counts the months of one insurance.
type InsuranceRow struct{ Name, ThisYear, Total, Owed string }

// Month is one month over all insurances.
type Month struct {
	Page          layout.Page
	Heading       string
	Status        Cell
	Explained     string
	Alert         *Alert
	Employer      string // when there is one only
	Rows          []MonthPart
	Totals        []Pair
	Before, After Link // no text: there is none
	Statement     Link
	Underpaid     string // address of the form for too low a base
	Objection     string // address of the form for a wrong record
	DataDate      string
	Recovery      []RecoveryStep // none: the month never was in arrears
}

// MonthPart is one insurance with one employer.
type MonthPart struct {
	Insurance                                        string
	EmployerDue, EmployerPaid, PersonDue, PersonPaid string
	Status                                           Cell
	Notes                                            []string // employer, base, day of arrival
}

// Account is the personal account year by year.
type Account struct {
	Page     layout.Page
	Sentence string
	Rows     []AccountRow
	Events   []string // what happened to it besides, the newest year first
	Chart    Chart
	DataDate string
}

// AccountRow is one year.
type AccountRow struct {
	Year, Link, Opening, Credited, Interest, Rate, Adjustments, Closing string
}

// Chart is a bar chart in its own units.
type Chart struct {
	Title, Description string
	Width, Height      string
	Bars               []Bar
}

// Bar is one bar: the amount at its head, the year at its foot.
type Bar struct {
	X, Y, Width, Height, Middle, ValueY, LabelY string
	Label, Value                                string
}

// TipOff is the form of a tip-off.
type TipOff struct {
	Page     layout.Page
	Errors   []layout.FieldError
	Key      string // sealed; keeps a second click from filing twice
	Files    string // sealed list of those handed in before something was changed
	Kinds    []Choice
	Own      []Choice // whose contributions it is about
	Employer string
	Seen     string   // the name for which Found was looked up
	Found    []Choice // employers to choose from
	From, To MonthChoice
	Words    string
	Named    bool
	Safe     bool
	SignedIn string   // masked name; empty for nobody
	Restored []string // what was typed before the sign-in is back
}

// Choice is one option of a question.
type Choice struct {
	Value, Text, Hint string
	Chosen            bool
}

// MonthChoice is a month as two lists, which every browser has.
type MonthChoice struct {
	ID, Label, Hint string
	Years, Months   []Choice
}

// Check shows the answers before they are sent.
type Check struct {
	Action  string // where it is sent
	Send    string
	Files   Files
	Page    layout.Page
	Answers []Answer
	Hidden  []Pair // the form's fields
	Warning string
}

// Answer is one answer with the field that its change button leads to.
type Answer struct{ Term, Value, Field string }

// Receipt is shown after filing.
type Receipt struct {
	Page   layout.Page
	Errors []layout.FieldError
	Code   string
	Next   []string
}

// Progress is the question for a receipt code.
type Progress struct {
	Page   layout.Page
	Errors []layout.FieldError
	Code   string
	Words  string // a message that is not sent yet
	Key    string // of that message, when files belong to it
	Handed string // sealed list of those files
}

// Mailbox is what a receipt code opens.
type Mailbox struct {
	Page     layout.Page
	Errors   []layout.FieldError
	Status   Cell
	Act      string // who must act now
	Promise  string
	Late     bool
	Steps    []Step
	Messages []Message
	Openings []Opening
	Words    string
	Key      string
	Files    Files
	Handed   string // sealed list of files that came with a message that could not be sent
	Sent     bool
}

// Opening is one time that two people opened the reporter's identity.
type Opening struct{ Who, Why, When string }

// Step is one of the stages on the way.
type Step struct {
	Text, When string
	Done, Now  bool
}

// Message of either side.
type Message struct {
	From, Text, When string
	FromDesk         bool
	Paper            MessagePaper
}

// MessagePaper is the document that came with a message; no address, none came.
type MessagePaper struct{ Href, Text string }

// Me is what the person looks after: who has looked at the record, where it is signed in, the PIN.
type Me struct {
	Page    layout.Page
	Errors  []layout.FieldError
	Done    string
	Seen    []Seen
	Own     []Seen // what was done with the own PIN
	SignIns []SignedIn
}

// Seen is one access to the record, or several alike on one day.
type Seen struct {
	Who, What, When, Why, Case string
	Day                        string
	Times                      int
}

// Same reports whether another access differs in nothing but the time of day.
func (s Seen) Same(other Seen) bool {
	return s.Who == other.Who && s.What == other.What && s.Why == other.Why && s.Case == other.Case && s.Day == other.Day
}

// SignedIn is one browser in which the person is signed in.
type SignedIn struct {
	Device, When, Key string
	Here, Shared      bool
}

// Missing is one of the questions about a missing month, or what follows from the answers.
type Missing struct {
	Page     layout.Page
	Number   string
	Name     string // of the question's field
	Question string
	Choices  []Choice
	Hidden   []Pair // answers so far, and what the form at the end is filled with
	Outcome  string
	Text     string
	Action   Link // to the form, when that is the outcome
}

// Objection is the form of an objection to the own record.
type Objection struct {
	Page     layout.Page
	Errors   []layout.FieldError
	Key      string
	Files    string // sealed list of those handed in before something was changed
	Matters  []Choice
	From, To MonthChoice
	Words    string
	Safe     bool
	Restored []string // what was typed before the sign-in is back
}

// Files is where files are added to a form.
type Files struct {
	Action string
	Accept string
	Hint   string
	Errors []layout.FieldError
	Rows   []FileRow
}

// FileRow is one file that is there.
type FileRow struct{ Name, Size, At string }

// Objections are a person's own.
type Objections struct {
	Page layout.Page
	Rows []ObjectionRow
}

// ObjectionRow is one of them.
type ObjectionRow struct {
	Heading, Months, Filed, Promise, At string
	Status                              Cell
	Late                                bool
	Statement                           Link // none before the end
}
