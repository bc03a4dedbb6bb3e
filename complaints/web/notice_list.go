package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showNotices lists the documents of a case, the deadlines that they set, and what may be written next.
func (s *Site) showNotices(c *fiber.Ctx) error { return s.noticesPage(c, nil) }

func (s *Site) noticesPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	docs, err := s.Money.Documents(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Notices{CaseHead: s.head(c, docs.Case, "/notices", wrong)}
	p, w, today := v.Page, s.Workdays(), calendar.DateOf(server.Now(c))
	below := "/cases/" + docs.Case.Number + "/notices/"
	for _, n := range docs.Notices {
		row := pages.NoticeRow{Href: below + strconv.FormatInt(n.ID, 10), Title: n.Kind.Title(), Number: n.Number, State: p.T("notice.state." + n.State), Class: noticeClass[n.State], IssuedOn: n.IssuedOn.String()}
		if n.Service != nil {
			row.Served = servedWords(p, *n.Service, today)
		}
		if limit, provisional := n.limit(w, docs.Situation); !limit.IsZero() {
			row.Limit = limit.String()
			if provisional {
				row.Limit += " " + p.T("notice.provisional")
			}
		}
		v.Rows = append(v.Rows, row)
	}
	for _, clock := range notice.Clocks(docs.Situation, w) {
		v.Clocks = append(v.Clocks, clockView(p, clock, w, today, docs.Agency.WarnBefore))
	}
	for _, kind := range notice.Kinds {
		v.Kinds = append(v.Kinds, kindView(p, kind, docs, w))
	}
	v.Court = kindView(p, notice.CourtApplication, docs, w)
	v.Court.Title = p.T("notice.court")
	v.AuditEnd = layout.Input{ID: "audit_ended", Label: p.T("notice.audit_ended"), Hint: p.T("notice.audit_ended.hint"), Value: docs.Situation.AuditEnded.String(), Errors: wrong}
	return render(c, pages.NoticesPage(v))
}

var noticeClass = map[string]string{"draft": "wait", "issued": "paid", "withdrawn": "none", "replaced": "none"}

func clockView(p layout.Page, clock notice.Clock, w *calendar.Workdays, today calendar.Date, warn int) pages.NoticeClock {
	v := pages.NoticeClock{Text: p.T("notice.clock." + clock.ID), Due: clock.Due.String()}
	left, _ := w.Count(today, clock.Due)
	switch {
	case today.After(clock.Due):
		v.Left, v.Class = p.T("notice.passed"), "due-over"
	case left <= warn:
		v.Left, v.Class = p.T("notice.left", left), "due-soon"
	default:
		v.Left = p.T("notice.left", left)
	}
	if clock.Provisional {
		v.Left += " " + p.T("notice.provisional")
	}
	return v
}

// kindView is one document that may be begun, or why it may not be issued yet.
func kindView(p layout.Page, kind notice.Kind, docs Documents, w *calendar.Workdays) pages.NoticeKind {
	v := pages.NoticeKind{Kind: string(kind), Title: kind.Title()}
	for _, reason := range notice.Lacks(kind, docs.Situation, w) {
		text := p.T(reason.Key)
		if reason.Waivable {
			text += p.T("notice.waivable")
		}
		v.Reasons = append(v.Reasons, text)
	}
	return v
}

// draftNotice begins a document, filled with what is known.
func (s *Site) draftNotice(c *fiber.Ctx) error {
	calculation, _ := strconv.ParseInt(form(c, "calculation"), 10, 64) // none: the latest
	replaces, _ := strconv.ParseInt(form(c, "replaces"), 10, 64)
	id, err := s.Money.DraftNotice(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), notice.Kind(form(c, "kind")), calculation, replaces, server.Now(c))
	if f := fault.Of(err); f != nil {
		if f.Kind == fault.Conflict {
			c.Status(server.Status(f.Kind))
			return s.noticesPage(c, fieldErrors(lang(c), f))
		}
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/notices/"+strconv.FormatInt(id, 10), fiber.StatusSeeOther)
}

// endAudit keeps the day on which the audit ended.
func (s *Site) endAudit(c *fiber.Ctx) error {
	on, _ := calendar.ParseDate(strings.TrimSpace(form(c, "audit_ended"))) // none is refused with the field named
	err := s.Money.EndAudit(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), on, server.Now(c))
	if f := fault.Of(err); f != nil {
		if shownInPlace(f) {
			c.Status(server.Status(f.Kind))
			return s.noticesPage(c, fieldErrors(lang(c), f))
		}
		return err
	}
	return c.Redirect("/cases/"+c.Params("number")+"/notices", fiber.StatusSeeOther)
}
