package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// queueName at the carrier. Who is next is decided by our own line: the carrier's would put a caller for whom nobody answered at the end again.
const queueName = "people"

// waitTimeout is the silence of a round, in seconds; with the words a round lasts about twenty.
const waitTimeout = 8

// waiting answers the wait document of a queue: the place in the line and the other ways, or Leave when it is the caller's turn. It is asked over and over.
func (s *Site) waiting(c *fiber.Ctx) error {
	w, err := s.turnOf(c, s.Line.Wait)
	return s.whileWaiting(c, w, err)
}

// waited takes a key that a waiting caller pressed.
func (s *Site) waited(c *fiber.Ctx) error {
	key := fields(c).Get("Digits")
	w, err := s.turnOf(c, func(ctx context.Context, t Turn) (Wait, error) { return s.Line.Wish(ctx, t, key) })
	return s.whileWaiting(c, w, err)
}

func (s *Site) turnOf(c *fiber.Ctx, ask func(ctx context.Context, t Turn) (Wait, error)) (Wait, error) {
	call := fields(c).Get("CallSid")
	step, err := strconv.Atoi(c.Params("step"))
	if err != nil || c.Params("call") != call {
		return Wait{}, fault.New(fault.NotFound, "fault.page")
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), patience)
	defer cancel()
	return ask(ctx, Turn{Call: call, Step: step, Nonce: c.Params("nonce"), Now: server.Now(c)})
}

// whileWaiting speaks. A caller whose place cannot be looked up goes on waiting: the document is asked again by itself.
func (s *Site) whileWaiting(c *fiber.Ctx, w Wait, err error) error {
	lang := knownLang(c.Params("lang"))
	switch {
	case fault.Is(err, fault.NotFound):
		return send(c, newDocument().empty("Leave").bytes())
	case err != nil && !away(err):
		s.failed(c, err)
		return send(c, newDocument().empty("Leave").bytes())
	case err != nil:
		return send(c, newDocument().say(lang, false, callflow.Line{Key: "wait"}).empty("Pause", "length", "5").bytes())
	case w.Leave:
		return send(c, newDocument().empty("Leave").bytes())
	}
	address := strings.Join([]string{s.PublicURL, "voice/waited", lang, c.Params("call"), c.Params("step"), c.Params("nonce")}, "/")
	d := newDocument().start("Gather", "input", "dtmf", "action", address, "method", "POST", "timeout", number(waitTimeout), "numDigits", "1", "finishOnKey", "")
	return send(c, d.sayAll(w.State, w.Say).bytes())
}
