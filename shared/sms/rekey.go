package sms

import "shebao/shared/rekey"

// Rekeyed are the messages that wait to be sent.
func (m *Messages) Rekeyed() []rekey.Kind {
	waiting := rekey.Sealed{Secret: "SHEBAO_STATE_KEY", Renew: m.field.Renew, Table: "sms.message", Key: "id", First: int64(0), Of: "number_hash", AtOnce: 1000}
	number, body := waiting, waiting
	number.What, number.Column, number.Place = "numbers of texts that wait", "number", func(hash []byte) string { return placeOf("number", hash) }
	body.What, body.Column, body.Place = "texts that wait", "body", func(hash []byte) string { return placeOf("body", hash) }
	return []rekey.Kind{number.Kind(), body.Kind()}
}
