package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/account"
	"shebao/shared/calendar"
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

func balanceOf(l string, a *account.Year) *pages.Balance {
	if a == nil {
		return nil
	}
	key := "portal.balance"
	if !a.Settled {
		key = "portal.balance.now"
	}
	b := &pages.Balance{Label: locale.Text(l, key, a.Year), Amount: amount(l, a.Closing)}
	if endedEarly(a) {
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
