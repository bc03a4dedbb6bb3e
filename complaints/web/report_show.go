package web

import (
	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
)

// reportPage shows the form with what was written.
func (s *Site) reportPage(c *fiber.Ctx, f reportForm, offered []ledger.Employer, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "intake.new"))
	p.Path, p.Failed = "/intake/new", len(wrong) > 0
	v := pages.Report{Page: p, Errors: wrong, Key: f.key, Seen: f.seen, Employer: f.employer, From: f.from, To: f.to, Words: f.words, Name: f.name, Number: f.number, Mobile: f.mobile}
	for _, k := range append(intake.Kinds[:len(intake.Kinds):len(intake.Kinds)], intake.Objection) {
		v.Kinds = append(v.Kinds, pages.Radio{Value: string(k), Text: p.T("tipoff.kind." + string(k)), Chosen: f.kind == string(k)})
	}
	v.Matters = []layout.Pair{{Term: p.T("intake.matter.none"), Value: ""}}
	for _, m := range intake.Matters {
		v.Matters = append(v.Matters, layout.Pair{Term: p.T("objection.matter." + string(m)), Value: string(m)})
	}
	v.Matter = f.matter
	for _, own := range []string{"yes", "no"} {
		v.Own = append(v.Own, pages.Radio{Value: own, Text: p.T("intake.own." + own), Chosen: f.own == own})
		v.Named = append(v.Named, pages.Radio{Value: own, Text: p.T("intake.named." + own), Hint: p.T("intake.named." + own + ".hint"), Chosen: f.named == own})
		v.Safe = append(v.Safe, pages.Radio{Value: own, Text: p.T("intake.safe." + own), Chosen: f.safe == own})
	}
	for _, e := range offered {
		v.Found = append(v.Found, pages.Radio{Value: string(e.USCC), Text: e.Name, Hint: p.T("portal.tipoff.code", e.USCC), Chosen: f.choice == string(e.USCC)})
	}
	if len(v.Found) > 0 {
		v.Found = append(v.Found, pages.Radio{Value: typedChoice, Text: p.T("intake.which.typed", f.employer), Chosen: f.choice == typedChoice})
	}
	return render(c, pages.ReportPage(v))
}

// readBackPage shows what will be filed, to be read to the reporter, and takes the papers.
func (s *Site) readBackPage(c *fiber.Ctx, f reportForm, t intake.TipOff, who *intake.Reporter, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "intake.check"))
	p.Path, p.Failed = "/intake/new", len(wrong) > 0
	f.choice = t.EmployerUSCC
	if f.choice == "" {
		f.choice = typedChoice
	}
	f.seen = f.employer
	v := pages.ReportCheck{Page: p, Errors: wrong, Accept: evidence.Accept, Hint: p.T("files.hint", evidence.MaxFiles, evidence.MaxBytes>>20, evidence.MaxTotal>>20)}
	for _, field := range f.fields() {
		v.Hidden = append(v.Hidden, pages.Pair{Term: field[0], Value: field[1]})
	}
	add := func(key, value string) {
		if value == "" {
			value = p.T("portal.tipoff.empty")
		}
		v.Answers = append(v.Answers, pages.Pair{Term: p.T(key), Value: value})
	}
	add("intake.kind", p.T("tipoff.kind."+string(t.Kind)))
	own := "no"
	if t.OwnRights {
		own = "yes"
	}
	if t.Kind == intake.Objection {
		add("objection.matter", p.T("objection.matter."+string(t.Matter)))
	} else {
		add("intake.own", p.T("intake.own."+own))
	}
	employer := t.EmployerName
	switch {
	case t.EmployerUSCC != "":
		employer = p.T("intake.employer.found", t.EmployerName, t.EmployerUSCC)
	case employer != "":
		employer = p.T("portal.tipoff.typed", t.EmployerName)
	}
	add("desk.employer", employer)
	add("portal.tipoff.period", monthsWords(p, t.From, t.To))
	add("intake.said", t.Words)
	if who == nil {
		add("intake.named", p.T("intake.named.no"))
	} else {
		add("intake.named", p.T("intake.named.yes"))
		add("intake.name", who.Name)
		add("intake.number", identity.MaskNumber(who.IDNumber))
		add("intake.mobile", identity.MaskMobile(who.Mobile))
		safe := "no"
		if who.SafeToContact {
			safe = "yes"
		}
		add("intake.safe", p.T("intake.safe."+safe))
	}
	return render(c, pages.ReportCheckPage(v))
}

func monthsWords(p layout.Page, from, to calendar.Period) string {
	switch {
	case from == 0 && to == 0:
		return ""
	case from == 0:
		return to.String()
	case to == 0:
		return p.T("intake.span", from, p.T("portal.tipoff.ongoing"))
	}
	return p.T("intake.span", from, to)
}
