package portal

import (
	"github.com/a-h/templ"

	"shebao/frontend/layout"
	"shebao/frontend/static"
)

func (m *markup) icon(name string) {
	m.put(`<svg class="i" aria-hidden="true" focusable="false"><use href="`, static.Address("icons.svg"), `#`, name, `"></use></svg>`)
}

// alert says that months are owed; nothing when there is none.
func alert(a *Alert, p layout.Page) templ.Component {
	return byHand(func(m *markup) { m.alert(a, &p) })
}

func (m *markup) alert(a *Alert, p *layout.Page) {
	if a == nil {
		return
	}
	m.put(`<div class="banner owe"><h2>`)
	m.icon("alert")
	m.put(` `, a.Title, `</h2>`)
	for _, line := range a.Lines {
		m.put(`<p>`, line.Text, `<br><a class="noprint" href="`, line.Link, `">`, p.T("portal.report"), `</a><br class="nonelder"><a class="noprint nonelder" href="`, line.Unsure, `">`, p.T("portal.unsure"), `</a></p>`)
	}
	m.put(`</div>`)
}

// monthList is the table of months for who reads large letters.
func monthList(rows []MonthRow, p layout.Page) templ.Component {
	return byHand(func(m *markup) { m.monthList(rows, &p) })
}

func (m *markup) monthList(rows []MonthRow, p *layout.Page) {
	m.put(`<ul class="mlist">`)
	for i := range rows {
		row := &rows[i]
		m.put(`<li>`)
		m.month(row)
		m.put(` `)
		m.cell(row.Status)
		m.put(`<br>`, p.T("portal.month.parts", row.Employer, row.Person))
		if row.Note != "" {
			m.put(`<br><span class="muted">`, row.Note, `</span>`)
		}
		m.put(`</li>`)
	}
	m.put(`</ul>`)
}

// month leads to the month's page when there is something to see.
func (m *markup) month(row *MonthRow) {
	if row.Link != "" {
		m.put(`<a href="`, row.Link, `">`, row.Month, `</a>`)
	} else {
		m.text(row.Month)
	}
}

// cell is a status in a word, with its glyph.
func cell(c Cell) templ.Component { return byHand(func(m *markup) { m.cell(c) }) }

func (m *markup) cell(c Cell) {
	m.put(`<span class="tag `, c.Class, `"><span aria-hidden="true">`, c.Glyph, `</span> `, c.Word, `</span>`)
}

// grid is for the eye; the table of months, or the list in elder mode, says the same in words.
func grid(g Grid, p layout.Page) templ.Component {
	if len(g.Rows) == 0 {
		return templ.NopComponent
	}
	return byHand(func(m *markup) { m.grid(&g, p.T("portal.insurance")) })
}

func (m *markup) grid(g *Grid, corner string) {
	m.put(`<div class="tablebox nonelder" tabindex="0" role="region" aria-label="`, g.Caption, `"><table class="strip"><caption>`, g.Caption,
		`</caption><colgroup><col class="c0"><col span="12"></colgroup><thead><tr><th scope="col"><span class="vh">`, corner, `</span></th>`)
	for _, month := range g.Months {
		m.put(`<th scope="col">`, month, `</th>`)
	}
	m.put(`</tr></thead><tbody>`)
	for _, row := range g.Rows {
		m.put(`<tr><th scope="row">`, row.Name, `</th>`)
		for _, c := range row.Cells {
			m.put(`<td class="`, c.Class, `"><span aria-hidden="true">`, c.Glyph, `</span><span class="vh">`, c.Word, `</span></td>`)
		}
		m.put(`</tr>`)
	}
	m.put(`</tbody></table></div><ul class="legend small nonelder" aria-hidden="true">`)
	for _, c := range g.Legend {
		m.put(`<li><span class="key `, c.Class, `">`, c.Glyph, `</span>`, c.Word, `</li>`)
	}
	m.put(`</ul>`)
}

func pairs(list []Pair) templ.Component { return byHand(func(m *markup) { m.pairs(list, "") }) }

// figures are pairs whose values are amounts.
func figures(list []Pair) templ.Component {
	return byHand(func(m *markup) { m.pairs(list, ` class="num"`) })
}

func (m *markup) pairs(list []Pair, attribute string) {
	m.put(`<dl class="sum">`)
	for _, pair := range list {
		m.put(`<dt>`)
		m.b = layout.AppendWhole(m.b, pair.Term)
		m.put(`</dt><dd`)
		m.put(attribute)
		if pair.Strong {
			m.put(`><strong>`, pair.Value, `</strong></dd>`)
		} else {
			m.put(`>`, pair.Value, `</dd>`)
		}
	}
	m.put(`</dl>`)
}

// years are links to the years' statements.
func (m *markup) years(list []Link) {
	m.put(`<ul class="views">`)
	for _, y := range list {
		m.put(`<li><a href="`, y.Href, `"`)
		if y.Current {
			m.put(` aria-current="page"`)
		}
		m.put(`>`, y.Text, `</a></li>`)
	}
	m.put(`</ul>`)
}
