package softphone

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	pages "shebao/frontend/softphone"
)

// The agents' telephone on the page: who takes it hears the whisper and presses 1; then the caller's number is dialled.

func (p *Page) agentRoutes(app *fiber.App) {
	app.Get("/agent-phone", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
		return pages.Agent(p.view(c, nil)).Render(c.UserContext(), c.Response().BodyWriter())
	})
	for path, do := range map[string]func(ctx context.Context) error{
		"/agent-phone/take": func(ctx context.Context) error {
			call, err := p.Carrier.Answer(ctx, p.Config(), "1")
			if call != nil {
				p.agent.call = call
			}
			return err
		},
		"/agent-phone/ignore":     func(ctx context.Context) error { return p.Carrier.Ignore(ctx, p.Config()) },
		"/agent-phone/answered":   func(ctx context.Context) error { return p.agentDials(ctx, "completed") },
		"/agent-phone/unanswered": func(ctx context.Context) error { return p.agentDials(ctx, "no-answer") },
	} {
		app.Post(path, func(c *fiber.Ctx) error {
			p.agent.turn.Lock()
			err := do(c.UserContext())
			p.agent.turn.Unlock()
			return p.answer(c, err)
		})
	}
}

func (p *Page) agentDials(ctx context.Context, how string) error {
	if p.agent.call == nil {
		return ErrNotAwaited
	}
	return p.agent.call.Transfer(ctx, how)
}

func (p *Page) agentPhone() pages.AgentPhone {
	p.agent.turn.Lock()
	defer p.agent.turn.Unlock()
	var v pages.AgentPhone
	if ringing := p.Carrier.Ringing(); len(ringing) > 0 {
		v.Rings = ringing[0].To
	}
	if call := p.agent.call; call != nil {
		v.Dials = strings.Join(call.Dials(), ", ")
		for _, line := range call.Lines() {
			v.Heard = append(v.Heard, pages.Line{Text: line.Text, Lang: line.Lang})
		}
	}
	return v
}
