package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/supervision"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/server"
)

func planView(p layout.Page, plan PlanStanding) pages.Plan {
	glyph := map[supervision.PlanState]layout.Cell{supervision.PlanRunning: {Tag: "infot", Glyph: "…"}, supervision.PlanKept: {Tag: "paid", Glyph: "✓"}, supervision.PlanLate: {Tag: "wait", Glyph: "!"}, supervision.PlanBroken: {Tag: "owe", Glyph: "✕"}}
	status := glyph[plan.State]
	status.Text = p.T("supervision.plan." + string(plan.State))
	v := pages.Plan{Title: p.T("supervision.plan.title", plan.SignedOn, plan.Total.Grouped()), Status: status, Effect: p.T("supervision.plan.effect."+string(plan.State), plan.DueNow.Grouped(), plan.Rest.Grouped())}
	if !plan.EndedOn.IsZero() {
		reason := plan.EndReason
		if reason == "kept" {
			reason = p.T("supervision.event.plan_kept")
		}
		v.Effect = p.T("supervision.plan.ended", plan.EndedOn, reason)
	}
	v.Table = layout.Table{ID: "plan" + strconv.Itoa(int(plan.ID)), Caption: p.T("supervision.instalments"), Head: []layout.Column{{Text: p.T("supervision.due_on")}, {Text: p.T("supervision.amount"), Number: true},
		{Text: p.T("supervision.paid"), Number: true}, {Text: p.T("supervision.settled")}}}
	for i, one := range plan.Instalments {
		settled := layout.Cell{Text: plan.Settled[i].String()}
		if plan.Settled[i].IsZero() {
			settled.Text = "--"
		}
		v.Table.Rows = append(v.Table.Rows, []layout.Cell{{Text: one.DueOn.String()}, yuan(one.Amount), yuan(plan.Paid[i]), settled})
	}
	return v
}

func writeOffTable(p layout.Page, w supervision.WriteOff) layout.Table {
	t := layout.Table{ID: "writeoff" + strconv.Itoa(int(w.ID)), Caption: p.T("supervision.writeoff.caption", w.Amount.Grouped(), w.Reason), Head: []layout.Column{{Text: p.T("supervision.authority")}, {Text: p.T("supervision.approved_on")},
		{Text: p.T("supervision.document")}, {Text: p.T("supervision.who"), Wide: true}}}
	for i, authority := range supervision.WriteOffOrder {
		row := []layout.Cell{{Text: p.T("supervision.authority." + authority)}, {Text: "--"}, {Text: p.T("supervision.waits")}, {}}
		if i < len(w.Approvals) {
			a := w.Approvals[i]
			row = []layout.Cell{{Text: p.T("supervision.authority." + authority)}, {Text: a.ApprovedOn.String()}, {Text: a.Document}, {Text: a.By}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// typedAgain shows in the form that was refused what was typed: nothing is lost.
func typedAgain(c *fiber.Ctx, forms []layout.Form) []layout.Form {
	for i := range forms {
		for k := range forms[i].Fields {
			if f := &forms[i].Fields[k]; forms[i].Open {
				f.Value = form(c, f.ID)
			}
		}
	}
	return forms
}

// debtorForms are what a supervisor may change; the refused one stands open.
func (s *Site) debtorForms(p layout.Page, d DebtorFile, today calendar.Date, open string, wrong []layout.FieldError) []layout.Form {
	base, version := "/supervision/register/"+d.USCC, layout.Pair{Term: "version", Value: strconv.Itoa(d.Version)}
	text := func(id, value string) layout.FormField {
		f := layout.FormField{Input: layout.Input{ID: id, Label: p.T("supervision.form." + id), Value: value, Errors: wrong}}
		if locale.Has(p.Lang, "supervision.form."+id+".hint") {
			f.Hint = p.T("supervision.form." + id + ".hint")
		}
		return f
	}
	make1 := func(name string, fields ...layout.FormField) layout.Form {
		return layout.Form{Title: p.T("supervision.do." + name), Action: base + "/" + name, Button: p.T("supervision.do." + name), Hidden: []layout.Pair{version}, Fields: fields, Open: open == name}
	}
	var states []layout.Pair
	for _, state := range debtorStates {
		states = append(states, layout.Pair{Term: p.T("supervision.state." + state), Value: state})
	}
	forms := []layout.Form{
		make1("state", layout.FormField{Input: layout.Input{ID: "state", Label: p.T("supervision.state"), Value: d.State}, Choices: states}, text("stopped_on", d.StoppedOn.String()), text("accepted_on", d.AcceptedOn.String()),
			text("declared_on", d.DeclaredOn.String()), text("merged_on", d.MergedOn.String()), text("successor", d.Successor)),
		make1("owner", text("owner", "")),
	}
	running := len(d.Plans) > 0 && d.Plans[0].EndedOn.IsZero()
	if running {
		forms = append(forms, make1("end-plan", text("reason", "")))
	} else if d.Owed() > 0 {
		lines := text("instalments", "")
		lines.Rows = 4 // one a line: nobody can write a second one into a field of a single line
		forms = append(forms, make1("plan", text("signed_on", today.String()), text("first_on", today.AddDays(30).String()), text("count", "6"), lines))
	}
	if !d.DeclaredOn.IsZero() && d.Owed() > 0 {
		forms = append(forms, make1("write-off", text("amount", d.Owed().String()), text("writeoff_reason", "")))
	}
	for _, w := range d.WriteOffs {
		if next := supervision.WriteOffNext(len(w.Approvals)); next != "" {
			f := make1("write-off-approval", text("approved_on", today.String()), text("document", ""))
			f.Title = p.T("supervision.do.approval", p.T("supervision.authority."+next))
			f.Hidden = append(f.Hidden, layout.Pair{Term: "authority", Value: next}, layout.Pair{Term: "id", Value: strconv.Itoa(int(w.ID))})
			forms = append(forms, f)
			break
		}
	}
	return forms
}

// changed goes back to the employer, or shows the form again with what was wrong.
func (s *Site) changed(c *fiber.Ctx, err error, form string) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/supervision/register/"+c.Params("uscc"), fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.debtorPage(c, form, fieldErrors(lang(c), f))
}

// fieldErrors are the lines of the error summary of a fault.
func fieldErrors(lang string, f *fault.Error) []layout.FieldError {
	if len(f.Fields) == 0 {
		return []layout.FieldError{{ID: "main", Text: locale.Fault(lang, f)}}
	}
	var wrong []layout.FieldError
	for _, field := range f.Fields {
		wrong = append(wrong, layout.FieldError{ID: field.Name, Text: locale.Text(lang, field.Key, field.Args...)})
	}
	return wrong
}

func formVersion(c *fiber.Ctx) int {
	n, _ := strconv.Atoi(form(c, "version")) // no number is no version: a conflict
	return n
}

// dates reads the named dates of a form; an empty one is no date.
func dates(c *fiber.Ctx, names ...string) (map[string]calendar.Date, error) {
	got := map[string]calendar.Date{}
	var wrong []fault.Field
	for _, name := range names {
		text := strings.TrimSpace(form(c, name))
		if text == "" {
			continue
		}
		d, err := calendar.ParseDate(text)
		if err != nil {
			wrong = append(wrong, fault.Field{Name: name, Key: "fault.register.date"})
		}
		got[name] = d
	}
	if len(wrong) > 0 {
		return nil, fault.InvalidFields(wrong...)
	}
	return got, nil
}

func (s *Site) setDebtorState(c *fiber.Ctx) error {
	on, err := dates(c, "stopped_on", "accepted_on", "declared_on", "merged_on")
	if err == nil {
		state := supervision.DebtorState{State: oneOf(form(c, "state"), debtorStates), StoppedOn: on["stopped_on"], AcceptedOn: on["accepted_on"], DeclaredOn: on["declared_on"], MergedOn: on["merged_on"],
			Successor: strings.TrimSpace(form(c, "successor"))}
		err = s.Register.SetDebtorState(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), state, server.Now(c))
	}
	return s.changed(c, err, "state")
}

// oneOf is the word when it is one of the known ones, else the first.
func oneOf(word string, known []string) string {
	for _, k := range known {
		if k == word {
			return k
		}
	}
	return known[0]
}

func (s *Site) setDebtorOwner(c *fiber.Ctx) error {
	err := s.Register.SetDebtorOwner(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), strings.TrimSpace(form(c, "owner")), server.Now(c))
	return s.changed(c, err, "owner")
}

// signPlan takes instalments written out, one a line ("2027-01-31 1000.00"), or spreads what is owed over equal months.
func (s *Site) signPlan(c *fiber.Ctx) error {
	err := func() error {
		on, err := dates(c, "signed_on", "first_on")
		if err != nil {
			return err
		}
		if on["signed_on"].IsZero() {
			return fault.InvalidFields(fault.Field{Name: "signed_on", Key: "fault.register.date"})
		}
		list, err := readInstalments(form(c, "instalments"))
		if err != nil {
			return err
		}
		if len(list) == 0 {
			d, err := s.Register.Debtor(c.UserContext(), session(c), c.Params("uscc"), server.Now(c))
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(strings.TrimSpace(form(c, "count")))
			if err != nil || n < 1 || n > 60 {
				return fault.InvalidFields(fault.Field{Name: "count", Key: "fault.register.count"})
			}
			if on["first_on"].IsZero() {
				return fault.InvalidFields(fault.Field{Name: "first_on", Key: "fault.register.date"})
			}
			list = supervision.Spread(d.Owed(), on["first_on"], n)
		}
		return s.Register.SignPlan(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), on["signed_on"], list, server.Now(c))
	}()
	return s.changed(c, err, "plan")
}

func readInstalments(text string) ([]supervision.Instalment, error) {
	var list []supervision.Instalment
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(strings.ReplaceAll(line, ",", ""))
		if len(words) == 0 {
			continue
		}
		var one supervision.Instalment
		var dayErr, amountErr error = calendar.ErrDate, nil
		if len(words) == 2 {
			one.DueOn, dayErr = calendar.ParseDate(words[0])
			one.Amount, amountErr = money.Parse(words[1])
		}
		if dayErr != nil || amountErr != nil {
			return nil, fault.InvalidFields(fault.Field{Name: "instalments", Key: "fault.register.instalment.line", Args: []any{strconv.Itoa(len(list) + 1)}})
		}
		list = append(list, one)
	}
	return list, nil
}

func (s *Site) endPlan(c *fiber.Ctx) error {
	return s.changed(c, s.Register.EndPlan(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), strings.TrimSpace(form(c, "reason")), server.Now(c)), "end-plan")
}

func (s *Site) requestWriteOff(c *fiber.Ctx) error {
	amount, err := money.Parse(strings.ReplaceAll(strings.TrimSpace(form(c, "amount")), ",", ""))
	if err != nil {
		return s.changed(c, fault.InvalidFields(fault.Field{Name: "amount", Key: "fault.register.amount"}), "write-off")
	}
	err = s.Register.RequestWriteOff(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), amount, strings.TrimSpace(form(c, "writeoff_reason")), server.Now(c))
	return s.changed(c, err, "write-off")
}

func (s *Site) approveWriteOff(c *fiber.Ctx) error {
	on, err := dates(c, "approved_on")
	id, idErr := strconv.ParseInt(form(c, "id"), 10, 32)
	if idErr != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	if err == nil {
		given := supervision.WriteOffApproval{Authority: form(c, "authority"), Document: strings.TrimSpace(form(c, "document")), ApprovedOn: on["approved_on"]}
		err = s.Register.ApproveWriteOff(c.UserContext(), session(c), c.Params("uscc"), formVersion(c), int32(id), given, server.Now(c))
	}
	return s.changed(c, err, "write-off-approval")
}
