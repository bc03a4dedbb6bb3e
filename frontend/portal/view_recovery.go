package portal

// Recovery is how the arrears of one month, or of several alike, come back.
type Recovery struct {
	Heading string
	Link    string // to the month; empty for several
	Status  Cell
	Steps   []RecoveryStep
}

// RecoveryStep is one step: what happened as glyph and word, and when.
type RecoveryStep struct {
	Cell
	Text string
}

// Changes is what has become of a person's matters since the visit before.
type Changes struct {
	Heading string
	List    []Changed
	None    string // for an empty list
}

// Changed is one of them.
type Changed struct {
	Cell
	Text, Link string
}
