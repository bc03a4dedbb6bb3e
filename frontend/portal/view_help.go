package portal

import "shebao/frontend/layout"

// HelpIndex lists the pages of help.
type HelpIndex struct {
	Page  layout.Page
	Cards []Card
}

// Card is a link with what it leads to.
type Card struct{ Href, Title, Text string }

// Help is a page of plain text.
type Help struct {
	Page     layout.Page
	Sections []HelpSection
}

// HelpSection is a heading and what is to be said under it.
type HelpSection struct {
	Heading string
	Lines   []string
}
