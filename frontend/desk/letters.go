package desk

import "shebao/frontend/layout"

// Letters to employers that are going to be named, to be printed.
type Letters struct {
	Page    layout.Page
	Back    string
	Letters []Letter
}

// Letter is one page of them.
type Letter struct{ Name, USCC, Code, Agency, Text, How, Contact, Date string }
