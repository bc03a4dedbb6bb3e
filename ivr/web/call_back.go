package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Calling back: somebody of ours is rung first, and hears what it is about; after a key the caller's number is dialled. The number stands in no address: it comes from
// where it was kept with the caller's consent.

// backWhisper asks the one who was rung for a key, so that a voicemail box is not connected to a caller.
func (s *Site) backWhisper(c *fiber.Ctx) error {
	lang := knownLang(c.Params("lang"))
	address := s.PublicURL + "/voice/back/" + lang + "/" + c.Params("id") + "/" + c.Params("nonce") + "/connect"
	d := newDocument().start("Gather", "input", "dtmf", "action", address, "method", "POST", "timeout", number(keyTimeout), "numDigits", "1", "finishOnKey", "")
	return send(c, d.say(lang, false, callflow.Line{Key: "back_whisper"}).end().empty("Hangup").bytes())
}

func (s *Site) backConnect(c *fiber.Ctx) error {
	lang := knownLang(c.Params("lang"))
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || fields(c).Get("Digits") != "1" {
		return send(c, newDocument().empty("Hangup").bytes())
	}
	caller, own, err := s.Line.Connect(c.UserContext(), id, c.Params("nonce"), server.Now(c))
	switch {
	case fault.Is(err, fault.NotFound):
		return send(c, farewell(lang, "over"))
	case err != nil:
		s.failed(c, err)
		return send(c, farewell(lang, "later"))
	}
	done := s.PublicURL + "/voice/back/" + lang + "/" + c.Params("id") + "/" + c.Params("nonce") + "/done"
	d := newDocument().start("Dial", "action", done, "method", "POST", "timeout", number(ringFor), "timeLimit", number(longestTalk), "callerId", own)
	return send(c, d.start("Number", over(s.Trunk)...).text(caller).end().end().bytes())
}

func (s *Site) backDone(c *fiber.Ctx) error {
	if id, err := strconv.ParseInt(c.Params("id"), 10, 64); err == nil {
		how := fields(c).Get("DialCallStatus")
		if err := s.Line.CalledBack(c.UserContext(), id, c.Params("nonce"), how == "completed" || how == "answered", server.Now(c)); err != nil {
			s.failed(c, err) // it is rung again
		}
	}
	return send(c, newDocument().empty("Hangup").bytes())
}

// ignored takes notices that need no answer: a call back that nobody took is rung again by itself.
func ignored(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) }

// textReport learns what became of a text message.
func (s *Site) textReport(c *fiber.Ctx) error {
	f := fields(c)
	if sid, status := f.Get("MessageSid"), f.Get("MessageStatus"); messageSID.MatchString(sid) && messageStatus.MatchString(status) {
		if code := f.Get("ErrorCode"); errorCode.MatchString(code) {
			status += " " + code
		}
		if err := s.Line.TextReport(c.UserContext(), sid, status); err != nil {
			return err // 5xx: the carrier repeats the notice
		}
	}
	return c.SendStatus(fiber.StatusNoContent)
}
