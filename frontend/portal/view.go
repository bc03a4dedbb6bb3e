// Package portal draws the citizens' pages from typed view models; it computes nothing and reads nothing.
package portal

import (
	"shebao/frontend/layout"
)

// Home is the first page of who is signed in.
type Home struct {
	Page      layout.Page
	Greeting  string
	Sentence  string
	Alert     *Alert
	Grid      Grid
	Year      string
	Balance   string
	BalanceOn string
	DataDate  string
}

// Alert says that months are owed, and where to report it.
type Alert struct{ Title, Text, Link string }

// Grid is the year's months by insurance.
type Grid struct {
	Caption string
	Rows    []GridRow
	Months  []string
}

// GridRow is one insurance.
type GridRow struct {
	Name  string
	Cells []Cell
}

// Cell is one month's status: class, glyph and word.
type Cell struct{ Class, Glyph, Word string }

// SignIn is the sign-in form.
type SignIn struct {
	Page   layout.Page
	Errors []layout.FieldError
	Number string
	Next   string
	Hints  []string
}

// Statement is the annual statement.
type Statement struct {
	Page       layout.Page
	Heading    string
	Sentence   string
	Alert      *Alert
	Years      []Link
	Person     []Pair
	Employers  []string
	Grid       Grid
	Months     []MonthRow
	Insurances [][]string // name, months this year, months in all, months owed
	Account    []Pair
	Notes      []string
	DataDate   string
	JSON       string
}

// MonthRow is one month of the table.
type MonthRow struct {
	Month, Employer, Person, Base, Credited, Note string
	Status                                        Cell
	Owing                                         bool
}

// Pair is a term and its value.
type Pair struct{ Term, Value string }

// Link is a text that leads somewhere.
type Link struct {
	Text, Href string
	Current    bool
}

// Account is the personal account year by year.
type Account struct {
	Page  layout.Page
	Rows  []AccountRow
	Bars  []Bar
	Title string
}

// AccountRow is one year.
type AccountRow struct {
	Year, Opening, Credited, Interest, Rate, Closing, Note string
}

// Bar is one bar of the chart, in its own units.
type Bar struct {
	X, Y, Height string
	Label, Value string
}

// TipOff is the form of a tip-off.
type TipOff struct {
	Page     layout.Page
	Errors   []layout.FieldError
	Key      string // sealed; keeps a second click from filing twice
	Kinds    []Choice
	Employer string
	USCC     string
	Found    []Choice
	From, To string
	Words    string
	Named    bool
	Safe     bool
	SignedIn string // masked name; empty for nobody
	Check    bool   // show the answers to be checked
	Answers  []Pair
}

// Choice is one option of a question.
type Choice struct {
	Value, Text string
	Chosen      bool
}

// Receipt is shown once after filing.
type Receipt struct {
	Page layout.Page
	Code string
	Next []string
}

// Progress is the question for a receipt code, and what it opens.
type Progress struct {
	Page     layout.Page
	Errors   []layout.FieldError
	Code     string
	Opened   bool
	Status   Cell
	Promise  string
	Steps    []Step
	Messages []Message
	Key      string
	Sent     bool
}

// Step is one of the stages on the way.
type Step struct {
	Text, When string
	Done, Now  bool
}

// Message of either side.
type Message struct{ From, Text, When string }
