package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// head fills what stands above every tab of a case; tab is its address below the case's own.
func (s *Site) head(c *fiber.Ctx, k Case, tab string, wrong []layout.FieldError) pages.CaseHead {
	p := s.page(c, locale.Text(lang(c), "desk.case", k.Number))
	p.Failed = len(wrong) > 0
	v := pages.CaseHead{Page: p, Errors: wrong, Number: k.Number, Version: strconv.Itoa(k.Version), Employer: k.EmployerName, State: p.T("lifecycle.state." + string(k.State))}
	if k.EmployerUSCC != "" {
		v.EmployerHref = "/employers/" + k.EmployerUSCC
	}
	v.Keys = c.Cookies(cookieKeys) != "off"
	v.Due, v.DueClass = s.due(p.Lang, k.Case, calendar.DateOf(server.Now(c)), "desk.provisional")
	s.addStanding(c, &v, tab)
	for _, t := range caseTabs {
		if t.path == "/identity" && !k.Named && tab != t.path { // there is none to open
			continue
		}
		v.Tabs = append(v.Tabs, pages.Link{Text: p.T(t.text), Href: "/cases/" + k.Number + t.path, Current: t.path == tab})
	}
	if audits(k) {
		v.Tabs = append(v.Tabs, pages.Link{Text: p.T("audit.tab.case"), Href: "/cases/" + k.Number + "/audit", Current: tab == "/audit"})
	}
	return v
}

func (s *Site) showCase(c *fiber.Ctx) error { return s.casePage(c, nil, false) }

// casePage shows the case; what was typed into a refused form stands in it again, or above the steps when that step is no longer offered. stale says that somebody
// was faster, and the page tells who did what and when.
func (s *Site) casePage(c *fiber.Ctx, wrong []layout.FieldError, stale bool) error {
	k, events, attachments, err := s.Desk.Case(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	if stale && len(events) > 0 {
		wrong = []layout.FieldError{{ID: "main", Text: staleText(lang(c), events[len(events)-1])}}
	}
	v := pages.Case{CaseHead: s.head(c, k, "", wrong), Words: k.Words, Note: form(c, "note")}
	p := v.Page
	reporter := p.T("desk.anonymous")
	if k.Named {
		reporter = p.T("desk.named")
	}
	owner := k.OwnerName
	if owner == "" {
		owner = p.T("queue.owner.nobody")
	}
	v.Facts = []pages.Pair{{Term: p.T("desk.employer"), Value: strings.TrimSpace(k.EmployerName + " " + k.EmployerUSCC)}, {Term: p.T("desk.kind"), Value: p.T("tipoff.kind." + k.Kind)},
		{Term: p.T("desk.months"), Value: months(p, k.From, k.To)}, {Term: p.T("desk.route"), Value: p.T("lifecycle.route." + string(k.Route))}, {Term: p.T("desk.channel"), Value: p.T("desk.channel." + k.Channel)},
		{Term: p.T("desk.owner"), Value: owner}}
	if fact, ok := limitation(p, k); ok {
		v.Facts = slices.Insert(v.Facts, len(v.Facts)-1, fact)
	}
	v.WordsHead = p.T("desk.words")
	if k.Route == lifecycle.Audit { // nobody reported it: the plan says why
		v.WordsHead = p.T("audit.case.why")
	} else {
		v.Facts = slices.Insert(v.Facts, len(v.Facts)-1, pages.Pair{Term: p.T("desk.reporter"), Value: reporter})
	}
	if k.ByHelper {
		v.Facts = slices.Insert(v.Facts, len(v.Facts)-1, pages.Pair{Term: p.T("desk.helper"), Value: p.T("desk.helper.mark")})
	}
	if k.EmployerUSCC == "" && k.Route != lifecycle.Audit {
		v.LinkEmployer = "/cases/" + k.Number + "/employer"
	}
	for _, f := range k.Alleged {
		v.Alleged = append(v.Alleged, pages.Alleged{Number: f.Number, About: p.T("tipoff.kind."+f.Kind) + p.T("evidence.and") + months(p, f.From, f.To), Words: f.Words})
	}
	for _, a := range attachments {
		if a.Kind == intake.Recording {
			v.Recordings = append(v.Recordings, "/cases/"+k.Number+"/attachments/"+strconv.FormatInt(a.ID, 10))
		}
	}
	if len(attachments) > 0 {
		v.Files = p.N("material.count", len(attachments))
	}
	for _, e := range events {
		v.Events = append(v.Events, eventView(p, e))
	}
	v.Again = k.WroteAgain
	v.Preview, _ = c.Locals("preview").(*pages.Paper)
	typed, offered := form(c, "action"), false
	for _, a := range lifecycle.Allowed(k.Case, member(c).Role, member(c).ID) {
		action := actionView(p, k, a)
		if string(a) == typed {
			offered = true
			retype(c, &action)
		}
		v.Actions = append(v.Actions, action)
	}
	if !offered && typed != "" {
		for _, kept := range []struct{ name, label string }{{"reason", "desk.reason"}, {"text", "desk.text"}} {
			if words := form(c, kept.name); words != "" {
				v.Kept = append(v.Kept, pages.Pair{Term: p.T(kept.label), Value: words})
			}
		}
	}
	return render(c, pages.CasePage(v))
}

// retype puts what was typed into a step's form again.
func retype(c *fiber.Ctx, a *pages.Action) {
	a.Open, a.Template, a.TypedReason, a.TypedBy, a.TypedLeads = true, form(c, "text"), form(c, "reason"), form(c, "by"), form(c, "leads") == "yes"
	a.TypedTo, a.TypedGround = form(c, "to"), form(c, "ground")
	for i := range a.Choices {
		a.Choices[i].Present = form(c, a.Choices[i].Name)
	}
}

// staleText tells who was faster, with what, and when.
func staleText(lang string, e Event) string {
	v := eventView(layout.Page{Lang: lang}, e)
	who := v.Who
	if who == "" {
		who = locale.Text(lang, "lifecycle.system")
	}
	return locale.Text(lang, "lifecycle.stale", who, v.When, v.What)
}

// actionView is one step that is offered, with everything that it asks for.
func actionView(p layout.Page, k Case, a lifecycle.Action) pages.Action {
	wants := lifecycle.Needs(k.State, a)
	v := pages.Action{Name: string(a), Label: p.T("lifecycle.action." + string(a)), Text: wants.Text && k.Route != lifecycle.Audit, Reason: wants.Reason || a == lifecycle.Close && k.Finding == lifecycle.Violation, By: wants.By, Leads: wants.NewLeads}
	v.Open = a == lifecycle.Approve
	if template := "lifecycle.template." + string(a); locale.Has(p.Lang, template) {
		v.Template = p.T(template)
	}
	if wants.Ground {
		v.Grounds = grounds(p)
	}
	v.To = wants.To
	choice := func(name, key string, values ...string) {
		c := pages.Choice{Name: name, Label: p.T("lifecycle." + name)}
		for _, value := range values {
			c.Options = append(c.Options, pages.Pair{Term: value, Value: p.T(key + value)})
		}
		v.Choices = append(v.Choices, c)
	}
	if wants.Code {
		choice("code", "lifecycle.code.", lifecycle.RefusalCodes[:]...)
	}
	if wants.Route {
		var routes []string
		for _, r := range lifecycle.Routes {
			if r != k.Route && r != lifecycle.Audit {
				routes = append(routes, string(r))
			}
		}
		choice("route", "lifecycle.route.", routes...)
	}
	if a == lifecycle.Approve {
		v.Note = k.ProposedReply
	}
	v.Letter = notice.LetterOf(string(a), k.Named) != "" && a != lifecycle.Approve || a == lifecycle.ProposeDecision && k.Named
	return v
}

// grounds are the reason codes of a decision under what each finds.
func grounds(p layout.Page) []pages.Group {
	var groups []pages.Group
	for _, f := range []lifecycle.Finding{lifecycle.Violation, lifecycle.Clean} {
		g := pages.Group{Label: p.T("lifecycle.finding." + string(f))}
		for _, ground := range lifecycle.Grounds(f) {
			g.Options = append(g.Options, pages.Pair{Term: string(ground), Value: p.T("decision.ground." + string(ground))})
		}
		groups = append(groups, g)
	}
	return groups
}

func eventView(p layout.Page, e Event) pages.Event {
	key := "lifecycle.event." + e.What
	if !locale.Has(p.Lang, key) {
		key = "lifecycle.action." + e.What
	}
	who := e.By
	if e.What == "message_in" {
		who = p.T("desk.by.reporter")
	}
	text := e.Text
	if e.What == "notice_soon" || e.What == "notice_passed" {
		text = limitNamed(p, text)
	}
	return pages.Event{When: when(e.At), Who: who, What: p.T(key), Text: text, Out: e.What == "message_out"}
}

// limitNamed is the text of a call about a document's limit with the limit named as everywhere else: kept is its name in deadlines.json, and its day.
func limitNamed(p layout.Page, text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if key := "notice.clock." + word; locale.Has(p.Lang, key) {
			words[i] = p.T(key)
		}
	}
	return strings.Join(words, " ")
}

// act takes one of the offered steps; a second click meets a changed version and does nothing.
func (s *Site) act(c *fiber.Ctx) error {
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.request")
	}
	in := lifecycle.Input{Action: lifecycle.Action(form(c, "action")), Reason: strings.TrimSpace(form(c, "reason")), Text: strings.TrimSpace(form(c, "text")), Code: form(c, "code"),
		Finding: lifecycle.Finding(form(c, "finding")), Ground: lifecycle.Ground(form(c, "ground")),
		To: strings.TrimSpace(form(c, "to")), Route: lifecycle.Route(form(c, "route")), NewLeads: form(c, "leads") == "yes"}
	if by := form(c, "by"); by != "" {
		if in.By, err = calendar.ParseDate(by); err != nil {
			return s.done(c, fault.InvalidFields(fault.Field{Name: "by", Key: "fault.desk.by"}), string(in.Action))
		}
	}
	if form(c, "do") == "preview" {
		return s.previewLetter(c, in)
	}
	err = s.Desk.Act(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), version, in, server.Now(c))
	return s.done(c, err, string(in.Action))
}

// previewLetter shows the letter that a step would issue; nothing is done yet, and what was typed stays in the form.
func (s *Site) previewLetter(c *fiber.Ctx, in lifecycle.Input) error {
	paper, ok, err := s.Desk.Letter(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), in, server.Now(c))
	if err != nil || !ok {
		return s.done(c, err, string(in.Action))
	}
	shown := paperView(paper)
	c.Locals("preview", &shown)
	return s.casePage(c, nil, false)
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
	return s.casePage(c, wrong, f.Key == "fault.desk.changed")
}
