package server

import (
	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
)

// Static serves content-addressed files, which never change under their address, below the prefix (such as /static/).
func Static(app *fiber.App, prefix string, open func(hashed string) (content []byte, contentType string, ok bool)) {
	app.Get(prefix+":file", func(c *fiber.Ctx) error {
		content, contentType, ok := open(c.Params("file"))
		if !ok {
			return fault.New(fault.NotFound, "fault.page")
		}
		c.Set(fiber.HeaderContentType, contentType)
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		return c.Send(content)
	})
}
