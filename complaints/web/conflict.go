package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Recusal is what the page of conflicts of interest calls.
type Recusal interface {
	Conflicts(ctx context.Context, session string, now time.Time) ([]Conflict, error)
	Declare(ctx context.Context, session string, d Declared, now time.Time) error
	Lift(ctx context.Context, session string, id int64, reason string, now time.Time) error
	ConflictGrounds() []string
}

// Conflict of interest of a member of staff.
type Conflict struct {
	ID                             int64
	Name, Employer, Case           string
	Ground, Note, DeclaredBy       string
	DeclaredAt                     time.Time
	Lifted, LiftedBy, LiftedReason string
	Own                            bool
}

// Declared is a conflict as the form gives it; no account means the own.
type Declared struct{ Account, USCC, Employer, Case, Ground, Note string }

func (s *Site) showConflicts(c *fiber.Ctx) error {
	return s.conflictPage(c, Declared{Case: c.Query("case")}, nil)
}

func (s *Site) conflictPage(c *fiber.Ctx, d Declared, wrong []layout.FieldError) error {
	list, err := s.Recusal.Conflicts(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "conflict.title"))
	p.Failed = len(wrong) > 0
	head := member(c).Role == lifecycle.Supervisor
	table := layout.Table{ID: "conflicts", Caption: p.T("conflict.list"), Empty: p.T("conflict.none"), Head: []layout.Column{{Text: p.T("conflict.who")}, {Text: p.T("conflict.of")}, {Text: p.T("conflict.ground")},
		{Text: p.T("conflict.declared"), Wide: true}, {Text: p.T("conflict.state")}}}
	var lift []layout.Form
	for _, x := range list {
		state := layout.Cell{Text: p.T("conflict.stands"), Tag: "wait", Glyph: "!"}
		of := layout.Cell{Text: strings.TrimSpace(x.Employer + " " + x.Case)}
		if x.Lifted != "" {
			state = layout.Cell{Text: p.T("conflict.lifted"), Tag: "none", Glyph: "–", Note: strings.TrimSpace(x.Lifted + " " + x.LiftedBy + " " + x.LiftedReason)}
		} else if head && !x.Own {
			id := strconv.FormatInt(x.ID, 10)
			lift = append(lift, layout.Form{Title: p.T("conflict.lift", x.Name, of.Text), Action: "/conflicts/" + id + "/lift", Button: p.T("conflict.lift.do"),
				Fields: []layout.FormField{{Input: layout.Input{ID: "reason-" + id, Label: p.T("desk.reason")}, Name: "reason"}}})
		}
		table.Rows = append(table.Rows, []layout.Cell{{Text: x.Name}, of, {Text: p.T("conflict.ground." + x.Ground), Note: x.Note}, {Text: calendar.DateOf(x.DeclaredAt).String(), Note: x.DeclaredBy}, state})
	}
	v := pages.Sections{Page: p, Errors: wrong, Parts: []pages.Section{{Note: p.T("conflict.law"), Forms: []layout.Form{s.declareForm(p, d, head, wrong)}}, {Table: table, Forms: lift}}}
	return render(c, pages.SectionPage(v))
}

func (s *Site) declareForm(p layout.Page, d Declared, head bool, wrong []layout.FieldError) layout.Form {
	text := func(id, value string) layout.FormField {
		return layout.FormField{Input: layout.Input{ID: id, Label: p.T("conflict.form." + id), Value: value, Errors: wrong}}
	}
	grounds := layout.FormField{Input: layout.Input{ID: "ground", Label: p.T("conflict.ground"), Value: d.Ground, Errors: wrong}, Choices: []layout.Pair{{Term: p.T("lifecycle.choose")}}}
	for _, g := range s.Recusal.ConflictGrounds() {
		grounds.Choices = append(grounds.Choices, layout.Pair{Term: p.T("conflict.ground." + g), Value: g})
	}
	f := layout.Form{Title: p.T("conflict.declare"), Action: "/conflicts", Button: p.T("conflict.declare.do"), Note: p.T("conflict.declare.note"), Open: d.Case != "" || len(wrong) > 0}
	if d.Case != "" {
		f.Fields = append(f.Fields, text("case", d.Case))
	} else {
		f.Fields = append(f.Fields, text("employer", d.Employer), text("uscc", d.USCC))
	}
	if head {
		f.Fields = append(f.Fields, text("account", d.Account))
	}
	f.Fields = append(f.Fields, grounds, text("note", d.Note))
	return f
}

func (s *Site) declare(c *fiber.Ctx) error {
	get := func(name string) string { return strings.TrimSpace(form(c, name)) }
	d := Declared{Account: get("account"), USCC: get("uscc"), Employer: get("employer"), Case: get("case"), Ground: get("ground"), Note: get("note")}
	return s.recused(c, d, s.Recusal.Declare(c.UserContext(), c.Cookies(cookieSession), d, server.Now(c)))
}

func (s *Site) lift(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "conflict.fault.none")
	}
	return s.recused(c, Declared{}, s.Recusal.Lift(c.UserContext(), c.Cookies(cookieSession), id, strings.TrimSpace(form(c, "reason")), server.Now(c)))
}

// recused goes back to the list, or shows the form again with what was wrong.
func (s *Site) recused(c *fiber.Ctx, d Declared, err error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/conflicts", fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.conflictPage(c, d, fieldErrors(lang(c), f))
}
