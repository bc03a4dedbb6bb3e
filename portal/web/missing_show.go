package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/portal/statement"
	"shebao/shared/intake"
)

// carriedTo are the fields that the questions carry on to the form at their end.
var carriedTo = []string{"employer", "from", "to"}

// showMissing asks at most three questions and says what can be done about a missing month. Everything is in the address: nothing is kept.
func (s *Site) showMissing(c *fiber.Ctx) error {
	p := s.page(c, locale.Text(lang(c), "portal.missing"), "/help/gaps")
	answer := func(q statement.Question) string { return c.Query(string(q)) }
	next, outcome := statement.Missing(answer)
	v := pages.Missing{Page: p}
	form := url.Values{"kind": {"unpaid"}}
	for _, name := range carriedTo {
		if value := c.Query(name); value != "" {
			v.Hidden = append(v.Hidden, pages.Pair{Term: name, Value: value})
			form.Set(name, value)
		}
	}
	if outcome != "" {
		v.Outcome, v.Text = p.T("portal.missing.outcome."+string(outcome)), p.T("portal.missing.outcome."+string(outcome)+".text")
		switch outcome {
		case statement.Report:
			v.Action = pages.Link{Text: p.T("portal.report"), Href: "/tip-off?" + form.Encode()}
		case statement.Objection:
			form.Set("matter", string(intake.MissingMonths))
			form.Del("kind")
			form.Del("employer")
			v.Action = pages.Link{Text: p.T("objection.title"), Href: "/objection?" + form.Encode()}
		}
		return render(c, pages.MissingPage(v))
	}
	number := 1
	for _, q := range []statement.Question{statement.AskRecent, statement.AskEmployed} {
		if q == next {
			break
		}
		number++
		v.Hidden = append(v.Hidden, pages.Pair{Term: string(q), Value: answer(q)})
	}
	v.Number, v.Name, v.Question = p.T("portal.missing.number", number), string(next), p.T("portal.missing.ask."+string(next))
	for _, choice := range next.Choices() {
		v.Choices = append(v.Choices, pages.Choice{Value: choice, Text: p.T("portal.missing.ask." + string(next) + "." + choice)})
	}
	return render(c, pages.MissingPage(v))
}
