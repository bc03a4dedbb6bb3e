package portal

import "shebao/frontend/layout"

// Open is what the agency publishes.
type Open struct {
	Page     layout.Page
	Subjects []OpenSubject
}

// OpenSubject is one kind of publication with its editions, the last first.
type OpenSubject struct {
	Title, Text, Sentence string
	Expected              string // when nothing is published: what is, and by when
	Editions              []layout.Link
}

// OpenEdition is one published edition.
type OpenEdition struct {
	Page        layout.Page
	Sentence    string
	Facts       []layout.Pair
	Charts      []OpenChart
	List        *OpenList
	Definition  []string
	Downloads   []layout.Link
	SHA256      string
	Corrections layout.Table
	Others      []layout.Link
}

// OpenChart is a chart, or the table that holds its figures.
type OpenChart struct {
	Chart *layout.Chart
	Table layout.Table
}

// OpenList are the employers of a page, as they were searched.
type OpenList struct {
	Search, Action, Count string
	Table                 layout.Table
	Previous, Next, Where string
}

// Listing is where an employer that is going to be named looks and objects.
type Listing struct {
	Page       layout.Page
	Errors     []layout.FieldError
	USCC, Code string
	Opened     *OpenedListing
}

// OpenedListing is the employer's own line with its objections.
type OpenedListing struct {
	Sentence, State string
	Facts           []layout.Pair
	Objections      []ListedObjection
	MayObject       bool
	Key, Words      string
	Accept, Hint    string
	Sent            bool
}

// ListedObjection is one that was filed, with its answer.
type ListedObjection struct {
	Title  string
	Status Cell
	Reply  string
}
