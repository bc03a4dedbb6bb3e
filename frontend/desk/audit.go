package desk

import "shebao/frontend/layout"

// AuditPlan is the year's audit plan.
type AuditPlan struct {
	Page   layout.Page
	Errors []layout.FieldError
	Tabs   []layout.Tab
	Parts  []Section
	Choose Choose
}

// Choose is a list of employers to choose from; without a button it is only shown.
type Choose struct {
	Title, Note, Empty, Legend, Error, Button string
	Filter                                    layout.Form
	Hidden                                    []layout.Pair
	Candidates                                []Candidate
	Fields                                    []layout.FormField
}

// Candidate is one employer with why it is proposed.
type Candidate struct {
	ID, Name, Facts, Points string
	Reasons                 []string
	Picked                  bool
}
