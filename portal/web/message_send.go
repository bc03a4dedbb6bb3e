package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

// useMessage is the use of a message's sealed key.
const useMessage = "message"

// sendMessage adds the reporter's words to the mailbox that is open; the key in the form makes a second click harmless.
func (s *Site) sendMessage(c *fiber.Ctx) error {
	var code receipt.Code
	var key intake.Key
	words := strings.TrimSpace(clean(form(c, "text")))
	if !s.unseal(c, cookieMailbox, c.Cookies(cookieMailbox), &code) || !s.unseal(c, useMessage, form(c, "key"), &key) {
		return s.progressPage(c, pages.Progress{Words: words}, locale.Text(lang(c), "portal.mailbox.closed"))
	}
	m, err := s.openMailbox(c, code)
	if err != nil {
		return err
	}
	err = s.Counter.Write(c.UserContext(), m, key, words, server.Now(c))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.mailboxPage(c, m, pages.Mailbox{Words: words, Errors: fieldErrors(lang(c), f.Fields)})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/progress?sent=1", fiber.StatusSeeOther)
}

// closeProgress is for shared computers.
func (s *Site) closeProgress(c *fiber.Ctx) error {
	s.forget(c, cookieMailbox, cookieReceipt)
	return c.Redirect("/progress", fiber.StatusSeeOther)
}
