// Package server makes the Fiber application that every wing's faces run on: Fiber's cures, faults to answers, headers, limits, health and
// logs without personal data. Fiber itself is known only here, in the web rooms, the doors and the main.
package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"shebao/shared/fault"
	"shebao/shared/metrics"
	"shebao/shared/postgres"
	"shebao/shared/trace"
)

// Deps are what the front door gives every wing.
type Deps struct {
	DB    *pgxpool.Pool
	Redis redis.UniversalClient
	Log   *slog.Logger
	Now   func() time.Time // the clock; one instant a request, through Now(c)

	Metrics *metrics.Registry // nil measures nothing
	Trace   *trace.Tracer     // nil traces nothing
}

// Wing is a started part of the house: its application and the work it does without being asked.
type Wing struct {
	App        *fiber.App
	Background []func(ctx context.Context) error // each returns when ctx ends
	Waiting    []metrics.Waiting                 // what the operator is told of its work
}

// Options say how a wing's application behaves.
type Options struct {
	Name      string // portal, ivr, complaints
	PublicURL string // where the outside reaches it; links and origin checks use only this, never a request's headers
	Log       *slog.Logger
	Now       func() time.Time
	DB        *pgxpool.Pool // asked by /readyz
	Budget    time.Duration // for one request; 0 is 10 s
	BodyLimit int           // bytes; 0 is 64 KiB
	Uploads   Uploads       // addresses that take files
	Metrics   *metrics.Registry
	Trace     *trace.Tracer
	Compress  bool
	Pages     bool // send the headers of pages, and refuse changes that come from other sites
	// Problem renders a fault for whoever asked; nil answers with the bare status.
	Problem func(c *fiber.Ctx, status int, f *fault.Error) error
}

const (
	localNow     = "now"
	localRequest = "request"
)

// New makes the application with everything around the routes in place.
func New(o Options) *fiber.App {
	if o.Budget == 0 {
		o.Budget = 10 * time.Second
	}
	if o.BodyLimit == 0 {
		o.BodyLimit = 64 << 10
	}
	app := fiber.New(fiber.Config{
		AppName:               o.Name,
		DisableStartupMessage: true,
		Immutable:             true, // strings from a request would otherwise be reused buffers
		ReadTimeout:           15 * time.Second,
		WriteTimeout:          60 * time.Second,
		IdleTimeout:           75 * time.Second,
		WriteBufferSize:       o.answerSize(),
		BodyLimit:             o.BodyLimit,
		ErrorHandler:          func(c *fiber.Ctx, err error) error { return answer(c, o, err) },
		StrictRouting:         true,
		CaseSensitive:         true,
		UnescapePath:          true,
	})
	if o.Uploads.At != nil {
		app.Server().HeaderReceived = o.Uploads.limits
	}
	app.Use(o.around)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Get("/readyz", func(c *fiber.Ctx) error {
		if o.DB == nil {
			return c.SendString("ok")
		}
		if err := o.DB.Ping(c.UserContext()); err != nil {
			return fault.New(fault.Unavailable, "fault.unavailable").Because(err)
		}
		return c.SendString("ok")
	})
	if o.Compress {
		app.Use(compress.New(compress.Config{Level: compress.LevelBestSpeed, Next: func(c *fiber.Ctx) bool {
			// A compressed stream of events would be held back; a document is compressed inside.
			return strings.HasSuffix(c.Path(), "/events") || strings.HasSuffix(c.Path(), ".pdf")
		}}), o.answered)
	}
	if o.Pages {
		app.Use(pageHeaders, sameOrigin(o.PublicURL))
	}
	return app
}

// answerSize is how much of an answer is sent at once: most pages whole, so that neither side is woken twice for one. Fiber's own size is enough for who answers a telephone carrier.
func (o Options) answerSize() int {
	if o.Pages {
		return 24 << 10
	}
	return 4 << 10
}

// around gives each request its instant, its number and its deadline, turns panics and errors into answers, and logs one line without personal data:
// the route's pattern, never the address.
func (o Options) around(c *fiber.Ctx) (err error) {
	began := o.Now()
	c.Locals(localNow, began.UTC())
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails: it crashes the process instead
	request := hex.EncodeToString(id)
	c.Locals(localRequest, request)
	c.Set("X-Request-Id", request)
	ctx, cancel := context.WithTimeout(c.UserContext(), o.Budget)
	defer cancel()
	ctx, traced, end := o.Trace.Request(ctx, o.Name, c.Method(), c.Get("Traceparent"))
	c.SetUserContext(ctx)
	defer func() {
		if r := recover(); r != nil {
			err = answer(c, o, fmt.Errorf("panic: %v", r))
		}
		o.Metrics.Request(o.Name, c.Method(), c.Route().Path, c.Response().StatusCode(), o.Now().Sub(began))
		end(c.Route().Path, c.Response().StatusCode())
		o.log(c, request, traced, o.Now().Sub(began))
	}()
	if err := c.Next(); err != nil {
		return answer(c, o, err)
	}
	return nil
}

// log writes a request's line straight to the log's handler: the logger would look for the place in our source, which is this one for all.
func (o Options) log(c *fiber.Ctx, request, traced string, took time.Duration) {
	handler := o.Log.Handler()
	if !handler.Enabled(c.UserContext(), slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(slog.String("wing", o.Name), slog.String("method", c.Method()), slog.String("route", c.Route().Path), slog.Int("status", c.Response().StatusCode()),
		slog.Int64("ms", took.Milliseconds()), slog.String("request", request))
	if traced != "" {
		line.AddAttrs(slog.String("trace", traced))
	}
	_ = handler.Handle(c.UserContext(), line) // who cannot log still answers, as with the logger
}

// answered turns errors into answers where they can still be compressed.
func (o Options) answered(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return answer(c, o, err)
	}
	return nil
}

// Now is the request's one instant, UTC.
func Now(c *fiber.Ctx) time.Time {
	now, _ := c.Locals(localNow).(time.Time)
	return now
}

// RequestID is the number under which the log knows the request; a page may show it.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(localRequest).(string)
	return id
}

// Status is the HTTP status of a fault's kind.
func Status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return fiber.StatusUnprocessableEntity
	case fault.Denied:
		return fiber.StatusForbidden
	case fault.NotFound:
		return fiber.StatusNotFound
	case fault.Conflict:
		return fiber.StatusConflict
	case fault.Limited:
		return fiber.StatusTooManyRequests
	case fault.Unavailable:
		return fiber.StatusServiceUnavailable
	}
	return fiber.StatusInternalServerError
}

func answer(c *fiber.Ctx, o Options, err error) error {
	f := classify(err)
	status := Status(f.Kind)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		o.Log.Error("request failed", "wing", o.Name, "route", c.Route().Path, "error", f.Error(), "request", RequestID(c))
	}
	c.Response().ResetBody()
	c.Status(status)
	c.Set(fiber.HeaderCacheControl, "no-store")
	if f.Kind == fault.Limited || f.Kind == fault.Unavailable {
		c.Set(fiber.HeaderRetryAfter, fmt.Sprint(int(max(f.RetryAfter, time.Second).Seconds())))
	}
	if o.Problem == nil {
		return nil
	}
	c.SetUserContext(context.WithoutCancel(c.UserContext())) // whose deadline has passed is told so, too
	if err := o.Problem(c, status, f); err != nil {
		o.Log.Error("problem page failed", "wing", o.Name, "error", err.Error(), "request", RequestID(c))
		c.Response().ResetBody()
	}
	return nil
}

// classify also knows what Fiber itself refuses: unknown routes, wrong methods, bodies that are too large.
func classify(err error) *fault.Error {
	var fromFiber *fiber.Error
	if errors.As(err, &fromFiber) {
		switch fromFiber.Code {
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			return fault.New(fault.NotFound, "fault.page")
		case fiber.StatusRequestEntityTooLarge:
			return fault.New(fault.Invalid, "fault.toolarge")
		}
		if fromFiber.Code < 500 {
			return fault.New(fault.Invalid, "fault.request")
		}
	}
	return fault.Of(postgres.Classify(err))
}

// ContentSecurityPolicy allows nothing but our own files: no inline script or style, no frame, no other site.
const ContentSecurityPolicy = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func pageHeaders(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, ContentSecurityPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "geolocation=(), camera=(), microphone=(self)")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if err := c.Next(); err != nil {
		return err
	}
	return nil
}

// sameOrigin refuses changes that another site's page sends with our cookies: the browser names the sending page in Sec-Fetch-Site or Origin.
// A request with neither is not from a browser and carries no cookie of a browser's user.
func sameOrigin(publicURL string) fiber.Handler {
	own, _ := url.Parse(publicURL) // checked by config.PublicURL
	return func(c *fiber.Ctx) error {
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
			return c.Next()
		}
		site, origin := c.Get("Sec-Fetch-Site"), c.Get(fiber.HeaderOrigin)
		foreign := site == "cross-site" || site == "same-site"
		if site == "" && origin != "" {
			from, err := url.Parse(origin)
			foreign = err != nil || own == nil || from.Scheme != own.Scheme || from.Host != own.Host
		}
		if foreign {
			return fault.New(fault.Denied, "fault.origin")
		}
		return c.Next()
	}
}

// Serve serves an already bound listener until ctx ends, then lets requests finish for a few seconds.
func Serve(ctx context.Context, app *fiber.App, listener net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	err := app.ShutdownWithTimeout(5 * time.Second)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // open streams are cut off; browsers reconnect
	}
	return err
}
