package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// audits reports whether a case is an audit or may lead to one.
func audits(k Case) bool {
	return k.Route == lifecycle.Audit || k.Route == lifecycle.AuditTipOff
}

// showCaseAudit is the audit's tab of a case: why it was chosen, who goes, and what the visits found.
func (s *Site) showCaseAudit(c *fiber.Ctx) error { return s.caseAuditPage(c, "", nil) }

func (s *Site) caseAuditPage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	k, a, fit, err := s.Audits.CaseAudit(c.UserContext(), session(c), c.Params("number"), now)
	if err != nil {
		return err
	}
	if !audits(k) {
		return fault.New(fault.NotFound, "fault.audit.case")
	}
	v := pages.CaseParts{CaseHead: s.head(c, k, "/audit", wrong)}
	p := v.Page
	v.Parts = append(v.Parts, caseAuditFacts(p, a), s.caseAuditors(c, p, k, a, fit, open, wrong), caseVisits(c, p, k, a, open, wrong))
	return render(c, pages.CaseSections(v))
}

func caseAuditFacts(p layout.Page, a supervision.CaseAudit) pages.Section {
	part := pages.Section{ID: "why", Title: p.T("audit.case.why")}
	if a.Kind == "" {
		part.Note = p.T("audit.case.unplanned")
	} else {
		part.Terms = []layout.Pair{{Term: p.T("audit.kind"), Value: p.T("audit.kind." + string(a.Kind))}, {Term: p.T("audit.reasons"), Value: reasonWords(p, a.Reasons)}, {Term: p.T("audit.on"), Value: a.AuditOn.String()}}
	}
	part.Terms = append(part.Terms, layout.Pair{Term: p.T("audit.declared"), Value: strconv.Itoa(a.Declared)})
	return part
}

func (s *Site) caseAuditors(c *fiber.Ctx, p layout.Page, k Case, a supervision.CaseAudit, fit []supervision.AuditorFile, open string, wrong []layout.FieldError) pages.Section {
	today := calendar.DateOf(server.Now(c))
	t := layout.Table{ID: "auditors", Caption: p.T("audit.case.auditors"), Empty: p.T("audit.case.nobody"), Head: []layout.Column{{Text: p.T("audit.name")}, {Text: p.T("audit.certificate"), Wide: true}, {Text: p.T("audit.fitness")}}}
	for _, f := range a.Auditors {
		t.Rows = append(t.Rows, []layout.Cell{{Text: f.Name, Note: f.Account}, {Text: f.Certificate}, fitCell(p, f, today)})
	}
	part := pages.Section{Title: p.T("audit.auditors"), ID: "who", Table: t}
	if !isSupervisor(c) || k.State.Over() {
		return part
	}
	if len(fit) < supervision.AuditorsNeeded {
		part.Warning = p.T("audit.case.few", len(fit))
		return part
	}
	f := layout.Form{Title: p.T("audit.case.assign"), Action: "/cases/" + k.Number + "/audit/assign", Button: p.T("audit.case.assign"), Note: p.T("audit.case.assign.note"), Open: open == "assign" || len(a.Auditors) == 0}
	for i := range 3 {
		id := "auditors"
		if i > 0 {
			id += strconv.Itoa(i + 1)
		}
		one := field(c, p, id, "", wrong)
		one.Label = p.T("audit.case.auditor", i+1)
		if i < len(a.Auditors) && one.Value == "" {
			one.Value = a.Auditors[i].Account
		}
		one.Choices = []layout.Pair{{Term: p.T("audit.case.noone"), Value: ""}}
		for _, x := range fit {
			words := x.Name + " " + x.Account
			if x.OpenAudits > 0 {
				words += " " + p.T("audit.case.busy", x.OpenAudits)
			}
			one.Choices = append(one.Choices, layout.Pair{Term: words, Value: x.Account})
		}
		f.Fields = append(f.Fields, one)
	}
	part.Forms = []layout.Form{f}
	return part
}

func caseVisits(c *fiber.Ctx, p layout.Page, k Case, a supervision.CaseAudit, open string, wrong []layout.FieldError) pages.Section {
	t := layout.Table{ID: "visits", Caption: p.T("audit.visits"), Empty: p.T("audit.visits.none"), Head: []layout.Column{{Text: p.T("audit.visited_on")}, {Text: p.T("audit.declared"), Number: true, Wide: true}, {Text: p.T("audit.found"), Number: true, Wide: true},
		{Text: p.T("audit.checked"), Number: true}, {Text: p.T("audit.unregistered"), Number: true}, {Text: p.T("audit.underreported"), Number: true, Wide: true}, {Text: p.T("audit.note"), Wide: true}}}
	part := pages.Section{Title: p.T("audit.visits"), ID: "found"}
	for _, v := range a.Visits {
		note := v.Note
		if v.Refused {
			note = p.T("audit.refused") + " " + note
		}
		if v.VoidReason != "" {
			note = p.T("audit.void", v.VoidReason)
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: v.On.String(), Note: strings.Join(v.Auditors, "、")}, number(v.Declared), number(v.Found), number(v.Checked), number(v.Unregistered), number(v.Underreported), {Text: note}})
		if v.VoidReason == "" && !k.State.Over() {
			id := strconv.FormatInt(v.ID, 10)
			reason := field(c, p, "void_reason", "", wrong)
			reason.ID, reason.Name = "void_reason"+id, "void_reason"
			part.Forms = append(part.Forms, layout.Form{Title: p.T("audit.void.do", v.On), Action: "/cases/" + k.Number + "/audit/visits/" + id + "/void", Button: p.T("audit.void.button"), Fields: []layout.FormField{reason}, Open: open == "void" && form(c, "void_reason") == "" && len(wrong) > 0})
		}
	}
	part.Table = t
	switch k.State {
	case lifecycle.Investigating, lifecycle.Suspended, lifecycle.Proposed:
	default:
		part.Note = p.T("audit.visits.when")
		return part
	}
	if len(a.Auditors) < supervision.AuditorsNeeded {
		part.Note = p.T("audit.visits.two")
		return part
	}
	f := layout.Form{Title: p.T("audit.visit.do"), Action: "/cases/" + k.Number + "/audit/visits", Button: p.T("audit.visit.do"), Note: p.T("audit.visit.note", a.Declared), Open: open == "visit"}
	f.Fields = append(f.Fields, field(c, p, "visited_on", calendar.DateOf(server.Now(c)).String(), wrong))
	for _, name := range []string{"found", "checked", "unregistered", "underreported"} {
		one := field(c, p, name, "0", wrong)
		one.Numeric = true
		f.Fields = append(f.Fields, one)
	}
	f.Fields = append(f.Fields, choice(c, p, "refused", "audit.refused.", "no", wrong, "no", "yes"), lines(field(c, p, "note", "", wrong), 3))
	part.Forms = append([]layout.Form{f}, part.Forms...)
	return part
}

func (s *Site) assignAuditors(c *fiber.Ctx) error {
	var accounts []string
	for _, name := range []string{"auditors", "auditors2", "auditors3"} {
		if account := strings.TrimSpace(form(c, name)); account != "" {
			accounts = append(accounts, account)
		}
	}
	err := s.Audits.AssignAuditors(c.UserContext(), session(c), c.Params("number"), accounts, server.Now(c))
	return s.after(c, err, "/cases/"+c.Params("number")+"/audit", func(wrong []layout.FieldError) error { return s.caseAuditPage(c, "assign", wrong) })
}

func (s *Site) recordVisit(c *fiber.Ctx) error {
	on, err := dates(c, "visited_on")
	n, wrong := whole(c, "found", "checked", "unregistered", "underreported")
	if wrong = append(wrong, fieldsOf(err)...); len(wrong) > 0 {
		err = fault.InvalidFields(wrong...)
	} else {
		v := supervision.Visit{On: on["visited_on"], Found: n["found"], Checked: n["checked"], Unregistered: n["unregistered"], Underreported: n["underreported"], Refused: form(c, "refused") == "yes", Note: form(c, "note")}
		err = s.Audits.RecordVisit(c.UserContext(), session(c), c.Params("number"), v, server.Now(c))
	}
	return s.after(c, err, "/cases/"+c.Params("number")+"/audit", func(wrong []layout.FieldError) error { return s.caseAuditPage(c, "visit", wrong) })
}

func (s *Site) voidVisit(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.audit.visit")
	}
	err = s.Audits.VoidVisit(c.UserContext(), session(c), c.Params("number"), id, form(c, "void_reason"), server.Now(c))
	return s.after(c, err, "/cases/"+c.Params("number")+"/audit", func(wrong []layout.FieldError) error {
		for i := range wrong {
			wrong[i].ID += strconv.FormatInt(id, 10)
		}
		return s.caseAuditPage(c, "void", wrong)
	})
}
