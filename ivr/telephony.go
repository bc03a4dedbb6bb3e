package ivr

import "context"

// telephony is the telephone carrier as the hotline uses it. ivr/twilio is the one that is built; what a carrier asks of us is answered by ivr/web. Another carrier is
// another pair of these two rooms: the conversation, the store and what the conversation needs know nothing of it.
type telephony interface {
	// Recording reads a recording whole; seconds is how long it must be, 0 when that is not known. Errors: fault.NotFound while it is not there, fault.Unavailable.
	Recording(ctx context.Context, sid string, seconds int) ([]byte, error)
	DeleteRecording(sid string) error
	// Ring calls a number of the configuration for so many seconds; who takes the call hears what address answers.
	Ring(number, address, ended string, seconds int) error
	// Number is our own, empty when there is none: then nobody can be called back.
	Number() string
}
