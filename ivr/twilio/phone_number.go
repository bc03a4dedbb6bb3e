package twilio

import (
	"net/http"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"shebao/shared/fault"
)

// PhoneNumber is our telephone number as the carrier has it.
type PhoneNumber struct {
	SID         string
	Calls       bool   // it can be called
	Texts       bool   // texts can be sent from it
	Trunk       string // the SIP trunk that takes its calls; the webhooks are then not asked
	Application string // the application that takes its calls; likewise
	Webhooks    Webhooks
}

// Webhooks are the addresses that the carrier asks about calls to a number.
type Webhooks struct{ Voice, Fallback, Status Webhook }

// Webhook is an address with its method.
type Webhook struct{ Address, Method string }

// Post is an address that is asked by POST: a GET would be cached, and would put what callers keyed into addresses.
func Post(address string) Webhook { return Webhook{address, http.MethodPost} }

// PhoneNumber looks up our number. Errors: fault.NotFound when the account has no such number, and those of Account.
func (c *Client) PhoneNumber() (PhoneNumber, error) {
	params := &api.ListIncomingPhoneNumberParams{}
	found, err := c.service.ListIncomingPhoneNumber(params.SetPhoneNumber(c.config.Number).SetLimit(20))
	if err = known("look up the number", err); err != nil {
		return PhoneNumber{}, err
	}
	for _, n := range found {
		if value(n.PhoneNumber) == c.config.Number { // the carrier finds parts of numbers too
			return phoneNumber(n), nil
		}
	}
	return PhoneNumber{}, fault.New(fault.NotFound, "fault.page")
}

func phoneNumber(n api.ApiV2010IncomingPhoneNumber) PhoneNumber {
	can := value(n.Capabilities)
	return PhoneNumber{SID: value(n.Sid), Calls: can.Voice, Texts: can.Sms, Trunk: value(n.TrunkSid), Application: value(n.VoiceApplicationSid), Webhooks: Webhooks{
		Voice:    Webhook{value(n.VoiceUrl), value(n.VoiceMethod)},
		Fallback: Webhook{value(n.VoiceFallbackUrl), value(n.VoiceFallbackMethod)},
		Status:   Webhook{value(n.StatusCallback), value(n.StatusCallbackMethod)},
	}}
}

// SetWebhooks sets what the carrier asks about calls to a number, and gives the number back as the carrier has it then.
func (c *Client) SetWebhooks(sid string, w Webhooks) (PhoneNumber, error) {
	params := &api.UpdateIncomingPhoneNumberParams{}
	params.SetVoiceUrl(w.Voice.Address).SetVoiceMethod(w.Voice.Method).SetVoiceFallbackUrl(w.Fallback.Address).SetVoiceFallbackMethod(w.Fallback.Method).
		SetStatusCallback(w.Status.Address).SetStatusCallbackMethod(w.Status.Method)
	n, err := c.service.UpdateIncomingPhoneNumber(sid, params)
	if err = known("set the number's addresses", err); err != nil {
		return PhoneNumber{}, err
	}
	return phoneNumber(*n), nil
}
