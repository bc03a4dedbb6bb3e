package document

import (
	"fmt"
	"slices"

	"shebao/shared/pdf"
)

// The room around a cell's text, in points.
const (
	padX = 3
	padY = 2.2
	rule = 0.5
)

// shade lies behind what heads a row.
var shade = pdf.Colour{R: 245, G: 245, B: 245}

// cell is a cell's lines.
type cell struct {
	lines  []line
	align  Align
	strong bool
}

// grid draws rows of cells under heads that return on every page.
type grid struct {
	s     *sheet
	size  float64
	x     []float64 // left edges, and the right edge
	heads func()
	table *pdf.Element
}

func (g *grid) lead() float64 { return 1.35 * g.size }

func (g *grid) cell(i int, text string, align Align, strong bool) cell {
	return cell{g.s.wrap(text, g.size, g.x[i+1]-g.x[i]-2*padX, 0), align, strong}
}

func (g *grid) tallest(cells []cell) float64 {
	most := 1
	for _, c := range cells {
		most = max(most, len(c.lines))
	}
	return float64(most)*g.lead() + 2*padY
}

// row draws cells; kinds are their elements' (TH heads the row). A row that no page can hold is parted between lines.
func (g *grid) row(cells []cell, kind func(i int) string) {
	s, height := g.s, g.tallest(cells)
	if s.y+height > s.floor() {
		s.nextPage()
		g.heads()
	}
	for height > s.floor()-s.y { // taller than a page
		room := int((s.floor() - s.y - 2*padY) / g.lead())
		part, rest := make([]cell, len(cells)), make([]cell, len(cells))
		for i, c := range cells {
			n := min(room, len(c.lines))
			part[i], rest[i] = cell{c.lines[:n], c.align, c.strong}, cell{c.lines[n:], c.align, c.strong}
		}
		g.draw(part, g.tallest(part), kind)
		s.nextPage()
		g.heads()
		cells, height = rest, g.tallest(rest)
	}
	g.draw(cells, height, kind)
}

func (g *grid) draw(cells []cell, height float64, kind func(i int) string) {
	s, end := g.s, g.x[len(g.x)-1]
	edges := append(slices.Clone(g.x[:len(cells)]), end) // the last cell of a shorter row takes the rest
	s.page.Begin(nil)
	for i := range cells {
		if kind(i) == "TH" {
			s.page.Fill(edges[i], s.y, edges[i+1]-edges[i], height, shade)
		}
	}
	s.page.Line(edges[0], s.y, end, s.y, rule, pdf.Black)
	s.page.Line(edges[0], s.y+height, end, s.y+height, rule, pdf.Black)
	for _, x := range edges {
		s.page.Line(x, s.y, x, s.y+height, rule, pdf.Black)
	}
	s.page.End()
	row := g.table.Add("TR")
	for i, c := range cells {
		e := row.Add(kind(i))
		if kind(i) == "TH" {
			e.HeadOf(pdf.Row, 1)
		}
		g.text(e, edges[i], edges[i+1]-edges[i], height, c)
	}
	s.y += height
}

// text writes a cell in the middle of its height.
func (g *grid) text(e *pdf.Element, x, width, height float64, c cell) {
	if len(c.lines) == 0 || len(c.lines) == 1 && len(c.lines[0].glyphs) == 0 {
		return
	}
	s, top := g.s, g.s.y
	s.page.Begin(e)
	s.y += (height-float64(len(c.lines))*g.lead())/2 + (g.lead()-g.size)/2
	for _, l := range c.lines {
		s.place(x+padX, width-2*padX, l.glyphs, pdf.Ink{Size: g.size, Bold: c.strong}, c.align)
		s.y += g.lead()
	}
	s.page.End()
	s.y = top
}

func (s *sheet) tableSize(small bool) float64 {
	if small {
		return s.small
	}
	return s.table
}

func (t Table) draw(s *sheet) error {
	g := grid{s: s, size: s.tableSize(t.Small), table: s.file.Root().Add("Table")}
	total := 0.0
	for _, c := range t.Columns {
		total += c.Share
	}
	if total <= 0 {
		return fmt.Errorf("%w: a table without columns", ErrModel)
	}
	x := s.left
	for _, c := range t.Columns {
		g.x = append(g.x, x)
		x += s.width() * c.Share / total
	}
	g.x = append(g.x, paperWide-s.right)
	heads := t.headsOf(&g)
	s.need(heads.height + 3*g.lead() + 2*s.caption)
	t.title(s, g.table)
	heads.draw(g.table)
	g.heads = func() { heads.draw(nil) }
	for _, r := range t.Rows {
		if len(r.Cells) != len(t.Columns) {
			return fmt.Errorf("%w: a row of %d cells under %d heads", ErrModel, len(r.Cells), len(t.Columns))
		}
		cells := make([]cell, len(r.Cells))
		for i, text := range r.Cells {
			cells[i] = g.cell(i, text, t.Columns[i].Align, r.Strong)
		}
		g.row(cells, func(i int) string {
			if i == 0 {
				return "TH"
			}
			return "TD"
		})
	}
	s.y += s.between
	return nil
}

// title is the caption with the unit at the other end of the line.
func (t Table) title(s *sheet, table *pdf.Element) {
	if t.Caption == "" && t.Unit == "" {
		return
	}
	s.y += 0.3 * s.caption
	s.page.Begin(table.Add("Caption"))
	s.put(s.left, s.width(), t.Caption, pdf.Ink{Size: s.caption, Bold: true}, Start)
	s.put(s.left, s.width(), t.Unit, pdf.Ink{Size: s.small}, End)
	s.page.End()
	s.y += 1.5 * s.caption
}

// heads are the rows of heading cells: two where columns have a common head.
type heads struct {
	g          *grid
	columns    []Column
	upper      []cell // by column; of a group at its first column
	lower      []cell
	top, below float64 // heights
	height     float64
}

func (t Table) headsOf(g *grid) *heads {
	h := &heads{g: g, columns: t.Columns, upper: make([]cell, len(t.Columns)), lower: make([]cell, len(t.Columns))}
	for i, c := range t.Columns {
		if c.Group == "" {
			continue
		}
		h.lower[i] = g.cell(i, c.Head, Middle, true)
		if i == 0 || t.Columns[i-1].Group != c.Group {
			h.upper[i] = cell{g.s.wrap(c.Group, g.size, g.x[h.end(i)]-g.x[i]-2*padX, 0), Middle, true}
		}
	}
	h.top = g.tallest(h.upper)
	for _, c := range t.Columns {
		if c.Group != "" {
			h.below = g.tallest(h.lower)
		}
	}
	for i, c := range t.Columns {
		if c.Group == "" {
			h.upper[i] = g.cell(i, c.Head, Middle, true)
			h.top = max(h.top, g.tallest(h.upper[i:i+1])-h.below)
		}
	}
	h.height = h.top + h.below
	return h
}

// end is the column behind the group that begins at i.
func (h *heads) end(i int) int {
	j := i + 1
	for h.columns[i].Group != "" && j < len(h.columns) && h.columns[j].Group == h.columns[i].Group {
		j++
	}
	return j
}

// draw draws the heads as part of a table, or once more as an artifact.
func (h *heads) draw(table *pdf.Element) {
	s, g := h.g.s, h.g
	row := func() *pdf.Element {
		if table == nil {
			return nil
		}
		return table.Add("TR")
	}
	s.page.Begin(nil)
	last := g.x[len(h.columns)]
	s.page.Fill(g.x[0], s.y, last-g.x[0], h.height, pdf.Pale)
	s.page.Line(g.x[0], s.y, last, s.y, rule, pdf.Black)
	s.page.Line(g.x[0], s.y+h.height, last, s.y+h.height, rule, pdf.Black)
	s.page.Line(last, s.y, last, s.y+h.height, rule, pdf.Black)
	for i := range h.columns {
		from := s.y
		if i > 0 && h.columns[i].Group != "" && h.columns[i].Group == h.columns[i-1].Group {
			from += h.top
		}
		s.page.Line(g.x[i], from, g.x[i], s.y+h.height, rule, pdf.Black)
		if h.columns[i].Group != "" {
			s.page.Line(g.x[i], s.y+h.top, g.x[i+1], s.y+h.top, rule, pdf.Black)
		}
	}
	s.page.End()
	first := row()
	for i := 0; i < len(h.columns); i = h.end(i) {
		height, rows := h.top, 1
		if h.columns[i].Group == "" {
			height = h.height
			if h.below > 0 {
				rows = 2
			}
		}
		g.text(headCell(first, h.end(i)-i, rows), g.x[i], g.x[h.end(i)]-g.x[i], height, h.upper[i])
	}
	if h.below > 0 {
		second := row()
		s.y += h.top
		for i, c := range h.columns {
			if c.Group != "" {
				g.text(headCell(second, 1, 1), g.x[i], g.x[i+1]-g.x[i], h.below, h.lower[i])
			}
		}
		s.y -= h.top
	}
	s.y += h.height
}

func headCell(row *pdf.Element, columns, rows int) *pdf.Element {
	if row == nil {
		return nil
	}
	return row.Add("TH").HeadOf(pdf.Column, columns).Over(rows)
}
