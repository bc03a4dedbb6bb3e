package document

import (
	"strconv"

	"shebao/shared/pdf"
)

func (h Heading) draw(s *sheet) error {
	height := 1.5 * s.heading
	s.need(4 * height) // never alone at the foot of a page
	s.y += 0.3 * s.heading
	s.page.Begin(s.file.Root().Add("H2"))
	s.put(s.left, s.width(), h.Text, pdf.Ink{Size: s.heading, Bold: true}, Start)
	s.page.End()
	s.y += height
	return nil
}

func (p Paragraph) draw(s *sheet) error {
	ink := pdf.Ink{Size: s.text, Bold: p.Strong}
	if p.Small {
		ink.Size = s.small
	}
	indent := 0.0
	if p.Indent {
		indent = 2 * ink.Size
	}
	s.flow(s.file.Root().Add("P"), p.Text, ink, indent, p.Align)
	return nil
}

func (c Clause) draw(s *sheet) error {
	ink := pdf.Ink{Size: s.text}
	if c.Small {
		ink.Size = s.small
	}
	if c.Title != "" {
		s.need(2.5 * s.lead * ink.Size)
		strong := ink
		strong.Bold = true
		s.flowAt(s.file.Root().Add("H2"), s.left, s.width(), c.Title, strong, 0, Start)
	}
	list := s.file.Root().Add("L")
	for i, item := range c.Items {
		mark := "·"
		if c.Numbered {
			mark = strconv.Itoa(i+1) + "."
		}
		room := 1.5 * ink.Size
		s.need(float64(min(2, len(s.wrap(item, ink.Size, s.width()-room, 0)))) * s.lead * ink.Size) // the mark goes where its words go
		entry := list.Add("LI")
		page, y := s.page, s.y
		s.page.Begin(entry.Add("Lbl"))
		s.y += (s.lead - 1) * ink.Size / 2
		s.put(s.left, room, mark, ink, Start)
		s.page.End()
		s.page, s.y = page, y
		s.flowAt(entry.Add("LBody"), s.left+room, s.width()-room, item, ink, 0, Start)
	}
	s.y += s.between
	return nil
}

func (o SignOff) draw(s *sheet) error {
	radius := s.seal
	s.need(2*radius + 2*s.lead*s.text)
	s.y += s.text
	wide := max(pdf.Width(s.file.Glyphs(o.Agency), s.text), pdf.Width(s.file.Glyphs(o.Date), s.text), 2*radius) + 1 // a line exactly as wide as its words would break
	x := paperWide - s.right - min(wide, s.width()) - 2*s.text
	if x < s.left {
		x, wide = s.left, s.width()
	}
	if o.Seal != "" {
		s.page.Begin(nil)
		s.page.Circle(x+wide/2, s.y+radius, radius, 0.8, pdf.Red)
		s.page.End()
	}
	top := s.y
	s.y += radius - 1.6*s.text
	for _, words := range []string{o.Agency, o.Date} {
		s.page.Begin(s.file.Root().Add("P"))
		for _, l := range s.wrap(words, s.text, wide, 0) {
			s.place(x, wide, l.glyphs, pdf.Ink{Size: s.text}, Middle)
			s.y += s.lead * s.text
		}
		s.page.End()
	}
	if o.Seal != "" {
		s.page.Begin(s.file.Root().Add("P"))
		s.put(x, wide, o.Seal, pdf.Ink{Size: s.small, Colour: pdf.Red}, Middle)
		s.page.End()
	}
	end := s.y
	if o.Note != "" && x > s.left+60*mm {
		s.y = top + radius - s.small
		s.page.Begin(s.file.Root().Add("P"))
		for _, l := range s.wrap(o.Note, s.small, x-s.left-6*mm, 0) {
			s.place(s.left, x-s.left, l.glyphs, pdf.Ink{Size: s.small, Colour: pdf.Grey}, Start)
			s.y += 1.5 * s.small
		}
		s.page.End()
	}
	s.y = max(end, top+2*radius) + s.between
	return nil
}

func (b Signatures) draw(s *sheet) error {
	height := 2.1 * s.text
	s.need(height * float64(len(b.Lines)))
	for _, words := range b.Lines {
		s.signatureLine(s.left, s.width(), words, height)
	}
	s.y += s.between
	return nil
}

// signatureLine is words with a line to write on behind them.
func (s *sheet) signatureLine(x, width float64, words string, height float64) {
	ink := pdf.Ink{Size: s.text}
	s.y += height - 1.4*s.text
	s.page.Begin(s.file.Root().Add("P"))
	s.put(x, width, words, ink, Start)
	s.page.Begin(nil)
	from := x + pdf.Width(s.file.Glyphs(words), s.text) + 0.4*s.text
	s.page.Line(from, s.y+1.2*s.text, min(from+60*mm, x+width), s.y+1.2*s.text, 0.5, pdf.Black)
	s.page.End()
	s.y += 1.4 * s.text
}

func (b Slip) draw(s *sheet) error {
	form := Pairs{Columns: 2, Items: b.Pairs}
	height := form.height(s) + 6*s.text + float64(len(b.Notes))*2*s.lead*s.small
	s.need(height)
	s.y += 2 * s.small
	s.page.Begin(nil)
	s.page.DashedLine(s.left-10*mm, s.y, paperWide-s.right+10*mm, s.y, 0.6, pdf.Grey)
	s.y += 3
	s.put(s.left, s.width(), b.Cut, pdf.Ink{Size: s.small, Colour: pdf.Grey}, Middle)
	s.y += 2 * s.small
	s.page.Begin(s.file.Root().Add("H2"))
	s.put(s.left, s.width(), b.Title, pdf.Ink{Size: s.text + 3, Bold: true}, Middle)
	s.page.End()
	s.y += 2 * s.text
	if err := form.draw(s); err != nil {
		return err
	}
	for _, note := range b.Notes {
		s.flow(s.file.Root().Add("P"), note, pdf.Ink{Size: s.small}, 0, Start)
	}
	return nil
}

func (NewPage) draw(s *sheet) error {
	s.nextPage()
	return nil
}
