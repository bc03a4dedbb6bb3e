package portal

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"shebao/frontend/layout"
)

// StatementPage is the annual statement.
func StatementPage(v Statement) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) (err error) {
		m := markups.Get().(*markup)
		defer markups.Put(m)
		m.b, err = v.Page.Append(m.b[:0], func(b []byte) []byte {
			m.b = b
			m.statement(&v)
			return m.b
		})
		if err != nil {
			return err
		}
		_, err = w.Write(m.b)
		return err
	})
}

func (m *markup) statement(v *Statement) {
	p := &v.Page
	m.put(`<div class="sheet"><h1>`, v.Heading, `</h1>`)
	m.alert(v.Alert, p)
	m.put(`<p class="lede">`, v.Sentence, `</p><nav class="noprint years" aria-label="`, p.T("portal.years"), `">`)
	m.years(v.Years)
	if len(v.Older) > 0 {
		m.put(`<details`)
		if v.OldShown {
			m.put(` open`)
		}
		m.put(`><summary>`, p.T("portal.years.older"), `</summary>`)
		m.years(v.Older)
		m.put(`</details>`)
	}
	m.put(`</nav>`)
	if len(v.Grid.Rows) > 0 {
		m.grid(&v.Grid, p.T("portal.insurance"))
	}
	m.statementMonths(v)
	m.put(`<h2 id="insurances">`, p.T("portal.insurances"), `</h2>`)
	m.insurances(v)
	if v.AccountWhy != "" {
		m.put(`<h2>`, p.T("portal.account"), `</h2>`)
		if len(v.Account) > 0 {
			m.pairs(v.Account, ` class="num"`)
		}
		m.put(`<p class="small muted">`, v.AccountWhy, `</p>`)
	}
	m.statementIssued(v)
	m.put(`<h2>`, p.T("portal.person"), `</h2>`)
	m.pairs(v.Person, "")
	m.put(`<details><summary>`, p.T("portal.person.more"), `</summary>`)
	m.pairs(v.Hidden, "")
	m.put(`</details><h2>`, p.T("portal.employers"), `</h2><ul class="plain">`)
	for _, e := range v.Employers {
		m.put(`<li>`, e.Name, `<br><span class="muted small">`, e.Code, `, `, e.Span, `</span></li>`)
	}
	m.put(`</ul><h2>`, p.T("portal.notes"), `</h2><ul class="small">`)
	for _, note := range v.Notes {
		m.put(`<li>`)
		m.b = layout.AppendWhole(m.b, note)
		m.put(`</li>`)
	}
	m.put(`</ul><p class="act"><button type="button" class="btn alt jsonly" data-do="print">`, p.T("portal.print"), `</button></p><p class="muted small">`, v.DataDate,
		` <a class="noprint nonelder" href="`, v.JSON, `">`, p.T("portal.json"), `</a></p></div>`)
}

func (m *markup) statementMonths(v *Statement) {
	m.put(`<h2 id="months">`, v.Page.T("portal.months"), `</h2>`)
	if v.Filter.Text != "" {
		m.put(`<p class="noprint"><a href="`, v.Filter.Href, `">`, v.Filter.Text, `</a></p>`)
	}
	if v.Page.Elder {
		m.monthList(v.Months, &v.Page)
	} else {
		m.months(v)
	}
}

// statementIssued says what was issued and where the paper is.
func (m *markup) statementIssued(v *Statement) {
	p := &v.Page
	m.put(`<h2>`, p.T("issued.heading"), `</h2>`)
	if v.Issued != nil {
		m.issuedFacts(v.Issued, p)
	}
	if v.IssuedNote != "" {
		m.put(`<p>`, v.IssuedNote, `</p>`)
	}
	m.put(`<p class="act noprint"><a class="btn" href="`, v.PDF.Href, `">`)
	m.icon("download")
	m.put(` `, v.PDF.Text, `</a></p><ul class="links noprint"><li class="nonelder"><a href="`, v.EnglishPDF, `">`, p.T("issued.pdf.english"), `</a></li>`)
	if v.Issued != nil {
		m.put(`<li><a href="`, v.Issued.Verify, `">`, p.T("issued.verify"), `</a></li>`)
	}
	m.put(`<li><a href="/me/documents">`, p.T("issued.documents"), `</a></li></ul>`)
}

func issuedFacts(d Issued, p layout.Page) templ.Component {
	return byHand(func(m *markup) { m.issuedFacts(&d, &p) })
}

func (m *markup) issuedFacts(d *Issued, p *layout.Page) {
	m.put(`<dl class="sum"><dt>`, p.T("paper.number"), `</dt><dd>`, d.Number, `</dd><dt>`, p.T("paper.issued"), `</dt><dd>`, d.Date, `</dd><dt>`, p.T("paper.reach"), `</dt><dd>`, d.DataDate,
		`</dd><dt>`, p.T("issued.code"), `</dt><dd><code>`, d.Code, `</code></dd></dl>`)
}

// yearList leads to years.
func yearList(list []Link) templ.Component { return byHand(func(m *markup) { m.years(list) }) }
