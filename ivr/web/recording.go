package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/callflow"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// recorded takes the carrier's notice about a recording. It may come before the step that it belongs to, after it, or after the call.
func (s *Site) recorded(c *fiber.Ctx) error {
	f := fields(c)
	call, sid, matter := f.Get("CallSid"), f.Get("RecordingSid"), c.Params("matter")
	if c.Params("call") != call || !recordingSID.MatchString(sid) || !matterName.MatchString(matter) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	var err error
	switch f.Get("RecordingStatus") {
	case "completed":
		seconds, _ := strconv.Atoi(f.Get("RecordingDuration")) // 0 is "not said"
		err = s.Line.Recorded(c.UserContext(), call, sid, matter, seconds, server.Now(c))
	case "absent", "failed":
		err = s.Line.Absent(c.UserContext(), call, sid)
	}
	if err != nil {
		return err // 5xx: the carrier repeats the notice
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// sound plays a recording to the caller who made it, through us: at the carrier's own address it would need the account's password.
func (s *Site) sound(c *fiber.Ctx) error {
	step, err := strconv.Atoi(c.Params("step"))
	if err != nil || !callSID.MatchString(c.Params("call")) {
		return fault.New(fault.NotFound, "fault.page")
	}
	sound, err := s.Line.Sound(c.UserContext(), c.Params("call"), step, c.Params("nonce"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(sound)
}

// whisper asks the agent for a key before the caller is connected, so that a voicemail box is not taken for a person.
func (s *Site) whisper(c *fiber.Ctx) error {
	lang := knownLang(c.Params("lang"))
	d := newDocument().start("Gather", "input", "dtmf", "action", s.PublicURL+"/voice/whisper/"+lang+"/answer", "method", "POST", "timeout", number(keyTimeout), "numDigits", "1", "finishOnKey", "")
	d.say(lang, false, callflow.Line{Key: "whisper"}).end().empty("Hangup")
	return send(c, d.bytes())
}

func (s *Site) whispered(c *fiber.Ctx) error {
	d := newDocument()
	if fields(c).Get("Digits") != "1" {
		d.empty("Hangup")
	}
	return send(c, d.bytes()) // nothing more: the two are connected
}
