package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// fitCell says whether somebody may be assigned, why not, or until when.
func fitCell(p layout.Page, f supervision.AuditorFile, today calendar.Date) layout.Cell {
	switch {
	case f.Unfit != "":
		return layout.Cell{Text: p.T("audit.unfit." + f.Unfit), Tag: "owe", Glyph: "✕"}
	case f.Ending(today):
		return layout.Cell{Text: p.T("audit.ending", f.Expires, f.Expires.Sub(today)), Tag: "wait", Glyph: "!"}
	case f.Expires.IsZero():
		return layout.Cell{Text: p.T("audit.fit"), Tag: "paid", Glyph: "✓"}
	}
	return layout.Cell{Text: p.T("audit.fit.until", f.Expires), Tag: "paid", Glyph: "✓"}
}

// showAuditors lists who may be assigned audit work and who may not, and why.
func (s *Site) showAuditors(c *fiber.Ctx) error {
	now := server.Now(c)
	list, err := s.Audits.Auditors(c.UserContext(), session(c), now)
	if err != nil {
		return err
	}
	p, today := s.auditShell(c, "audit.auditors"), calendar.DateOf(now)
	fit, ending := 0, 0
	t := layout.Table{ID: "auditors", Caption: p.T("audit.auditors.caption"), Empty: p.T("audit.auditors.none"), Head: []layout.Column{{Text: p.T("audit.name")}, {Text: p.T("audit.fitness")}, {Text: p.T("audit.days"), Number: true, Wide: true},
		{Text: p.T("audit.exam"), Wide: true}, {Text: p.T("audit.certificate"), Wide: true}, {Text: p.T("audit.open"), Number: true, Wide: true}, {Text: p.T("supervision.region"), Wide: true}}}
	for _, f := range list {
		if f.Unfit == "" {
			fit++
		}
		if f.Ending(today) {
			ending++
		}
		exam := p.T("audit.exam.no")
		if f.ExamPassed {
			exam = p.T("audit.exam.yes")
		}
		t.Rows = append(t.Rows, []layout.Cell{{Text: f.Name, Href: "/supervision/auditors/" + f.Account, Note: f.Account}, fitCell(p, f, today), number(f.Days), {Text: exam}, {Text: f.Certificate}, number(f.OpenAudits), {Text: regionName(f.Region)}})
	}
	part := pages.Section{Texts: []string{p.T("audit.auditors.sentence", fit, len(list))}, Table: t, Note: p.T("audit.auditors.note", supervision.TrainingDays)}
	if ending > 0 {
		part.Warning = p.T("audit.auditors.ending", ending, supervision.ExpirySoon)
	}
	return s.auditPage(c, p, "/supervision/auditors", nil, part)
}

// showAuditor is one file: training, examinations, certificates.
func (s *Site) showAuditor(c *fiber.Ctx) error { return s.auditorPage(c, "", nil) }

func (s *Site) auditorPage(c *fiber.Ctx, open string, wrong []layout.FieldError) error {
	now := server.Now(c)
	f, err := s.Audits.Auditor(c.UserContext(), session(c), c.Params("account"), now)
	if err != nil {
		return err
	}
	p, today := s.auditShell(c, "audit.auditors"), calendar.DateOf(now)
	p.Title = p.T("audit.file", f.Name)
	status := fitCell(p, f, today)
	head := pages.Section{Terms: []layout.Pair{{Term: p.T("audit.fitness"), Value: status.Glyph + " " + status.Text}, {Term: p.T("audit.days"), Value: strconv.Itoa(f.Days)}, {Term: p.T("audit.open"), Value: strconv.Itoa(f.OpenAudits)}}}
	training := layout.Table{ID: "trainings", Caption: p.T("audit.trainings"), Empty: p.T("audit.nothing"), Head: []layout.Column{{Text: p.T("audit.form.ended_on")}, {Text: p.T("audit.form.subject")}, {Text: p.T("audit.days"), Number: true}, {Text: p.T("audit.by"), Wide: true}}}
	for _, t := range f.Trainings {
		training.Rows = append(training.Rows, []layout.Cell{{Text: t.EndedOn.String()}, {Text: t.Subject}, number(t.Days), {Text: t.By}})
	}
	exams := layout.Table{ID: "exams", Caption: p.T("audit.exams"), Empty: p.T("audit.nothing"), Head: []layout.Column{{Text: p.T("audit.form.held_on")}, {Text: p.T("audit.form.score"), Number: true}, {Text: p.T("audit.form.passed")}, {Text: p.T("audit.by"), Wide: true}}}
	for _, x := range f.Exams {
		result := layout.Cell{Text: p.T("audit.passed.no"), Tag: "owe", Glyph: "✕"}
		if x.Passed {
			result = layout.Cell{Text: p.T("audit.passed.yes"), Tag: "paid", Glyph: "✓"}
		}
		exams.Rows = append(exams.Rows, []layout.Cell{{Text: x.HeldOn.String()}, number(x.Score), result, {Text: x.By}})
	}
	certificates := layout.Table{ID: "certificates", Caption: p.T("audit.certificates"), Empty: p.T("audit.nothing"), Head: []layout.Column{{Text: p.T("audit.certificate")}, {Text: p.T("audit.form.issued_on")}, {Text: p.T("audit.form.expires_on")}, {Text: p.T("audit.by"), Wide: true}}}
	third := pages.Section{}
	own := member(c).Account == f.Account
	for _, k := range f.Certificates {
		expires := layout.Cell{Text: k.Expires.String()}
		if k.Expires.IsZero() {
			expires.Text = p.T("audit.endless")
		}
		if !k.WithdrawnOn.IsZero() {
			expires = layout.Cell{Text: p.T("audit.withdrawn", k.WithdrawnOn), Tag: "none", Glyph: "–"}
		} else if isSupervisor(c) && !own {
			third.Buttons = append(third.Buttons, layout.Form{Action: "/supervision/auditors/" + f.Account + "/withdraw", Button: p.T("audit.withdraw", k.Number), Hidden: []layout.Pair{{Term: "id", Value: strconv.Itoa(int(k.ID))}}})
		}
		certificates.Rows = append(certificates.Rows, []layout.Cell{{Text: k.Number}, {Text: k.Issued.String()}, expires, {Text: k.By}})
	}
	first, second := pages.Section{Table: training}, pages.Section{Table: exams}
	third.Table = certificates
	if isSupervisor(c) && !own {
		base := "/supervision/auditors/" + f.Account + "/"
		days := field(c, p, "days", "3", wrong)
		days.Numeric = true
		score := field(c, p, "score", "", wrong)
		score.Numeric = true
		first.Forms = []layout.Form{{Title: p.T("audit.training.do"), Action: base + "training", Button: p.T("audit.training.do"), Open: open == "training", Fields: []layout.FormField{field(c, p, "ended_on", today.String(), wrong), days, field(c, p, "subject", "", wrong)}}}
		second.Forms = []layout.Form{{Title: p.T("audit.exam.do"), Action: base + "exam", Button: p.T("audit.exam.do"), Open: open == "exam", Fields: []layout.FormField{field(c, p, "held_on", today.String(), wrong), score, choice(c, p, "passed", "audit.passed.", "yes", wrong, "yes", "no")}}}
		third.Forms = []layout.Form{{Title: p.T("audit.certificate.do"), Action: base + "certificate", Button: p.T("audit.certificate.do"), Open: open == "certificate", Fields: []layout.FormField{field(c, p, "number", "", wrong), field(c, p, "issued_on", today.String(), wrong),
			field(c, p, "expires_on", today.AddDays(3*365).String(), wrong)}}}
	}
	if own {
		head.Note = p.T("fault.audit.own")
	}
	return s.auditPage(c, p, "/supervision/auditors", wrong, head, first, second, third)
}

// keepAuditor takes one of the file's forms.
func (s *Site) keepAuditor(what string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		account, now := c.Params("account"), server.Now(c)
		err := func() error {
			on, err := dates(c, "ended_on", "held_on", "issued_on", "expires_on")
			if err != nil {
				return err
			}
			switch what {
			case "training":
				n, wrong := whole(c, "days")
				if len(wrong) > 0 {
					return fault.InvalidFields(fault.Field{Name: "days", Key: "fault.audit.days"})
				}
				return s.Audits.AddTraining(c.UserContext(), session(c), account, supervision.TrainingDone{EndedOn: on["ended_on"], Days: n["days"], Subject: form(c, "subject")}, now)
			case "exam":
				n, wrong := whole(c, "score")
				if len(wrong) > 0 {
					return fault.InvalidFields(fault.Field{Name: "score", Key: "fault.audit.score"})
				}
				return s.Audits.AddExam(c.UserContext(), session(c), account, supervision.Exam{HeldOn: on["held_on"], Score: n["score"], Passed: form(c, "passed") == "yes"}, now)
			case "certificate":
				return s.Audits.AddCertificate(c.UserContext(), session(c), account, supervision.Certificate{Number: form(c, "number"), Issued: on["issued_on"], Expires: on["expires_on"]}, now)
			}
			id, err := strconv.ParseInt(form(c, "id"), 10, 32)
			if err != nil {
				return fault.New(fault.Invalid, "fault.request")
			}
			return s.Audits.WithdrawCertificate(c.UserContext(), session(c), account, int32(id), now)
		}()
		return s.after(c, err, "/supervision/auditors/"+account, func(wrong []layout.FieldError) error { return s.auditorPage(c, what, wrong) })
	}
}
