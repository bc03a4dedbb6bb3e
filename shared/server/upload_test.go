package server_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/server"
)

// Only the address for files takes a large body, and even that one not more than its limit.
func TestOnlyUploadsMayBeLarge(t *testing.T) {
	app := server.New(server.Options{Name: "test", PublicURL: "https://si.example", Now: time.Now, Log: slog.New(slog.DiscardHandler), BodyLimit: 1 << 10,
		Uploads: server.Uploads{At: func(path string) bool { return path == "/files" }, Limit: 64 << 10},
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error { return c.SendString(f.Key) }})
	took := func(c *fiber.Ctx) error { return c.SendString("took") }
	app.Post("/files", took)
	app.Post("/form", took)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }() // ends with the shutdown below
	t.Cleanup(func() { _ = app.Shutdown() })   // nothing else listens to its end
	for _, c := range []struct {
		path string
		size int
		want string
	}{{"/form", 100, "took"}, {"/form", 2 << 10, "fault.toolarge"}, {"/files?x=1", 32 << 10, "took"}, {"/files", 128 << 10, "fault.toolarge"}} {
		resp, err := http.Post("http://"+listener.Addr().String()+c.path, "application/octet-stream", strings.NewReader(strings.Repeat("x", c.size)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != c.want {
			t.Errorf("%s with %d bytes: %s, want %s", c.path, c.size, b, c.want)
		}
	}
}
