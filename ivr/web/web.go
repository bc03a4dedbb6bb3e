// Package web answers the carrier: signed webhooks in, TwiML out. No digit that a caller keyed reaches a log or an address.
package web

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Render writes the document of a reply; step and nonce go into the addresses to which the caller's next doing is sent.
type Render func(lang string, r callflow.Reply, step int, nonce string) ([]byte, error)

// Recorded is a recording that the carrier made.
type Recorded struct {
	SID     string
	Seconds int
}

// Line is the hotline behind the webhooks.
type Line interface {
	Begin(ctx context.Context, sid string, now time.Time, render Render) ([]byte, error)
	Step(ctx context.Context, sid string, step int, nonce string, in callflow.Input, r *Recorded, caller string, now time.Time, render Render) ([]byte, error)
	End(ctx context.Context, sid string, now time.Time) error
}

// Site is everything that the webhooks stand on.
type Site struct {
	Line      Line
	PublicURL string
	Tokens    [][]byte // the carrier's signing tokens; two during a rotation
	Log       *slog.Logger
}

var callSID = regexp.MustCompile(`^CA[0-9A-Za-z]{8,40}$`)

// Routes registers the webhooks; every one is signed.
func (s *Site) Routes(app *fiber.App) {
	voice := app.Group("/voice", s.mustBeSigned)
	voice.Post("/start", s.start)
	voice.Post("/step/:call/:step/:nonce", s.step)
	voice.Post("/status", s.status)
}

// mustBeSigned lets only the carrier in; anybody else gets 403 with nothing in it.
func (s *Site) mustBeSigned(c *fiber.Ctx) error {
	body := append([]byte(nil), c.Body()...)
	form, err := url.ParseQuery(string(body))
	if err != nil || !signed(s.Tokens, s.PublicURL+c.OriginalURL(), form, c.Get(fiber.HeaderContentType), body, c.Get("X-Twilio-Signature")) {
		return c.Status(fiber.StatusForbidden).Send(nil)
	}
	if !callSID.MatchString(form.Get("CallSid")) {
		return c.Status(fiber.StatusForbidden).Send(nil)
	}
	c.Locals("form", form)
	return c.Next()
}

func form(c *fiber.Ctx) url.Values {
	f, _ := c.Locals("form").(url.Values)
	return f
}

func (s *Site) start(c *fiber.Ctx) error {
	sid := form(c).Get("CallSid")
	reply, err := s.Line.Begin(c.UserContext(), sid, server.Now(c), s.render(sid))
	return s.send(c, reply, err)
}

func (s *Site) render(sid string) Render {
	return func(lang string, r callflow.Reply, step int, nonce string) ([]byte, error) {
		return render(lang, r, s.PublicURL+"/voice/step/"+sid+"/"+strconv.Itoa(step)+"/"+nonce)
	}
}

// step takes what the caller did. The same request again gets the same reply.
func (s *Site) step(c *fiber.Ctx) error {
	f := form(c)
	sid := f.Get("CallSid")
	step, err := strconv.Atoi(c.Params("step"))
	if err != nil || c.Params("call") != sid {
		return s.send(c, nil, fault.New(fault.NotFound, "fault.page"))
	}
	in := callflow.Input{Keys: f.Get("Digits"), Words: strings.TrimSpace(f.Get("SpeechResult"))}
	var recorded *Recorded
	if recordingURL := f.Get("RecordingUrl"); recordingURL != "" {
		seconds, _ := strconv.Atoi(f.Get("RecordingDuration")) // absent is none
		recorded = &Recorded{SID: recordingURL[strings.LastIndexByte(recordingURL, '/')+1:], Seconds: seconds}
		in = callflow.Input{Recorded: true, HungUp: f.Get("Digits") == "hangup"}
		if !recordingSID.MatchString(recorded.SID) {
			recorded = nil
		}
	}
	reply, err := s.Line.Step(c.UserContext(), sid, step, c.Params("nonce"), in, recorded, f.Get("From"), server.Now(c), s.render(sid))
	return s.send(c, reply, err)
}

// The recording is asked for by its number at the carrier's own address, whatever address the request names.
var recordingSID = regexp.MustCompile(`^RE[0-9A-Za-z]{8,40}$`)

func (s *Site) status(c *fiber.Ctx) error {
	f := form(c)
	switch f.Get("CallStatus") {
	case "completed", "busy", "failed", "no-answer", "canceled":
		if err := s.Line.End(c.UserContext(), f.Get("CallSid"), server.Now(c)); err != nil {
			return err
		}
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// send gives the document; a failure is an apology in words, with status 200, since the carrier would read an error page aloud.
func (s *Site) send(c *fiber.Ctx, reply []byte, err error) error {
	if err != nil {
		s.Log.Error("call step failed", "wing", "ivr", "route", c.Route().Path, "error", fault.Of(err).Error(), "request", server.RequestID(c))
		reply = apology()
	}
	c.Set(fiber.HeaderContentType, "text/xml; charset=utf-8")
	return c.Send(reply)
}
