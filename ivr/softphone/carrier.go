package softphone

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// Recordings is the carrier's small REST side: recordings are put by the phone, fetched and deleted by the hotline.
type Recordings struct {
	sid, token string
	mu         sync.Mutex
	sounds     map[string][]byte
}

// NewRecordings keeps recordings of an account.
func NewRecordings(accountSID, token string) *Recordings {
	return &Recordings{sid: accountSID, token: token, sounds: map[string][]byte{}}
}

// Len is how many recordings are kept and not yet deleted.
func (r *Recordings) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sounds)
}

// Routes serves them below /2010-04-01.
func (r *Recordings) Routes(app *fiber.App) {
	app.All("/2010-04-01/Accounts/:account/Recordings/:recording", func(c *fiber.Ctx) error {
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte(r.sid+":"+r.token))
		if subtle.ConstantTimeCompare([]byte(c.Get(fiber.HeaderAuthorization)), []byte(want)) != 1 || c.Params("account") != r.sid {
			return c.SendStatus(fiber.StatusUnauthorized)
		}
		sid, _, _ := strings.Cut(c.Params("recording"), ".")
		r.mu.Lock()
		defer r.mu.Unlock()
		switch c.Method() {
		case fiber.MethodPut:
			r.sounds[sid] = append([]byte(nil), c.Body()...)
			return c.SendStatus(fiber.StatusCreated)
		case fiber.MethodDelete:
			delete(r.sounds, sid)
			return c.SendStatus(fiber.StatusNoContent)
		}
		sound, ok := r.sounds[sid]
		if !ok {
			return c.SendStatus(fiber.StatusNotFound)
		}
		c.Set(fiber.HeaderContentType, "audio/wav")
		return c.Send(sound)
	})
}
