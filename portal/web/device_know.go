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

func (s *Site) marks(c *fiber.Ctx) []mark {
	var marks []mark
	s.unseal(c, cookieDevice, c.Cookies(cookieDevice), &marks) // a foreign or old one is no mark
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
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails: it crashes the process instead
	marks := slices.DeleteFunc(s.marks(c), func(m mark) bool { return m.Person == personID })
	marks = append(marks, mark{personID, base64.RawURLEncoding.EncodeToString(secret)})
	sealed, err := s.seal(c, cookieDevice, marks[max(0, len(marks)-peopleOnADevice):], deviceLife)
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: cookieDevice, Value: sealed, Path: "/", Expires: server.Now(c).Add(deviceLife), SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: s.Secure})
	return nil
}
