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

// sendMessage adds the reporter's words and files to the mailbox that is open; the key in the form makes a second click harmless.
func (s *Site) sendMessage(c *fiber.Ctx) error {
	sent, err := readFiles(c)
	if err != nil {
		return err
	}
	var code receipt.Code
	var key intake.Key
	v := pages.Mailbox{Words: strings.TrimSpace(clean(sent.get("text"))), Key: sent.get("key")}
	if !s.unseal(c, cookieMailbox, c.Cookies(cookieMailbox), &code) || !s.unseal(c, useMessage, v.Key, &key) {
		return s.progressPage(c, pages.Progress{Words: v.Words}, locale.Text(lang(c), "portal.mailbox.closed"))
	}
	m, err := s.openMailbox(c, code)
	if err != nil {
		return err
	}
	list := s.filesOf(c, sent.get("files"))
	if len(sent.files()) > 0 {
		var refused []fault.Field
		if list, refused, err = s.takeFiles(c, key, list, sent); err != nil {
			return err
		}
		if v.Errors = fieldErrors(lang(c), refused); len(refused) > 0 {
			return s.mailboxAgain(c, m, v, list)
		}
	}
	err = s.Counter.Write(c.UserContext(), m, key, messageText(lang(c), v.Words, list), server.Now(c))
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		v.Errors = fieldErrors(lang(c), f.Fields)
		return s.mailboxAgain(c, m, v, list)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/progress?sent=1", fiber.StatusSeeOther)
}

// messageText is what was written, or that files came without words.
func messageText(l, words string, list []handedIn) string {
	if words == "" && len(list) > 0 {
		return locale.Text(l, "files.only", len(list))
	}
	return words
}

// mailboxAgain shows the mailbox with what was written and what was wrong; files that were good are kept.
func (s *Site) mailboxAgain(c *fiber.Ctx, m *intake.Mailbox, v pages.Mailbox, list []handedIn) error {
	c.Status(fiber.StatusUnprocessableEntity)
	for _, f := range list {
		v.Files.Rows = append(v.Files.Rows, pages.FileRow{Name: f.Name, Size: sizeWords(f.Bytes)})
	}
	var err error
	if v.Handed, err = s.seal(c, useFiles, list, formLife); err != nil {
		return err
	}
	return s.mailboxPage(c, m, v)
}

// closeProgress is for shared computers.
func (s *Site) closeProgress(c *fiber.Ctx) error {
	s.forget(c, cookieMailbox, cookieReceipt)
	return c.Redirect("/progress", fiber.StatusSeeOther)
}
