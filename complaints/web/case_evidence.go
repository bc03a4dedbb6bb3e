package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/shared/contribution"
	"shebao/shared/server"
)

// showEvidence shows what the ledger holds of the employer.
func (s *Site) showEvidence(c *fiber.Ctx) error {
	now := server.Now(c)
	k, _, _, err := s.Desk.Case(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), now)
	if err != nil {
		return err
	}
	evidence, err := s.Desk.Evidence(c.UserContext(), k, now)
	if err != nil {
		return err
	}
	v := pages.Evidence{CaseHead: s.head(c, k, "/evidence", nil)}
	s.addEvidence(&v, evidence)
	return render(c, pages.EvidencePage(v))
}

func (s *Site) addEvidence(v *pages.Evidence, e Evidence) {
	p := v.Page
	if !e.Found {
		v.Facts = []pages.Pair{{Term: p.T("desk.found"), Value: p.T("desk.unknown")}}
		return
	}
	v.Facts = []pages.Pair{{Term: p.T("desk.found"), Value: e.Employer}, {Term: p.T("desk.headcount"), Value: strconv.Itoa(e.Headcount)},
		{Term: p.T("desk.total"), Value: e.Total.Grouped() + " " + p.T("site.yuan")}, {Term: p.T("desk.latefee"), Value: e.LateFee.Grouped() + " " + p.T("site.yuan")}}
	for _, insurance := range contribution.Insurances {
		if owed := e.ByBranch[insurance]; owed > 0 {
			v.Facts = append(v.Facts, pages.Pair{Term: p.T("insurance." + strconv.Itoa(int(insurance))), Value: owed.Grouped() + " " + p.T("site.yuan")})
		}
	}
	if e.Headcount <= s.SmallEmployer {
		v.Warning = p.T("desk.small.text", e.Headcount)
	}
	for _, m := range e.Months {
		v.Months = append(v.Months, pages.EvidenceRow{Period: m.Period.String(), Headcount: strconv.Itoa(m.Headcount), Owing: strconv.Itoa(m.Owing), Owed: m.Owed.Grouped(), Base: m.AverageBase.Grouped()})
	}
}
