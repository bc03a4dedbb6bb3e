package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

func (s *Site) showKeyholder(c *fiber.Ctx) error { return s.keyholderPage(c, "", nil, "") }

// keyholderPage is the own key, and what waits for it. opened is the form that was refused.
func (s *Site) keyholderPage(c *fiber.Ctx, opened string, wrong []layout.FieldError, good string) error {
	now := server.Now(c)
	holder, err := s.Identities.Keyholder(c.UserContext(), session(c), now)
	if err != nil {
		return err
	}
	work, err := s.Identities.Work(c.UserContext(), session(c), now)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "identity.nav"))
	p.Path, p.Failed = "/keyholder", len(wrong) > 0
	table := layout.Table{ID: "work", Caption: p.T("identity.work"), Empty: p.T("identity.work.none"), Head: []layout.Column{{Text: p.T("desk.number")}, {Text: p.T("identity.asker")}, {Text: p.T("identity.reason"), Wide: true}, {Text: p.T("identity.state")}}}
	for _, q := range work {
		until := q.WaitUntil
		if q.State == "agreed" {
			until = q.ShownUntil
		}
		state := requestTags[q.State]
		state.Text, state.Note = p.T("identity.state."+q.State), p.T("identity.until", instant(until))
		table.Rows = append(table.Rows, []layout.Cell{{Text: q.Number, Href: "/cases/" + q.Number + "/identity", Note: q.Employer}, {Text: q.Asker}, {Text: q.Reason}, state})
	}
	v := pages.Sections{Page: p, Errors: wrong, Parts: []pages.Section{{Good: good, Table: table}, keySection(p, holder, opened, wrong)}}
	return render(c, pages.SectionPage(v))
}

// keySection says how the asker stands to the identity key, and makes or changes the own one.
func keySection(p layout.Page, k Keyholder, opened string, wrong []layout.FieldError) pages.Section {
	v := pages.Section{ID: "key", Title: p.T("identity.key"), Note: p.T("identity.key.note")}
	if len(k.Left) > 0 {
		v.Warning = p.T("identity.left", strings.Join(k.Left, "、"))
	}
	field := func(id, key, complete string) layout.FormField {
		return layout.FormField{Name: id, Input: layout.Input{ID: id, Label: p.T(key), Type: "password", Autocomplete: complete, Errors: wrong}}
	}
	made := p.T("identity.key.none")
	if k.MadeAt.Year() > 1 {
		made = instant(k.MadeAt)
	}
	part := "identity.part.no"
	if k.Holds {
		part = "identity.part.yes"
	}
	v.Terms = []layout.Pair{{Term: p.T("identity.key.made"), Value: made}, {Term: p.T("identity.part"), Value: p.T(part)}, {Term: p.T("identity.others"), Value: p.N("identity.people", k.Others)}}
	if k.MadeAt.Year() > 1 {
		v.Forms = append(v.Forms, layout.Form{Title: p.T("identity.change"), Action: "/keyholder/passphrase", Button: p.T("identity.change.do"), Open: opened == "change",
			Fields: []layout.FormField{field("old", "identity.passphrase.old", "off"), field("passphrase", "identity.passphrase.new", "off"), field("again", "identity.passphrase.again", "off")}})
	}
	f := layout.Form{Title: p.T("identity.make"), Action: "/keyholder", Note: p.T("identity.make.note"), Button: p.T("identity.make.do"), Open: opened == "make" || k.MadeAt.Year() <= 1}
	if k.MadeAt.Year() > 1 {
		f.Title, f.Note = p.T("identity.remake"), p.T("identity.remake.note")
	}
	f.Fields = []layout.FormField{field("passphrase", "identity.passphrase.new", "off"), field("again", "identity.passphrase.again", "off")}
	for i := range f.Fields {
		f.Fields[i].ID = "first-" + f.Fields[i].Name
	}
	v.Forms = append(v.Forms, f)
	return v
}

func (s *Site) makeKeyholder(c *fiber.Ctx) error {
	err := again(c)
	if err == nil {
		err = s.Identities.MakeKeyholder(c.UserContext(), session(c), form(c, "passphrase"), server.Now(c))
	}
	return s.keyholderDone(c, "make", "identity.make.done", err)
}

func (s *Site) changePassphrase(c *fiber.Ctx) error {
	err := again(c)
	if err == nil {
		err = s.Identities.ChangePassphrase(c.UserContext(), session(c), form(c, "old"), form(c, "passphrase"), server.Now(c))
	}
	return s.keyholderDone(c, "change", "identity.change.done", err)
}

// again refuses a new passphrase that was not typed twice alike.
func again(c *fiber.Ctx) error {
	if form(c, "passphrase") != form(c, "again") {
		return fault.InvalidFields(fault.Field{Name: "again", Key: "identity.fault.again"})
	}
	return nil
}

func (s *Site) keyholderDone(c *fiber.Ctx, opened, good string, err error) error {
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		return s.keyholderPage(c, "", nil, locale.Text(lang(c), good))
	}
	for i := range wrong {
		if opened == "make" && wrong[i].ID != "main" {
			wrong[i].ID = "first-" + wrong[i].ID
		}
	}
	return s.keyholderPage(c, opened, wrong, "")
}
