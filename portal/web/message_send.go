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
	ours := s.unseal(c, useMessage, v.Key, &key)
	if !s.unseal(c, cookieMailbox, c.Cookies(cookieMailbox), &code) || !ours {
		return s.messageWaits(c, sent, v, key)
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

// messageWaits asks for the receipt code once more, since the mailbox was closed meanwhile: words and files stay with the form. key is nil for a form that is not ours or was
// open for too long.
func (s *Site) messageWaits(c *fiber.Ctx, sent formFiles, v pages.Mailbox, key intake.Key) error {
	waits := pages.Progress{Words: v.Words}
	list := s.filesOf(c, sent.get("files"))
	var refused []fault.Field
	if len(sent.files()) > 0 && key != nil {
		if err := s.allowForm(c); err != nil {
			return err
		}
		var err error
		if list, refused, err = s.takeFiles(c, key, list, sent); err != nil {
			return err
		}
	}
	if len(list) > 0 && key != nil {
		var err error
		if waits.Handed, err = s.seal(c, useFiles, list, formLife); err != nil {
			return err
		}
		waits.Key = v.Key
	}
	says := "portal.mailbox.closed"
	if len(refused) > 0 || key == nil && len(sent.files()) > 0 {
		says = "portal.mailbox.closed.files"
	}
	return s.progressPage(c, waits, locale.Text(lang(c), says))
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
	return s.mailboxWaiting(c, m, v, list)
}

// mailboxWaiting shows the mailbox with a message that is not sent yet, and its files.
func (s *Site) mailboxWaiting(c *fiber.Ctx, m *intake.Mailbox, v pages.Mailbox, list []handedIn) error {
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
