package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// EmployerLinkDesk is what the page calls that ties a case to an employer of the register.
type EmployerLinkDesk interface {
	FindEmployers(ctx context.Context, session, number, words string, now time.Time) (Case, []FoundEmployer, error)
	LinkEmployer(ctx context.Context, session, number string, version int, uscc string, now time.Time) error
}

// FoundEmployer is an employer of the register.
type FoundEmployer struct{ USCC, Name, Region string }

// findEmployer searches the register for the employer that a reporter named.
func (s *Site) findEmployer(c *fiber.Ctx) error { return s.employerLinkPage(c, c.Query("q"), nil) }

func (s *Site) employerLinkPage(c *fiber.Ctx, words string, wrong []layout.FieldError) error {
	words = strings.TrimSpace(words)
	k, found, err := s.Desk.FindEmployers(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), words, server.Now(c))
	if err != nil {
		return err
	}
	if words == "" {
		words = k.EmployerName
	}
	v := pages.EmployerLink{CaseHead: s.head(c, k, "/employer", wrong), Given: strings.TrimSpace(k.EmployerName + " " + k.EmployerUSCC), Words: words, Action: "/cases/" + k.Number + "/employer", ChoiceError: layout.ErrorOf(wrong, "uscc")}
	for _, e := range found {
		v.Found = append(v.Found, pages.Option{Value: e.USCC, Text: e.Name + " · " + e.USCC + " · " + e.Region, Chosen: e.USCC == form(c, "uscc")})
	}
	return render(c, pages.EmployerLinkPage(v))
}

// linkEmployer ties the case to the employer that was confirmed.
func (s *Site) linkEmployer(c *fiber.Ctx) error {
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.request")
	}
	err = s.Desk.LinkEmployer(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), version, form(c, "uscc"), server.Now(c))
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/evidence", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.employerLinkPage(c, form(c, "q"), fieldErrors(lang(c), f))
}
