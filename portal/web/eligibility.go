package web

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/server"
)

// Confirmations keep that a pensioner still meets the conditions (领取待遇资格认证).
type Confirmations interface {
	Of(ctx context.Context, personID int64) ([]eligibility.Confirmation, error)
	Confirm(ctx context.Context, personID int64, way eligibility.Way, now time.Time) error
}

// showEligibility tells a pensioner whether this year's confirmation is there, and takes it; to everybody else it says that none is needed.
func (s *Site) showEligibility(c *fiber.Ctx) error {
	now := server.Now(c)
	who, err := s.Ledger.Person(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	list, err := s.Confirmations.Of(c.UserContext(), who.ID)
	if err != nil {
		return err
	}
	p, year := s.page(c, locale.Text(lang(c), "eligibility.title"), "/me"), calendar.DateOf(now).Year
	v := pages.Eligibility{Page: p, Offered: who.Status == ledger.Retired, Sentence: p.T("eligibility.none")}
	if v.Offered {
		v.Sentence = p.T("eligibility.open", year)
	}
	for _, one := range list {
		v.Past = append(v.Past, p.T("eligibility.line", strconv.Itoa(one.Year), dateWords(p.Lang, one.On), p.T("eligibility.way."+string(one.Way))))
		if one.Year == year && v.Offered {
			v.Offered, v.Sentence = false, p.T("eligibility.done", year, dateWords(p.Lang, one.On))
			if !one.Met {
				v.Sentence = p.T("eligibility.notmet", year)
			}
		}
	}
	return render(c, pages.EligibilityPage(v))
}

// confirmEligibility takes the pensioner's own word: only their own, so no helper comes here.
func (s *Site) confirmEligibility(c *fiber.Ctx) error {
	if form(c, "true") != "yes" {
		return fault.New(fault.Invalid, "eligibility.tick")
	}
	if err := s.keepConfirmation(c); err != nil {
		return err
	}
	return c.Redirect("/me/eligibility", fiber.StatusSeeOther)
}

// keepConfirmation keeps the person's own word of this year, and notes it.
func (s *Site) keepConfirmation(c *fiber.Ctx) error {
	now, id := server.Now(c), visitor(c).id
	if err := s.Confirmations.Confirm(c.UserContext(), id, eligibility.Portal, now); err != nil {
		return err
	}
	subject := subjectOf(id)
	return s.Sessions.Note(c.UserContext(), audit.Entry{Stream: "portal", At: now, Actor: subject, Role: "self", Action: "confirm pension", Subject: subject})
}
