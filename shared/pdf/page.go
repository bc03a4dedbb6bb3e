package pdf

import (
	"math"
	"strconv"
)

// Colour in sRGB.
type Colour struct{ R, G, B uint8 }

// The colours of official paper.
var (
	Black = Colour{}
	Red   = Colour{200, 16, 16}
	Grey  = Colour{90, 90, 90}
	Pale  = Colour{236, 236, 236}
)

// Page is drawn on with lengths in points from its top left corner.
type Page struct {
	file          *File
	width, height float64
	content       []byte
	marks         []*Element // by number
	open          bool

	fill, stroke Colour
	line         float64
	dashed       bool
}

// AddPage appends a page.
func (f *File) AddPage(width, height float64) *Page {
	p := &Page{file: f, width: width, height: height, line: 1}
	f.pages = append(f.pages, p)
	return p
}

// Begin makes what is drawn until End part of an element; nil makes it an artifact, which nobody reads aloud: rules, page numbers, repeated heads.
func (p *Page) Begin(e *Element) {
	p.End()
	p.open = true
	if e == nil {
		p.content = append(p.content, "/Artifact BMC\n"...)
		return
	}
	p.content = append(p.content, '/')
	p.content = append(p.content, e.kind...)
	p.content = append(p.content, " <</MCID "...)
	p.content = strconv.AppendInt(p.content, int64(len(p.marks)), 10)
	p.content = append(p.content, ">> BDC\n"...)
	e.kids = append(e.kids, kid{page: p, mark: len(p.marks)})
	p.marks = append(p.marks, e)
}

// End closes what Begin opened.
func (p *Page) End() {
	if p.open {
		p.content = append(p.content, "EMC\n"...)
		p.open = false
	}
}

// Ink is how text is drawn.
type Ink struct {
	Size   float64
	Colour Colour
	Bold   bool    // outlined as well as filled: the weight of a bold face from a regular one
	Spread float64 // added behind every character, in points
	Turn   float64 // degrees against the clock, around the text's beginning
}

// Text draws glyphs with their baseline's beginning at x, y.
func (p *Page) Text(x, y float64, glyphs []Glyph, ink Ink) {
	if len(glyphs) == 0 {
		return
	}
	p.setFill(ink.Colour)
	if ink.Bold {
		p.setStroke(ink.Colour)
		p.setLine(ink.Size/32, false)
	}
	b := append(p.content, "BT "...)
	if ink.Bold {
		b = append(b, "2 Tr "...)
	}
	if ink.Spread != 0 {
		b = append(number(b, ink.Spread), "Tc "...)
	}
	sin, cos := math.Sincos(ink.Turn * math.Pi / 180)
	for _, v := range []float64{cos, sin, -sin, cos} {
		b = number4(b, v)
	}
	b = append(number(number(b, x), p.height-y), "Tm "...)
	for from := 0; from < len(glyphs); {
		to, face := from, glyphs[from].face
		b = append(b, "/F"...)
		b = append(strconv.AppendInt(b, int64(face), 10), ' ')
		b = append(number(b, ink.Size), "Tf <"...)
		for ; to < len(glyphs) && glyphs[to].face == face; to++ {
			b = hex16(b, glyphs[to].number)
		}
		b = append(b, "> Tj "...)
		from = to
	}
	if ink.Spread != 0 {
		b = append(b, "0 Tc "...)
	}
	if ink.Bold {
		b = append(b, "0 Tr "...)
	}
	p.content = append(b, "ET\n"...)
}

// Line draws a stroke.
func (p *Page) Line(x1, y1, x2, y2, width float64, colour Colour) {
	p.setStroke(colour)
	p.setLine(width, false)
	p.content = append(number(number(p.content, x1), p.height-y1), "m "...)
	p.content = append(number(number(p.content, x2), p.height-y2), "l S\n"...)
}

// DashedLine draws a dashed stroke.
func (p *Page) DashedLine(x1, y1, x2, y2, width float64, colour Colour) {
	p.setStroke(colour)
	p.setLine(width, true)
	p.content = append(number(number(p.content, x1), p.height-y1), "m "...)
	p.content = append(number(number(p.content, x2), p.height-y2), "l S\n"...)
}

// Box draws a rectangle's outline.
func (p *Page) Box(x, y, width, height, line float64, colour Colour) {
	p.setStroke(colour)
	p.setLine(line, false)
	p.rectangle(x, y, width, height)
	p.content = append(p.content, "S\n"...)
}

// Fill draws a filled rectangle.
func (p *Page) Fill(x, y, width, height float64, colour Colour) {
	p.setFill(colour)
	p.rectangle(x, y, width, height)
	p.content = append(p.content, "f\n"...)
}

// Matrix fills the dark modules of a square such as a QR code, as one shape of runs, so that no hairline parts neighbours.
func (p *Page) Matrix(x, y, size float64, modules [][]bool) {
	p.setFill(Black)
	step := size / float64(len(modules))
	for row, line := range modules {
		for from := 0; from < len(line); {
			if !line[from] {
				from++
				continue
			}
			to := from
			for to < len(line) && line[to] {
				to++
			}
			p.rectangle(x+float64(from)*step, y+float64(row)*step, float64(to-from)*step, step)
			from = to
		}
	}
	p.content = append(p.content, "f\n"...)
}

// Circle draws a dashed outline around a centre.
func (p *Page) Circle(x, y, radius, line float64, colour Colour) {
	const kappa = 0.5522847498 // of a cubic that is nearest to a quarter of a circle
	p.setStroke(colour)
	p.setLine(line, true)
	y = p.height - y
	k := radius * kappa
	b := append(number(number(p.content, x+radius), y), "m "...)
	for _, c := range [][6]float64{
		{x + radius, y + k, x + k, y + radius, x, y + radius}, {x - k, y + radius, x - radius, y + k, x - radius, y},
		{x - radius, y - k, x - k, y - radius, x, y - radius}, {x + k, y - radius, x + radius, y - k, x + radius, y},
	} {
		for _, v := range c {
			b = number(b, v)
		}
		b = append(b, "c "...)
	}
	p.content = append(b, "S\n"...)
}

func (p *Page) rectangle(x, y, width, height float64) {
	b := number(number(p.content, x), p.height-y-height)
	p.content = append(number(number(b, width), height), "re "...)
}

func (p *Page) setFill(c Colour) {
	if p.fill != c {
		p.fill, p.content = c, append(colour(p.content, c), "rg\n"...)
	}
}

func (p *Page) setStroke(c Colour) {
	if p.stroke != c {
		p.stroke, p.content = c, append(colour(p.content, c), "RG\n"...)
	}
}

func (p *Page) setLine(width float64, dashed bool) {
	if p.line != width {
		p.line, p.content = width, append(number(p.content, width), "w\n"...)
	}
	if p.dashed != dashed {
		p.dashed = dashed
		if dashed {
			p.content = append(p.content, "[3 2] 0 d\n"...)
		} else {
			p.content = append(p.content, "[] 0 d\n"...)
		}
	}
}

func colour(b []byte, c Colour) []byte {
	for _, v := range [...]uint8{c.R, c.G, c.B} {
		b = number4(b, float64(v)/255)
	}
	return b
}

// number writes a length with two decimals, which is finer than any printer, and a space.
func number(b []byte, v float64) []byte { return decimal(b, int64(math.Round(v*100)), 2) }

func number4(b []byte, v float64) []byte { return decimal(b, int64(math.Round(v*10000)), 4) }

func decimal(b []byte, scaled int64, places int) []byte {
	if scaled < 0 {
		b, scaled = append(b, '-'), -scaled
	}
	for places > 0 && scaled%10 == 0 {
		places, scaled = places-1, scaled/10
	}
	unit := int64(1)
	for range places {
		unit *= 10
	}
	b = strconv.AppendInt(b, scaled/unit, 10)
	if places > 0 {
		b = append(b, '.')
		for rest := scaled % unit; unit > 1; rest %= unit {
			unit /= 10
			b = append(b, byte('0'+rest/unit))
		}
	}
	return append(b, ' ')
}

const hexDigits = "0123456789ABCDEF"

func hex16(b []byte, v uint16) []byte {
	return append(b, hexDigits[v>>12], hexDigits[v>>8&15], hexDigits[v>>4&15], hexDigits[v&15])
}

func itoa(n int) string { return strconv.Itoa(n) }
