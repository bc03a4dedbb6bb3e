package server_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/server"
)

// A page that says what went wrong is as long as any other, and is compressed like any other.
func TestProblemPagesAreCompressed(t *testing.T) {
	app := server.New(server.Options{Name: "test", PublicURL: "https://si.example", Now: time.Now, Pages: true, Compress: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Budget: time.Second,
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error { return c.SendString(strings.Repeat(f.Key+" ", 400)) }})
	app.Get("/good", func(c *fiber.Ctx) error { return c.SendString(strings.Repeat("good ", 400)) })
	app.Get("/bad", func(*fiber.Ctx) error { return fault.New(fault.Conflict, "fault.page") })
	for path, status := range map[string]int{"/good": 200, "/bad": 409, "/nowhere": 404} {
		req := httptest.NewRequest("GET", path, nil)
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := app.Test(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != status || resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d, %q", path, resp.StatusCode, resp.Header.Get("Content-Encoding"))
		}
	}
}
