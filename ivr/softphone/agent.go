package softphone

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"time"
)

// Answer takes the telephone that has rung longest: who takes it hears what the hotline says and presses a key, or none. The call is then over, or waits for the caller
// whose number is dialled. Nothing comes back when nothing rings.
func (r *Carrier) Answer(ctx context.Context, config Config, key string) (*Call, error) {
	one, ok := r.taken()
	if !ok {
		return nil, nil
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	config.Fallback, config.From, config.To = "", one.From, one.To
	leg := &Call{config: config, sid: one.SID, leg: true, client: &http.Client{Timeout: 15 * time.Second, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if err := leg.listenAndPress(ctx, one.address, http.MethodPost, key); err != nil {
		return leg, err
	}
	if leg.Ended() {
		err = leg.tellEnd(ctx, one.ended, "completed")
	}
	return leg, err
}

// Ignore lets the telephone that has rung longest ring out.
func (r *Carrier) Ignore(ctx context.Context, config Config) error {
	one, ok := r.taken()
	if !ok {
		return nil
	}
	config.From, config.To = one.From, one.To
	leg := &Call{config: config, sid: one.SID, leg: true, client: &http.Client{Timeout: 15 * time.Second}}
	return leg.tellEnd(ctx, one.ended, "no-answer")
}

func (c *Call) tellEnd(ctx context.Context, address, how string) error {
	if address == "" {
		return nil
	}
	_, _, err := c.exchange(ctx, address, http.MethodPost, url.Values{"CallStatus": {how}, "CallDuration": {"10"}, "CallbackSource": {"call-progress-events"}, "SequenceNumber": {"3"}})
	return err
}

// Dials are the numbers that a call rings now.
func (c *Call) Dials() []string {
	if c.await == nil || c.await.name != "Dial" {
		return nil
	}
	var numbers []string
	for _, noun := range c.await.children {
		if noun.name == "Number" || noun.name == "" && len(c.await.children) == 1 {
			numbers = append(numbers, noun.words())
		}
	}
	return slices.DeleteFunc(numbers, func(s string) bool { return s == "" })
}
