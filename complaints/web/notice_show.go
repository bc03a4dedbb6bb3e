package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showNotice shows a document: a draft as a form, an issued one as it was issued.
func (s *Site) showNotice(c *fiber.Ctx) error { return s.noticePage(c, nil, nil, false) }

// documents reads the case's documents and the one that the address names.
func (s *Site) documents(c *fiber.Ctx) (Documents, Notice, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return Documents{}, Notice{}, fault.New(fault.NotFound, "fault.notice.none")
	}
	docs, err := s.Money.Documents(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c))
	if err != nil {
		return docs, Notice{}, err
	}
	for _, n := range docs.Notices {
		if n.ID == id {
			return docs, n, nil
		}
	}
	return docs, Notice{}, fault.New(fault.NotFound, "fault.notice.none")
}

// noticePage shows a document; typed are a form's values to show again, check shows the draft as it would be issued.
func (s *Site) noticePage(c *fiber.Ctx, wrong []layout.FieldError, typed notice.Values, check bool) error {
	docs, n, err := s.documents(c)
	if err != nil {
		return err
	}
	v := pages.Notice{CaseHead: s.head(c, docs.Case, "/notices", wrong), ID: strconv.FormatInt(n.ID, 10), NoticeVersion: strconv.Itoa(n.Version), Title: n.Kind.Title(), NoticeNumber: n.Number}
	if v.Caution != nil {
		v.Caution.Hidden[0].Value = "/notices/" + v.ID
	}
	p := v.Page
	v.State, v.StateClass = p.T("notice.state."+n.State), noticeClass[n.State]
	if n.State != "draft" || check {
		paper, err := s.Money.Paper(c.UserContext(), c.Cookies(cookieSession), docs.Case.Number, n.ID, server.Now(c))
		if err != nil {
			return err
		}
		v.Paper = paperView(paper)
	}
	if n.State == "draft" {
		if typed != nil {
			n.Fields = typed
		}
		s.fillDraft(&v, docs, n, wrong, check)
		return render(c, pages.NoticeDraftPage(v))
	}
	s.fillIssued(&v, c, docs, n, wrong)
	return render(c, pages.NoticePage(v))
}

func (s *Site) fillDraft(v *pages.Notice, docs Documents, n Notice, wrong []layout.FieldError, check bool) {
	p := v.Page
	v.Check = check
	for _, f := range notice.Fields(n.Kind) {
		in := layout.Input{ID: f.Name, Label: p.T("notice.field." + f.Name), Value: n.Fields[f.Name], Errors: wrong}
		switch f.Input {
		case notice.Text:
			in.Rows = min(12, 3+strings.Count(in.Value, "\n"))
		case notice.Day:
			in.Hint = p.T("notice.hint.day")
		case notice.Days:
			in.Numeric, in.Hint = true, p.T("notice.hint.days")
		}
		if f.Optional {
			in.Hint = p.T("notice.hint.optional")
		}
		v.Inputs = append(v.Inputs, in)
	}
	if n.Kind.HasFigures() {
		v.HasFigures = true
		for _, k := range docs.Kept {
			l := keptLine(p, k, "")
			v.Figures = append(v.Figures, pages.Option{Value: strconv.FormatInt(k.ID, 10), Text: l.Text, Chosen: k.ID == n.Calculation})
		}
	}
	for _, reason := range notice.Lacks(n.Kind, docs.Situation, s.Workdays()) {
		if reason.Waivable {
			v.Waivable = append(v.Waivable, p.T(reason.Key))
		} else {
			v.Blocked = append(v.Blocked, p.T(reason.Key))
		}
	}
	for _, name := range docs.Agency.Missing(n.Kind) {
		v.Blocked = append(v.Blocked, p.T("fault.notice.agency."+name))
	}
	v.Waived = layout.Input{ID: "waived", Label: p.T("notice.waived"), Rows: 2, Errors: wrong}
}

func (s *Site) fillIssued(v *pages.Notice, c *fiber.Ctx, docs Documents, n Notice, wrong []layout.FieldError) {
	p := v.Page
	v.Issued, v.Live, v.Erased = true, n.State == "issued" && !n.Erased, n.Erased
	v.Facts = []pages.Pair{{Term: p.T("notice.issued_on"), Value: n.IssuedOn.String() + " " + n.IssuedBy}}
	if n.Waived != "" {
		v.Facts = append(v.Facts, pages.Pair{Term: p.T("notice.waived"), Value: n.Waived})
	}
	if n.EndReason != "" {
		v.Facts = append(v.Facts, pages.Pair{Term: p.T("notice.end_reason"), Value: n.EndReason})
	}
	if n.Service != nil {
		v.Served, v.Scanned = !n.Erased, n.Service.Scanned
		v.Accept, v.ScanError = evidence.Accept, layout.ErrorOf(wrong, "file")
		v.Facts = append(v.Facts, serviceFacts(p, *n.Service, calendar.DateOf(server.Now(c)))...)
		if limit, _ := n.limit(s.Workdays(), docs.Situation); !limit.IsZero() {
			v.Facts = append(v.Facts, pages.Pair{Term: p.T("notice.limit"), Value: limit.String()})
		}
	}
	v.CanServe = v.Live && n.Kind.Served() && n.Service == nil
	for _, way := range notice.Ways {
		v.Ways = append(v.Ways, pages.Option{Value: string(way), Text: p.T("notice.way." + string(way)), Chosen: form(c, "way") == string(way)})
	}
	v.WayError = layout.ErrorOf(wrong, "way")
	for _, name := range []string{"done_on", "receiver", "witness", "note"} {
		v.Inputs = append(v.Inputs, layout.Input{ID: name, Label: p.T("notice.service." + name), Value: form(c, name), Errors: wrong})
	}
	v.Why = layout.FormField{Input: layout.Input{ID: "why", Label: p.T("notice.service.why"), Value: form(c, "why"), Errors: wrong}, Choices: whyChoices(p)}
	v.Announced = []layout.Input{{ID: "place", Label: p.T("notice.service.place"), Value: form(c, "place"), Errors: wrong},
		{ID: "course", Label: p.T("notice.service.course"), Hint: p.T("notice.service.course.hint"), Rows: 3, Value: form(c, "course"), Errors: wrong}}
	v.Reason = layout.Input{ID: "reason", Label: p.T("notice.reason"), Errors: wrong}
	v.VoidReason = layout.Input{ID: "void_reason", Label: p.T("notice.reason"), Errors: wrong}
	v.Kind = string(n.Kind)
}

// fillNotice keeps what was typed in a draft, then checks it, issues it, or drops it.
func (s *Site) fillNotice(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	version, err2 := strconv.Atoi(form(c, "version"))
	if err != nil || err2 != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	ctx, session, number, now := c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c)
	switch form(c, "do") {
	case "drop":
		if err := s.Money.DropDraft(ctx, session, number, id, now); err != nil {
			return err
		}
		return c.Redirect("/cases/"+number+"/notices", fiber.StatusSeeOther)
	case "issue":
		err := s.Money.IssueNotice(ctx, session, number, id, version, strings.TrimSpace(form(c, "waived")), now)
		return s.noticeDone(c, err, nil)
	}
	_, n, err := s.documents(c)
	if err != nil {
		return err
	}
	in := NoticeInput{ID: id, Version: version, Fields: notice.Values{}}
	in.Calculation, _ = strconv.ParseInt(form(c, "calculation"), 10, 64) // none: it copies nothing
	for _, f := range notice.Fields(n.Kind) {
		in.Fields[f.Name] = strings.TrimSpace(strings.ReplaceAll(form(c, f.Name), "\r\n", "\n"))
	}
	if err := s.Money.SaveNotice(ctx, session, number, in, now); err != nil {
		return s.noticeDone(c, err, in.Fields)
	}
	if form(c, "do") != "check" {
		return s.noticeDone(c, nil, nil)
	}
	if _, err := s.Money.Paper(ctx, session, number, id, now); err != nil {
		return s.noticeDone(c, err, nil)
	}
	return s.noticePage(c, nil, nil, true)
}

// noticeDone goes back to the document, or shows it again with what was wrong.
func (s *Site) noticeDone(c *fiber.Ctx, err error, typed notice.Values) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/notices/"+c.Params("id"), fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.noticePage(c, fieldErrors(lang(c), f), typed, false)
}

// serveNotice keeps how and when the document was served.
func (s *Site) serveNotice(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.notice.none")
	}
	return s.noticeDone(c, s.Money.RecordService(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, readService(c), server.Now(c)), nil)
}

// endNotice withdraws the document, or marks its proof of service as wrong.
func (s *Site) endNotice(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.notice.none")
	}
	if form(c, "do") == "void" {
		return s.noticeDone(c, s.Money.VoidService(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, strings.TrimSpace(form(c, "void_reason")), server.Now(c)), nil)
	}
	return s.noticeDone(c, s.Money.WithdrawNotice(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, strings.TrimSpace(form(c, "reason")), server.Now(c)), nil)
}

// noticeFile sends the PDF as it was issued.
func (s *Site) noticeFile(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "fault.notice.none")
	}
	file, err := s.Money.NoticeFile(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), id, server.Now(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+c.Params("number")+"-"+c.Params("id")+`.pdf"`)
	return c.Send(file)
}

func paperView(p notice.Paper) pages.Paper {
	v := pages.Paper{Title: p.Title, Number: p.Number, Issuer: p.Issuer, To: p.To, Date: p.Date}
	for _, part := range p.Parts {
		shown := pages.PaperPart{Heading: part.Heading, Paragraphs: part.Paragraphs}
		for _, pair := range part.Pairs {
			shown.Pairs = append(shown.Pairs, pages.Pair{Term: pair.Term, Value: pair.Value})
		}
		if t := part.Table; t != nil {
			shown.Table = &pages.PaperTable{Caption: t.Caption, Columns: t.Columns, Numeric: t.Numeric, Rows: t.Rows, Total: t.Total}
		}
		v.Parts = append(v.Parts, shown)
	}
	return v
}
