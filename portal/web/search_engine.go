package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
)

// forEverybody are the pages that search engines may show, with everything below /help and /open.
var forEverybody = map[string]bool{"/": true, "/help": true, "/open": true, "/tools/late-fee": true, "/verify": true, "/tip-off": true, "/progress": true, "/sign-in": true, "/activate": true, "/recover": true}

// robots keeps search engines to the pages for everybody; what needs a sign-in or a code is none of their business, nor is what only programs read.
const robots = `User-agent: *
Disallow: /api/
Disallow: /me
Disallow: /account
Disallow: /statement
Disallow: /objection
Disallow: /helping
Disallow: /proof/
Disallow: /prefs
Disallow: /tip-off/receipt
Disallow: /progress/papers/
Disallow: /verify/
`

func (s *Site) showRobots(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, openAge)
	return c.SendString(robots)
}

// findable gives a page for everybody its addresses, one for each language: people choose by a button, which no search engine presses. Who comes by such an address without a choice of their
// own goes on in its language while the browser is open.
func (s *Site) findable(c *fiber.Ctx, p *layout.Page) {
	path := c.Path()
	if c.Method() != fiber.MethodGet || visitor(c) != nil || !forEverybody[path] && !strings.HasPrefix(path, "/help/") && !strings.HasPrefix(path, "/open/") {
		return
	}
	address := s.PublicURL + path
	p.Canonical = address
	if p.Lang == locale.English {
		p.Canonical += "?lang=en"
	}
	p.Languages = []layout.Link{{Text: locale.Chinese, Href: address}, {Text: locale.English, Href: address + "?lang=en"}, {Text: "x-default", Href: address}}
	if c.Cookies("lang") == "" && c.Query("lang") == locale.English {
		s.cookie(c, "lang", locale.English)
	}
}

// lang is the language of whoever asks: as chosen by the button, else as the address says.
func lang(c *fiber.Ctx) string {
	if chosen := c.Cookies("lang"); chosen != "" {
		return locale.Known(chosen)
	}
	return locale.Known(c.Query("lang"))
}
