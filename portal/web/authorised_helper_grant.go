package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// helperDays are the times for which a helper may be let in.
var helperDays = []int{30, 90, 180, 365}

// useHelper is the use of a sealed grant number in a form.
const useHelper = "helper"

// showHelpers shows whom the person lets in, and the form for another.
func (s *Site) showHelpers(c *fiber.Ctx) error {
	v := pages.Helpers{Days: daysOf(lang(c), "90")}
	if get, ok := s.keptOn(c, "/me/helpers"); ok {
		v.Number, v.Name, v.Days, v.File, v.Restored = get("number"), clean(get("name")), daysOf(lang(c), get("days")), get("file") != "", []string{locale.Text(lang(c), "kept.back.pin")}
	}
	switch done := c.Query("done"); done {
	case "granted", "ended":
		v.Done = locale.Text(lang(c), "helper.done."+done)
	}
	return s.helpersPage(c, v)
}

func daysOf(l, chosen string) []pages.Choice {
	var list []pages.Choice
	for _, days := range helperDays {
		value := strconv.Itoa(days)
		list = append(list, pages.Choice{Value: value, Text: locale.Text(l, "helper.days."+value), Chosen: value == chosen})
	}
	return list
}

func (s *Site) helpersPage(c *fiber.Ctx, v pages.Helpers) error {
	v.Page = s.page(c, locale.Text(lang(c), "helper.title"), "/me")
	v.Page.Back, v.Page.Failed = "/me/helpers", len(v.Errors) > 0
	list, err := s.Helpers.Of(c.UserContext(), visitor(c).id, server.Now(c))
	if err != nil {
		return err
	}
	for _, h := range list {
		row, err := s.helperRow(c, h)
		if err != nil {
			return err
		}
		v.Helpers = append(v.Helpers, row)
	}
	return render(c, pages.HelpersPage(v))
}

func (s *Site) helperRow(c *fiber.Ctx, h Helper) (row pages.Helper, err error) {
	l, may := lang(c), "helper.may.read"
	if h.MayFile {
		may = "helper.may.file"
	}
	last := calendar.DateOf(h.ExpiresAt.Add(-time.Second))
	row = pages.Helper{Name: h.Name, Number: h.Number, May: locale.Text(l, may), Until: locale.Text(l, "helper.until", dateWords(l, last))}
	row.Key, err = s.seal(c, ownUse(c, useHelper), h.ID, 24*time.Hour)
	return row, err
}

// grantHelper lets a helper in, with the person's PIN once more: whoever finds the browser open cannot.
func (s *Site) grantHelper(c *fiber.Ctx) error {
	l := lang(c)
	v := pages.Helpers{Number: strings.TrimSpace(form(c, "number")), Name: clean(form(c, "name")), Days: daysOf(l, form(c, "days")), File: form(c, "file") != ""}
	err := s.letIn(c, NewHelper{PersonID: visitor(c).id, Document: v.Number, Name: v.Name, MayFile: v.File, Lang: l}, form(c, "days"), form(c, "pin"))
	if err == nil {
		return c.Redirect("/me/helpers?done=granted", fiber.StatusSeeOther)
	}
	f := fault.Of(err)
	switch f.Kind {
	case fault.Invalid:
		c.Status(fiber.StatusUnprocessableEntity)
		v.Errors = fieldErrors(l, f.Fields)
	case fault.Conflict:
		c.Status(fiber.StatusConflict)
		v.Errors = []layout.FieldError{{ID: "number", Text: locale.Fault(l, f)}}
	case fault.Limited:
		if f, err = s.refusal(c, err); err != nil {
			return err
		}
		v.Errors = []layout.FieldError{{ID: "pin", Text: locale.Fault(l, f)}}
	default:
		return err
	}
	return s.helpersPage(c, v)
}

// letIn checks what was given, then the PIN, for pages and programs alike. Errors: fault.Invalid field by field, fault.Conflict, fault.Limited, fault.Unavailable.
func (s *Site) letIn(c *fiber.Ctx, g NewHelper, days, pin string) error {
	document, wrong := checkDocument(g.Document)
	if strings.TrimSpace(g.Name) == "" {
		wrong = append(wrong, fault.Field{Name: "name", Key: "helper.name.empty"})
	}
	for _, n := range helperDays {
		if days == strconv.Itoa(n) {
			g.Days = n
		}
	}
	if g.Days == 0 {
		wrong = append(wrong, fault.Field{Name: "days", Key: "helper.days.empty"})
	}
	pin = strings.TrimSpace(pin)
	if len(pin) != credential.PINLength || strings.Trim(pin, "0123456789") != "" {
		wrong = append(wrong, fault.Field{Name: "pin", Key: "fault.pin.digits"})
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	who := visitor(c)
	err := s.PINs.Verify(c.UserContext(), credential.Known(who.session), who.id, pin, server.Now(c))
	if fault.Is(err, fault.Denied) {
		return fault.InvalidFields(fault.Field{Name: "pin", Key: "portal.me.pin.wrong"})
	}
	if err != nil {
		return err
	}
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("helper", subjectOf(who.id)), helpersADay, 24*time.Hour); err != nil {
		return err // nobody tries out whether strangers have an account
	}
	g.Document = document
	return s.Helpers.Grant(c.UserContext(), g, server.Now(c))
}

// helpersADay is how often a person may try to let somebody in.
const helpersADay = 20

// endHelper ends what the person allowed.
func (s *Site) endHelper(c *fiber.Ctx) error {
	var id int64
	if !s.unseal(c, ownUse(c, useHelper), form(c, "helper"), &id) {
		return fault.New(fault.Invalid, "fault.request")
	}
	if err := s.Helpers.End(c.UserContext(), id, visitor(c).id, server.Now(c)); err != nil && !fault.Is(err, fault.NotFound) {
		return err // one that has ended already is as it should be
	}
	return c.Redirect("/me/helpers?done=ended", fiber.StatusSeeOther)
}
