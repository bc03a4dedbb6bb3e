package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/shared/fault"
)

// helpPages are the pages of plain text: their words stand in the locale files, by number of section and of line.
var helpPages = [...]string{"statement", "glossary", "after", "access", "privacy"}

// showHelpIndex lists every page of help.
func (s *Site) showHelpIndex(c *fiber.Ctx) error {
	p := s.page(c, locale.Text(lang(c), "help.title"), "/help")
	v := pages.HelpIndex{Page: p}
	for _, name := range helpPages {
		v.Cards = append(v.Cards, pages.Card{Href: "/help/" + name, Title: p.T("help." + name + ".title"), Text: p.T("help." + name + ".card")})
	}
	v.Cards = append(v.Cards, pages.Card{Href: "/help/gaps", Title: p.T("portal.card.help"), Text: p.T("portal.card.help.text")},
		pages.Card{Href: "/tools/late-fee", Title: p.T("latefee.title"), Text: p.T("latefee.link")})
	return render(c, pages.HelpIndexPage(v))
}

// showHelpPage shows one of them. Error: fault.NotFound.
func (s *Site) showHelpPage(c *fiber.Ctx) error {
	name := "help." + c.Params("page")
	if !locale.Has(lang(c), name+".title") || !locale.Has(lang(c), name+".1") {
		return fault.New(fault.NotFound, "fault.page")
	}
	p := s.page(c, locale.Text(lang(c), name+".title"), "/help")
	v := pages.Help{Page: p}
	for section := name + ".1"; locale.Has(p.Lang, section); section = name + "." + strconv.Itoa(len(v.Sections)+1) {
		part := pages.HelpSection{Heading: p.T(section)}
		for line := section + ".1"; locale.Has(p.Lang, line); line = section + "." + strconv.Itoa(len(part.Lines)+1) {
			part.Lines = append(part.Lines, p.T(line, s.ObjectionDays))
		}
		v.Sections = append(v.Sections, part)
	}
	return render(c, pages.HelpTextPage(v))
}
