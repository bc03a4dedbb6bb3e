package web

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/credential"
	"shebao/shared/server"
)

const (
	cookieDevice = "device"
	deviceLife   = 180 * 24 * time.Hour
	// peopleOnADevice are the members of a family who share one.
	peopleOnADevice = 5
)

// mark is what a browser is known by after one person has signed in with it. It opens nothing: it only keeps what strangers try elsewhere from locking this person out.
type mark struct {
	Person int64  `json:"p"`
	Secret string `json:"s"`
}

func (s *Site) marks(c *fiber.Ctx) []mark { return s.marksIn(c, c.Cookies(cookieDevice)) }

func (s *Site) marksIn(c *fiber.Ctx, sealed string) []mark {
	var marks []mark
	s.unseal(c, cookieDevice, sealed, &marks) // a foreign or old one is no mark
	return marks
}

// wayOf is the way on which a person's PIN comes from this browser.
func wayOf(marks []mark, personID int64) credential.Track {
	for _, m := range marks {
		if m.Person == personID && personID != 0 {
			return credential.Known(m.Secret)
		}
	}
	return credential.Portal
}

// markDevice lets the browser be known as the person's from now on.
func (s *Site) markDevice(c *fiber.Ctx, personID int64) error {
	sealed, err := s.sealMark(c, s.marks(c), personID)
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: cookieDevice, Value: sealed, Path: "/", Expires: server.Now(c).Add(deviceLife), SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: s.Secure})
	return nil
}

func (s *Site) sealMark(c *fiber.Ctx, known []mark, personID int64) (string, error) {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails: it crashes the process instead
	known = slices.DeleteFunc(known, func(m mark) bool { return m.Person == personID })
	known = append(known, mark{personID, base64.RawURLEncoding.EncodeToString(secret)})
	return s.seal(c, cookieDevice, known[max(0, len(known)-peopleOnADevice):], deviceLife)
}
