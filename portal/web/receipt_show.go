package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

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
}

func (s *Site) showReceipt(c *fiber.Ctx) error {
	var kept keptReceipt
	if !s.unseal(c, cookieReceipt, c.Cookies(cookieReceipt), &kept) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	p := s.page(c, locale.Text(lang(c), "portal.receipt"), "/tip-off")
	key := "portal.receipt.step1"
	if kept.Provisional {
		key = "portal.receipt.step1.provisional"
	}
	return render(c, pages.ReceiptPage(pages.Receipt{
		Page: p, Code: kept.Code.Grouped(), Next: []string{p.T(key, dateWords(p.Lang, kept.Promised)), p.T("portal.receipt.step2"), p.T("portal.receipt.step3")},
	}))
}

// clearReceipt is for shared computers.
func (s *Site) clearReceipt(c *fiber.Ctx) error {
	s.forget(c, cookieReceipt)
	return c.Redirect("/", fiber.StatusSeeOther)
}
