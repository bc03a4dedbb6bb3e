package pdf

import (
	"slices"
	"time"
	"unicode"
)

// Info is what a file says of itself.
type Info struct {
	Title, Author, Subject string
	Lang                   string    // of its text, such as zh-CN
	Created                time.Time // from the content, never the clock: the same content makes the same bytes
}

// Glyph is a character as a file draws it.
type Glyph struct {
	Rune   rune
	Width  int // in thousandths of the size
	face   int
	number uint16
}

// File is a document being drawn. Not safe for concurrent use.
type File struct {
	info    Info
	faces   []*face // in the order in which they are asked for a character
	known   map[rune]Glyph
	missing []rune
	pages   []*Page
	root    *Element
}

// Substitute is drawn for a character that no font has: the geta mark (〓), with which typesetters have long kept the place of a missing character. The text layer still
// says the character itself, and Missing names it.
const Substitute = '〓'

// New begins a file. A character is drawn with the first font that has it.
func New(info Info, first *Font, others ...*Font) *File {
	f := &File{info: info, known: map[rune]Glyph{}, faces: []*face{newFace(first)}}
	for _, font := range others {
		f.faces = append(f.faces, newFace(font))
	}
	f.root = &Element{kind: "Document"}
	return f
}

// Root is the structure's outermost element.
func (f *File) Root() *Element { return f.root }

// Missing are the characters for which the substitute stands, in the order of their first use.
func (f *File) Missing() []rune { return slices.Clone(f.missing) }

// Glyphs are a text's glyphs. What draws nothing (controls, variation selectors, joiners) is left out.
func (f *File) Glyphs(text string) []Glyph {
	glyphs := make([]Glyph, 0, len(text)/2)
	for _, r := range text {
		if g, ok := f.glyph(r); ok {
			glyphs = append(glyphs, g)
		}
	}
	return glyphs
}

func (f *File) glyph(r rune) (Glyph, bool) {
	if g, ok := f.known[r]; ok {
		return g, true
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
		return Glyph{}, false
	}
	g, ok := f.draw(r, r)
	if !ok {
		f.missing = append(f.missing, r)
		if g, ok = f.draw(Substitute, r); !ok { // a font without it: the "not defined" box
			g = Glyph{r, f.faces[0].font.advance(0), 0, f.faces[0].add(0, r)}
		}
	}
	f.known[r] = g
	return g, true
}

// draw makes r's glyph, which says says.
func (f *File) draw(r, says rune) (Glyph, bool) {
	for i, face := range f.faces {
		if glyph, ok := face.font.glyphOf(r); ok {
			return Glyph{says, face.font.advance(glyph), i, face.add(glyph, says)}, true
		}
	}
	return Glyph{}, false
}

// Width of glyphs in points at a size in points.
func Width(glyphs []Glyph, size float64) float64 {
	n := 0
	for i := range glyphs {
		n += glyphs[i].Width
	}
	return float64(n) * size / 1000
}

// Element is a node of the structure that readers for the blind follow: Document, H1, P, Table, TR, TH, TD, Figure … (ISO 32000-1, 14.8.4).
type Element struct {
	kind  string
	attrs string
	alt   string
	kids  []kid

	object int // when written
	parent *Element
}

// kid is an element or a piece of a page.
type kid struct {
	element *Element
	page    *Page
	mark    int
}

// Add appends a child of a kind.
func (e *Element) Add(kind string) *Element {
	child := &Element{kind: kind, parent: e}
	e.kids = append(e.kids, kid{element: child})
	return child
}

// HeadOf says which cells a TH heads: its column or its row, over so many columns.
func (e *Element) HeadOf(scope Scope, columns int) *Element {
	e.attrs = "/O/Table/Scope/" + string(scope)
	if columns > 1 {
		e.attrs += "/ColSpan " + itoa(columns)
	}
	return e
}

// Over says that a TH covers so many rows.
func (e *Element) Over(rows int) *Element {
	if rows > 1 {
		e.attrs += "/RowSpan " + itoa(rows)
	}
	return e
}

// Describe gives a Figure its words.
func (e *Element) Describe(words string) *Element {
	e.alt = words
	return e
}

// Scope of a heading cell.
type Scope string

// The scopes.
const (
	Column Scope = "Column"
	Row    Scope = "Row"
)
