package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/retention"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// RetentionPlan is what is to be done, what keeps cases, and what was done.
type RetentionPlan struct {
	retention.Plan
	Digest       string
	Holds        []Hold
	Certificates []Certificate
}

// Hold is a legal hold that stands.
type Hold struct {
	ID             int64
	Number, Reason string
	By             string
	At             time.Time
}

// Certificate is the numbered record of a run.
type Certificate struct {
	Number     string
	At         time.Time
	By         string
	Text       string
	SHA256     string
	Done, Kept int
}

// Retention is what the page of retention calls.
type Retention interface {
	Rules() retention.Settings
	Plan(ctx context.Context, session string, now time.Time) (RetentionPlan, error)
	Run(ctx context.Context, session, digest string, now time.Time) (Certificate, error)
	Hold(ctx context.Context, session, number, reason string, place bool, now time.Time) error
}

// retentionRows is how many cases a list of the page shows; the digest is of all.
const retentionRows = 200

func (s *Site) showRetention(c *fiber.Ctx) error { return s.retentionPage(c, nil, "") }

// retentionPage says what may go, what is announced, what is kept and why, and what went.
func (s *Site) retentionPage(c *fiber.Ctx, wrong []layout.FieldError, good string) error {
	plan, err := s.Retention.Plan(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "retention.title"))
	p.Path, p.Failed = "/retention", len(wrong) > 0
	ready := pages.Section{ID: "ready", Title: p.T("retention.ready"), Good: good, Table: planTable(p, "readylist", p.N("retention.cases", len(plan.Ready)), plan.Ready)}
	if len(plan.Ready) > 0 {
		ready.Forms = []layout.Form{{Title: p.T("retention.run"), Action: "/retention/run", Note: p.T("retention.run.note", len(plan.Ready)), Button: p.T("retention.run.do"), Hidden: []layout.Pair{{Term: "digest", Value: plan.Digest}}}}
	}
	soon := append(append([]retention.Planned{}, plan.Warn...), plan.Waiting...)
	v := pages.Sections{Page: p, Errors: wrong, Parts: []pages.Section{
		{Note: p.T("retention.note")}, ready,
		{ID: "soon", Title: p.T("retention.soon"), Table: planTable(p, "soonlist", p.N("retention.cases", len(soon)), soon)},
		s.holdSection(c, p, plan, wrong), certificateSection(p, plan.Certificates), s.ruleSection(p)}}
	return render(c, pages.SectionPage(v))
}

func planTable(p layout.Page, id, caption string, list []retention.Planned) layout.Table {
	t := layout.Table{ID: id, Caption: caption, Empty: p.T("retention.none"), Head: []layout.Column{{Text: p.T("desk.number")}, {Text: p.T("retention.outcome")}, {Text: p.T("retention.due")}, {Text: p.T("desk.route"), Wide: true}, {Text: p.T("retention.ended"), Wide: true}}}
	for _, x := range list[:min(len(list), retentionRows)] {
		t.Rows = append(t.Rows, []layout.Cell{{Text: x.Number, Href: "/cases/" + x.Number}, {Text: p.T("retention." + string(x.Then))}, {Text: x.Due.String()}, {Text: p.T("lifecycle.route." + string(x.Route))}, {Text: x.Ended.String()}})
	}
	return t
}

func (s *Site) holdSection(c *fiber.Ctx, p layout.Page, plan RetentionPlan, wrong []layout.FieldError) pages.Section {
	v := pages.Section{ID: "holds", Title: p.T("retention.holds"), Note: p.T("retention.holds.note"), Table: layout.Table{ID: "holdlist", Caption: p.N("retention.cases", len(plan.Holds)), Empty: p.T("retention.holds.none"),
		Head: []layout.Column{{Text: p.T("desk.number")}, {Text: p.T("retention.reason")}, {Text: p.T("retention.by"), Wide: true}}}}
	for _, h := range plan.Holds {
		v.Table.Rows = append(v.Table.Rows, []layout.Cell{{Text: h.Number, Href: "/cases/" + h.Number}, {Text: h.Reason}, {Text: h.By, Note: instant(h.At)}})
	}
	do := form(c, "do")
	text := func(prefix, id, key string) layout.FormField {
		var of []layout.FieldError
		if do == prefix {
			of = wrong
		}
		f := layout.FormField{Name: id, Input: layout.Input{ID: id, Label: p.T(key), Errors: of}}
		if prefix == "lift" {
			f.ID = "lift-" + id
		}
		if do == prefix {
			f.Value = form(c, id)
		}
		return f
	}
	v.Forms = []layout.Form{{Title: p.T("retention.hold"), Action: "/retention/hold", Button: p.T("retention.hold.do"), Hidden: []layout.Pair{{Term: "do", Value: "place"}}, Open: do == "place" && len(wrong) > 0,
		Fields: []layout.FormField{text("place", "case", "desk.number"), text("place", "reason", "retention.reason")}}}
	if len(plan.Holds) > 0 || do == "lift" {
		v.Forms = append(v.Forms, layout.Form{Title: p.T("retention.lift"), Action: "/retention/hold", Button: p.T("retention.lift.do"), Hidden: []layout.Pair{{Term: "do", Value: "lift"}}, Open: do == "lift" && len(wrong) > 0,
			Fields: []layout.FormField{text("lift", "case", "desk.number"), text("lift", "reason", "retention.reason")}})
	}
	return v
}

func certificateSection(p layout.Page, list []Certificate) pages.Section {
	v := pages.Section{ID: "done", Title: p.T("retention.done"), Table: layout.Table{ID: "donelist", Caption: p.T("retention.certificates"), Empty: p.T("retention.done.none"),
		Head: []layout.Column{{Text: p.T("retention.certificate")}, {Text: p.T("retention.at")}, {Text: p.T("retention.count"), Number: true}, {Text: p.T("retention.by"), Wide: true}, {Text: "SHA-256", Wide: true}}}}
	for _, c := range list {
		by := c.By
		if by == "" {
			by = p.T("seen.role.operator")
		}
		v.Table.Rows = append(v.Table.Rows, []layout.Cell{{Text: c.Number, Href: "/retention/" + c.Number + ".txt"}, {Text: instant(c.At)}, number(c.Done), {Text: by}, {Text: c.SHA256[:16] + "…"}})
	}
	return v
}

func (s *Site) ruleSection(p layout.Page) pages.Section {
	rules := s.Retention.Rules()
	v := pages.Section{ID: "rules", Title: p.T("retention.rules"), Note: p.T("retention.rules.note", rules.WarnDays, rules.DraftDays), Table: layout.Table{ID: "rulelist", Caption: p.T("retention.rules.list"),
		Head: []layout.Column{{Text: p.T("desk.route")}, {Text: p.T("retention.years"), Number: true}, {Text: p.T("retention.outcome")}}}}
	add := func(name string, r retention.Rule) {
		v.Table.Rows = append(v.Table.Rows, []layout.Cell{{Text: name}, {Text: strconv.Itoa(r.Years)}, {Text: p.T("retention." + string(r.Then))}})
	}
	for _, route := range lifecycle.Routes {
		add(p.T("lifecycle.route."+string(route)), rules.ByRoute[route])
	}
	add(p.T("retention.nottaken"), rules.NotTaken)
	return v
}

// runRetention does exactly what the page showed.
func (s *Site) runRetention(c *fiber.Ctx) error {
	cert, err := s.Retention.Run(c.UserContext(), session(c), form(c, "digest"), server.Now(c))
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	good := ""
	if len(wrong) == 0 {
		good = locale.Text(lang(c), "retention.ran", cert.Number, cert.Done, cert.Kept)
	}
	return s.retentionPage(c, wrong, good)
}

func (s *Site) holdCase(c *fiber.Ctx) error {
	place := form(c, "do") == "place"
	err := s.Retention.Hold(c.UserContext(), session(c), strings.TrimSpace(form(c, "case")), strings.TrimSpace(form(c, "reason")), place, server.Now(c))
	if fault.Is(err, fault.NotFound) {
		err = fault.InvalidFields(fault.Field{Name: "case", Key: "fault.desk.case"})
	}
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return c.Redirect("/retention#holds", fiber.StatusSeeOther)
	}
	for i := range wrong {
		if !place && wrong[i].ID != "main" {
			wrong[i].ID = "lift-" + wrong[i].ID
		}
	}
	return s.retentionPage(c, wrong, "")
}

// certificate answers with a certificate as it was sealed by its hash.
func (s *Site) certificate(c *fiber.Ctx) error {
	plan, err := s.Retention.Plan(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	for _, k := range plan.Certificates {
		if k.Number+".txt" == c.Params("number") {
			c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
			c.Set(fiber.HeaderContentDisposition, `attachment; filename="retention-`+k.Number+`-`+calendar.DateOf(k.At).String()+`.txt"`)
			return c.SendString(k.Text)
		}
	}
	return fault.New(fault.NotFound, "fault.page")
}
