package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/fault"
	"shebao/shared/server"
)

// grant is what a program gets for a PIN or a refresh token. A refresh token works once; the one in the answer takes its place.
type grant struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Device       string `json:"device,omitempty"` // what the device is known by at its next sign-in
}

// readJSON reads a body of one object with known fields only. Error: fault.Invalid (fault.request).
func readJSON(c *fiber.Ctx, into any) error {
	wrong := fault.New(fault.Invalid, "fault.request")
	kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if strings.TrimSpace(kind) != fiber.MIMEApplicationJSON {
		return wrong.Because(errors.New("the body is not application/json"))
	}
	decoder := json.NewDecoder(bytes.NewReader(c.Body()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fault.New(fault.Invalid, "fault.request") // the decoder's words may hold what was sent
	}
	if _, err := decoder.Token(); err != io.EOF {
		return wrong.Because(errors.New("something follows the object"))
	}
	return nil
}

// signInJSON is signIn for programs; the same limits, the same words. What an earlier sign-in gave as device keeps strangers' attempts from locking the person out.
func (s *Site) signInJSON(c *fiber.Ctx) error {
	var body struct {
		Number string `json:"number"`
		PIN    string `json:"pin"`
		Device string `json:"device"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	document, pin, wrong := checkSignIn(body.Number, body.PIN)
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	id, _, err := s.prove(c, s.marksIn(c, body.Device), document, pin)
	if err != nil {
		return err
	}
	return s.beginJSON(c, id)
}

// beginJSON begins a session of somebody who has proved who they are.
func (s *Site) beginJSON(c *fiber.Ctx, id int64) error {
	session, refresh, err := s.Sessions.Begin(c.UserContext(), Start{id, deviceName(c.Get(fiber.HeaderUserAgent)), false}, server.Now(c))
	if err != nil {
		return err
	}
	device, err := s.sealMark(c, nil, id)
	if err != nil {
		return err
	}
	c.Status(fiber.StatusCreated)
	return s.grantJSON(c, &person{id: id, session: session}, refresh, device)
}

func (s *Site) grantJSON(c *fiber.Ctx, who *person, refresh, device string) error {
	access, life, err := s.issue(c, who)
	if err != nil {
		return err
	}
	g := grant{AccessToken: access, TokenType: "Bearer", ExpiresIn: int(life.Seconds()), Device: device}
	if refresh != "" {
		g.RefreshToken = who.session + "." + refresh
	}
	return c.JSON(g)
}

// refreshJSON exchanges a refresh token for the next pair.
func (s *Site) refreshJSON(c *fiber.Ctx) error {
	var body struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	session, refresh, _ := strings.Cut(body.RefreshToken, ".")
	r, err := s.Sessions.Rotate(c.UserContext(), session, refresh, server.Now(c))
	if err != nil {
		return err
	}
	return s.grantJSON(c, &person{id: r.PersonID, session: session, shared: r.Shared}, r.Next, "")
}

// signOutJSON ends the session of the token.
func (s *Site) signOutJSON(c *fiber.Ctx) error {
	if err := s.Sessions.End(c.UserContext(), visitor(c).session, server.Now(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
