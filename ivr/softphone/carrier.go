package softphone

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Carrier is the carrier's REST side: recordings are put by the phone, fetched and deleted by the hotline; calls to the people who answer ring here; text messages arrive.
type Carrier struct {
	// Text is handed every text message; none is lost when it is nil, since nobody reads it.
	Text func(to, body string)

	sid, token string
	mu         sync.Mutex
	sounds     map[string][]byte
	ringing    []Ringing
	number     fiber.Map // ours, as the carrier has it; nil for none
	trunk      fiber.Map // of another carrier; likewise
	countries  []Country
}

// Ringing is a telephone of ours that rings.
type Ringing struct {
	SID, To, From string
	address       string // asked when it is taken
	ended         string // told how it went
}

// NewCarrier is the side of one account.
func NewCarrier(accountSID, token string) *Carrier {
	return &Carrier{sid: accountSID, token: token, sounds: map[string][]byte{}}
}

// Recordings is how many recordings are kept and not yet deleted.
func (r *Carrier) Recordings() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sounds)
}

// Ringing lists the telephones that ring now, the longest first.
func (r *Carrier) Ringing() []Ringing {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Ringing(nil), r.ringing...)
}

// taken stops the longest ringing; ok is false when nothing rings.
func (r *Carrier) taken() (one Ringing, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ringing) == 0 {
		return Ringing{}, false
	}
	one, r.ringing = r.ringing[0], r.ringing[1:]
	return one, true
}

// Routes serves the interface below /2010-04-01.
func (r *Carrier) Routes(app *fiber.App) {
	r.accountRoutes(app)
	account := app.Group("/2010-04-01/Accounts/:account", r.mustBeTheAccount)
	account.Get("/IncomingPhoneNumbers.json", r.numbers)
	account.Post("/IncomingPhoneNumbers/:number.json", r.setNumber)
	account.All("/Recordings/:recording", r.recording)
	account.Post("/Calls.json", r.call)
	account.Post("/Messages.json", r.message)
}

func (r *Carrier) mustBeTheAccount(c *fiber.Ctx) error {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(r.sid+":"+r.token))
	if subtle.ConstantTimeCompare([]byte(c.Get(fiber.HeaderAuthorization)), []byte(want)) != 1 || c.Params("account", r.sid) != r.sid {
		return problem(c, fiber.StatusUnauthorized, 20003, "Authenticate")
	}
	return c.Next()
}

// problem is an error as the carrier words it.
func problem(c *fiber.Ctx, status, code int, message string) error {
	return c.Status(status).JSON(fiber.Map{"code": code, "message": message, "more_info": "https://www.twilio.com/docs/errors", "status": status})
}

func (r *Carrier) recording(c *fiber.Ctx) error {
	sid, _, _ := strings.Cut(strings.Clone(c.Params("recording")), ".") // it is kept, and the memory of a request is used again
	r.mu.Lock()
	defer r.mu.Unlock()
	sound, ok := r.sounds[sid]
	switch {
	case c.Method() == fiber.MethodPut:
		r.sounds[sid] = append([]byte(nil), c.Body()...)
		return c.SendStatus(fiber.StatusCreated)
	case !ok:
		return problem(c, fiber.StatusNotFound, 20404, "The requested resource was not found")
	case c.Method() == fiber.MethodDelete:
		delete(r.sounds, sid)
		return c.SendStatus(fiber.StatusNoContent)
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	return c.Send(sound)
}

const maxRinging = 20

func (r *Carrier) call(c *fiber.Ctx) error {
	one := Ringing{SID: random("CA"), To: posted(c, "To"), From: posted(c, "From"), address: posted(c, "Url"), ended: posted(c, "StatusCallback")}
	switch {
	case !isNumber(one.To):
		return problem(c, fiber.StatusBadRequest, 21211, "Invalid 'To' Phone Number")
	case !isNumber(one.From):
		return problem(c, fiber.StatusBadRequest, 21212, "Invalid 'From' Phone Number")
	case one.address == "":
		return problem(c, fiber.StatusBadRequest, 21205, "Url parameter is required")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ringing = append(r.ringing, one); len(r.ringing) > maxRinging {
		r.ringing = r.ringing[1:]
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"sid": one.SID, "account_sid": r.sid, "to": one.To, "from": one.From, "status": "queued", "direction": "outbound-api"})
}

func (r *Carrier) message(c *fiber.Ctx) error {
	to, from, body := posted(c, "To"), posted(c, "From"), posted(c, "Body")
	switch {
	case !isNumber(to):
		return problem(c, fiber.StatusBadRequest, 21211, "Invalid 'To' Phone Number")
	case !isNumber(from):
		return problem(c, fiber.StatusBadRequest, 21212, "Invalid 'From' Phone Number")
	case body == "":
		return problem(c, fiber.StatusBadRequest, 21602, "Message body is required")
	}
	if r.Text != nil {
		r.Text(to, body)
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"sid": random("SM"), "account_sid": r.sid, "to": to, "from": from, "status": "queued", "date_created": time.Now().UTC().Format(time.RFC1123Z)})
}

func posted(c *fiber.Ctx, name string) string { return string(c.Request().PostArgs().Peek(name)) }

func isNumber(s string) bool {
	return len(s) > 6 && len(s) <= 16 && s[0] == '+' && strings.Trim(s[1:], "0123456789") == ""
}
