package web

import (
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// problemDocument is RFC 9457: what programs get instead of a page.
type problemDocument struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Code    string         `json:"code"`
	Request string         `json:"request"`
	Errors  []fieldProblem `json:"errors,omitempty"`
}

type fieldProblem struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Code  string `json:"code"`
}

// problemTitles head the pages of the kinds that people meet.
var problemTitles = map[fault.Kind]string{
	fault.NotFound: "portal.problem.404", fault.Denied: "portal.problem.403", fault.Limited: "portal.problem.429", fault.Unavailable: "portal.problem.503",
}

// Problem answers a fault: a page for people, a problem document for programs.
func (s *Site) Problem(c *fiber.Ctx, status int, f *fault.Error) error {
	if isAPI(c) {
		return problemJSON(c, status, f)
	}
	title, ok := problemTitles[f.Kind]
	if !ok {
		title = "portal.problem"
	}
	p := s.page(c, locale.Text(lang(c), title), "")
	p.Failed = true
	if c.Method() != fiber.MethodGet || f.Kind == fault.NotFound { // an address that is not ours is not said back: nobody knows what somebody wrote there
		p.Back = "/"
	}
	return render(c, layout.Problem(p, locale.Fault(p.Lang, f), server.RequestID(c)))
}

func problemJSON(c *fiber.Ctx, status int, f *fault.Error) error {
	language := apiLang(c)
	d := problemDocument{Type: "about:blank", Title: locale.Fault(language, f), Status: status, Code: f.Key, Request: server.RequestID(c)}
	for _, field := range f.Fields {
		d.Errors = append(d.Errors, fieldProblem{field.Name, locale.Text(language, field.Key, field.Args...), field.Key})
	}
	err := c.JSON(d)
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return err
}
