package web

import (
	_ "embed" // the description of the API
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/audit"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// openAPI describes the API in OpenAPI 3.1; a test holds every answer against it.
//
//go:embed openapi.json
var openAPI []byte

func (s *Site) showOpenAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(openAPI)
}

// listStatements names the years of which there is a statement.
func (s *Site) listStatements(c *fiber.Ctx) error {
	r, err := s.record(c)
	if err != nil {
		return err
	}
	d := document{}
	d.open('{')
	d.number("person", int(r.Person.ID))
	d.date("data_date", r.DataDate)
	d.name("years")
	d.open('[')
	for _, y := range r.Years {
		d.comma()
		d.b = strconv.AppendInt(d.b, int64(y.Year), 10)
	}
	d.close(']')
	d.close('}')
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(d.b)
}

// onlyOwn lets through who asks for the own record. Anybody else's is not found, whether it exists or not, and the audit log says who tried.
func (s *Site) onlyOwn(c *fiber.Ctx) error {
	who := visitor(c)
	if c.Params("person") == strconv.FormatInt(who.id, 10) {
		return c.Next()
	}
	subject := "person:unknown"
	if id, err := strconv.ParseInt(c.Params("person"), 10, 64); err == nil {
		subject = subjectOf(id)
	}
	note := audit.Entry{At: server.Now(c), Actor: subjectOf(who.self()), Role: "citizen", Action: "view record", Subject: subject, Refused: true}
	if err := s.Sessions.Note(c.UserContext(), note); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "ledger.no_person")
}
