package portal_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// The statement, as document and as page, beside two limits measured in the same run: the very query alone, and a handler that does nothing. Only the ratios count.
func BenchmarkStatement(b *testing.B) {
	s := newSite(b)
	visitor := s.signedIn()
	id := s.person(number)
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/", func(c *fiber.Ctx) error { return c.SendString("ok") })
	request := func(app *fiber.App, path string) func() {
		return func() {
			req := httptest.NewRequest("GET", path, nil)
			req.Header.Set("Authorization", "Bearer "+visitor.cookies["access"])
			resp, err := app.Test(req, -1)
			if err != nil || resp.StatusCode != 200 {
				b.Fatal(resp.StatusCode, err)
			}
		}
	}
	query := func() {
		if _, err := s.book.Record(context.Background(), id); err != nil {
			b.Fatal(err)
		}
	}
	works := []struct {
		name string
		work func()
	}{{"query", query}, {"bare", request(bare, "/")}, {"JSON", request(s.app, "/api/v1/statements/2025")}, {"page", request(s.app, "/statement/2025")}}
	spent := map[string]time.Duration{}
	for _, w := range works {
		w.work()
	}
	for b.Loop() {
		for _, w := range works { // in turn, so that a busy machine is busy for all of them
			began := time.Now()
			w.work()
			spent[w.name] += time.Since(began)
		}
	}
	for _, name := range []string{"JSON", "page"} {
		b.ReportMetric(float64(spent["query"])/float64(spent[name]), name+"-of-query")
		b.ReportMetric(float64(spent[name])/float64(spent["bare"]), name+"-in-bare-handlers")
	}
}
