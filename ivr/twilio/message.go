package twilio

import (
	"context"
	"errors"
	"strconv"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"shebao/shared/sms"
)

// Texts sends text messages; Report is the address that is told later what became of each.
type Texts struct {
	Client *Client
	Report string
}

// Send hands a message to the carrier. The carrier takes no key against repetition: a process that dies between its yes and our note sends twice.
func (t Texts) Send(_ context.Context, m sms.Outgoing) (string, error) {
	params := &api.CreateMessageParams{}
	params.SetTo(m.Number).SetFrom(t.Client.config.Number).SetBody(m.Body).SetStatusCallback(t.Report)
	sent, err := t.Client.service.CreateMessage(params)
	if err = known("send text", err); err != nil {
		var refused refusal
		if errors.As(err, &refused) {
			return "", sms.Refused{Reason: strconv.Itoa(refused.code)}
		}
		return "", err
	}
	if sent.Sid == nil {
		return "", nil
	}
	return *sent.Sid, nil
}
