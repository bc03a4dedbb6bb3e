package portal

import "shebao/frontend/layout"

// Helpers are whom a person lets in, and the form for another.
type Helpers struct {
	Page         layout.Page
	Errors       []layout.FieldError
	Done         string
	Helpers      []Helper
	Number, Name string
	Days         []Choice
	File         bool
	Restored     []string // what was typed before the sign-in is back
}

// Helper is one of the two sides of a grant.
type Helper struct {
	Name, Number, May, Until, Key string
	Now                           bool // who is read for at the moment
}

// Helping is where a helper chooses for whom to read.
type Helping struct {
	Page   layout.Page
	Notice string
	Next   string // the own page that was asked for
	People []Helper
	Acting bool
}
