package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/server"
)

// showMe shows who has looked at the record, where it is signed in, and the form for another PIN.
func (s *Site) showMe(c *fiber.Ctx) error {
	v := pages.Me{}
	switch done := c.Query("done"); done {
	case "pin", "ended":
		v.Done = locale.Text(lang(c), "portal.me.done."+done)
	}
	return s.mePage(c, v)
}

func (s *Site) mePage(c *fiber.Ctx, v pages.Me) error {
	p := s.page(c, locale.Text(lang(c), "portal.me"), "/me")
	p.Back, p.Failed = "/me", len(v.Errors) > 0
	v.Page = p
	who := visitor(c)
	if err := s.seenBy(c, p, &v); err != nil {
		return err
	}
	signIns, err := s.Sessions.SignIns(c.UserContext(), who.id, server.Now(c))
	if err != nil {
		return err
	}
	for _, signIn := range signIns {
		row := pages.SignedIn{Device: signIn.Device, Here: signIn.Session == who.session, Shared: signIn.Shared, When: p.T("portal.me.when", instantWords(p.Lang, signIn.StartedAt), instantWords(p.Lang, signIn.UsedAt))}
		if row.Device == "" {
			row.Device = p.T("portal.me.device")
		}
		if row.Key, err = s.seal(c, ownUse(c, useSignIn), signIn.Session, time.Hour); err != nil {
			return err
		}
		v.SignIns = append(v.SignIns, row)
	}
	if len(v.Errors) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return render(c, pages.MePage(v))
}

// instantWords is a date and a time of day in Asia/Shanghai.
func instantWords(l string, at time.Time) string {
	return dateWords(l, calendar.DateOf(at)) + at.In(calendar.Zone).Format(" 15:04")
}
