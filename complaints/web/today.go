package web

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/server"
)

// boards are the views that the first page shows, in order.
var boards = []string{"overdue", "today", "soon", "raised", "approval", "again", "employer", "fresh", "mine"}

// listed are those whose first cases are shown too; a supervisor also sees those of raised and approval.
var listed = []string{"overdue", "today", "soon", "again", "employer", "mine"}

// boardRows is how many cases each of them shows.
const boardRows = 5

// showToday is what somebody sees first: what has passed its limit, what is due, what waits for whom, what is new.
func (s *Site) showToday(c *fiber.Ctx) error {
	now := server.Now(c)
	lists, counts, err := s.Desk.Boards(c.UserContext(), c.Cookies(cookieSession), boards, boardRows, now)
	if err != nil {
		return err
	}
	v := pages.Today{Page: s.page(c, locale.Text(lang(c), "queue.today")), Keys: c.Cookies(cookieKeys) != "off"}
	for _, name := range boards {
		b := pages.Board{Title: v.Page.T("queue.view." + name), Count: counts[name], Href: "/queue?view=" + url.QueryEscape(name), Loud: counts[name] > 0 && (name == "overdue" || name == "raised")}
		if !slices.Contains(listed, name) && (name != "raised" && name != "approval" || member(c).Role != lifecycle.Supervisor) {
			v.Boards = append(v.Boards, b)
			continue
		}
		for _, r := range lists[name] {
			b.Rows = append(b.Rows, s.rowView(v.Page, r, calendar.DateOf(now)))
		}
		v.Boards = append(v.Boards, b)
	}
	if member(c).Role == lifecycle.Investigator || member(c).Role == lifecycle.Supervisor {
		if err := s.nudgePlans(c, &v); err != nil {
			return err
		}
		if err := s.nudgeKeyholder(c, &v); err != nil {
			return err
		}
	}
	return render(c, pages.TodayPage(v))
}

// plansNamed is how many employers with a plan that was not kept are named before the others are counted.
const plansNamed = 5

// nudgePlans warns whoever is in charge of an employer that it has missed an instalment, until that is paid or the plan ended; a supervisor also where nobody is in charge.
func (s *Site) nudgePlans(c *fiber.Ctx, v *pages.Today) error {
	list, more, err := s.Register.PlansDue(c.UserContext(), session(c), plansNamed, server.Now(c))
	if err != nil {
		return err
	}
	for _, d := range list {
		v.Warnings = append(v.Warnings, pages.Link{Text: v.Page.T("supervision.nudge."+string(d.State), d.Name, d.Due.Grouped()), Href: "/supervision/register/" + d.USCC})
	}
	if more > 0 {
		v.Warnings = append(v.Warnings, pages.Link{Text: v.Page.N("supervision.nudge.more", more), Href: "/supervision/register?plan=late"})
	}
	return nil
}

// nudgeKeyholder says what waits for the asker as a keyholder: others' requests to answer, the own that may be looked at; a supervisor also reads of parts whose holders have left.
func (s *Site) nudgeKeyholder(c *fiber.Ctx, v *pages.Today) error {
	work, err := s.Identities.Work(c.UserContext(), session(c), server.Now(c))
	if err != nil {
		return err
	}
	asked, agreed := 0, 0
	for _, q := range work {
		switch {
		case q.Answerable:
			asked++
		case q.Own && q.State == "agreed":
			agreed++
		}
	}
	nudge := func(text string) { v.Nudges = append(v.Nudges, pages.Link{Text: text, Href: "/keyholder"}) }
	if asked > 0 {
		nudge(v.Page.N("identity.nudge.asked", asked))
	}
	if agreed > 0 {
		nudge(v.Page.N("identity.nudge.agreed", agreed))
	}
	if member(c).Role != lifecycle.Supervisor {
		return nil
	}
	k, err := s.Identities.Keyholder(c.UserContext(), session(c), server.Now(c))
	if err == nil && len(k.Left) > 0 {
		nudge(v.Page.N("identity.nudge.left", len(k.Left)))
	}
	return err
}
