package layout

// Table is a table of figures: every row begins with its heading cell. Columns that a phone has no room for are named there, and stay in the downloads.
type Table struct {
	ID, Caption string
	Quiet       bool // the heading above says the same: the caption is for readers of the table alone
	Head        []Column
	Rows        [][]Cell
	Foot        []Cell
	Empty       string // what is said instead of an empty table
}

// Column is a column's head.
type Column struct {
	Text   string
	Number bool // right-aligned
	Wide   bool // left out on phones
}

// Cell is one value.
type Cell struct {
	Text  string
	Href  string
	Tag   string // class of a status tag around the text: owe, paid, wait, infot, none
	Glyph string // before a status, since colour alone says nothing
	Note  string // small, on a line of its own
}

func (t Table) classOf(i int) string {
	class := ""
	if t.Head[i].Number {
		class = "num"
	}
	if t.Head[i].Wide {
		class += " hide-s"
	}
	return class
}

// headClass is the class of a row's heading cell: a name with something below it may take several lines, so that a phone has room for the rest.
func (t Table) headClass(c Cell) string {
	if (c.Note != "" || c.Href != "") && len(c.Text) > len("2026-11-28 11:05") { // a day stays whole
		return t.classOf(0) + " name"
	}
	return t.classOf(0)
}

// Pair is a term and its value.
type Pair struct{ Term, Value string }
