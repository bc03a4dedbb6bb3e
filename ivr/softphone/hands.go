package softphone

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// What a caller can do. Time is explicit: a caller who does nothing is Silence.

func (c *Call) takes(input string) bool {
	return c.await != nil && c.await.name == "Gather" && strings.Contains(" "+c.await.attrOr("input", "dtmf")+" ", " "+input+" ")
}

// Press presses keys where the hotline waits for them. A finishing key or the last of a fixed number ends them; otherwise the time that then runs out does.
// Keys after the end are lost.
func (c *Call) Press(ctx context.Context, keys string) error {
	if !c.takes("dtmf") {
		return ErrNotAwaited
	}
	limit, err := strconv.Atoi(c.await.attrOr("numDigits", "0"))
	if err != nil {
		limit = 0
	}
	finish := c.await.attrOr("finishOnKey", "#")
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

// Say speaks words where the hotline listens.
func (c *Call) Say(ctx context.Context, words string) error {
	if !c.takes("speech") {
		return ErrNotAwaited
	}
	c.hops = 0
	return c.answer(ctx, url.Values{"SpeechResult": {words}, "Confidence": {"0.9"}})
}

// Silence lets the time run out.
func (c *Call) Silence(ctx context.Context) error {
	if c.await == nil {
		return ErrNotAwaited
	}
	c.hops = 0
	if c.await.name == "Dial" || c.await.name == "Enqueue" {
		return c.Transfer(ctx, "no-answer")
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
func (c *Call) Record(ctx context.Context, sound []byte) error { return c.record(ctx, sound, false) }

// RecordAndHangUp speaks a sound after the tone and hangs up.
func (c *Call) RecordAndHangUp(ctx context.Context, sound []byte) error {
	return c.record(ctx, sound, true)
}

func (c *Call) record(ctx context.Context, sound []byte, hangUp bool) error {
	if c.await == nil || c.await.name != "Record" {
		return ErrNotAwaited
	}
	c.hops = 0
	verb, document := *c.await, c.document
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
	key := "#"
	if hangUp {
		key = "hangup"
	}
	form := url.Values{"RecordingUrl": {address}, "RecordingDuration": {seconds}, "Digits": {key}}
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

// Agent answers a transferred call at the other end: the agent hears the whisper and presses a key, or none.
func (c *Call) Agent(ctx context.Context, key string) error {
	if c.await == nil || c.await.name != "Dial" {
		return ErrNotAwaited
	}
	for _, noun := range c.await.children {
		whisper, ok := noun.attr("url")
		if !ok {
			continue
		}
		target, err := c.resolve(whisper)
		if err != nil {
			return err
		}
		leg := &Call{config: c.config, client: c.client, sid: random("CA"), document: c.document}
		leg.config.Fallback = ""
		if err := leg.request(ctx, target, noun.attrOr("method", http.MethodPost), nil); err != nil {
			return err
		}
		if leg.await != nil && key != "" {
			err = leg.Press(ctx, key)
		} else if leg.await != nil {
			err = leg.Silence(ctx)
		}
		if err != nil {
			return err
		}
		for _, v := range leg.last {
			if v == "Hangup" {
				return c.Transfer(ctx, "no-answer")
			}
		}
	}
	return c.Transfer(ctx, "completed")
}

// Transfer ends a transfer in the carrier's words: completed, busy, no-answer, failed; or for a queue: bridged, leave, error.
func (c *Call) Transfer(ctx context.Context, how string) error {
	if c.Awaits() != "transfer" {
		return ErrNotAwaited
	}
	c.hops = 0
	if _, ok := c.await.attr("action"); !ok {
		after := c.after
		c.await, c.after = nil, nil
		return c.execute(ctx, after)
	}
	if c.await.name == "Enqueue" {
		return c.answer(ctx, url.Values{"QueueResult": {how}, "QueueTime": {"10"}})
	}
	return c.answer(ctx, url.Values{"DialCallStatus": {how}, "DialCallSid": {random("CA")}, "DialCallDuration": {"10"}})
}

// HangUp ends the call from the caller's side.
func (c *Call) HangUp(ctx context.Context) error { return c.end(ctx, "completed") }

func (c *Call) actionOf(v node, document string) string {
	return v.attrOr("action", document)
}

func (c *Call) answer(ctx context.Context, form url.Values) error {
	v := *c.await
	return c.request(ctx, c.actionOf(v, c.document), v.attrOr("method", http.MethodPost), form)
}
