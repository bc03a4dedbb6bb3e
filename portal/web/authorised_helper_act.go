package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// useHelping is the use of a sealed grant number in the helper's choice.
const useHelping = "helping"

// showHelping lets a helper choose for whom to read: whoever let them in, or themselves.
func (s *Site) showHelping(c *fiber.Ctx) error {
	who := visitor(c)
	v := pages.Helping{Page: s.page(c, locale.Text(lang(c), "helping.title"), "/me")}
	v.Page.Back = "/helping"
	switch {
	case c.Query("ended") != "":
		v.Notice = locale.Text(lang(c), "helper.ended")
	case c.Query("done") != "":
		v.Notice = locale.Text(lang(c), "helping.done")
	case c.Query("for") != "" && who.acting != nil:
		v.Notice = locale.Text(lang(c), "helping.own", who.acting.Name)
		v.Next = localPath(c.Query("for"))
	}
	list, err := s.Helpers.Helped(c.UserContext(), who.self(), server.Now(c))
	if err != nil {
		return err
	}
	for _, h := range list {
		row, err := s.helperRow(c, h)
		if err != nil {
			return err
		}
		if row.Key, err = s.seal(c, s.helpingUse(who), h.ID, deviceLife); err != nil {
			return err
		}
		row.Now = who.acting != nil && who.acting.ID == h.ID
		v.People = append(v.People, row)
	}
	v.Acting = who.acting != nil
	return render(c, pages.HelpingPage(v))
}

// actingBar says on every page on whose behalf it is.
func (s *Site) actingBar(c *fiber.Ctx, who *person) *layout.Acting {
	key := "helping.acting"
	if who.acting.MayFile {
		key = "helping.acting.file"
	}
	l := lang(c)
	return &layout.Acting{Text: locale.Text(l, key, who.acting.Name), Action: "/helping", Back: locale.Text(l, "helping.back"), Switch: layout.Link{Href: "/helping", Text: locale.Text(l, "helping.switch")}}
}

func (s *Site) helpingUse(who *person) string { return useHelping + "." + subjectOf(who.self()) }

// chooseHelping begins or ends reading for somebody, or gives a grant back.
func (s *Site) chooseHelping(c *fiber.Ctx) error {
	who := visitor(c)
	if form(c, "for") == "self" {
		s.forget(c, cookieActing)
		return c.Redirect(localPath(form(c, "next")), fiber.StatusSeeOther)
	}
	var id int64
	if !s.unseal(c, s.helpingUse(who), form(c, "for"), &id) {
		return fault.New(fault.Invalid, "fault.request")
	}
	if form(c, "do") == "resign" {
		if err := s.Helpers.End(c.UserContext(), id, who.self(), server.Now(c)); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		s.forget(c, cookieActing)
		return c.Redirect("/helping?done=resigned", fiber.StatusSeeOther)
	}
	if _, err := s.Helpers.Holds(c.UserContext(), id, who.self(), server.Now(c)); err != nil {
		if fault.Is(err, fault.NotFound) {
			return s.grantEndedPage(c)
		}
		return err
	}
	choice, err := s.seal(c, actingUse(who), id, deviceLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieActing, choice)
	return c.Redirect("/", fiber.StatusSeeOther)
}

func (s *Site) grantEndedPage(c *fiber.Ctx) error {
	s.forget(c, cookieActing)
	return c.Redirect("/helping?ended=1", fiber.StatusSeeOther)
}
