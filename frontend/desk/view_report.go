package desk

import "shebao/frontend/layout"

// Report is the form on which a member of staff takes a report down.
type Report struct {
	Page                           layout.Page
	Errors                         []layout.FieldError
	Key, Seen                      string
	Kinds, Own, Found, Named, Safe []Radio
	Matters                        []layout.Pair
	Matter                         string
	Employer, From, To, Words      string
	Name, Number, Mobile           string
}

// Radio is one choice of several.
type Radio struct {
	Value, Text, Hint string
	Chosen            bool
}

// ReportCheck is what will be filed, to be read to the reporter.
type ReportCheck struct {
	Page    layout.Page
	Errors  []layout.FieldError
	Hidden  []Pair
	Answers []Pair
	Accept  string
	Hint    string
}

// ReportReceipt is what the reporter takes home: nothing on it tells what was said, or of whom.
type ReportReceipt struct {
	Page        layout.Page
	Agency      string // who took it; empty where the region has not set its name
	Code        string
	Taken, Kind string
	Next        []string
}
