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
	Objection   bool // to the own record; else a tip-off
}

func (s *Site) showReceipt(c *fiber.Ctx) error {
	var kept keptReceipt
	if !s.unseal(c, cookieReceipt, c.Cookies(cookieReceipt), &kept) {
		return c.Redirect("/progress", fiber.StatusSeeOther)
	}
	kind := "portal.receipt"
	if kept.Objection {
		kind = "objection.receipt"
	}
	p := s.page(c, locale.Text(lang(c), kind), "/tip-off")
	first := kind + ".step1"
	if kept.Provisional {
		first += ".provisional"
	}
	return render(c, pages.ReceiptPage(pages.Receipt{
		Page: p, Code: kept.Code.Grouped(), Next: []string{p.T(first, dateWords(p.Lang, kept.Promised)), p.T(kind + ".step2"), p.T(kind + ".step3")},
	}))
}

// clearReceipt is for shared computers.
func (s *Site) clearReceipt(c *fiber.Ctx) error {
	s.forget(c, cookieReceipt)
	return c.Redirect("/", fiber.StatusSeeOther)
}
