package desk

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"shebao/frontend/layout"
)

// caseTable is a list of cases; choose gives each a box to mark it by. It is written by hand: fifty cases are five hundred values, and in a template they cost more than finding the cases does.
func caseTable(p layout.Page, rows []Row, choose bool) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		b := caseHeads(make([]byte, 0, 1<<10+len(rows)<<10), p, choose)
		for i := range rows {
			b = caseRow(b, p, &rows[i], choose)
		}
		_, err := w.Write(put(b, `</tbody></table>`))
		return err
	})
}

func caseHeads(b []byte, p layout.Page, choose bool) []byte {
	b = put(b, `<table class="queue" data-list><thead><tr>`)
	if choose {
		b = put(b, `<th scope="col"><span class="vh">`, p.T("queue.choose"), `</span></th>`)
	}
	return put(b, `<th scope="col">`, p.T("desk.number"), `</th><th scope="col">`, p.T("desk.employer"), `</th><th scope="col" class="hide-s">`, p.T("desk.state"),
		`</th><th scope="col" class="hide-s" aria-sort="ascending">`, p.T("desk.due"), `</th><th scope="col" class="hide-s">`, p.T("desk.owner"), `</th><th scope="col" class="hide-s">`, p.T("desk.kind"),
		`</th><th scope="col" class="hide-s">`, p.T("desk.received"), `</th></tr></thead><tbody>`)
}

func caseRow(b []byte, p layout.Page, r *Row, choose bool) []byte {
	b = put(b, `<tr>`)
	if choose {
		b = put(b, `<td class="box"><label><span class="vh">`, p.T("queue.choose.one", r.Number), `</span><input type="checkbox" name="case" value="`, r.Number, `"></label></td>`)
	}
	b = put(b, `<th scope="row"><a href="/cases/`, r.Number, `">`, r.Number, `</a></th><td class="e">`, r.Employer)
	for _, tag := range r.Tags {
		b = put(b, ` <span class="tag none">`, tag, `</span>`)
	}
	b = put(b, ` <span class="only-s `, r.DueClass, `">`, r.State, ` `, r.Due, `</span> <span class="why">`, r.Why, `</span></td><td class="hide-s"><span class="tag infot">`, r.State,
		`</span></td><td class="due hide-s `, r.DueClass, `">`, r.Due, `</td><td class="s hide-s">`)
	switch {
	case r.Mine:
		b = put(b, `<strong>`, r.Owner, `</strong>`)
	case r.Owner == "":
		b = put(b, `<span class="muted">`, p.T("queue.owner.nobody"), `</span>`)
	default:
		b = put(b, ``, r.Owner)
	}
	return put(b, `</td><td class="s hide-s">`, r.Kind, `</td><td class="s hide-s">`, r.Received, `</td></tr>`)
}

// put writes tags and texts in turn, a tag first: every second piece is a value and is escaped.
func put(b []byte, pieces ...string) []byte {
	for i, piece := range pieces {
		if i%2 == 0 {
			b = append(b, piece...)
		} else {
			b = layout.AppendText(b, piece)
		}
	}
	return b
}
