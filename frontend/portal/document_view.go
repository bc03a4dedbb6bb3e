package portal

import "shebao/frontend/layout"

// Issued is a document that was issued.
type Issued struct {
	Title, Number, Date, DataDate string
	Code                          string // in groups
	Verify, PDF, EnglishPDF       string // addresses
	State                         Cell   // valid, or superseded and when
}

// Emptied is a year that had a statement and holds nothing any more.
type Emptied struct {
	Page       layout.Page
	Text, Note string
	Issued     Issued // the last one
	Years      []Link // that hold something
}

// Documents are all that were issued to a person.
type Documents struct {
	Page layout.Page
	List []Issued
}

// Verify is the check of a code.
type Verify struct {
	Page   layout.Page
	Errors []layout.FieldError
	Code   string    // as typed, or in groups
	Result *Verified // none before a code is given
}

// Typed is what the form holds: a code that was found needs no second look.
func (v Verify) Typed() string {
	if v.Result != nil && !v.Result.Unknown {
		return ""
	}
	return v.Code
}

// Verified is what came of it.
type Verified struct {
	State   Cell
	Text    string
	Unknown bool
	Pairs   []Pair // what stands on the paper too
	Check   string // the paper's check line
}
