// Package web answers the carrier: signed webhooks in, TwiML out. No digit that a caller keyed reaches a log or an address.
package web

import (
	"context"
	"encoding/json"
	"errors"
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
type Render func(s callflow.State, r callflow.Reply, step int, nonce string) ([]byte, error)

// At is a step of a call as it stands in addresses.
func At(call string, step int, nonce string) string {
	return call + "/" + strconv.Itoa(step) + "/" + nonce
}

// Turn is what a caller did at a step of a call.
type Turn struct {
	Call   string // the carrier's number of the call
	Step   int
	Nonce  string // as the line gave it to Render
	Input  callflow.Input
	Caller string // as the carrier gives it: a number, or words such as "anonymous"
	Waited int    // how often the caller was asked to wait because the database was away
	Now    time.Time
}

// Wait is what a waiting caller hears, or that it is time to leave the queue.
type Wait struct {
	State callflow.State
	Say   []callflow.Line
	Leave bool
}

// Line is the hotline behind the webhooks.
type Line interface {
	// Begin answers a call; the same call again gets the question it is at.
	Begin(ctx context.Context, call string, now time.Time, render Render) ([]byte, error)
	// Step answers what the caller did; the same turn again gets the same bytes. Errors: fault.NotFound for a step of another time or call, fault.Unavailable.
	Step(ctx context.Context, t Turn, render Render) ([]byte, error)
	// End keeps what was said and wipes the rest.
	End(ctx context.Context, call string, now time.Time) error
	// Wait is where a waiting caller stands; Wish keeps what a key that was pressed meanwhile means. Errors: fault.NotFound for a call that does not wait, fault.Unavailable.
	Wait(ctx context.Context, t Turn) (Wait, error)
	Wish(ctx context.Context, t Turn, key string) (Wait, error)
	// Connect is the number of a caller to call back, and our own; CalledBack notes how it went. Error: fault.NotFound for a ringing of another time.
	Connect(ctx context.Context, id int64, nonce string, now time.Time) (caller, own string, err error)
	CalledBack(ctx context.Context, id int64, nonce string, talked bool, now time.Time) error
	// TextReport notes what became of a text message.
	TextReport(ctx context.Context, sid, status string) error
	// Recorded and Absent take notice of a recording, before, after or without the step that it belongs to.
	Recorded(ctx context.Context, call, recording, matter string, seconds int, now time.Time) error
	Absent(ctx context.Context, call, recording string) error
	// Sound is the recording that a caller wants to hear at a step. Error: fault.NotFound.
	Sound(ctx context.Context, call string, step int, nonce string) ([]byte, error)
}

// Site is everything that the webhooks stand on.
type Site struct {
	Line       Line
	PublicURL  string
	AccountSID string
	Tokens     [][]byte // the carrier's signing tokens; two during a rotation
	Agents     []string // telephone numbers of the people who answer
	Trunk      string   // of our own carrier, over which they and callers are called; none is the carrier's own network
	Log        *slog.Logger
}

var (
	callSID = regexp.MustCompile(`^CA[0-9A-Za-z]{8,40}$`)
	// A recording is asked for by its number at the carrier's own address, whatever address a request names.
	recordingSID  = regexp.MustCompile(`^RE[0-9A-Za-z]{8,40}$`)
	matterName    = regexp.MustCompile(`^(tip|addition)-[0-9]{1,4}$`)
	messageSID    = regexp.MustCompile(`^(SM|MM)[0-9A-Za-z]{8,40}$`)
	messageStatus = regexp.MustCompile(`^[a-z_-]{1,30}$`)
	errorCode     = regexp.MustCompile(`^[0-9]{1,6}$`)
)

// Addresses of the hotline that the carrier is told beforehand. After what does not connect, a timeout or an error of ours the start of a call is asked again within
// the carrier's fifteen seconds, and the end of a call is told again: both are idempotent.
func StartAddress(publicURL string) string {
	return publicURL + "/voice/start#ct=2000&rt=4500&rc=2&rp=ct,rt,5xx"
}
func StatusAddress(publicURL string) string   { return publicURL + "/voice/status#rc=5&rp=5xx,ct,rt" }
func FallbackAddress(publicURL string) string { return publicURL + "/voice/fallback" }

// textReports is the one webhook that is of no call.
const textReports = "/text"

// TextReports is the address at which we are told what became of a text message.
func TextReports(publicURL string) string { return publicURL + "/voice" + textReports }

// CallBack is the address at which somebody who was rung learns whom to call back.
func CallBack(publicURL, lang string, id int64, nonce string) string {
	return publicURL + "/voice/back/" + lang + "/" + strconv.FormatInt(id, 10) + "/" + nonce
}

// Routes registers the webhooks. Every one is signed but the playing of a recording, whose address nobody can guess and which is good for one step.
func (s *Site) Routes(app *fiber.App) {
	app.Get("/voice/sound/:call/:step/:nonce", s.sound)
	voice := app.Group("/voice", s.mustBeSigned)
	for _, r := range []struct {
		path   string
		action fiber.Handler
	}{
		{"/start", s.start},
		{"/start/:waited", s.start},
		{"/step/:lang/:call/:step/:nonce", s.step},
		{"/step/:lang/:call/:step/:nonce/:waited", s.step},
		{"/recording/:call/:matter", s.recorded},
		{"/status", s.status},
		{"/wait/:lang/:call/:step/:nonce", s.waiting},
		{"/waited/:lang/:call/:step/:nonce", s.waited},
		{"/back/:lang/:id/:nonce", s.backWhisper},
		{"/back/:lang/:id/:nonce/connect", s.backConnect},
		{"/back/:lang/:id/:nonce/done", s.backDone},
		{"/back/:lang/:id/:nonce/status", ignored},
		{textReports, s.textReport},
		{"/whisper/:lang", s.whisper},
		{"/whisper/:lang/answer", s.whispered},
		{"/fallback", s.fallback},
	} {
		voice.Post(r.path, r.action)
	}
}

// mustBeSigned lets only the carrier in; anybody else gets 403 with nothing in it.
func (s *Site) mustBeSigned(c *fiber.Ctx) error {
	body, contentType := c.Body(), c.Get(fiber.HeaderContentType)
	fields, err := fieldsOf(body, contentType)
	if err != nil || !signed(s.Tokens, s.PublicURL+c.OriginalURL(), fields, contentType, body, c.Get("X-Twilio-Signature")) {
		return c.Status(fiber.StatusForbidden).Send(nil)
	}
	ofCall := callSID.MatchString(fields.Get("CallSid")) || c.Path() == "/voice"+textReports
	if account := fields.Get("AccountSid"); !ofCall || account != "" && account != s.AccountSID {
		return c.Status(fiber.StatusForbidden).Send(nil)
	}
	c.Locals("fields", fields)
	return c.Next()
}

// fieldsOf reads a form, or a JSON object of texts; the carrier sends both. The query is not read: its values are not the caller's.
func fieldsOf(body []byte, contentType string) (url.Values, error) {
	if !strings.HasPrefix(contentType, fiber.MIMEApplicationJSON) {
		return url.ParseQuery(string(body))
	}
	var texts map[string]any
	if err := json.Unmarshal(body, &texts); err != nil {
		return nil, err
	}
	fields := url.Values{}
	for name, value := range texts {
		if text, ok := value.(string); ok {
			fields.Set(name, text)
		}
	}
	return fields, nil
}

func fields(c *fiber.Ctx) url.Values {
	f, _ := c.Locals("fields").(url.Values)
	return f
}

// send gives a document.
func send(c *fiber.Ctx, doc []byte) error {
	c.Set(fiber.HeaderContentType, "text/xml; charset=utf-8")
	return c.Send(doc)
}

// away reports whether an error is one that passes by itself.
func away(err error) bool {
	return fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded)
}

func (s *Site) failed(c *fiber.Ctx, err error) {
	s.Log.Error("webhook failed", "wing", "ivr", "route", c.Route().Path, "error", fault.Of(err).Error(), "request", server.RequestID(c))
}
