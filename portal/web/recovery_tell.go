package web

import (
	"context"
	"slices"
	"strconv"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// Recovery is how arrears come back: read apart from the record, since most people have none.
type Recovery interface {
	Recovery(ctx context.Context, personID int64) ([]ledger.RecoveryEvent, error)
	// Chased reports whether anything was done about any of the employers' arrears; false saves asking for it.
	Chased(ctx context.Context, employers []int32) (bool, error)
}

// recoveryKept is how many days a month that was made good stays on the first page.
const recoveryKept = 365

// recoveries are the months whose arrears come back or came back, the newest first. today hides a paper that counts as served later only.
func (s *Site) recoveries(ctx context.Context, r record, today calendar.Date) ([]statement.Recovery, error) {
	if !r.everOwed() {
		return nil, nil
	}
	events, err := s.Recovery.Recovery(ctx, r.Person.ID)
	if err != nil {
		return nil, err
	}
	var list []statement.Recovery
	for _, y := range slices.Backward(r.Years) {
		st := statement.Build(statement.Input{Year: y.Year, Rows: y.Rows, Employers: r.employers, Due: y.Due, DataDate: r.DataDate})
		for i := 11; i >= 0; i-- {
			if back, ok := statement.RecoveryOf(&st.Months[i], y.Due, stepsOfMonth(events, st.Months[i].Period, today)); ok {
				list = append(list, back)
			}
		}
	}
	return list, nil
}

// recoveriesOf are the months of a statement whose arrears come back or came back, by month.
func (s *Site) recoveriesOf(ctx context.Context, personID int64, st *statement.Statement, today calendar.Date) (map[calendar.Period]statement.Recovery, error) {
	var employers []int32
	for i := range st.Months {
		if m := &st.Months[i]; m.Status.Owing() || m.Status == contribution.BackPaid {
			for _, row := range m.Rows {
				if !slices.Contains(employers, row.EmployerID) {
					employers = append(employers, row.EmployerID)
				}
			}
		}
	}
	if len(employers) == 0 {
		return nil, nil
	}
	chased, err := s.Recovery.Chased(ctx, employers)
	if err != nil {
		return nil, err
	}
	var events []ledger.RecoveryEvent
	if chased {
		if events, err = s.Recovery.Recovery(ctx, personID); err != nil {
			return nil, err
		}
	}
	list := map[calendar.Period]statement.Recovery{}
	for i := range st.Months {
		if back, ok := statement.RecoveryOf(&st.Months[i], st.Due, stepsOfMonth(events, st.Months[i].Period, today)); ok {
			list[back.Period] = back
		}
	}
	return list, nil
}

// recoveryNote is the latest of it in a few words, beside the month's status in a table.
func recoveryNote(l string, back statement.Recovery) string {
	last := statement.RecoveryStep{}
	if len(back.Steps) > 0 {
		last = back.Steps[len(back.Steps)-1]
	}
	switch {
	case !back.Open():
		return locale.Text(l, "portal.month.paidon", dateWords(l, last.On))
	case last.Kind == "":
		return locale.Text(l, "portal.month.owed", back.Owed.Grouped())
	}
	return locale.Text(l, "recovery."+string(last.Kind)+".note", dateWords(l, last.On), back.Owed.Grouped())
}

// everOwed reports whether a month is owed, or came late.
func (r record) everOwed() bool {
	for _, y := range r.Years {
		for _, row := range y.Rows {
			if status := contribution.StatusOf(row, y.Due.Of(row.EmployerID), r.DataDate); status.Owing() || status == contribution.BackPaid {
				return true
			}
		}
	}
	return false
}

func stepsOfMonth(events []ledger.RecoveryEvent, month calendar.Period, today calendar.Date) (steps []statement.RecoveryStep) {
	for _, e := range events {
		if e.Period != month || e.On.After(today) {
			continue
		}
		step := statement.RecoveryStep{Kind: statement.PartPaid, On: e.On, Amount: e.Amount}
		if e.Demanded() {
			step = statement.RecoveryStep{Kind: statement.Demanded, On: e.On, By: e.By, Number: e.Number}
		}
		steps = append(steps, step)
	}
	return steps
}

// recoveryRows tell what has been done about arrears; months that came back alike stand together. Months of which nothing was done yet are told by the alert, and those that have long
// been made good by the statement.
func recoveryRows(p layout.Page, list []statement.Recovery, today calendar.Date) (rows []pages.Recovery) {
	var kept []statement.Recovery
	for _, back := range list {
		if len(back.Steps) > 0 && (back.Open() || today.Sub(back.Last()) <= recoveryKept) {
			kept = append(kept, back)
		}
	}
	for i := 0; i < len(kept); {
		end := i + 1
		for end < len(kept) && kept[end].Alike(kept[i]) {
			end++
		}
		group := kept[i:end]
		months := make([]calendar.Period, len(group))
		for k, back := range group {
			months[len(group)-1-k] = back.Period
		}
		row := pages.Recovery{Heading: periodsWords(p.Lang, months), Status: cellOf(p.Lang, group[0].Status), Steps: recoverySteps(p, group)}
		if len(group) == 1 {
			row.Link = "/statement/" + strconv.Itoa(months[0].Year()) + "/" + strconv.Itoa(int(months[0].Month()))
		}
		rows = append(rows, row)
		i = end
	}
	return rows
}

var recoveryCells = map[statement.RecoveryKind]pages.Cell{statement.Demanded: {Class: "wait", Glyph: "▲"}, statement.PartPaid: {Class: "owe", Glyph: "◐"}, statement.MadeGood: {Class: "late", Glyph: "↻"}}

// recoverySteps are the steps of months that came back alike, from the day on which they were due; amounts are those of all of them.
func recoverySteps(p layout.Page, group []statement.Recovery) []pages.RecoveryStep {
	l, first, last := p.Lang, group[len(group)-1], group[0]
	due := p.T("recovery.due.text", dateWords(l, first.Due))
	if len(group) > 1 {
		due = p.T("recovery.due.span", dateWords(l, first.Due), dateWords(l, last.Due))
	}
	steps := []pages.RecoveryStep{{Cell: pages.Cell{Class: "none", Glyph: "○", Word: p.T("recovery.due")}, Text: due}}
	for i, step := range group[0].Steps {
		cell := recoveryCells[step.Kind]
		cell.Word = p.T("recovery." + string(step.Kind))
		var amount money.Fen
		for _, back := range group {
			amount += back.Steps[i].Amount
		}
		text := p.T("recovery."+string(step.Kind)+".text", dateWords(l, step.On))
		switch {
		case step.Kind == statement.Demanded && !step.By.IsZero():
			text = p.T("recovery.demanded.by", dateWords(l, step.On), step.Number, dateWords(l, step.By))
		case step.Kind == statement.Demanded:
			text = p.T("recovery.demanded.text", dateWords(l, step.On), step.Number)
		case amount != 0:
			text = p.T("recovery.paid.amount", dateWords(l, step.On), amount.Grouped())
		}
		steps = append(steps, pages.RecoveryStep{Cell: cell, Text: text})
	}
	var owed money.Fen
	for _, back := range group {
		owed += back.Owed
	}
	if owed != 0 {
		steps = append(steps, pages.RecoveryStep{Cell: pages.Cell{Class: "owe", Glyph: "!", Word: p.T("recovery.still")}, Text: amount(l, owed)})
	}
	return steps
}

// periodsWords lists months of any years, ascending: 2025 年 3 月、4 月；2026 年 1 月.
func periodsWords(l string, months []calendar.Period) string {
	text := ""
	for i := 0; i < len(months); {
		end := i
		for end < len(months) && months[end].Year() == months[i].Year() {
			end++
		}
		if text != "" {
			text += locale.Text(l, "recovery.years.join")
		}
		text += locale.Text(l, "recovery.year", months[i].Year(), monthsWords(l, months[i:end]))
		i = end
	}
	return text
}
