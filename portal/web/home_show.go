package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/server"
)

func (s *Site) showHome(c *fiber.Ctx) error {
	if visitor(c) == nil {
		return render(c, pages.Welcome(s.page(c, locale.Text(lang(c), "portal.welcome.title"), "/")))
	}
	r, err := s.record(c)
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "site.portal"), "/")
	v := pages.Home{Page: p, Greeting: p.T("portal.greeting", identity.MaskName(r.Person.Name)), DataDate: p.T("portal.data", dateWords(p.Lang, r.DataDate))}
	if visitor(c).acting != nil {
		v.Greeting = p.T("helping.greeting", identity.MaskName(r.Person.Name))
	}
	year := r.latest()
	if year == 0 {
		v.Sentence = p.T("portal.sentence.none", r.DataDate.Year)
		return render(c, pages.HomePage(v))
	}
	st, _ := r.statement(year)
	v.Year, v.Sentence, v.Alert, v.Grid, v.Balance = strconv.Itoa(year), sentence(p.Lang, &st), alertOf(p.Lang, &st), gridOf(p.Lang, &st), balanceOf(p.Lang, r.account())
	v.Earlier = r.earlierOwed(p.Lang, year)
	back, err := s.recoveries(c.UserContext(), r, calendar.DateOf(server.Now(c)))
	if err != nil {
		return err
	}
	v.Recoveries, v.Changes = recoveryRows(p, back, r.DataDate), s.changes(c, p, r)
	if p.Elder {
		ofYear := map[calendar.Period]statement.Recovery{}
		for _, one := range back {
			ofYear[one.Period] = one
		}
		v.Problems = problemsOf(monthRows(p.Lang, &st, ofYear), &st)
	}
	return render(c, pages.HomePage(v))
}

// earlierOwed leads to the years before the one that is shown in which something is still owed: the hotline counts them too.
func (r record) earlierOwed(l string, shown int) (list []pages.Link) {
	for _, y := range r.Years {
		if y.Year >= shown {
			break
		}
		months, last := 0, calendar.Period(0)
		for _, row := range y.Rows { // by period
			if row.Period != last && contribution.Owing(row, r.DataDate) {
				months, last = months+1, row.Period
			}
		}
		if months > 0 {
			year := strconv.Itoa(y.Year)
			list = append(list, pages.Link{Text: locale.Count(l, "portal.earlier.year", months, year), Href: "/statement/" + year + "?only=gaps"})
		}
	}
	return list
}

func balanceOf(l string, a *account.Year) *pages.Balance {
	if a == nil {
		return nil
	}
	key := "portal.balance"
	if !a.Settled {
		key = "portal.balance.now"
	}
	b := &pages.Balance{Label: locale.Text(l, key, a.Year), Amount: amount(l, a.Closing)}
	switch {
	case a.AfterEnd():
		b.Label = locale.Text(l, "event.balance.after")
	case endedEarly(a):
		b.Label = locale.Text(l, "event.balance", dateWords(l, a.HeldOn()))
	}
	switch change := a.Closing - a.Opening; {
	case change > 0:
		b.Change = locale.Text(l, "portal.balance.more", a.Year-1, change.Grouped())
	case change < 0:
		b.Change = locale.Text(l, "portal.balance.less", a.Year-1, (-change).Grouped())
	}
	return b
}
