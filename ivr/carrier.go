package ivr

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"shebao/ivr/twilio"
	"shebao/ivr/web"
	"shebao/shared/config"
	"shebao/shared/fault"
)

// Carrier is the hotline's account at the telephone carrier, for the operator: whether everything there is as calls need it, and setting it so. It needs no database.
type Carrier struct {
	config   Config
	client   *twilio.Client
	requests *http.Client // as the carrier would send them
}

// ReadCarrier reads the settings that the account needs; what is wrong is kept in the reader.
func ReadCarrier(r *config.Reader) Config {
	var c Config
	r.Required("TWILIO_NUMBER")
	c.readAccount(r)
	c.readPeople(r)
	return c
}

// NewCarrier asks nothing yet.
func NewCarrier(c Config) (*Carrier, error) {
	client, err := twilio.New(twilio.Config{AccountSID: c.accountSID, Token: string(c.tokens[0]), Number: c.number, Trunk: c.trunk, API: c.carrier})
	if err != nil {
		return nil, err
	}
	return &Carrier{c, client, &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Fallback is the document that the carrier plays when the hotline does not answer, for a place of its own.
func Fallback() []byte { return web.Fallback() }

// webhooks are what the carrier must ask about calls.
func (c *Carrier) webhooks() twilio.Webhooks {
	return twilio.Webhooks{Voice: twilio.Post(web.StartAddress(c.config.publicURL)), Fallback: twilio.Post(c.config.fallback), Status: twilio.Post(web.StatusAddress(c.config.publicURL))}
}

// rehearses reports whether the carrier is one on this machine, such as the soft phone: then the hotline need not be reachable from outside.
func (c *Carrier) rehearses() bool {
	u, err := url.Parse(c.config.carrier)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Change of an address at the carrier, of our number or of our own carrier's trunk.
type Change struct {
	What     string
	From, To string // an address with its method
}

// Provision sets what the carrier asks about calls to our number and, when there is one, about those that come over our own carrier's trunk; it tells what has changed,
// nothing when it was so already. A dry run changes nothing and tells what would be. Errors: fault.Conflict when a SIP trunk or an application takes the number's calls,
// fault.NotFound when the account has no such number (with a trunk it needs none) or no such trunk, and the carrier's.
func (c *Carrier) Provision(_ context.Context, dry bool) ([]Change, error) {
	changes, err := c.provisionNumber(dry)
	if c.config.trunk == "" || err != nil && !fault.Is(err, fault.NotFound) {
		return changes, err
	}
	have, err := c.client.Trunk()
	if err != nil {
		return changes, err
	}
	more := differences(overTrunk, have, c.webhooks())
	if dry || len(more) == 0 {
		return append(changes, more...), nil
	}
	if have, err = c.client.SetTrunk(c.webhooks()); err != nil {
		return changes, err
	}
	if left := differences(overTrunk, have, c.webhooks()); len(left) > 0 {
		return changes, fault.New(fault.Conflict, "fault.internal")
	}
	return append(changes, more...), nil
}

func (c *Carrier) provisionNumber(dry bool) ([]Change, error) {
	number, err := c.client.PhoneNumber()
	if err != nil {
		return nil, err
	}
	if number.Trunk != "" || number.Application != "" {
		return nil, fault.New(fault.Conflict, "fault.internal")
	}
	want := c.webhooks()
	changes := differences("", number.Webhooks, want)
	if dry || len(changes) == 0 {
		return changes, nil
	}
	if number, err = c.client.SetWebhooks(number.SID, want); err != nil {
		return nil, err
	}
	if left := differences("", number.Webhooks, want); len(left) > 0 {
		return nil, fault.New(fault.Conflict, "fault.internal")
	}
	return changes, nil
}

// overTrunk marks what is asked about calls that come over our own carrier's trunk.
const overTrunk = " over the trunk"

func differences(over string, have, want twilio.Webhooks) []Change {
	var changes []Change
	for _, one := range []struct {
		what       string
		have, want twilio.Webhook
	}{{"a call comes in", have.Voice, want.Voice}, {"the hotline does not answer", have.Fallback, want.Fallback}, {"a call is over", have.Status, want.Status}} {
		if one.have != one.want {
			changes = append(changes, Change{one.what + over, spoken(one.have), spoken(one.want)})
		}
	}
	return changes
}

func spoken(w twilio.Webhook) string {
	if w.Address == "" {
		return "nothing"
	}
	return strings.TrimSpace(w.Method + " " + w.Address)
}
