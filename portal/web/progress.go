package web

import (
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

const cookieMailbox = "mailbox"

func (s *Site) showProgress(c *fiber.Ctx) error {
	var code string
	if !s.unseal("mailbox", c.Cookies(cookieMailbox), &code) {
		return s.progressPage(c, pages.Progress{}, nil)
	}
	return s.showMailbox(c, code, c.Query("sent") == "1", nil)
}

func (s *Site) progressPage(c *fiber.Ctx, v pages.Progress, wrong []layout.FieldError) error {
	v.Page = s.page(c, locale.Text(lang(c), "portal.progress"))
	v.Page.Path, v.Page.Failed, v.Errors = "/progress", len(wrong) > 0, wrong
	return render(c, pages.ProgressPage(v))
}

// openProgress takes a receipt code. A mis-keyed one is caught by its check digits, without a look-up and without counting against the limit,
// which fails closed.
func (s *Site) openProgress(c *fiber.Ctx) error {
	text := strings.TrimSpace(form(c, "code"))
	code, err := receipt.Parse(text)
	if err != nil {
		key := "portal.progress.length"
		if errors.Is(err, receipt.ErrCheck) {
			key = "portal.progress.check"
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return s.progressPage(c, pages.Progress{Code: text}, []layout.FieldError{{ID: "code", Text: locale.Text(lang(c), key)}})
	}
	err = s.Limiter.Allow(c.UserContext(), "receipt:"+hex.EncodeToString(s.Hash.Sum("address", c.IP())[:12]), 20, 15*time.Minute)
	if err == nil {
		_, err = s.Counter.Open(c.UserContext(), code)
	}
	if f := fault.Of(err); f != nil {
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.progressPage(c, pages.Progress{Code: text}, []layout.FieldError{{ID: "code", Text: locale.Fault(lang(c), f)}})
	}
	sealed, err := s.seal("mailbox", code.String())
	if err != nil {
		return err
	}
	s.cookie(c, cookieMailbox, sealed)
	return c.Redirect("/progress", fiber.StatusSeeOther)
}

func (s *Site) showMailbox(c *fiber.Ctx, text string, sent bool, wrong []layout.FieldError) error {
	code, err := receipt.Parse(text)
	if err != nil {
		return err
	}
	m, err := s.Counter.Open(c.UserContext(), code)
	if err != nil {
		return err
	}
	l := lang(c)
	v := pages.Progress{Opened: true, Sent: sent, Status: pages.Cell{Class: "infot", Glyph: "●", Word: locale.Text(l, "tipoff.status."+string(m.Status))}}
	if !m.PromisedBy.IsZero() {
		v.Promise = locale.Text(l, "portal.progress.promise", m.PromisedBy)
	}
	v.Steps = stepsOf(l, m)
	for _, message := range m.Messages {
		from := locale.Text(l, "portal.mailbox.you")
		if message.FromDesk {
			from = locale.Text(l, "portal.mailbox.desk")
		}
		v.Messages = append(v.Messages, pages.Message{From: from, Text: message.Text, When: message.SentAt.In(calendar.Zone).Format("2006-01-02 15:04")})
	}
	if v.Key, err = s.seal("filing", intake.NewKey()); err != nil {
		return err
	}
	return s.progressPage(c, v, wrong)
}

// stepsOf is the way of a matter: what is behind it, where it is, what comes and by when.
func stepsOf(l string, m *intake.Mailbox) []pages.Step {
	way := []intake.Status{intake.Received, intake.Accepted, intake.Investigating, intake.Decided, intake.Closed}
	at := -1
	for i, status := range way {
		if status == m.Status {
			at = i
		}
	}
	if at < 0 { // off the usual way: rejected, transferred, withdrawn, waiting
		way, at = []intake.Status{intake.Received, m.Status}, 1
	}
	var steps []pages.Step
	for i, status := range way {
		step := pages.Step{Text: locale.Text(l, "tipoff.status."+string(status)), Done: i < at, Now: i == at}
		switch {
		case i == 0:
			step.When = calendar.DateOf(m.FiledAt).String()
		case i == at:
			step.When = calendar.DateOf(m.StatusAt).String()
		case i == at+1 && !m.PromisedBy.IsZero():
			step.When = locale.Text(l, "portal.progress.promise", m.PromisedBy)
		}
		steps = append(steps, step)
	}
	return steps
}

func (s *Site) sendMessage(c *fiber.Ctx) error {
	var text string
	var key intake.Key
	if !s.unseal("mailbox", c.Cookies(cookieMailbox), &text) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	if !s.unseal("filing", form(c, "key"), &key) {
		return fault.New(fault.Invalid, "fault.request")
	}
	code, err := receipt.Parse(text)
	if err != nil {
		return err
	}
	m, err := s.Counter.Open(c.UserContext(), code)
	if err != nil {
		return err
	}
	err = s.Counter.Write(c.UserContext(), m, key, strings.TrimSpace(form(c, "text")), server.Now(c))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.showMailbox(c, text, false, []layout.FieldError{{ID: "text", Text: locale.Text(lang(c), f.Fields[0].Key, f.Fields[0].Args...)}})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/progress?sent=1", fiber.StatusSeeOther)
}

func (s *Site) closeProgress(c *fiber.Ctx) error {
	for _, name := range []string{cookieMailbox, cookieReceipt} {
		c.Cookie(&fiber.Cookie{Name: name, Path: "/", MaxAge: -1, Expires: time.Unix(0, 0), SameSite: "Lax", HTTPOnly: true, Secure: s.Secure})
	}
	return c.Redirect("/progress", fiber.StatusSeeOther)
}
