package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// maxBulk is how many cases one click changes.
const maxBulk = 50

// bulk does one thing to every chosen case, each by itself: what cannot be done to one is reported beside its number, and the others are done.
func (s *Site) bulk(c *fiber.Ctx) error {
	numbers := forms(c, "case")
	if len(numbers) == 0 || len(numbers) > maxBulk {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.queuePage(c, pages.Queue{Notice: locale.Text(lang(c), "queue.bulk.none", maxBulk)})
	}
	v := pages.BulkReport{Page: s.page(c, locale.Text(lang(c), "queue.bulk.report")), Back: "/queue?" + form(c, "query")}
	v.Page.Path = "/queue"
	for _, number := range numbers {
		err := s.bulkOne(c, number)
		line := pages.BulkLine{Number: number, Text: v.Page.T("queue.bulk.done")}
		if f := fault.Of(err); f != nil {
			if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
				return err
			}
			line.Failed, line.Text = true, locale.Fault(v.Page.Lang, f)
			if len(f.Fields) > 0 {
				line.Text = v.Page.T(f.Fields[0].Key, f.Fields[0].Args...)
			}
			v.Failed++
		} else {
			v.Done++
		}
		v.Lines = append(v.Lines, line)
	}
	return render(c, pages.BulkPage(v))
}

func (s *Site) bulkOne(c *fiber.Ctx, number string) error {
	session, now := c.Cookies(cookieSession), server.Now(c)
	switch form(c, "do") {
	case "assign":
		return s.Desk.Assign(c.UserContext(), session, number, form(c, "account"), now)
	case "tag":
		return s.Desk.Tag(c.UserContext(), session, number, form(c, "tag"), now)
	case "merge":
		return s.Desk.Merge(c.UserContext(), session, number, strings.TrimSpace(form(c, "into")), now)
	case "reply":
		return s.Desk.Write(c.UserContext(), session, number, strings.TrimSpace(form(c, "reply")), true, now)
	}
	return fault.New(fault.Invalid, "fault.request")
}

// saveView keeps the filter of the address under a name.
func (s *Site) saveView(c *fiber.Ctx) error {
	q, err := url.ParseQuery(form(c, "query"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	q.Del("after")
	err = s.Desk.SaveView(c.UserContext(), c.Cookies(cookieSession), form(c, "name"), q.Encode(), server.Now(c))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.queuePage(c, pages.Queue{Notice: locale.Text(lang(c), f.Fields[0].Key)})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/queue?"+q.Encode(), fiber.StatusSeeOther)
}

func (s *Site) dropView(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(form(c, "id"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	if err := s.Desk.DropView(c.UserContext(), c.Cookies(cookieSession), id, server.Now(c)); err != nil {
		return err
	}
	return c.Redirect("/queue", fiber.StatusSeeOther)
}

// forms are all values of a field of the posted form.
func forms(c *fiber.Ctx, name string) []string {
	var list []string
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		list = append(list, string(v))
	}
	return list
}
