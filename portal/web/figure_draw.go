package web

import (
	"strconv"
	"strings"
	"sync"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/contribution"
)

// The figures that home and statement share: sentence, alert, grid.

var cellClasses = [...]string{contribution.None: "none", contribution.Pending: "wait", contribution.Paid: "paid", contribution.BackPaid: "late", contribution.Part: "owe", contribution.Arrears: "owe"}
var cellGlyphs = [...]string{contribution.None: "–", contribution.Pending: "…", contribution.Paid: "✓", contribution.BackPaid: "↻", contribution.Part: "!", contribution.Arrears: "!"}

// cells are the statuses' in each language: a statement has some dozens.
var cells = sync.OnceValue(func() map[string][len(cellClasses)]pages.Cell {
	all := map[string][len(cellClasses)]pages.Cell{}
	for _, l := range [...]string{locale.Chinese, locale.English} {
		var of [len(cellClasses)]pages.Cell
		for status := range of {
			of[status] = pages.Cell{Class: cellClasses[status], Glyph: cellGlyphs[status], Word: locale.Text(l, "status."+contribution.Status(status).String())}
		}
		all[l] = of
	}
	return all
})

func cellOf(l string, status contribution.Status) pages.Cell {
	of := cells()[l]
	return of[status]
}

// cellAhead is for what nobody can know yet: no row of a month whose data may still come.
func cellAhead(l string) pages.Cell {
	return pages.Cell{Class: "none", Glyph: "·", Word: locale.Text(l, "portal.ahead")}
}

func cellOfMonth(l string, m *statement.Month, status contribution.Status) pages.Cell {
	if m.Ahead && status == contribution.None {
		return cellAhead(l)
	}
	return cellOf(l, status)
}

var gridMonths = func() (list []string) {
	for m := range 12 {
		list = append(list, strconv.Itoa(m+1))
	}
	return list
}()

func gridOf(l string, st *statement.Statement) pages.Grid {
	g := pages.Grid{Caption: locale.Text(l, "portal.grid", st.Year), Months: gridMonths}
	words := cells()[l]
	ahead, anyAhead := cellAhead(l), false
	var occurs [len(cellClasses)]bool
	insured := st.Insured()
	g.Rows = make([]pages.GridRow, 0, len(insured))
	room := make([]pages.Cell, len(insured)*12)
	for i, line := range insured {
		row := pages.GridRow{Name: insuranceName(l, line.Insurance), Cells: room[i*12 : i*12+12]}
		for i := range st.Months {
			status := st.Months[i].Cells.Of(line.Insurance)
			if st.Months[i].Ahead && status == contribution.None {
				row.Cells[i], anyAhead = ahead, true
				continue
			}
			row.Cells[i], occurs[status] = words[status], true
		}
		g.Rows = append(g.Rows, row)
	}
	g.Legend = make([]pages.Cell, 0, len(occurs)+1)
	for _, status := range [...]contribution.Status{contribution.Paid, contribution.BackPaid, contribution.Part, contribution.Arrears, contribution.Pending, contribution.None} {
		if occurs[status] {
			g.Legend = append(g.Legend, words[status])
		}
	}
	if anyAhead {
		g.Legend = append(g.Legend, ahead)
	}
	return g
}

// sentence says the year in plain words.
func sentence(l string, st *statement.Statement) string {
	sum := st.Summarize()
	if sum.Insured == 0 && sum.Pending == 0 {
		return locale.Text(l, "portal.sentence.none", st.Year)
	}
	var parts []string
	switch {
	case len(sum.Owing) > 0:
		parts = append(parts, locale.Count(l, "portal.sentence.gap", len(sum.Owing), st.Year, sum.Insured, sum.Paid+sum.BackPaid, monthsWords(l, sum.Owing)))
	case sum.Insured > 0:
		parts = append(parts, locale.Count(l, "portal.sentence.full", sum.Insured, st.Year))
	}
	if sum.BackPaid > 0 {
		parts = append(parts, locale.Count(l, "portal.sentence.backpaid", sum.BackPaid))
	}
	switch {
	case sum.Pending > 0 && len(parts) == 0: // more than nothing would be odd
		parts = append(parts, locale.Count(l, "portal.sentence.waiting", sum.Pending, st.Year))
	case sum.Pending > 0:
		parts = append(parts, locale.Count(l, "portal.sentence.pending", sum.Pending))
	}
	if l == locale.English {
		return strings.Join(parts, " ")
	}
	return strings.Join(parts, "")
}

// alertOf tells what is owed, employer by employer, each with the way to report it.
func alertOf(l string, st *statement.Statement) *pages.Alert {
	if len(st.Owing) == 0 {
		return nil
	}
	a := &pages.Alert{Title: locale.Count(l, "portal.alert.title", len(st.Summarize().Owing))}
	if len(st.Owing) > 1 {
		a.Title += locale.Text(l, "portal.alert.total", st.Owed.Grouped())
	}
	for _, debt := range st.Owing {
		months := "employer=" + debt.USCC + "&from=" + debt.Months[0].String() + "&to=" + debt.Months[len(debt.Months)-1].String()
		a.Lines = append(a.Lines, pages.AlertLine{
			Text: locale.Text(l, "portal.alert.line", debt.Name, monthsWords(l, debt.Months), debt.Owed.Grouped()),
			Link: "/tip-off?kind=unpaid&" + months, Unsure: "/help/missing?" + months,
		})
	}
	return a
}
