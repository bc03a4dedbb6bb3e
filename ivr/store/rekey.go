package store

import (
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed are the rows of calls that hold something sealed.
func Rekeyed(field seal.FieldKey) []rekey.Kind {
	var kinds []rekey.Kind
	for _, c := range []rekey.Sealed{
		{What: "states of calls", Table: "ivr.call", Column: "state", Key: "sid", First: "", Place: rekey.At(placeState)},
		{What: "filing keys of calls", Table: "ivr.call", Column: "filing_key", Key: "sid", First: "", Place: rekey.At(placeFiling)},
		{What: "replies to steps of calls", Table: "ivr.answer", Column: "reply", Key: "call_sid || ' ' || step", First: "", Place: rekey.At(placeReply)},
		{What: "filing keys of recordings", Table: "ivr.recording", Column: "filing_key", Key: "sid", First: "", Place: rekey.At(placeFiling)},
		{What: "numbers to call back", Table: "ivr.call_back", Column: "number", Key: "id", First: int64(0), Of: "caller_hash", Place: placeNumber},
	} {
		c.Secret, c.Renew, c.AtOnce = "SHEBAO_STATE_KEY", field.Renew, 1000
		kinds = append(kinds, c.Kind())
	}
	return kinds
}
