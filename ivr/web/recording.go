package web

import (
	"context"
	"encoding/binary"
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
	ctx, cancel := context.WithTimeout(c.UserContext(), patience)
	defer cancel()
	sound, err := s.Line.Sound(ctx, c.Params("call"), step, c.Params("nonce"))
	if away(err) { // an error would end the call at the carrier's; the recording is safe, and the question comes again behind the signal
		s.failed(c, err)
		sound, err = notNow(), nil
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(sound)
}

// notNow is a sound that says "it cannot be heard now": two short low tones, as telephone-quality WAV.
func notNow() []byte {
	const rate, tone = 8000, 1200 // samples a second, and of a tone
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00")
	for i := range 3 * tone {
		level := byte(128)
		if i/tone != 1 && i%32 < 16 { // 250 Hz; silence between
			level += 20
		}
		b = append(b, level)
	}
	for at, value := range map[int]int{4: len(b) - 8, 24: rate, 28: rate, 40: len(b) - 44} {
		binary.LittleEndian.PutUint32(b[at:], uint32(value))
	}
	return b
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
