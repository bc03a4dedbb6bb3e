package desk

import "shebao/frontend/layout"

// Messages is the tab of what passed with the reporter and what the desk noted.
type Messages struct {
	CaseHead
	ByHelper    bool // the reporter's helper may be who reads
	Talk, Notes []Event
	Reply, Note Writing
}

// Writing is a form of one text, with phrases that fill it.
type Writing struct {
	Action  string
	Field   layout.Input
	Phrases []Link
}

// EmployerLink is the page that ties a case to an employer of the register.
type EmployerLink struct {
	CaseHead
	Given, Words, Action string
	Found                []Option
	ChoiceError          string
}
