package twilio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"shebao/shared/fault"
)

const maxSound = 8 << 20 // bytes; three minutes of telephone sound are under 3 MB

// Recording reads a recording whole. seconds is how long the carrier said that it is, 0 when it did not say: a file that is much shorter is fetched again later.
// Errors: fault.NotFound while it is not there, fault.Unavailable, and others for what is not whole.
func (c *Client) Recording(ctx context.Context, sid string, seconds int) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.API+"/2010-04-01/Accounts/"+c.config.AccountSID+"/Recordings/"+sid+".wav", nil)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(c.config.AccountSID, c.config.Token)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "fault.unavailable").Because(err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	if resp.StatusCode == http.StatusNotFound {
		return nil, fault.New(fault.NotFound, "fault.page").Because(errors.New("the recording is not there yet"))
	}
	sound, err := io.ReadAll(io.LimitReader(resp.Body, maxSound+1))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Unavailable, "fault.unavailable").Because(errors.Join(fmt.Errorf("the carrier answers %d", resp.StatusCode), err))
	}
	return sound, whole(sound, resp.ContentLength, seconds)
}

// whole checks a WAV file's length against the reply's, its own header and the carrier's word: a recording that was cut off is fetched again.
func whole(sound []byte, announced int64, seconds int) error {
	switch {
	case len(sound) > maxSound:
		return errors.New("the recording is too long")
	case announced >= 0 && announced != int64(len(sound)):
		return fmt.Errorf("the recording has %d bytes of %d", len(sound), announced)
	case len(sound) < 44 || string(sound[:4]) != "RIFF" || string(sound[8:12]) != "WAVE":
		return errors.New("the recording is no WAV file")
	case int64(binary.LittleEndian.Uint32(sound[4:]))+8 != int64(len(sound)):
		return errors.New("the recording is cut off")
	}
	perSecond := int(binary.LittleEndian.Uint32(sound[28:]))
	if lasts := (len(sound) - 44) / max(1, perSecond); lasts+2 < seconds { // the carrier rounds up, and trims nothing
		return fmt.Errorf("the recording lasts %d seconds of %d", lasts, seconds)
	}
	return nil
}

// DeleteRecording deletes a recording at the carrier; one that is not there any more is deleted.
func (c *Client) DeleteRecording(sid string) error {
	if err := known("delete recording", c.service.DeleteRecording(sid, &api.DeleteRecordingParams{})); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return nil
}
