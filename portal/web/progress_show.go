package web

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/evidence"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

const (
	cookieMailbox = "mailbox"
	mailboxLife   = 15 * time.Minute
)

// How often an address may open a mailbox: opening costs a slow hash. The limit fails closed.
const (
	mailboxWindow      = 15 * time.Minute
	mailboxesByAddress = 100
)

// showProgress shows the mailbox that was opened a short while ago, or asks for the code.
func (s *Site) showProgress(c *fiber.Ctx) error {
	var code receipt.Code
	if !s.unseal(c, cookieMailbox, c.Cookies(cookieMailbox), &code) {
		return s.progressPage(c, pages.Progress{}, "")
	}
	m, err := s.openMailbox(c, code)
	if err != nil {
		return err
	}
	return s.mailboxPage(c, m, pages.Mailbox{Sent: c.Query("sent") == "1"})
}

func (s *Site) openMailbox(c *fiber.Ctx, code receipt.Code) (*intake.Mailbox, error) {
	if err := s.Limiter.Allow(c.UserContext(), s.limitKey("receipt", c.IP()), mailboxesByAddress, mailboxWindow); err != nil {
		return nil, err
	}
	return s.Counter.Open(c.UserContext(), code)
}

// progressPage asks for the code; wrong is what is wrong with the one that was written.
func (s *Site) progressPage(c *fiber.Ctx, v pages.Progress, wrong string) error {
	v.Page = s.page(c, locale.Text(lang(c), "portal.progress"), "/progress")
	v.Page.Back = "/progress"
	if wrong != "" {
		v.Page.Failed, v.Errors = true, []layout.FieldError{{ID: "code", Text: wrong}}
	}
	return render(c, pages.ProgressPage(v))
}

// openProgress takes a receipt code. A slip is caught by the check digits: no look-up, nothing counted against the limit. A message that was written before the page
// closed comes along.
func (s *Site) openProgress(c *fiber.Ctx) error {
	v := pages.Progress{Code: strings.TrimSpace(form(c, "code")), Words: clean(form(c, "text")), Key: form(c, "key"), Handed: form(c, "files")}
	code, err := receipt.Parse(v.Code)
	if err != nil {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.progressPage(c, v, locale.Text(lang(c), slip(v.Code, err)))
	}
	m, err := s.openMailbox(c, code)
	if err != nil {
		f := fault.Of(err)
		if f.Kind != fault.NotFound && f.Kind != fault.Limited {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.progressPage(c, v, locale.Fault(lang(c), f))
	}
	kept, err := s.seal(c, cookieMailbox, code, mailboxLife)
	if err != nil {
		return err
	}
	s.cookie(c, cookieMailbox, kept)
	var key intake.Key
	var list []handedIn
	if s.unseal(c, useMessage, v.Key, &key) {
		list = s.filesOf(c, v.Handed)
	} else {
		v.Key = ""
	}
	if v.Words != "" || len(list) > 0 {
		return s.mailboxWaiting(c, m, pages.Mailbox{Words: v.Words, Key: v.Key}, list)
	}
	return c.Redirect("/progress", fiber.StatusSeeOther)
}

func slip(written string, err error) string {
	switch {
	case written == "":
		return "portal.progress.empty"
	case errors.Is(err, receipt.ErrCheck):
		return "portal.progress.check"
	}
	return "portal.progress.length"
}

// mailboxPage shows an opened mailbox; v holds what this request adds to it.
func (s *Site) mailboxPage(c *fiber.Ctx, m *intake.Mailbox, v pages.Mailbox) error {
	p := s.page(c, locale.Text(lang(c), "portal.progress"), "/progress")
	p.Back, p.Failed = "/progress", len(v.Errors) > 0
	v.Page, v.Status, v.Act = p, pages.Cell{Class: statusClasses[m.Status], Glyph: "●", Word: p.T("tipoff.status." + string(m.Status))}, p.T("portal.act."+string(m.Status))
	v.Promise, v.Late = s.promise(p, m.PromisedBy, calendar.DateOf(server.Now(c)))
	v.Steps = stepsOf(p, m)
	for i, message := range m.Messages {
		from := p.T("portal.mailbox.you")
		if message.FromDesk {
			from = p.T("portal.mailbox.desk")
		}
		var paper pages.MessagePaper
		if message.Paper != nil {
			paper = pages.MessagePaper{Href: "/progress/papers/" + strconv.Itoa(i), Text: p.T("mailbox.paper", message.Paper.Title, message.Paper.Number, sizeWords(int64(len(message.Paper.PDF))))}
		}
		v.Messages = append(v.Messages, pages.Message{From: from, Text: message.Text, FromDesk: message.FromDesk, Paper: paper,
			When: dateWords(p.Lang, calendar.DateOf(message.SentAt)) + message.SentAt.In(calendar.Zone).Format(" 15:04")})
	}
	for _, o := range m.Openings {
		v.Openings = append(v.Openings, pages.Opening{Who: p.T("opening.line", p.T("seen.role."+o.Asked), p.T("seen.role."+o.Agreed)), Why: p.T("opening.why", o.Reason), When: instantWords(p.Lang, o.At)})
	}
	v.Files.Accept, v.Files.Errors, v.Files.Hint = evidence.Accept, v.Errors, p.T("files.hint", evidence.MaxFiles, evidence.MaxBytes>>20, evidence.MaxTotal>>20)
	if v.Key == "" {
		var err error
		if v.Key, err = s.seal(c, useMessage, intake.NewKey(), formLife); err != nil {
			return err
		}
	}
	return render(c, pages.MailboxPage(v))
}

var statusClasses = map[intake.Status]string{
	intake.Received: "infot", intake.Supplement: "wait", intake.Accepted: "infot", intake.Rejected: "none", intake.Investigating: "infot", intake.Suspended: "wait",
	intake.Transferred: "none", intake.Decided: "infot", intake.Closed: "paid", intake.Withdrawn: "none",
}

// promise says by when the next step is due and how many working days that is, always both.
func (s *Site) promise(p layout.Page, by, today calendar.Date) (text string, late bool) {
	if by.IsZero() {
		return "", false
	}
	left, _ := s.Workdays().Count(today, by) // a guess about next year's holidays is still the best that can be told
	switch {
	case today.After(by):
		return p.N("portal.progress.late", max(1, -left), dateWords(p.Lang, by)), true
	case left == 0:
		return p.T("portal.progress.today", dateWords(p.Lang, by)), false
	}
	return p.N("portal.progress.promise", left, dateWords(p.Lang, by)), false
}

// stepsOf is the way of a matter: what is behind it, where it is, what comes and by when.
func stepsOf(p layout.Page, m *intake.Mailbox) []pages.Step {
	way := []intake.Status{intake.Received, intake.Accepted, intake.Investigating, intake.Decided, intake.Closed}
	at := -1
	for i, status := range way {
		if status == m.Status {
			at = i
		}
	}
	if at < 0 { // off the usual way: rejected, passed on, withdrawn, waiting
		way, at = []intake.Status{intake.Received, m.Status}, 1
	}
	var steps []pages.Step
	for i, status := range way {
		step := pages.Step{Text: p.T("tipoff.status." + string(status)), Done: i < at || m.Status == intake.Closed, Now: i == at && m.Status != intake.Closed}
		switch {
		case i == 0:
			step.When = dateWords(p.Lang, calendar.DateOf(m.FiledAt))
		case i == at:
			step.When = dateWords(p.Lang, calendar.DateOf(m.StatusAt))
		case i == at+1 && !m.PromisedBy.IsZero():
			step.When = p.T("portal.progress.by", dateWords(p.Lang, m.PromisedBy))
		}
		steps = append(steps, step)
	}
	return steps
}
