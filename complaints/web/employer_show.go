package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/money"
	"shebao/shared/server"
)

// showEmployer shows everything that the desk knows of one employer, within what the asker may see.
func (s *Site) showEmployer(c *fiber.Ctx) error {
	e, err := s.Payments.Employer(c.UserContext(), c.Cookies(cookieSession), c.Params("uscc"), server.Now(c))
	if err != nil {
		return err
	}
	p := s.page(c, locale.Text(lang(c), "money.employer.title", e.Name))
	v := pages.Employer{Page: p, Name: e.Name, Fees: feeRows(p, e.Fees), Interest: interestRows(p, e.Interest), Total: sumRow(p.T("money.sum"), e.Arrears.Sum)}
	yuan := func(f money.Fen) string { return f.Grouped() + " " + p.T("site.yuan") }
	v.Facts = []pages.Pair{{Term: p.T("money.uscc"), Value: e.USCC}, {Term: p.T("money.region"), Value: e.Region}, {Term: p.T("money.status"), Value: e.Status}, {Term: p.T("money.owed"), Value: yuan(e.Arrears.Sum.Owed)},
		{Term: p.T("money.fee"), Value: yuan(e.Arrears.Sum.Fee)}, {Term: p.T("money.left_over"), Value: yuan(e.LeftOver)}}
	if lost := e.Arrears.Interest.Total(); lost > 0 {
		v.Facts = slices.Insert(v.Facts, 5, pages.Pair{Term: p.T("money.interest"), Value: yuan(lost)})
	}
	if open := e.Arrears.OpenFee; open > 0 {
		v.Facts = slices.Insert(v.Facts, 5, pages.Pair{Term: p.T("money.fee.open"), Value: yuan(open)})
	}
	for _, f := range e.Former {
		v.Facts = append(v.Facts, pages.Pair{Term: p.T("former.employer"), Value: p.T("former.employer.line", f.Name, f.Region, f.Status, f.ChangedOn.String(), f.File)})
	}
	for _, k := range e.Cases {
		v.Cases = append(v.Cases, pages.Row{Number: k.Number, Kind: p.T("tipoff.kind." + k.Kind), State: p.T("lifecycle.state." + string(k.State)), Owner: k.OwnerName, Received: calendar.DateOf(k.ReceivedAt).String()})
	}
	for _, g := range e.Arrears.ByPeriod() {
		v.Arrears = append(v.Arrears, sumRow(calendar.Period(g.Key).String(), g.Sum))
	}
	for _, n := range e.Notices {
		row := pages.NoticeRow{Href: "/cases/" + e.CaseOfNotice[n.ID] + "/notices/" + strconv.FormatInt(n.ID, 10), Title: n.Kind.Title(), Number: n.Number, State: p.T("notice.state." + n.State), Class: noticeClass[n.State], IssuedOn: n.IssuedOn.String()}
		if n.Service != nil {
			row.Served = n.Service.ServedOn.String() + " " + p.T("notice.way."+string(n.Service.Way))
		}
		v.Notices = append(v.Notices, row)
	}
	for _, x := range e.Payments {
		v.Payments = append(v.Payments, paymentView(p, x, nil))
	}
	for _, x := range e.Events {
		v.Events = append(v.Events, eventView(p, x))
	}
	return render(c, pages.EmployerPage(v))
}
