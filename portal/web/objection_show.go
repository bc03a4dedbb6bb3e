package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// showObjection shows the form of an objection to the own record (书面核查申请, 社会保险个人权益记录管理办法 art. 16), filled in by the month that leads to it.
func (s *Site) showObjection(c *fiber.Ctx) error {
	if get, ok := s.keptOn(c, "/objection"); ok {
		f := readObjection(get)
		f.restored, f.refused = true, get(keptRefused)
		return s.objectionPage(c, f, nil)
	}
	from, _ := calendar.ParsePeriod(c.Query("from")) // an unreadable month is no month
	to, _ := calendar.ParsePeriod(c.Query("to"))
	f := objectionForm{matter: intake.Matter(c.Query("matter")), from: monthFieldOf(from), to: monthFieldOf(to)}
	var err error
	if f.key, err = s.seal(c, useFiling, intake.NewKey(), formLife); err != nil {
		return err
	}
	return s.objectionPage(c, f, nil)
}

func (s *Site) objectionPage(c *fiber.Ctx, f objectionForm, wrong []layout.FieldError) error {
	p := s.page(c, locale.Text(lang(c), "objection.title"), "/statement")
	p.Back, p.Failed = "/objection", len(wrong) > 0
	v := pages.Objection{Page: p, Errors: wrong, Key: f.key, Files: f.files, Words: f.words, Safe: f.safe}
	if f.restored {
		v.Restored = restored(c, s.filesOf(c, f.files), f.refused)
	}
	for _, m := range intake.Matters {
		v.Matters = append(v.Matters, pages.Choice{Value: string(m), Text: p.T("objection.matter." + string(m)), Hint: p.T("objection.matter." + string(m) + ".hint"), Chosen: m == f.matter})
	}
	thisYear := calendar.DateOf(server.Now(c)).Year
	v.From, v.To = monthChoice(p, "from", f.from, thisYear), monthChoice(p, "to", f.to, thisYear)
	v.To.Hint = p.T("objection.to.hint")
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return render(c, pages.ObjectionPage(v))
}

// objectionCheck shows the answers and takes files before the objection is sent.
func (s *Site) objectionCheck(c *fiber.Ctx, f objectionForm, t intake.TipOff, list []handedIn, wrong []layout.FieldError) error {
	r, err := s.Ledger.Record(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "objection.check"), "/statement")
	p.Back, p.Failed = "/objection", len(wrong) > 0
	v := pages.Check{Page: p, Action: "/objection", Send: p.T("objection.file"), Warning: p.T("objection.named")}
	if v.Files, f.files, err = s.filesSection(c, "/objection/files", list, wrong); err != nil {
		return err
	}
	for _, field := range f.fields() {
		v.Hidden = append(v.Hidden, pages.Pair{Term: field[0], Value: field[1]})
	}
	months := p.T("objection.whole")
	if t.From != 0 || t.To != 0 {
		months = periodWords(p, t)
	}
	v.Answers = []pages.Answer{
		{Term: p.T("objection.matter"), Value: p.T("objection.matter." + string(t.Matter)), Field: "matter"}, {Term: p.T("objection.months"), Value: months, Field: "from"},
		{Term: p.T("objection.words"), Value: t.Words, Field: "words"}, {Term: p.T("objection.who"), Value: identity.MaskName(r.Person.Name), Field: "safe"},
		{Term: p.T("portal.tipoff.contact"), Value: contactWords(p, f.safe, r.Person.Mobile), Field: "safe"},
	}
	return render(c, pages.CheckPage(v))
}
