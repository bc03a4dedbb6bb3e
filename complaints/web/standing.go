package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/shared/calendar"
	"shebao/shared/server"
)

// Standing is what stands above every tab of a case beside its clock.
type Standing struct {
	Situation  notice.Situation // from which its documents' deadlines follow
	WarnBefore int              // working days
	Few        int              // people, so few that acting may reveal the reporter; else 0
	Caution    *Caution         // who confirmed to act towards a small employer all the same
}

// StandingDesk is asked with every tab of a case; the page itself notes who looks.
type StandingDesk interface {
	ConfirmCaution(ctx context.Context, session, number, reason string, now time.Time) error
	Standing(ctx context.Context, session, number string, now time.Time) (Standing, error)
}

// addStanding puts the documents' deadlines and the warning of a small employer above a tab. A page is not lost because they cannot be read just now: it says so.
func (s *Site) addStanding(c *fiber.Ctx, v *pages.CaseHead, tab string) {
	st, err := s.Desk.Standing(c.UserContext(), c.Cookies(cookieSession), v.Number, server.Now(c))
	if err != nil {
		v.Warning = v.Page.T("desk.standing.unread")
		return
	}
	if st.Few > 0 {
		addCaution(c, v, st, tab)
	}
	w, today := s.Workdays(), calendar.DateOf(server.Now(c))
	for _, clock := range notice.Clocks(st.Situation, w) {
		v.Clocks = append(v.Clocks, clockView(v.Page, clock, w, today, st.WarnBefore))
	}
}
