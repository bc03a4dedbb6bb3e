package twilio

import (
	voice "github.com/twilio/twilio-go/rest/voice/v1"
)

// Trunk looks up what the carrier asks about calls that come in over the trunk of another carrier (BYOC). Errors: fault.NotFound when the account has no such trunk, and
// those of Account.
func (c *Client) Trunk() (Webhooks, error) {
	trunk, err := c.voice.FetchByocTrunk(c.config.Trunk)
	if err = known("look up the trunk", err); err != nil {
		return Webhooks{}, err
	}
	return trunkWebhooks(trunk), nil
}

// SetTrunk sets it, and gives it back as the carrier has it then.
func (c *Client) SetTrunk(w Webhooks) (Webhooks, error) {
	params := &voice.UpdateByocTrunkParams{}
	params.SetVoiceUrl(w.Voice.Address).SetVoiceMethod(w.Voice.Method).SetVoiceFallbackUrl(w.Fallback.Address).SetVoiceFallbackMethod(w.Fallback.Method).
		SetStatusCallbackUrl(w.Status.Address).SetStatusCallbackMethod(w.Status.Method)
	trunk, err := c.voice.UpdateByocTrunk(c.config.Trunk, params)
	if err = known("set the trunk's addresses", err); err != nil {
		return Webhooks{}, err
	}
	return trunkWebhooks(trunk), nil
}

func trunkWebhooks(t *voice.VoiceV1ByocTrunk) Webhooks {
	return Webhooks{
		Voice:    Webhook{value(t.VoiceUrl), value(t.VoiceMethod)},
		Fallback: Webhook{value(t.VoiceFallbackUrl), value(t.VoiceFallbackMethod)},
		Status:   Webhook{value(t.StatusCallbackUrl), value(t.StatusCallbackMethod)},
	}
}
