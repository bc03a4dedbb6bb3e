package server_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/metrics"
	"shebao/shared/server"
)

var measures = metrics.New()

func newApp(log io.Writer) *fiber.App {
	app := server.New(server.Options{
		Name: "test", Metrics: measures, PublicURL: "https://si.example", Now: time.Now, Pages: true, Log: slog.New(slog.NewTextHandler(log, nil)), Budget: time.Second,
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error { return c.SendString(f.Key) },
	})
	app.Get("/person/:number", func(c *fiber.Ctx) error { return errors.New("secret cause") })
	app.Get("/panic", func(c *fiber.Ctx) error { panic("boom") })
	app.Get("/deadline", func(c *fiber.Ctx) error {
		if _, ok := c.UserContext().Deadline(); !ok {
			return errors.New("no deadline")
		}
		return c.SendString("ok")
	})
	app.Post("/change", func(c *fiber.Ctx) error { return c.SendString("changed") })
	return app
}

// A request whose deadline has passed is answered like every other: what draws the page that says so still has time.
func TestWhoRanOutOfTimeIsToldSo(t *testing.T) {
	app := server.New(server.Options{Name: "test", PublicURL: "https://si.example", Now: time.Now, Pages: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Budget: 10 * time.Millisecond,
		Problem: func(c *fiber.Ctx, _ int, f *fault.Error) error {
			if err := c.UserContext().Err(); err != nil {
				return err
			}
			return c.SendString("told " + f.Key)
		}})
	app.Get("/slow", func(c *fiber.Ctx) error {
		<-c.UserContext().Done()
		return fault.New(fault.Unavailable, "fault.unavailable").Because(c.UserContext().Err())
	})
	resp, err := app.Test(httptest.NewRequest("GET", "/slow", nil))
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 503 || string(body) != "told fault.unavailable" {
		t.Errorf("%d %q", resp.StatusCode, body)
	}
}

func TestNoCauseAndNoAddressLeaks(t *testing.T) {
	var log bytes.Buffer
	app := newApp(&log)
	for path, want := range map[string]string{"/person/07010119900101001X": "fault.internal", "/panic": "fault.internal", "/nowhere": "fault.page", "/deadline": "ok"} {
		resp, err := app.Test(httptest.NewRequest("GET", path, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if string(body) != want {
			t.Errorf("%s: %q, want %q", path, body, want)
		}
	}
	if strings.Contains(log.String(), "07010119900101001X") {
		t.Error("the log holds an address with an ID number")
	}
	seen := httptest.NewRecorder()
	measures.Handler().ServeHTTP(seen, httptest.NewRequest("GET", "/metrics", nil))
	if text := seen.Body.String(); strings.Contains(text, "07010119900101001X") || strings.Contains(text, "nowhere") || !strings.Contains(text, `route="/person/:number",status="500",wing="test"`) {
		t.Errorf("metrics hold an address, or lack the route: %s", text)
	}
	if !strings.Contains(log.String(), "secret cause") {
		t.Error("the operator's log lacks the cause")
	}
}

func TestChangesFromOtherSitesAreRefused(t *testing.T) {
	app := newApp(io.Discard)
	for name, tc := range map[string]struct {
		header, value string
		status        int
	}{
		"own page":          {"Origin", "https://si.example", 200},
		"another site":      {"Origin", "https://evil.example", 403},
		"opaque origin":     {"Origin", "null", 403},
		"fetch: own":        {"Sec-Fetch-Site", "same-origin", 200},
		"fetch: cross-site": {"Sec-Fetch-Site", "cross-site", 403},
		"no browser":        {"Accept", "*/*", 200},
	} {
		req := httptest.NewRequest("POST", "/change", nil)
		req.Header.Set(tc.header, tc.value)
		resp, err := app.Test(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != tc.status {
			t.Errorf("%s: %d, want %d", name, resp.StatusCode, tc.status)
		}
	}
}
