package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
)

// preferences are the cookies that /prefs may set, and their values.
var preferences = map[string][]string{"ui": {"elder", "standard"}, "theme": {"dark", "light"}, "lang": {locale.Chinese, locale.English}}

// setPreferences keeps type size, theme and language for a year; it works without script.
func (s *Site) setPreferences(c *fiber.Ctx) error {
	for name, values := range preferences {
		for _, value := range values {
			if form(c, name) == value {
				c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: s.Secure})
			}
		}
	}
	return c.Redirect(localPath(form(c, "back")), fiber.StatusSeeOther)
}

// form reads a posted field from the body only: FormValue would prefer the query.
func form(c *fiber.Ctx, name string) string { return string(c.Request().PostArgs().Peek(name)) }

// localPath keeps a redirect on this site: one slash, then nothing that a browser reads as another host or that breaks a header.
func localPath(path string) string {
	if path == "" || path[0] != '/' || len(path) > 300 || len(path) > 1 && (path[1] == '/' || path[1] == '\\') {
		return "/"
	}
	for _, c := range path {
		if c < '!' || c > '~' || c == '\\' {
			return "/"
		}
	}
	return path
}
