package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// assistanceSoon is how many working days before its day a request is marked.
const assistanceSoon = 3

// showAssistance lists requests between regions, those that are due first on top.
func (s *Site) showAssistance(c *fiber.Ctx) error { return s.assistancePage(c, "", nil) }

func (s *Site) assistancePage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	var parts []pages.Section
	p, today := s.auditShell(c, "audit.assistance"), calendar.DateOf(now)
	for _, answered := range []bool{false, true} {
		list, err := s.Audits.AssistanceRequests(c.UserContext(), session(c), answered, now)
		if err != nil {
			return err
		}
		part := s.assistanceTable(p, list, today, answered)
		if !answered && !isOverseerOnly(c) {
			part.Forms = s.assistanceForm(c, p, today, open, wrong)
		}
		parts = append(parts, part)
	}
	return s.auditPage(c, p, "/supervision/assistance", wrong, parts...)
}

func (s *Site) assistanceTable(p layout.Page, list []supervision.Assistance, today calendar.Date, answered bool) pages.Section {
	t := layout.Table{ID: "open", Caption: p.T("audit.assist.open"), Empty: p.T("audit.assist.none"), Head: []layout.Column{{Text: p.T("audit.assist.other")}, {Text: p.T("audit.assist.due")}, {Text: p.T("audit.assist.direction"), Wide: true},
		{Text: p.T("audit.assist.matter"), Wide: true}, {Text: p.T("audit.assist.began"), Wide: true}, {Text: p.T("supervision.owner"), Wide: true}}}
	if answered {
		t.ID, t.Caption, t.Empty = "answered", p.T("audit.assist.answered"), p.T("audit.assist.noanswer")
		t.Head[1].Text = p.T("audit.result")
	}
	late := 0
	for _, a := range list {
		state := s.assistanceState(p, a, today)
		if state.Tag == "owe" && !answered {
			late++
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: a.Other, Href: "/supervision/assistance/" + strconv.FormatInt(a.ID, 10), Note: a.Document}, state, {Text: directionWords(p, a)}, {Text: p.T("audit.matter." + a.Matter)}, {Text: a.BeganOn.String()}, {Text: a.OwnerName}})
	}
	part := pages.Section{Table: t}
	if late > 0 {
		part.Warning = p.T("audit.assist.late", late)
	}
	if !answered {
		part.Note = p.T("audit.assist.note", s.Audits.AssistanceDays())
	}
	return part
}

func directionWords(p layout.Page, a supervision.Assistance) string {
	if a.Out {
		return p.T("audit.assist.out")
	}
	return p.T("audit.assist.in")
}

// assistanceState says how many working days are left, with the day, or what came of it and whether it was in time.
func (s *Site) assistanceState(p layout.Page, a supervision.Assistance, today calendar.Date) layout.Cell {
	if a.Outcome != "" {
		cell := layout.Cell{Text: p.T("audit.outcome." + a.Outcome), Tag: "paid", Glyph: "✓"}
		if a.AnsweredOn.After(a.Due) {
			cell.Text, cell.Tag, cell.Glyph = cell.Text+" "+p.T("audit.assist.toolate"), "wait", "!"
		}
		return cell
	}
	left, _ := s.Workdays().Count(today, a.Due)
	cell := layout.Cell{Text: p.N("audit.assist.left", left), Tag: "infot", Glyph: "…", Note: a.Due.String()}
	switch {
	case today.After(a.Due):
		cell = layout.Cell{Text: p.T("audit.assist.over"), Tag: "owe", Glyph: "✕", Note: a.Due.String()}
	case left <= assistanceSoon:
		cell.Tag, cell.Glyph = "wait", "!"
	}
	if a.Provisional {
		cell.Note += " " + p.T("notice.provisional")
	}
	return cell
}

func (s *Site) assistanceForm(c *fiber.Ctx, p layout.Page, today calendar.Date, open string, wrong []layout.FieldError) []layout.Form {
	days := field(c, p, "days", strconv.Itoa(s.Audits.AssistanceDays()), wrong)
	days.Label, days.Hint, days.Numeric = p.T("audit.assist.days"), "", true
	return []layout.Form{{Title: p.T("audit.assist.do"), Action: "/supervision/assistance", Button: p.T("audit.assist.do"), Open: open == "begin", Note: p.T("audit.assist.do.note"), Fields: []layout.FormField{
		choice(c, p, "direction", "audit.assist.", "out", wrong, "out", "in"), choice(c, p, "matter", "audit.matter.", "pensioner", wrong, "pensioner", "employer", "contribution", "other"), field(c, p, "other", "", wrong), field(c, p, "document", "", wrong),
		field(c, p, "began_on", today.String(), wrong), days, field(c, p, "id_number", "", wrong), field(c, p, "case", "", wrong), lines(field(c, p, "words", "", wrong), 4)}}}
}

func (s *Site) beginAssistance(c *fiber.Ctx) error {
	on, err := dates(c, "began_on")
	n, bad := whole(c, "days")
	if len(bad) > 0 {
		bad[0].Key = "fault.assist.days"
	}
	to := "/supervision/assistance"
	if wrong := append(bad, fieldsOf(err)...); len(wrong) > 0 {
		err = fault.InvalidFields(wrong...)
	} else {
		a := supervision.Assistance{Out: form(c, "direction") == "out", Matter: form(c, "matter"), Other: form(c, "other"), Document: form(c, "document"), Words: form(c, "words"), Case: strings.TrimSpace(form(c, "case")), BeganOn: on["began_on"], Days: n["days"]}
		var id int64
		if id, err = s.Audits.BeginAssistance(c.UserContext(), session(c), a, strings.TrimSpace(form(c, "id_number")), server.Now(c)); err == nil {
			to += "/" + strconv.FormatInt(id, 10)
		}
	}
	return s.after(c, err, to, func(wrong []layout.FieldError) error { return s.assistancePage(c, "begin", wrong) })
}

func assistanceID(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "fault.assist.none")
	}
	return id, nil
}

func (s *Site) showAssistanceRequest(c *fiber.Ctx) error { return s.assistanceRequestPage(c, "", nil) }

func (s *Site) assistanceRequestPage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	id, err := assistanceID(c)
	if err != nil {
		return err
	}
	a, err := s.Audits.AssistanceRequest(c.UserContext(), session(c), id, now)
	if err != nil {
		return err
	}
	p, today := s.auditShell(c, "audit.assistance"), calendar.DateOf(now)
	p.Title = p.T("audit.assist.title", a.Document)
	state := s.assistanceState(p, a, today)
	part := pages.Section{Texts: []string{a.Words}, Terms: []layout.Pair{{Term: p.T("audit.assist.due"), Value: state.Glyph + " " + state.Text + " " + a.Due.String()}, {Term: p.T("audit.assist.direction"), Value: directionWords(p, a)}, {Term: p.T("audit.assist.other"), Value: a.Other},
		{Term: p.T("audit.assist.matter"), Value: p.T("audit.matter." + a.Matter)}, {Term: p.T("audit.assist.began"), Value: a.BeganOn.String()}, {Term: p.T("supervision.owner"), Value: a.OwnerName}}}
	for _, more := range []layout.Pair{{Term: p.T("audit.person"), Value: a.Masked}, {Term: p.T("audit.case"), Value: a.Case}, {Term: p.T("audit.assist.reminded"), Value: a.RemindedOn.String()}, {Term: p.T("audit.form.answered_on"), Value: a.AnsweredOn.String()}, {Term: p.T("audit.form.answer"), Value: a.Answer}} {
		if more.Value != "" {
			part.Terms = append(part.Terms, more)
		}
	}
	if a.Outcome == "" && !isOverseerOnly(c) {
		version, base := layout.Pair{Term: "version", Value: strconv.Itoa(a.Version)}, "/supervision/assistance/"+strconv.FormatInt(id, 10)
		outcomes := []string{"answered"}
		if a.Matter == "pensioner" {
			outcomes = []string{"met", "not_met", "not_found"}
		}
		part.Forms = []layout.Form{{Title: p.T("audit.answer.do"), Action: base + "/answer", Button: p.T("audit.answer.do"), Hidden: []layout.Pair{version}, Open: open == "answer",
			Fields: []layout.FormField{choice(c, p, "outcome", "audit.outcome.", outcomes[0], wrong, outcomes...), field(c, p, "answered_on", today.String(), wrong), lines(field(c, p, "answer", "", wrong), 3)}}}
		if a.Out {
			part.Buttons = []layout.Form{{Action: base + "/remind", Button: p.T("audit.remind.do"), Hidden: []layout.Pair{version}}}
		}
	}
	return s.auditPage(c, p, "/supervision/assistance", wrong, part)
}

func (s *Site) answerAssistance(c *fiber.Ctx) error {
	id, err := assistanceID(c)
	if err != nil {
		return err
	}
	on, err := dates(c, "answered_on")
	if err == nil {
		err = s.Audits.AnswerAssistance(c.UserContext(), session(c), id, formVersion(c), on["answered_on"], form(c, "outcome"), form(c, "answer"), server.Now(c))
	}
	return s.after(c, err, "/supervision/assistance/"+c.Params("id"), func(wrong []layout.FieldError) error { return s.assistanceRequestPage(c, "answer", wrong) })
}

func (s *Site) remindAssistance(c *fiber.Ctx) error {
	id, err := assistanceID(c)
	if err != nil {
		return err
	}
	err = s.Audits.RemindAssistance(c.UserContext(), session(c), id, formVersion(c), server.Now(c))
	return s.after(c, err, "/supervision/assistance/"+c.Params("id"), func(wrong []layout.FieldError) error { return s.assistanceRequestPage(c, "remind", wrong) })
}
