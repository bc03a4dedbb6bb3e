package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/server"
)

func (s *Site) showCase(c *fiber.Ctx) error { return s.casePage(c, nil) }

func (s *Site) casePage(c *fiber.Ctx, wrong []layout.FieldError) error {
	now := server.Now(c)
	k, events, attachments, err := s.Desk.Case(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), now)
	if err != nil {
		return err
	}
	evidence, err := s.Desk.Evidence(c.UserContext(), k, now)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "desk.case", k.Number))
	p.Failed = len(wrong) > 0
	v := pages.Case{Page: p, Errors: wrong, Number: k.Number, Version: strconv.Itoa(k.Version), State: p.T("tipoff.status." + string(k.State)), Words: k.Words}
	v.Due, v.DueClass = s.due(p.Lang, k.Case, calendar.DateOf(now))
	reporter := p.T("desk.anonymous")
	if k.Named {
		reporter = p.T("desk.named")
	}
	months := strings.Trim(k.From.String()+" – "+k.To.String(), " –")
	v.Facts = []pages.Pair{{Term: p.T("desk.employer"), Value: strings.TrimSpace(k.EmployerName + " " + k.EmployerUSCC)}, {Term: p.T("desk.kind"), Value: p.T("tipoff.kind." + k.Kind)},
		{Term: p.T("desk.months"), Value: months}, {Term: p.T("desk.route"), Value: p.T("desk.route." + k.Route)}, {Term: p.T("desk.channel"), Value: p.T("desk.channel." + k.Channel)},
		{Term: p.T("desk.reporter"), Value: reporter}, {Term: p.T("desk.owner"), Value: k.OwnerName}}
	for _, a := range attachments {
		v.Recordings = append(v.Recordings, "/cases/"+k.Number+"/attachments/"+strconv.FormatInt(a.ID, 10))
	}
	s.addEvidence(&v, evidence)
	for _, e := range events {
		v.Events = append(v.Events, eventView(p, e))
	}
	for _, a := range lifecycle.Allowed(k.Case, member(c).Role) {
		text, reason := lifecycle.Needs(k.State, a)
		action := pages.Action{Name: string(a), Label: p.T("desk.action." + string(a)), Text: text, Reason: reason}
		if locale.Has(p.Lang, "desk.template."+string(a)) {
			action.Template = p.T("desk.template." + string(a))
		}
		v.Actions = append(v.Actions, action)
	}
	return render(c, pages.CasePage(v))
}

func eventView(p layout.Page, e Event) pages.Event {
	key := "desk.event." + e.What
	if !locale.Has(p.Lang, key) {
		key = "desk.action." + e.What
	}
	who := e.By
	if e.What == "message_in" {
		who = p.T("desk.by.reporter")
	}
	return pages.Event{When: e.At.In(calendar.Zone).Format("2006-01-02 15:04"), Who: who, What: p.T(key), Text: e.Text}
}

func (s *Site) addEvidence(v *pages.Case, e Evidence) {
	p := v.Page
	if !e.Found {
		v.Evidence = []pages.Pair{{Term: p.T("desk.found"), Value: p.T("desk.unknown")}}
		return
	}
	v.Evidence = []pages.Pair{{Term: p.T("desk.found"), Value: e.Employer}, {Term: p.T("desk.headcount"), Value: strconv.Itoa(e.Headcount)},
		{Term: p.T("desk.total"), Value: e.Total.Grouped() + " " + p.T("site.yuan")}, {Term: p.T("desk.latefee"), Value: e.LateFee.Grouped() + " " + p.T("site.yuan")}}
	for _, insurance := range contribution.Insurances {
		if owed := e.ByBranch[insurance]; owed > 0 {
			v.Evidence = append(v.Evidence, pages.Pair{Term: p.T("insurance." + strconv.Itoa(int(insurance))), Value: owed.Grouped() + " " + p.T("site.yuan")})
		}
	}
	if e.Headcount <= s.SmallEmployer {
		v.Warning = p.T("desk.small.text", e.Headcount)
	}
	for _, m := range e.Months {
		v.Months = append(v.Months, pages.EvidenceRow{Period: m.Period.String(), Headcount: strconv.Itoa(m.Headcount), Owing: strconv.Itoa(m.Owing), Owed: m.Owed.Grouped(), Base: m.AverageBase.Grouped()})
	}
}

// act takes one of the offered steps; a second click meets a changed version and does nothing.
func (s *Site) act(c *fiber.Ctx) error {
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.request")
	}
	in := lifecycle.Input{Action: lifecycle.Action(form(c, "action")), Reason: strings.TrimSpace(form(c, "reason")), Text: strings.TrimSpace(form(c, "text"))}
	err = s.Desk.Act(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), version, in, server.Now(c))
	return s.done(c, err, string(in.Action))
}

func (s *Site) write(c *fiber.Ctx) error {
	err := s.Desk.Write(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), strings.TrimSpace(form(c, "note")), form(c, "to") == "reporter", server.Now(c))
	return s.done(c, err, "")
}

// done goes back to the case, or shows it again with what was wrong.
func (s *Site) done(c *fiber.Ctx, err error, action string) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number"), fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	c.Status(server.Status(f.Kind))
	wrong := []layout.FieldError{{ID: "main", Text: locale.Fault(lang(c), f)}}
	if len(f.Fields) > 0 {
		wrong = nil
		for _, field := range f.Fields {
			id := field.Name
			if action != "" {
				id += "-" + action
			}
			wrong = append(wrong, layout.FieldError{ID: id, Text: locale.Text(lang(c), field.Key, field.Args...)})
		}
	}
	return s.casePage(c, wrong)
}

// attachment plays a recording or downloads a file; every opening is in the audit log.
func (s *Site) attachment(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.desk.case")
	}
	_, _, attachments, err := s.Desk.Case(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	for _, a := range attachments {
		if a.ID == id {
			c.Set(fiber.HeaderContentType, a.MediaType)
			return c.Send(a.Content)
		}
	}
	return fault.New(fault.NotFound, "fault.desk.case")
}
