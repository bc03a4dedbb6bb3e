package document

import (
	"strconv"
	"strings"

	"shebao/shared/pdf"
)

// A4 in points; a millimetre is 72/25.4.
const (
	mm        = 72 / 25.4
	paperWide = 210 * mm
	paperHigh = 297 * mm
	footHigh  = 19 * mm // what the foot of a page takes above its margin
	codeWide  = 15 * mm // of the QR code
)

// measures of a form, in points. A letter follows GB/T 9704-2012 (党政机关公文格式) with smaller type: margins of 28 and 26 mm, red head, rule of the width of the text.
type measures struct {
	left, right, top, bottom       float64
	text, small, heading, title    float64 // sizes
	lead                           float64 // line height by size
	between                        float64 // after a block
	agency, number, table, caption float64
	seal                           float64 // the radius of its place
}

func measuresOf(f Form) measures {
	if f == Sheet {
		return measures{left: 15 * mm, right: 15 * mm, top: 14 * mm, bottom: 10 * mm, text: 9.5, small: 7.5, heading: 10.5, title: 16, lead: 1.5, between: 6, agency: 12, number: 9, table: 8.5, caption: 8.5, seal: 14 * mm}
	}
	return measures{left: 28 * mm, right: 26 * mm, top: 25 * mm, bottom: 12 * mm, text: 13, small: 10, heading: 13, title: 20, lead: 1.75, between: 6, agency: 26, number: 12, table: 10, caption: 10, seal: 18 * mm}
}

// sheet is a document on its way to paper.
type sheet struct {
	measures
	doc   *Document
	file  *pdf.File
	page  *pdf.Page
	pages []*pdf.Page
	y     float64 // of the next line's top, from the paper's top
}

func (s *sheet) width() float64 { return paperWide - s.left - s.right }

// floor is where the text of a page ends.
func (s *sheet) floor() float64 { return paperHigh - s.bottom - footHigh }

func (s *sheet) nextPage() {
	s.page = s.file.AddPage(paperWide, paperHigh)
	s.pages = append(s.pages, s.page)
	s.y = s.top
	s.watermark()
	if len(s.pages) > 1 {
		s.page.Begin(nil)
		s.put(s.left, s.width(), strings.TrimSpace(s.doc.Title+"  "+s.doc.Number), pdf.Ink{Size: s.small, Colour: pdf.Grey}, End)
		s.page.End()
		s.y += 2 * s.small
	}
}

// need begins a new page when so much does not fit on this one any more.
func (s *sheet) need(height float64) {
	if s.y+height > s.floor() && s.y > s.top+2*s.small {
		s.nextPage()
	}
}

// put writes one line at the current height without moving on.
func (s *sheet) put(x, width float64, text string, ink pdf.Ink, align Align) {
	s.place(x, width, s.file.Glyphs(text), ink, align)
}

// place writes glyphs; their baseline lies where the middle of a Chinese character stands in the middle of the line.
func (s *sheet) place(x, width float64, glyphs []pdf.Glyph, ink pdf.Ink, align Align) {
	switch align {
	case Middle:
		x += (width - pdf.Width(glyphs, ink.Size)) / 2
	case End:
		x += width - pdf.Width(glyphs, ink.Size)
	}
	s.page.Text(x, s.y+0.88*ink.Size, glyphs, ink)
}

// head draws what every document begins with.
func (s *sheet) head() {
	red := pdf.Red
	s.page.Begin(s.file.Root().Add("P"))
	for _, l := range s.wrap(s.doc.Agency, s.agency, s.width(), 0) {
		s.place(s.left, s.width(), l.glyphs, pdf.Ink{Size: s.agency, Colour: red, Bold: true}, Middle)
		s.y += 1.3 * s.agency
	}
	s.page.End()
	if s.doc.Form == Letter && s.doc.Number != "" {
		s.y += 8
		s.page.Begin(s.file.Root().Add("P"))
		s.put(s.left, s.width(), s.doc.Number, pdf.Ink{Size: s.number}, Middle)
		s.y += 1.5 * s.number
	}
	s.y += 3
	s.page.Begin(nil)
	s.page.Line(s.left, s.y, paperWide-s.right, s.y, 1.6, red)
	if s.doc.Form == Sheet {
		s.page.Line(s.left, s.y+2.4, paperWide-s.right, s.y+2.4, 0.5, red)
	}
	s.page.End()
	s.y += 0.8 * s.title
	s.page.Begin(s.file.Root().Add("H1"))
	for _, l := range s.wrap(s.doc.Title, s.title, s.width(), 0) {
		s.place(s.left, s.width(), l.glyphs, pdf.Ink{Size: s.title, Bold: true}, Middle)
		s.y += 1.4 * s.title
	}
	s.page.End()
	s.facts()
	s.banner()
	if s.doc.Addressee != "" {
		s.y += 0.4 * s.text
		s.flow(s.file.Root().Add("P"), s.doc.Addressee, pdf.Ink{Size: s.text}, 0, Start)
	}
}

// facts are a sheet's number, date and so on, spread over one line, or over more when they must be.
func (s *sheet) facts() {
	var texts []string
	if s.doc.Form == Sheet && s.doc.Number != "" {
		texts = append(texts, s.doc.Number)
	}
	for _, fact := range s.doc.Facts {
		texts = append(texts, fact.Term+"\u00a0"+fact.Value)
	}
	if len(texts) == 0 {
		return
	}
	s.page.Begin(s.file.Root().Add("P"))
	for _, l := range s.wrap(strings.Join(texts, " \u3000"), s.number, s.width(), 0) {
		s.place(s.left, s.width(), l.glyphs, pdf.Ink{Size: s.number}, Middle)
		s.y += 1.5 * s.number
	}
	s.page.End()
	s.y += 3
}

func (s *sheet) banner() {
	if s.doc.Banner == "" {
		return
	}
	const pad = 5
	ink := pdf.Ink{Size: s.heading, Colour: pdf.Red, Bold: true}
	lines := s.wrap(s.doc.Banner, ink.Size, s.width()-4*pad, 0)
	height := float64(len(lines))*1.4*ink.Size + 2*pad
	s.page.Begin(nil)
	s.page.Box(s.left, s.y, s.width(), height, 1.2, pdf.Red)
	s.page.Begin(s.file.Root().Add("P"))
	s.y += pad + 0.2*ink.Size
	for _, l := range lines {
		s.place(s.left+2*pad, s.width()-4*pad, l.glyphs, ink, Middle)
		s.y += 1.4 * ink.Size
	}
	s.page.End()
	s.y += pad + s.between
}

// flow writes running text over lines and pages.
func (s *sheet) flow(e *pdf.Element, text string, ink pdf.Ink, indent float64, align Align) {
	s.flowAt(e, s.left, s.width(), text, ink, indent, align)
	s.y += s.between / 2
}

func (s *sheet) flowAt(e *pdf.Element, x, width float64, text string, ink pdf.Ink, indent float64, align Align) {
	height := s.lead * ink.Size
	lines := s.wrap(text, ink.Size, width, indent)
	for i, l := range lines {
		if i == 0 && len(lines) > 1 {
			s.need(2 * height) // no first line alone at the foot of a page
		}
		s.need(height)
		from := 0.0
		if i == 0 || lines[i-1].last && indent > 0 {
			from = indent
		}
		ink.Spread = 0
		if !l.last && align == Start {
			ink.Spread = spread(l.glyphs, ink.Size, width-from)
		}
		s.page.Begin(e)
		s.y += (height - ink.Size) / 2
		s.place(x+from, width-from, l.glyphs, ink, align)
		s.y += (height + ink.Size) / 2
		s.page.End()
	}
}

// spread is what each character of a full line is moved apart by, so that the right margin is even; nothing where that would tear the line.
func spread(glyphs []pdf.Glyph, size, width float64) float64 {
	if len(glyphs) < 2 {
		return 0
	}
	each := (width - pdf.Width(glyphs, size)) / float64(len(glyphs)-1)
	if each < 0 || each > 0.12*size {
		return 0
	}
	return each
}

func (s *sheet) watermark() {
	if s.doc.Watermark == "" {
		return
	}
	glyphs := s.file.Glyphs(s.doc.Watermark)
	const size = 60
	ink := pdf.Ink{Size: size, Colour: pdf.Pale, Turn: 35}
	s.page.Begin(nil)
	half := pdf.Width(glyphs, size) / 2
	for _, middle := range []float64{0.35, 0.75} {
		s.page.Text(paperWide/2-0.82*half, middle*paperHigh+0.57*half, glyphs, ink)
	}
	s.page.End()
}

// nameMissing tells which characters the substitute stands for, so that nobody takes 〓 for a part of a name.
func (s *sheet) nameMissing() {
	missing := s.file.Missing()
	if len(missing) == 0 {
		return
	}
	var names []string
	for _, r := range missing {
		names = append(names, "U+"+strings.ToUpper(strconv.FormatInt(int64(r), 16)))
	}
	s.flow(s.file.Root().Add("P"), strings.ReplaceAll(s.doc.Words.Missing, "{0}", strings.Join(names, " ")), pdf.Ink{Size: s.small}, 0, Start)
}

// feet draws the foot of every page, when their number is known: the check on the left of its QR code, the page's number in the middle below.
func (s *sheet) feet() {
	top := paperHigh - s.bottom - footHigh + 2*mm
	for i, page := range s.pages {
		s.page, s.y = page, top
		page.Begin(nil)
		page.Line(s.left, s.y, paperWide-s.right, s.y, 0.4, pdf.Grey)
		page.End()
		s.y += 3
		if v := s.doc.Verify; v != nil {
			s.check(v, i == 0)
		}
		page.Begin(nil)
		s.y = paperHigh - s.bottom - s.small
		words := strings.NewReplacer("{0}", strconv.Itoa(i+1), "{1}", strconv.Itoa(len(s.pages))).Replace(s.doc.Words.PageOf)
		s.put(s.left, s.width(), words, pdf.Ink{Size: s.small + 1}, Middle)
		page.End()
	}
}

// check is read aloud once, not on every page.
func (s *sheet) check(v *Verification, first bool) {
	var text, figure *pdf.Element
	if first {
		text, figure = s.file.Root().Add("P"), s.file.Root().Add("Figure").Describe(v.Figure)
	}
	width, y := s.width(), s.y
	if modules := modulesOf(v.Address); modules != nil {
		s.page.Begin(figure)
		s.page.Matrix(paperWide-s.right-codeWide, s.y, codeWide, modules)
		s.page.End()
		width -= codeWide + 4*mm
	}
	s.page.Begin(text)
	for _, l := range s.wrap(v.Text, s.small+1, width, 0) {
		s.place(s.left, width, l.glyphs, pdf.Ink{Size: s.small + 1}, Start)
		s.y += 1.4 * (s.small + 1)
	}
	s.page.End()
	s.y = y
}
