package softphone

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What a caller can do. Time is explicit: a caller who does nothing is Silence.

func (c *Call) takes(input string) bool {
	return c.await != nil && c.await.name == "Gather" && strings.Contains(" "+c.await.attrOr("input", "dtmf")+" ", " "+input+" ")
}

// Entry reports whether several keys are awaited: how many at most, 0 for any number, and which keys end them before.
func (c *Call) Entry() (most int, finish string, several bool) {
	if !c.takes("dtmf") {
		return 0, "", false
	}
	most, err := strconv.Atoi(c.await.attrOr("numDigits", "0"))
	if err != nil {
		most = 0
	}
	return most, c.await.attrOr("finishOnKey", "#"), most != 1
}

// Press presses keys where the hotline waits for them. A finishing key or the last of a fixed number ends them; otherwise the time that then runs out does.
// Keys after the end are lost.
func (c *Call) Press(ctx context.Context, keys string) error {
	if c.await != nil && c.await.name == "Record" { // a key ends a recording that has just begun
		if len(keys) != 1 || !strings.Contains(c.await.attrOr("finishOnKey", anyKey), keys) {
			return nil // the tone of the key is recorded, and nothing else
		}
		return c.record(ctx, Tone(1), keys)
	}
	if !c.takes("dtmf") {
		return ErrNotAwaited
	}
	limit, finish, _ := c.Entry()
	digits := ""
	for _, key := range keys {
		if !strings.ContainsRune("0123456789*#ABCDabcdwW", key) {
			return fmt.Errorf("softphone: no key %q", key)
		}
		if strings.ContainsRune(finish, key) {
			break
		}
		if digits += string(key); len(digits) == limit {
			break
		}
	}
	c.hops = 0
	if digits == "" {
		return c.nothing(ctx)
	}
	return c.answer(ctx, url.Values{"Digits": {digits}})
}

// maxSpeech is about what is said in the sixty seconds that the carrier listens: five characters a second.
const maxSpeech = 300

// Confidence of the carrier in what was spoken clearly, and in what was not.
const (
	spoken  = "0.9"
	mumbled = "0.3"
)

// Say speaks words where the hotline listens.
func (c *Call) Say(ctx context.Context, words string) error { return c.speak(ctx, words, spoken) }

func (c *Call) speak(ctx context.Context, words, confidence string) error {
	if !c.takes("speech") {
		return ErrNotAwaited
	}
	if long := []rune(words); len(long) > maxSpeech {
		words = string(long[:maxSpeech])
	}
	c.hops = 0
	return c.answer(ctx, url.Values{"SpeechResult": {words}, "Confidence": {confidence}})
}

// Silence lets the time run out.
func (c *Call) Silence(ctx context.Context) error {
	if c.await == nil {
		return ErrNotAwaited
	}
	c.hops = 0
	switch c.await.name {
	case "Dial":
		return c.Transfer(ctx, "no-answer")
	case "Enqueue":
		return c.wait(ctx)
	}
	return c.nothing(ctx)
}

// nothing falls through to the verbs behind, without a request, unless the document wants to be asked with an empty result.
func (c *Call) nothing(ctx context.Context) error {
	if c.await.attrOr("actionOnEmptyResult", "false") == "true" {
		return c.answer(ctx, url.Values{"Digits": {""}})
	}
	after := c.after
	c.await, c.after = nil, nil
	return c.execute(ctx, after)
}

// Record speaks a sound after the tone and ends it with a key.
func (c *Call) Record(ctx context.Context, sound []byte) error { return c.record(ctx, sound, "") }

// RecordAndHangUp speaks a sound after the tone and hangs up.
func (c *Call) RecordAndHangUp(ctx context.Context, sound []byte) error {
	return c.record(ctx, sound, "hangup")
}

// anyKey ends a recording whose document names none.
const anyKey = "1234567890*#"

// record keeps a sound that ends with a key, with a hang-up, or with the first key that ends it.
func (c *Call) record(ctx context.Context, sound []byte, ended string) error {
	if c.await == nil || c.await.name != "Record" {
		return ErrNotAwaited
	}
	c.hops = 0
	verb, document := *c.await, c.document
	if longest, err := strconv.Atoi(verb.attrOr("maxLength", "3600")); err == nil {
		sound = firstSeconds(sound, longest)
	}
	sid := random("RE")
	address := c.config.Carrier + "/2010-04-01/Accounts/" + c.config.AccountSID + "/Recordings/" + sid
	if err := c.keep(ctx, address, sound); err != nil {
		return err
	}
	seconds := strconv.Itoa(Seconds(sound))
	notice := func() error {
		callback, ok := verb.attr("recordingStatusCallback")
		if !ok {
			return nil
		}
		target, err := c.resolve(callback)
		if err != nil {
			return err
		}
		_, _, err = c.exchange(ctx, target, verb.attrOr("recordingStatusCallbackMethod", http.MethodPost), url.Values{"RecordingSid": {sid}, "RecordingUrl": {address}, "RecordingStatus": {"completed"},
			"RecordingDuration": {seconds}, "RecordingChannels": {"1"}, "RecordingSource": {"RecordVerb"}})
		return err
	}
	hangUp := ended == "hangup"
	if longest, err := strconv.Atoi(verb.attrOr("maxLength", "3600")); ended == "" && (err != nil || Seconds(sound) < longest) { // else the time is up
		if keys := verb.attrOr("finishOnKey", anyKey); keys != "" { // without one, silence ended it
			ended = keys[:1]
		}
	}
	form := url.Values{"RecordingUrl": {address}, "RecordingDuration": {seconds}, "RecordingSid": {sid}, "Digits": {ended}}
	if c.config.NoticesFirst {
		if err := notice(); err != nil {
			return err
		}
	}
	var err error
	if hangUp { // the reply is of no use to anybody any more
		_, _, err = c.exchange(ctx, c.actionOf(verb, document), verb.attrOr("method", http.MethodPost), form)
	} else {
		err = c.request(ctx, c.actionOf(verb, document), verb.attrOr("method", http.MethodPost), form)
	}
	if err == nil && !c.config.NoticesFirst {
		err = notice()
	}
	if err == nil && hangUp {
		err = c.end(ctx, "completed")
	}
	return err
}

// keep puts a recording where the hotline fetches it.
func (c *Call) keep(ctx context.Context, address string, sound []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address+".wav", bytes.NewReader(sound))
	if err != nil {
		return err
	}
	req.SetBasicAuth(c.config.AccountSID, c.config.Token)
	resp, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("keep recording: %w", err)
	}
	_ = resp.Body.Close() // nothing in it
	if resp.StatusCode >= 300 {
		return fmt.Errorf("keep recording: status %d", resp.StatusCode)
	}
	return nil
}

// Agent answers a transferred call at the other end: the agent hears the whisper and presses a key, or none. Where several telephones ring together, the first answers.
func (c *Call) Agent(ctx context.Context, key string) error {
	if c.await == nil || c.await.name != "Dial" {
		return ErrNotAwaited
	}
	leg := c.other()
	for _, noun := range c.await.children {
		whisper, ok := noun.attr("url")
		if !ok {
			continue
		}
		if err := leg.listenAndPress(ctx, whisper, noun.attrOr("method", http.MethodPost), key); err != nil {
			return err
		}
		if slices.Contains(leg.last, "Hangup") {
			return c.dialled(ctx, "no-answer", leg.sid)
		}
		break
	}
	return c.dialled(ctx, "completed", leg.sid)
}

// other is the leg of somebody else in the same call.
func (c *Call) other() *Call {
	leg := &Call{config: c.config, client: c.client, sid: random("CA"), document: c.document, leg: true}
	leg.config.Fallback = ""
	return leg
}

func (c *Call) listenAndPress(ctx context.Context, address, method, key string) error {
	target, err := c.resolve(address)
	if err != nil {
		return err
	}
	if err := c.request(ctx, target, method, nil); err != nil || c.await == nil {
		return err
	}
	if key == "" {
		return c.Silence(ctx)
	}
	return c.Press(ctx, key)
}

// Transfer ends a transfer in the carrier's words: completed, busy, no-answer, failed; or for a queue: bridged, leave, error, queue-full.
func (c *Call) Transfer(ctx context.Context, how string) error {
	c.hops = 0
	switch {
	case c.queue != nil:
		return c.leave(ctx, how)
	case c.await == nil || c.await.name != "Dial":
		return ErrNotAwaited
	}
	return c.dialled(ctx, how, random("CA"))
}

// dialled goes on after a Dial: at its action, or with the verbs behind it.
func (c *Call) dialled(ctx context.Context, how, leg string) error {
	c.hops = 0
	if _, ok := c.await.attr("action"); !ok {
		after := c.after
		c.await, c.after = nil, nil
		return c.execute(ctx, after)
	}
	return c.answer(ctx, url.Values{"DialCallStatus": {how}, "DialCallSid": {leg}, "DialCallDuration": {"10"}})
}

// HangUp ends the call from the caller's side.
func (c *Call) HangUp(ctx context.Context) error {
	if c.queue != nil {
		if err := c.leaveByHangUp(ctx); err != nil {
			return err
		}
	}
	return c.end(ctx, "completed")
}

func (c *Call) actionOf(v node, document string) string {
	return v.attrOr("action", document)
}

func (c *Call) answer(ctx context.Context, form url.Values) error {
	v := *c.await
	return c.request(ctx, c.actionOf(v, c.document), v.attrOr("method", http.MethodPost), form)
}
