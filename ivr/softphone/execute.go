package softphone

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// run executes a document.
func (c *Call) run(ctx context.Context, body []byte) error {
	root, err := parse(body)
	if err != nil {
		return c.broken(ctx, err)
	}
	c.warnings = append(c.warnings, checkNode(root)...)
	var verbs []node
	for _, v := range root.children {
		if v.name != "" {
			verbs = append(verbs, v)
		}
	}
	return c.execute(ctx, verbs)
}

// execute runs verbs until one waits for somebody or the call ends. An element that the carrier does not know is passed over.
func (c *Call) execute(ctx context.Context, verbs []node) error {
	c.last = nil
	for i := range verbs {
		v := &verbs[i]
		c.last = append(c.last, v.name)
		if _, known := schema()[v.name]; c.queue != nil && known {
			if err := mayWait(*v); err != nil {
				return c.broken(ctx, err)
			}
		}
		switch v.name {
		case "Say", "Play", "Pause":
			if err := c.utter(ctx, *v); err != nil {
				return err
			}
		case "Gather":
			if err := c.prompt(ctx, *v); err != nil {
				return err
			}
			c.await, c.after = v, verbs[i+1:]
			return nil
		case "Record":
			if v.attrOr("playBeep", "true") == "true" {
				c.heard = append(c.heard, Heard{Text: beep})
			}
			c.await, c.after = v, verbs[i+1:] // what follows is reached only when nothing at all was recorded
			return nil
		case "Dial", "Enqueue":
			if err := c.mayHold(*v); err != nil {
				return c.broken(ctx, err)
			}
			if v.name == "Enqueue" {
				return c.enqueue(ctx, *v, verbs[i+1:])
			}
			c.await, c.after = v, verbs[i+1:]
			return nil
		case "Redirect":
			address := strings.TrimSpace(v.words())
			if address == "" {
				return c.broken(ctx, fmt.Errorf("%w: Redirect without an address", errParse))
			}
			return c.request(ctx, address, v.attrOr("method", http.MethodPost), nil)
		case "Hangup":
			return c.end(ctx, "completed")
		case "Reject":
			if v.attrOr("reason", "rejected") == "busy" {
				return c.end(ctx, "busy")
			}
			return c.end(ctx, "failed")
		case "Leave":
			if c.queue != nil {
				return c.leave(ctx, "leave")
			}
			return c.end(ctx, "completed")
		}
	}
	if c.queue != nil { // the wait document has run out and will be asked again
		c.await, c.after = &c.queue.verb, nil
		return nil
	}
	return c.end(ctx, "completed") // no verbs left
}

const beep = "♪ beep"

// maxLoops is how often the carrier repeats what is to be repeated for ever.
const maxLoops = 1000

// utter says, plays or pauses.
func (c *Call) utter(ctx context.Context, v node) error {
	loops, err := strconv.Atoi(v.attrOr("loop", "1"))
	if err != nil || loops < 0 {
		loops = 1
	}
	if loops == 0 {
		loops = maxLoops
	}
	switch v.name {
	case "Pause":
		seconds, err := strconv.Atoi(v.attrOr("length", "1"))
		if err == nil && c.config.Wait != nil {
			c.config.Wait(ctx, time.Duration(seconds)*time.Second)
		}
		return nil
	case "Play":
		return c.play(ctx, v, loops)
	}
	for range loops {
		c.heard = append(c.heard, Heard{v.words(), browserLang(v)})
	}
	return nil
}

func (c *Call) play(ctx context.Context, v node, loops int) error {
	address := strings.TrimSpace(v.words())
	if digits, ok := v.attr("digits"); ok && address == "" {
		c.heard = append(c.heard, Heard{Text: "♪ " + digits})
		return nil
	}
	target, err := c.resolve(address)
	if err != nil {
		return c.broken(ctx, err)
	}
	kind, size, err := c.listen(ctx, target)
	if err != nil {
		return c.broken(ctx, err)
	}
	for range loops {
		c.heard = append(c.heard, Heard{Text: fmt.Sprintf("♪ %s, %d bytes", kind, size)})
	}
	return nil
}

// prompt plays what is nested in a Gather; only Say, Play and Pause may be.
func (c *Call) prompt(ctx context.Context, v node) error {
	for _, child := range v.children {
		if child.name == "" {
			continue
		}
		if !slices.Contains([]string{"Say", "Play", "Pause"}, child.name) {
			return c.broken(ctx, fmt.Errorf("%w: Gather may not hold %s", errParse, child.name))
		}
		if err := c.utter(ctx, child); err != nil {
			return err
		}
	}
	return nil
}

// mayHold refuses nouns that a Dial or Enqueue cannot hold.
func (c *Call) mayHold(v node) error {
	for _, child := range v.children {
		if child.name != "" && !slices.Contains(schema()[v.name].Children, child.name) {
			return fmt.Errorf("%w: %s may not hold %s", errParse, v.name, child.name)
		}
	}
	return nil
}

// browserLang is the language in which a browser's voice should read what the carrier's voice would.
func browserLang(v node) string {
	voice, language := v.attrOr("voice", ""), v.attrOr("language", "")
	switch {
	case strings.Contains(voice, "Hiujin") || strings.HasPrefix(language, "yue") || strings.Contains(voice, "yue-"):
		return "zh-HK"
	case strings.HasPrefix(language, "cmn") || strings.HasPrefix(language, "zh"):
		return "zh-CN"
	}
	return language
}

// broken asks the fallback, once; without one the caller hears that something is wrong and the call ends.
func (c *Call) broken(ctx context.Context, cause error) error {
	if fallback := c.config.Fallback; fallback != "" && !strings.HasSuffix(c.document, fallback) {
		code, _, _ := strings.Cut(cause.Error(), ":")
		return c.request(ctx, c.config.Hotline+fallback, http.MethodPost, url.Values{"ErrorCode": {code}, "ErrorUrl": {c.document}})
	}
	c.heard = append(c.heard, Heard{"We are sorry, an application error has occurred. Goodbye.", "en-US"})
	_ = c.end(ctx, "completed") // the cause counts
	return cause
}

// end tells the hotline that the call is over.
func (c *Call) end(ctx context.Context, status string) error {
	if c.ended {
		return nil
	}
	c.ended, c.await, c.after, c.queue, c.status = true, nil, nil, nil, status
	if c.leg { // the hotline is told of the end of its own calls only
		return nil
	}
	if _, _, err := c.exchange(ctx, c.config.Hotline+"/voice/status#rc=5&rp=5xx,ct,rt", http.MethodPost, url.Values{"CallStatus": {status}, "CallDuration": {"60"}}); err != nil {
		c.warnings = append(c.warnings, err.Error()) // the caller hears nothing of it
	}
	return nil
}
