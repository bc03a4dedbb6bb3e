package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// showObjections lists the person's own with how far each is and by when something happens.
func (s *Site) showObjections(c *fiber.Ctx) error {
	list, err := s.Objections.List(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "objection.list"), "/me")
	v := pages.Objections{Page: p}
	for _, o := range list {
		row := pages.ObjectionRow{Heading: p.T("objection.matter." + string(o.Matter)), Months: p.T("objection.whole"), Filed: dateWords(p.Lang, calendar.DateOf(o.FiledAt)), At: strconv.FormatInt(o.ID, 10),
			Status: pages.Cell{Class: statusClasses[o.Progress.Status], Glyph: "●", Word: p.T("tipoff.status." + string(o.Progress.Status))}}
		if o.From != 0 || o.To != 0 {
			row.Months = periodWords(p, intake.TipOff{From: o.From, To: o.To})
		}
		row.Promise, row.Late = s.promise(p, o.Progress.PromisedBy, calendar.DateOf(server.Now(c)))
		if o.Progress.Status == intake.Closed {
			row.Statement = pages.Link{Text: p.T("objection.statement"), Href: "/statement"}
			if o.From != 0 {
				row.Statement.Href = "/statement/" + strconv.Itoa(o.From.Year())
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return render(c, pages.ObjectionsPage(v))
}

// openObjection opens the mailbox of one of the person's own without the code being typed.
func (s *Site) openObjection(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.page")
	}
	code, err := s.Objections.Receipt(c.UserContext(), visitor(c).id, id)
	if err != nil {
		return err
	}
	kept, err := s.seal(c, cookieMailbox, code, mailboxLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieMailbox, kept)
	return c.Redirect("/progress", fiber.StatusSeeOther)
}
