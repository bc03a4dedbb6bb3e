package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/ivr/callflow"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/server"
)

const (
	// patience is how long a step may work before the caller hears a word of waiting; the budget of a webhook is three seconds, the carrier's limit fifteen.
	patience = 2400 * time.Millisecond
	// maxWaits × (patience + two seconds of pause and the words) is about a minute: a database that restarts is back by then.
	maxWaits = 10
)

func (s *Site) start(c *fiber.Ctx) error {
	call := fields(c).Get("CallSid")
	ctx, cancel := context.WithTimeout(c.UserContext(), patience)
	defer cancel()
	doc, err := s.Line.Begin(ctx, call, server.Now(c), s.render(call))
	waited, _ := strconv.Atoi(c.Params("waited")) // absent is none
	if err != nil {
		return s.trouble(c, err, "cmn", waited, s.PublicURL+"/voice/start/"+strconv.Itoa(waited+1))
	}
	return send(c, doc)
}

// render makes the addresses of a step: the language, so that an apology can be spoken when nothing can be read, the call, the step, and its nonce.
func (s *Site) render(call string) Render {
	return func(state callflow.State, r callflow.Reply, step int, nonce string) ([]byte, error) {
		at := At(call, step, nonce)
		return render(state, r, addresses{
			step:  s.PublicURL + "/voice/step/" + state.Lang + "/" + at,
			sound: s.PublicURL + "/voice/sound/" + at,
			// The carrier repeats this notice when we could not take it.
			recorded: s.PublicURL + "/voice/recording/" + call + "/" + state.Matter() + "#rc=5&rp=5xx,ct,rt",
			whisper:  s.PublicURL + "/voice/whisper/" + state.Lang,
			wait:     s.PublicURL + "/voice/wait/" + state.Lang + "/" + at,
			agents:   s.Agents,
			trunk:    s.Trunk,
		}), nil
	}
}

// step takes what the caller did. The same request again gets the same reply.
func (s *Site) step(c *fiber.Ctx) error {
	f, lang := fields(c), knownLang(c.Params("lang"))
	call := f.Get("CallSid")
	number, err := strconv.Atoi(c.Params("step"))
	if err != nil || c.Params("call") != call {
		return s.trouble(c, fault.New(fault.NotFound, "fault.page"), lang, 0, "")
	}
	waited, _ := strconv.Atoi(c.Params("waited")) // absent is none
	ctx, cancel := context.WithTimeout(c.UserContext(), patience)
	defer cancel()
	turn := Turn{Call: call, Step: number, Nonce: c.Params("nonce"), Input: inputOf(f.Get, calendar.DateOf(server.Now(c))), Caller: f.Get("From"), Waited: waited, Now: server.Now(c)}
	doc, err := s.Line.Step(ctx, turn, s.render(call))
	if err != nil {
		return s.trouble(c, err, lang, waited, strings.Join([]string{s.PublicURL, "voice/step", lang, call, c.Params("step"), turn.Nonce, strconv.Itoa(waited + 1)}, "/"))
	}
	return send(c, doc)
}

func inputOf(field func(string) string, today calendar.Date) callflow.Input {
	in := callflow.Input{Today: today, Dialled: field("DialCallStatus"), Queued: field("QueueResult")}
	in.HungUp = in.Queued == "hangup"
	in.Talked, _ = strconv.Atoi(field("DialCallDuration")) // 0 is "not said"
	if address := field("RecordingUrl"); address != "" && in.Dialled == "" {
		if sid := address[strings.LastIndexByte(address, '/')+1:]; recordingSID.MatchString(sid) {
			in.Recording = sid
			in.Seconds, _ = strconv.Atoi(field("RecordingDuration")) // 0 is "not said"
		}
		ended := field("Digits")
		if in.HungUp = ended == "hangup"; in.Recording != "" && (ended == "*" || ended == "0" || ended == "9") {
			in.Keys = ended // # and silence only end a recording
		}
		return in
	}
	in.Keys, in.Words = field("Digits"), cut(strings.TrimSpace(field("SpeechResult")), 200)
	if c, err := strconv.ParseFloat(field("Confidence"), 64); err == nil && c >= 0 && c <= 1 { // it may be missing
		in.Confidence = c
	}
	return in
}

func knownLang(lang string) string {
	if _, ok := voices[lang]; ok {
		return lang
	}
	return "cmn"
}

// trouble answers a failure in words, with status 200: the carrier would read an error page aloud. A database that is away makes the caller wait a little, and loses
// nothing; a step of another call, or of a call that is over, ends politely.
func (s *Site) trouble(c *fiber.Ctx, err error, lang string, waited int, again string) error {
	switch {
	case fault.Is(err, fault.NotFound):
		return send(c, farewell(lang, "over"))
	case away(err) && waited < maxWaits:
		return send(c, waiting(lang, again))
	case away(err):
		s.failed(c, err)
		return send(c, farewell(lang, "later", "over"))
	}
	s.failed(c, err)
	return send(c, farewell(lang, "sorry"))
}

// status learns that a call is over. Other notices change nothing.
func (s *Site) status(c *fiber.Ctx) error {
	f := fields(c)
	switch f.Get("CallStatus") {
	case "completed", "busy", "failed", "no-answer", "canceled":
		if err := s.Line.End(c.UserContext(), f.Get("CallSid"), server.Now(c)); err != nil && !fault.Is(err, fault.NotFound) {
			return err // the carrier is told; a call whose end was lost is ended by the sweep
		}
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// fallback is where the carrier goes when a step failed altogether.
func (s *Site) fallback(c *fiber.Ctx) error {
	f := fields(c)
	s.Log.Error("the carrier asked the fallback", "wing", "ivr", "code", cut(f.Get("ErrorCode"), 10))
	return send(c, apology())
}
