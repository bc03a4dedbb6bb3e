package portal

import "shebao/frontend/layout"

func (m *markup) months(v *Statement) {
	m.put(`<div class="tablebox" tabindex="0" role="region" aria-labelledby="months"><table class="months"><thead><tr><th scope="col">`, v.Page.T("portal.month"), `</th><th scope="col">`, v.Page.T("portal.status"),
		`</th><th scope="col" class="num">`, v.Page.T("portal.employer.part"), `</th><th scope="col" class="num">`, v.Page.T("portal.person.part"),
		`</th><th scope="col" class="num hide-s">`, v.Page.T("portal.base"), `</th><th scope="col" class="num hide-s">`, v.Page.T("portal.credited"), `</th></tr></thead><tbody>`)
	for i := range v.Months {
		row := &v.Months[i]
		m.put(`<tr><th scope="row">`)
		m.month(row)
		m.put(`</th><td>`)
		m.cell(row.Status)
		if row.Note != "" {
			m.put(`<br><span class="small muted">`)
			m.b = layout.AppendWhole(m.b, row.Note)
			m.put(`</span>`)
		}
		m.put(`</td><td class="num">`, row.Employer, `</td><td class="num">`, row.Person, `</td><td class="num hide-s">`, row.Base, `</td><td class="num hide-s">`, row.Credited, `</td></tr>`)
	}
	m.put(`</tbody>`)
	if !v.OnlyGaps {
		m.put(`<tfoot><tr><th scope="row">`, v.Totals.Month, `</th><td></td><td class="num">`, v.Totals.Employer, `</td><td class="num">`, v.Totals.Person,
			`</td><td class="num hide-s"></td><td class="num hide-s">`, v.Totals.Credited, `</td></tr></tfoot>`)
	}
	m.put(`</table></div>`)
}

func (m *markup) insurances(v *Statement) {
	if v.Page.Elder {
		m.put(`<ul class="mlist">`)
		for _, line := range v.Insurances {
			m.put(`<li><strong>`, line.Name, `</strong><br>`, v.Page.T("portal.insurance.line", line.ThisYear, line.Total, line.Owed), `</li>`)
		}
		m.put(`</ul>`)
		return
	}
	m.put(`<div class="tablebox" tabindex="0" role="region" aria-labelledby="insurances"><table><thead><tr><th scope="col">`, v.Page.T("portal.insurance"), `</th><th scope="col" class="num">`, v.Page.T("portal.months.year"),
		`</th><th scope="col" class="num">`, v.Page.T("portal.months.total"), `</th><th scope="col" class="num">`, v.Page.T("portal.months.owed"), `</th></tr></thead><tbody>`)
	for _, line := range v.Insurances {
		m.put(`<tr><th scope="row">`, line.Name, `</th><td class="num">`, line.ThisYear, `</td><td class="num">`, line.Total, `</td><td class="num">`, line.Owed, `</td></tr>`)
	}
	m.put(`</tbody></table></div>`)
}
