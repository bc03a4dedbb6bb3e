package web

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/server"
)

// sealed is a value that the browser carries but can neither read nor make, good until an instant.
type sealed struct {
	Until int64           `json:"u"` // Unix seconds
	Value json.RawMessage `json:"v"`
}

// seal makes such a value for one use; use is authenticated, so that a value made for another does not open.
func (s *Site) seal(c *fiber.Ctx, use string, value any, life time.Duration) (string, error) {
	v, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(sealed{server.Now(c).Add(life).Unix(), v})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.Field.Seal("portal."+use, b)), nil
}

// unseal reports whether the text was sealed here for this use and is still good, and reads it.
func (s *Site) unseal(c *fiber.Ctx, use, text string, into any) bool {
	box, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(box) == 0 {
		return false
	}
	b, err := s.Field.Open("portal."+use, box)
	if err != nil {
		return false
	}
	var v sealed
	return json.Unmarshal(b, &v) == nil && server.Now(c).Unix() < v.Until && json.Unmarshal(v.Value, into) == nil
}
