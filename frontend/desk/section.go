package desk

import "shebao/frontend/layout"

// Sections is a page made of sections, one below the other.
type Sections struct {
	Page   layout.Page
	Errors []layout.FieldError
	Tabs   []layout.Tab
	Parts  []Section
}

// CaseParts is a tab of a case made of sections.
type CaseParts struct {
	CaseHead
	Parts []Section
}

// Section is one subject of a page; what is empty is not drawn.
type Section struct {
	ID, Title            string
	Warning, Good, Note  string
	Texts                []string
	Terms                []layout.Pair
	Audio                string // address of a recording
	Picture, PictureText string
	Filter               *layout.Form
	Table                layout.Table
	Links                []Link
	Forms                []layout.Form
	Buttons              []layout.Form // forms of one click
	Upload               *Upload
}

// Upload is a form that sends one file.
type Upload struct {
	Action, Label, Hint, Accept, Button string
	Hidden                              []layout.Pair
	Fields                              []layout.FormField
	Errors                              []layout.FieldError
}
