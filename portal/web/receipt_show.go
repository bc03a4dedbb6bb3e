package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/calendar"
	"shebao/shared/receipt"
)

const (
	cookieReceipt = "receipt"
	receiptLife   = 30 * time.Minute
)

// keptReceipt is what the receipt page shows again for a while, sealed in the reporter's own browser; nowhere else is it kept in the clear.
type keptReceipt struct {
	Code        receipt.Code
	Promised    calendar.Date
	Provisional bool // the holidays of that year are not announced yet
	Objection   bool // to the own record; else a tip-off
}

func (s *Site) showReceipt(c *fiber.Ctx) error {
	var kept keptReceipt
	if !s.unseal(c, cookieReceipt, c.Cookies(cookieReceipt), &kept) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	return s.receiptPage(c, kept, nil)
}

func (s *Site) receiptPage(c *fiber.Ctx, kept keptReceipt, wrong []layout.FieldError) error {
	kind := "portal.receipt"
	if kept.Objection {
		kind = "objection.receipt"
	}
	p := s.page(c, locale.Text(lang(c), kind), "/tip-off")
	p.Back, p.Failed = "/tip-off/receipt", len(wrong) > 0
	first := kind + ".step1"
	if kept.Provisional {
		first += ".provisional"
	}
	if len(wrong) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return render(c, pages.ReceiptPage(pages.Receipt{
		Page: p, Errors: wrong, Code: kept.Code.Grouped(), Next: []string{p.T(first, dateWords(p.Lang, kept.Promised)), p.T(kind + ".step2"), p.T(kind + ".step3")},
	}))
}

// leaveReceipt forgets the receipt in this browser once its owner says that it is kept elsewhere; who has not said so is shown it once more. The way on may be the page that asks for the
// code: whoever has kept it can prove it there.
func (s *Site) leaveReceipt(c *fiber.Ctx) error {
	to := "/"
	if form(c, "to") == "progress" {
		to = "/progress"
	}
	var kept keptReceipt
	if form(c, "saved") != "yes" && s.unseal(c, cookieReceipt, c.Cookies(cookieReceipt), &kept) {
		return s.receiptPage(c, kept, []layout.FieldError{{ID: "saved", Text: locale.Text(lang(c), "receipt.unsaved")}})
	}
	s.forget(c, cookieReceipt)
	return c.Redirect(to, fiber.StatusSeeOther)
}
