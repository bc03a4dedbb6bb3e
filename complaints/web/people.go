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
	"shebao/shared/fault"
	"shebao/shared/server"
)

func (s *Site) showPeople(c *fiber.Ctx) error {
	list, err := s.Desk.People(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.People{Page: s.page(c, locale.Text(lang(c), "people.title"))}
	for _, who := range list {
		v.Rows = append(v.Rows, personView(v.Page, who))
	}
	return render(c, pages.PeoplePage(v))
}

func personView(p layout.Page, who Person) pages.StaffRow {
	v := pages.StaffRow{Account: who.Account, Name: who.Name, Role: p.T("people.role." + string(who.Role)), Region: who.Region, Cases: strconv.Itoa(who.Cases), SignedIn: p.T("people.never"),
		State: p.T("people.state.active"), Class: "paid", Disabled: who.Disabled}
	if who.SignedIn.Year() > 1 {
		v.SignedIn = who.SignedIn.In(calendar.Zone).Format("2006-01-02 15:04")
	}
	if v.Region == "" {
		v.Region = p.T("people.region.all")
	}
	switch {
	case who.Disabled:
		v.State, v.Class = p.T("people.state.disabled"), "none"
	case who.Locked:
		v.State, v.Class = p.T("people.state.locked"), "wait"
	}
	return v
}

// personForm is what was typed, to be shown again.
func personForm(c *fiber.Ctx) Person {
	return Person{Account: strings.ToLower(strings.TrimSpace(form(c, "account"))), Name: strings.TrimSpace(form(c, "name")), Role: lifecycle.Role(form(c, "role")), Region: strings.TrimSpace(form(c, "region"))}
}

func (s *Site) newPerson(c *fiber.Ctx) error {
	return s.personPage(c, Person{Role: lifecycle.Investigator}, true, nil)
}

func (s *Site) personPage(c *fiber.Ctx, who Person, fresh bool, wrong []layout.FieldError) error {
	title := locale.Text(lang(c), "people.new")
	if !fresh {
		title = locale.Text(lang(c), "people.change", who.Account)
	}
	v := pages.PersonForm{Page: s.page(c, title), Errors: wrong, New: fresh, Account: who.Account, Name: who.Name, Region: who.Region, Role: string(who.Role), Disabled: who.Disabled}
	v.Page.Path, v.Page.Failed, v.Page.Wide = "/people", len(wrong) > 0, false
	for _, r := range lifecycle.Roles {
		v.Roles = append(v.Roles, pages.Pair{Term: string(r), Value: v.Page.T("people.role." + string(r))})
	}
	return render(c, pages.PersonPage(v))
}

func (s *Site) addPerson(c *fiber.Ctx) error {
	who := personForm(c)
	secret, err := s.Desk.AddPerson(c.UserContext(), c.Cookies(cookieSession), who, form(c, "password"), server.Now(c))
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.personPage(c, who, true, wrong)
	}
	return s.secretPage(c, who.Account, "", secret)
}

// secretPage shows what is shown once: it is not kept anywhere in the clear.
func (s *Site) secretPage(c *fiber.Ctx, account, password, secret string) error {
	v := pages.Secret{Page: s.page(c, locale.Text(lang(c), "people.secret", account)), Password: password, Secret: secret}
	v.Page.Path, v.Page.Wide = "/people", false
	return render(c, pages.SecretPage(v))
}

func (s *Site) person(c *fiber.Ctx) (Person, error) {
	list, err := s.Desk.People(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return Person{}, err
	}
	for _, who := range list {
		if who.Account == c.Params("account") {
			return who, nil
		}
	}
	return Person{}, fault.New(fault.NotFound, "fault.people.unknown")
}

func (s *Site) showPerson(c *fiber.Ctx) error {
	who, err := s.person(c)
	if err != nil {
		return err
	}
	return s.personPage(c, who, false, nil)
}

func (s *Site) changePerson(c *fiber.Ctx) error {
	who := personForm(c)
	who.Account = c.Params("account")
	err := s.Desk.ChangePerson(c.UserContext(), c.Cookies(cookieSession), who, server.Now(c))
	return s.personDone(c, who, err)
}

func (s *Site) disablePerson(c *fiber.Ctx) error {
	who, err := s.person(c)
	if err != nil {
		return err
	}
	err = s.Desk.DisablePerson(c.UserContext(), c.Cookies(cookieSession), who.Account, form(c, "do") == "disable", server.Now(c))
	return s.personDone(c, who, err)
}

func (s *Site) personDone(c *fiber.Ctx, who Person, err error) error {
	wrong, err := s.fields(c, err)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return s.personPage(c, who, false, wrong)
	}
	return c.Redirect("/people", fiber.StatusSeeOther)
}

func (s *Site) resetPerson(c *fiber.Ctx) error {
	who, err := s.person(c)
	if err != nil {
		return err
	}
	password, secret, err := s.Desk.ResetPerson(c.UserContext(), c.Cookies(cookieSession), who.Account, server.Now(c))
	if err != nil {
		return s.personDone(c, who, err)
	}
	return s.secretPage(c, who.Account, password, secret)
}
