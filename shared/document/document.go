// Package document draws official documents (statements, notices) as signed PDF files from a typed model. The model holds every word, in the language of its
// reader; the layout is the same for all. Nothing is read here but what the caller hands in: same model, same bytes.
package document

import (
	"time"
)

// Form is the kind of paper.
type Form int

// The forms.
const (
	Letter Form = iota // goes to somebody: red head, large type, wide margins, as GB/T 9704-2012 has it
	Sheet              // holds many figures: small type, narrow margins
)

// Document is what is drawn, from top to bottom. Every text is ready for its reader.
type Document struct {
	Lang      string // zh-CN or en
	Form      Form
	Agency    string // who issues it
	Title     string
	Number    string // 发文字号, such as 嘉社险催〔2026〕12 号
	Facts     []Pair // of a sheet, in one line under the title: date, period …
	Addressee string // of a letter, with its colon
	Banner    string // what must not be missed, such as that a newer document has replaced this one
	Blocks    []Block
	Verify    *Verification
	Watermark string // lies grey behind every page, such as 样本
	Words     Words
	Created   time.Time // of issue; the file's date
}

// Words are the layout's own words.
type Words struct {
	PageOf  string // 第 {0} 页 共 {1} 页
	Missing string // names the characters for which 〓 stands: {0}
}

// Verification stands at the foot of every page.
type Verification struct {
	Text    string // the code and where to check it, in words
	Address string // what the QR code holds; no code without it
	Figure  string // what the QR code is, for who does not see it
}

// Pair is a term and its value.
type Pair struct {
	Term, Value string
	Strong      bool
}

// Block is one of the types below.
type Block interface{ draw(s *sheet) error }

// Align is where a text stands in its place.
type Align int

// The alignments.
const (
	Start Align = iota
	Middle
	End
)

// Heading begins a section.
type Heading struct{ Text string }

// Paragraph is running text. A line end in it begins a new line.
type Paragraph struct {
	Text   string
	Indent bool // by two characters, as Chinese letters do
	Align  Align
	Strong bool
	Small  bool
}

// Clause is a titled list: facts, legal basis, consequences, rights, notes.
type Clause struct {
	Title    string
	Items    []string
	Numbered bool
	Small    bool
}

// Pairs is a ruled form of terms and values, so many side by side.
type Pairs struct {
	Columns int // 1 when 0
	Items   []Pair
	Small   bool
}

// Column of a table.
type Column struct {
	Head  string
	Group string  // heads this column together with its neighbours of the same group
	Share float64 // of the width, against the other columns' shares
	Align Align
}

// Line is one row of a table, a cell a column.
type Line struct {
	Cells  []string
	Strong bool
}

// Table repeats its heads on every page that it reaches. The first column heads the rows.
type Table struct {
	Caption string
	Unit    string // at the right of the caption: 单位：元
	Columns []Column
	Rows    []Line
	Small   bool
}

// SignOff ends a document: the agency, the date, and the place of the seal between them.
type SignOff struct {
	Agency, Date string
	Seal         string // in the seal's place, such as 印章
	Note         string // beside it, such as that the electronic signature counts
}

// Signatures are lines to sign on.
type Signatures struct{ Lines []string }

// Slip is to be cut off and sent back: the receipt of service (送达回证). It is never parted.
type Slip struct {
	Cut   string // on the line to cut along
	Title string
	Pairs []Pair // an empty value leaves room to write
	Notes []string
}

// NewPage ends the page.
type NewPage struct{}
