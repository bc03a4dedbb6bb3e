package twilio

import (
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Ring calls somebody of ours; when the call is taken the carrier asks at address what to say, and tells ended how it went. The number comes from the configuration: no
// caller's number is ever rung from here. Errors: fault.Unavailable, and others for what the carrier will not do.
func (c *Client) Ring(number, address, ended string, seconds int) error {
	params := &api.CreateCallParams{}
	params.SetTo(number).SetFrom(c.config.Number).SetUrl(address).SetMethod("POST").SetStatusCallback(ended).SetStatusCallbackMethod("POST").SetTimeout(seconds)
	if c.config.Trunk != "" {
		params.SetByoc(c.config.Trunk)
	}
	_, err := c.service.CreateCall(params)
	return known("ring", err)
}

// Number is our own telephone number; empty when the account has none.
func (c *Client) Number() string { return c.config.Number }
