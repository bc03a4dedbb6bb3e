package web

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Caution is that somebody confirmed to act towards an employer so small that acting may tell who reported.
type Caution struct {
	By, Reason string
	At         time.Time
}

// addCaution puts the warning of a small employer above a tab, with who confirmed to act all the same, or the form for it. back is where it leads, below the case's address.
func addCaution(c *fiber.Ctx, v *pages.CaseHead, st Standing, back string) {
	p := v.Page
	v.Warning = p.T("desk.small.text", st.Few)
	switch {
	case st.Caution != nil:
		v.Cautioned = p.T("caution.confirmed", st.Caution.By, when(st.Caution.At), st.Caution.Reason)
	case slices.Contains(investigators, member(c).Role):
		v.Caution = &layout.Form{Title: p.T("caution.title"), Action: "/cases/" + v.Number + "/caution", Note: p.T("caution.note"), Button: p.T("caution.do"), Open: layout.ErrorOf(v.Errors, "caution") != "",
			Hidden: []layout.Pair{{Term: "back", Value: back}}, Fields: []layout.FormField{{Input: layout.Input{ID: "caution", Label: p.T("caution.reason"), Hint: p.T("caution.reason.hint"), Rows: 2, Value: form(c, "caution"), Errors: v.Errors}}}}
	}
}

// confirmCaution keeps the confirmation and leads back to where the step was refused.
func (s *Site) confirmCaution(c *fiber.Ctx) error {
	err := s.Desk.ConfirmCaution(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), form(c, "caution"), server.Now(c))
	if f := fault.Of(err); f != nil {
		if !shownInPlace(f) {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.casePage(c, fieldErrors(lang(c), f), false)
	}
	at := "/cases/" + c.Params("number")
	if back := form(c, "back"); strings.HasPrefix(back, "/") && !strings.Contains(back, "..") {
		at += back
	}
	return c.Redirect(at, fiber.StatusSeeOther)
}
