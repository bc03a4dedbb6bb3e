package document

import "shebao/shared/pdf"

// The widest that a term may be, of its pair.
const termShare = 0.4

// grid gives the terms of a column as much room as the longest needs.
func (b Pairs) grid(s *sheet) *grid {
	n := max(b.Columns, 1)
	g := &grid{s: s, size: s.tableSize(b.Small), heads: func() {}}
	each := s.width() / float64(n)
	for i := range n {
		widest := 0.0
		for at := i; at < len(b.Items); at += n {
			widest = max(widest, pdf.Width(s.file.Glyphs(b.Items[at].Term), g.size))
		}
		x := s.left + float64(i)*each
		g.x = append(g.x, x, x+min(widest+2*padX+1, termShare*each))
	}
	g.x = append(g.x, paperWide-s.right)
	return g
}

// rows lays the pairs out, a row's pairs side by side. The last value takes what is left of its row.
func (b Pairs) rows(g *grid) [][]cell {
	n := max(b.Columns, 1)
	var rows [][]cell
	for from := 0; from < len(b.Items); from += n {
		var row []cell
		for i, p := range b.Items[from:min(from+n, len(b.Items))] {
			to := 2*i + 2
			if from+i == len(b.Items)-1 {
				to = 2 * n
			}
			lines := g.s.wrap(p.Value, g.size, g.x[to]-g.x[2*i+1]-2*padX, 0)
			row = append(row, g.cell(2*i, p.Term, Start, false), cell{lines, Start, p.Strong})
		}
		rows = append(rows, row)
	}
	return rows
}

func (b Pairs) height(s *sheet) float64 {
	g, total := b.grid(s), 0.0
	for _, row := range b.rows(g) {
		total += g.tallest(row)
	}
	return total
}

func (b Pairs) draw(s *sheet) error {
	g := b.grid(s)
	g.table = s.file.Root().Add("Table")
	for _, row := range b.rows(g) {
		g.row(row, func(i int) string {
			if i%2 == 0 {
				return "TH"
			}
			return "TD"
		})
	}
	s.y += s.between
	return nil
}
