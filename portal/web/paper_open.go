package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/receipt"
)

// openPaper sends the document that came with a message, while the mailbox is open. Who has not opened it is asked for the receipt code.
func (s *Site) openPaper(c *fiber.Ctx) error {
	var code receipt.Code
	if !s.unseal(c, cookieMailbox, c.Cookies(cookieMailbox), &code) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	m, err := s.openMailbox(c, code)
	if err != nil {
		return err
	}
	return sendPaper(c, m)
}

// sendPaper sends the document of the message whose number is in the address.
func sendPaper(c *fiber.Ctx, m *intake.Mailbox) error {
	n, err := strconv.Atoi(c.Params("n"))
	if err != nil || n < 0 || n >= len(m.Messages) || m.Messages[n].Paper == nil {
		return fault.New(fault.NotFound, "fault.paper.none")
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="answer-`+strconv.Itoa(n+1)+`.pdf"`) // neither number nor name: the file may lie on a shared computer
	return c.Send(m.Messages[n].Paper.PDF)
}
