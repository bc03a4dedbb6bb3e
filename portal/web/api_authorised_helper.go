package web

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// helperJSON is a grant with the other of the two.
type helperJSON struct {
	ID      int64  `json:"id"` // what a helper's program sends as Acting-For
	Name    string `json:"name"`
	Number  string `json:"number"`
	MayFile bool   `json:"may_file"`
	Until   string `json:"until"`
}

func helpersJSON(c *fiber.Ctx, list []Helper) error {
	out := make([]helperJSON, 0, len(list))
	for _, h := range list {
		out = append(out, helperJSON{h.ID, h.Name, h.Number, h.MayFile, calendar.DateOf(h.ExpiresAt.Add(-time.Second)).String()})
	}
	return c.JSON(fiber.Map{"helpers": out})
}

// listHelpersJSON names whom the person lets in.
func (s *Site) listHelpersJSON(c *fiber.Ctx) error {
	list, err := s.Helpers.Of(c.UserContext(), visitor(c).id, server.Now(c))
	if err != nil {
		return err
	}
	return helpersJSON(c, list)
}

// listHelpedJSON names who lets the person in.
func (s *Site) listHelpedJSON(c *fiber.Ctx) error {
	list, err := s.Helpers.Helped(c.UserContext(), visitor(c).self(), server.Now(c))
	if err != nil {
		return err
	}
	return helpersJSON(c, list)
}

// grantHelperJSON lets a helper in, with the PIN once more.
func (s *Site) grantHelperJSON(c *fiber.Ctx) error {
	var body struct {
		Number  string `json:"number"`
		Name    string `json:"name"`
		Days    int    `json:"days"`
		MayFile bool   `json:"may_file"`
		PIN     string `json:"pin"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	g := NewHelper{PersonID: visitor(c).id, Document: body.Number, Name: body.Name, MayFile: body.MayFile, Lang: apiLang(c)}
	if err := s.letIn(c, g, strconv.Itoa(body.Days), body.PIN); err != nil {
		return err
	}
	c.Status(fiber.StatusCreated)
	return s.listHelpersJSON(c)
}

// endHelperJSON ends a grant, whichever of the two asks. Error: fault.NotFound.
func (s *Site) endHelperJSON(c *fiber.Ctx) error {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "helper.ended")
	}
	if err := s.Helpers.End(c.UserContext(), id, visitor(c).self(), server.Now(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
