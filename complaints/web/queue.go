package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

var views = []string{"waiting", "mine", "overdue", "all"}

func (s *Site) showQueue(c *fiber.Ctx) error { return s.queuePage(c, "") }

func (s *Site) queuePage(c *fiber.Ctx, message string) error {
	view, now := c.Query("view"), server.Now(c)
	known := false
	for _, v := range views {
		known = known || v == view
	}
	if !known {
		view = "waiting"
	}
	cases, counts, err := s.Desk.Queue(c.UserContext(), c.Cookies(cookieSession), view, c.Query("q"), now)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "desk.queue"))
	v := pages.Queue{Page: p, Search: c.Query("q"), View: view, Error: message}
	for _, name := range views {
		v.Views = append(v.Views, pages.Link{Text: locale.Text(p.Lang, "desk.view."+name, counts[name]), Href: "/queue?view=" + url.QueryEscape(name), Current: name == view})
	}
	today := calendar.DateOf(now)
	for _, k := range cases {
		due, class := s.due(p.Lang, k.Case, today)
		v.Rows = append(v.Rows, pages.Row{Number: k.Number, Employer: k.EmployerName, Kind: p.T("tipoff.kind." + k.Kind), State: p.T("lifecycle.state." + string(k.State)), Due: due, DueClass: class,
			Owner: k.OwnerName, Received: calendar.DateOf(k.ReceivedAt).String()})
	}
	drafts, err := s.Desk.Drafts(c.UserContext(), c.Cookies(cookieSession), now)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		v.Drafts = append(v.Drafts, pages.Pair{Term: d.UpdatedAt.In(calendar.Zone).Format("2006-01-02 15:04") + " " + p.T("desk.channel."+string(d.TipOff.Channel)),
			Value: strings.TrimSpace(d.TipOff.EmployerName + " " + p.T("tipoff.kind."+string(d.TipOff.Kind)))})
	}
	return render(c, pages.QueuePage(v))
}

// due says the deadline in working days and as a date, always both.
func (s *Site) due(lang string, k lifecycle.Case, today calendar.Date) (text, class string) {
	if k.Due.IsZero() {
		return locale.Text(lang, "desk.nodue"), ""
	}
	left, unit := lifecycle.Left(k, today, s.Workdays())
	text, class = "desk.left", ""
	switch {
	case k.Due.Before(today):
		text, class, left = "desk.over", "due-over", max(1, -left)
	case k.Due == today:
		text, class = "desk.today", "due-soon"
	case left <= 3:
		class = "due-soon"
	}
	if unit == lifecycle.NaturalDays {
		text += ".natural"
	}
	text = locale.Text(lang, text, left, k.Due)
	if k.Provisional {
		text += " " + locale.Text(lang, "desk.provisional")
	}
	return text, class
}

// claim gives the next case and opens it.
func (s *Site) claim(c *fiber.Ctx) error {
	number, err := s.Desk.ClaimNext(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if fault.Is(err, fault.NotFound) {
		return s.queuePage(c, locale.Text(lang(c), "fault.desk.none"))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/cases/"+number, fiber.StatusSeeOther)
}
