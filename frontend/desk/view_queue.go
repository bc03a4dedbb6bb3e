package desk

import "shebao/frontend/layout"

// Queue is a list of cases.
type Queue struct {
	Page       layout.Page
	Keys       bool // single letters are keys
	Errors     []layout.FieldError
	Notice     string
	Views      []Link
	Saved      []SavedView
	Search     string
	View       string
	Query      string // the filter as the address has it
	Filters    []Choice
	Fields     []layout.Input
	Filtered   bool
	Rows       []Row
	Next       string
	First      string
	Colleagues []Pair
	Drafts     []Pair // tip-offs that nobody filed: when and how, what was said
}

// SavedView is a filter that somebody keeps under a name.
type SavedView struct {
	Link
	ID string
}

// Row is one case of a list; Why says why it stands where it stands.
type Row struct {
	Number, Employer, Kind, State, Due, DueClass, Owner, Received, Why string
	Mine                                                               bool
	Tags                                                               []string
}

// BulkReport says what became of each chosen case.
type BulkReport struct {
	Page         layout.Page
	Back         string
	Done, Failed int
	Lines        []BulkLine
}

// BulkLine is one case of the report.
type BulkLine struct {
	Number, Text string
	Failed       bool
}

// Today is the first page.
type Today struct {
	Page   layout.Page
	Keys   bool
	Boards []Board
	Nudges []Link // what else waits

	Warnings []Link // what was not kept that the member is in charge of
}

// Board is the beginning of a view.
type Board struct {
	Title, Href string
	Count       int
	Loud        bool
	Rows        []Row
}

// Related is the tab of other cases about the employer.
type Related struct {
	CaseHead
	Lead                          string
	Words                         string
	Followers, Duplicates, Others []RelatedRow
}

// RelatedRow is another case and its months.
type RelatedRow struct {
	Row
	Months string
}
