package softphone

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// queued is a call's place in a queue. Until somebody takes it out, or it leaves, the wait document is asked over and over.
type queued struct {
	verb     node
	after    []node // verbs behind the Enqueue
	document string // that holds it, against which its action is resolved
	sid      string
	rounds   int // how often the wait document has run out
}

const (
	longestQueueName = 64
	roundSeconds     = 20 // what one round of a wait document is taken to last
)

// Only these may stand in a wait document.
var waitVerbs = []string{"Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"}

// enqueue puts the call into a queue and plays its wait document once.
func (c *Call) enqueue(ctx context.Context, v node, after []node) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(v.words())); n > longestQueueName {
		return c.broken(ctx, fmt.Errorf("%w: a queue's name has %d characters of at most %d", errParse, n, longestQueueName))
	}
	c.queue = &queued{verb: v, after: after, document: c.document, sid: random("QU")}
	return c.wait(ctx)
}

// wait asks for the wait document and plays it. Without one there is music; with an empty address, silence.
func (c *Call) wait(ctx context.Context) error {
	q := c.queue
	c.await, c.after = &q.verb, nil
	address, given := q.verb.attr("waitUrl")
	if !given {
		c.heard = append(c.heard, Heard{Text: "♪ music"})
	}
	if strings.TrimSpace(address) == "" {
		return nil
	}
	base := c.document
	c.document = q.document
	target, err := c.resolve(address)
	if c.document = base; err != nil {
		return c.broken(ctx, err)
	}
	waited := strconv.Itoa(q.rounds * roundSeconds)
	q.rounds++
	return c.request(ctx, target, q.verb.attrOr("waitUrlMethod", http.MethodPost), url.Values{"QueueSid": {q.sid}, "QueueTime": {waited}, "QueuePosition": {"1"}, "AvgQueueTime": {"0"},
		"CurrentQueueSize": {"1"}, "MaxQueueSize": {"1000"}})
}

// mayWait refuses verbs that a wait document cannot hold.
func mayWait(v node) error {
	if !slices.Contains(waitVerbs, v.name) {
		return fmt.Errorf("%w: a wait document may not hold %s", errParse, v.name)
	}
	return nil
}

// leave takes the call out of its queue, in the carrier's words: bridged, leave, error, queue-full, system-error.
func (c *Call) leave(ctx context.Context, how string) error {
	q := c.queue
	c.queue, c.document = nil, q.document
	if _, ok := q.verb.attr("action"); !ok {
		c.await, c.after = nil, nil
		return c.execute(ctx, q.after)
	}
	return c.request(ctx, c.actionOf(q.verb, q.document), q.verb.attrOr("method", http.MethodPost), q.result(how))
}

func (q *queued) result(how string) url.Values {
	return url.Values{"QueueResult": {how}, "QueueSid": {q.sid}, "QueueTime": {strconv.Itoa(q.rounds * roundSeconds)}}
}

// leaveByHangUp tells the action of a queue that the caller is gone; its reply is of no use to anybody any more.
func (c *Call) leaveByHangUp(ctx context.Context) error {
	q := c.queue
	c.queue = nil
	if _, ok := q.verb.attr("action"); !ok {
		return nil
	}
	c.document = q.document
	target, err := c.resolve(c.actionOf(q.verb, q.document))
	if err != nil {
		return err
	}
	_, _, err = c.exchange(ctx, target, q.verb.attrOr("method", http.MethodPost), q.result("hangup"))
	return err
}
