package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Related is another case about the same employer.
type Related struct {
	Row
	Follows   bool // merged into the case
	Duplicate bool // probably the same matter: a merge is suggested
}

// RelatedDesk is what the page of related cases calls.
type RelatedDesk interface {
	Related(ctx context.Context, session, number string, now time.Time) (Case, []Related, error)
	Unmerge(ctx context.Context, session, number string, now time.Time) error
	WriteAll(ctx context.Context, session, number, text string, now time.Time) error
}

func (s *Site) showRelated(c *fiber.Ctx) error { return s.relatedPage(c, nil) }

// relatedPage shows other cases about the employer: those merged into this one, probable duplicates, earlier ones.
func (s *Site) relatedPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	k, related, err := s.Desk.Related(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Related{CaseHead: s.head(c, k, "/related", wrong), Lead: k.Lead, Words: form(c, "words")}
	for _, r := range related {
		row := pages.RelatedRow{Row: s.rowView(v.Page, r.Row, calendar.DateOf(server.Now(c)))}
		row.Months = months(v.Page, r.From, r.To)
		switch {
		case r.Follows:
			v.Followers = append(v.Followers, row)
		case r.Duplicate:
			v.Duplicates = append(v.Duplicates, row)
		default:
			v.Others = append(v.Others, row)
		}
	}
	return render(c, pages.RelatedPage(v))
}

// merge takes the chosen cases into this one.
func (s *Site) merge(c *fiber.Ctx) error {
	numbers := forms(c, "case")
	if len(numbers) == 0 || len(numbers) > maxBulk {
		return s.relatedDone(c, fault.New(fault.Invalid, "queue.bulk.none", maxBulk))
	}
	for _, number := range numbers {
		if err := s.Desk.Merge(c.UserContext(), c.Cookies(cookieSession), number, c.Params("number"), server.Now(c)); err != nil {
			return s.relatedDone(c, err)
		}
	}
	return s.relatedDone(c, nil)
}

// unmerge lets one of the merged cases go its own way again.
func (s *Site) unmerge(c *fiber.Ctx) error {
	return s.relatedDone(c, s.Desk.Unmerge(c.UserContext(), c.Cookies(cookieSession), form(c, "case"), server.Now(c)))
}

// writeAll sends the same words to every reporter of the matter.
func (s *Site) writeAll(c *fiber.Ctx) error {
	return s.relatedDone(c, s.Desk.WriteAll(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), form(c, "words"), server.Now(c)))
}

func (s *Site) relatedDone(c *fiber.Ctx, err error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/related", fiber.StatusSeeOther)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.NotFound {
		return err
	}
	c.Status(server.Status(f.Kind))
	text := locale.Fault(lang(c), f)
	if len(f.Fields) > 0 {
		text = locale.Text(lang(c), f.Fields[0].Key, f.Fields[0].Args...)
	}
	return s.relatedPage(c, []layout.FieldError{{ID: "main", Text: text}})
}

// months writes a span of months in words.
func months(p layout.Page, from, to calendar.Period) string {
	switch {
	case from == 0 && to == 0:
		return p.T("desk.months.none")
	case to == 0:
		return p.T("desk.months.since", from)
	case from == 0:
		return p.T("desk.months.until", to)
	case from == to:
		return from.String()
	}
	return p.T("desk.months.span", from, to)
}
