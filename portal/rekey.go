package portal

import (
	"shebao/shared/config"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed are the wing's rows that depend on a secret that can be replaced. What browsers carry lives shorter than a rotation, but for devices that were signed in from: who comes with one
// that was sealed with a key that is gone is a stranger until the next sign-in.
func Rekeyed(stateKeys config.Secrets) ([]rekey.Kind, error) {
	field, err := seal.FieldKeyOf(stateKeys, "portal")
	return []rekey.Kind{rekey.Sealed{Secret: "SHEBAO_STATE_KEY", What: "receipts of objections to the own record", Renew: field.Renew,
		Table: "portal.objection", Column: "receipt", Key: "id", First: int64(0), Place: rekey.At(placeObjection), AtOnce: 1000}.Kind()}, err
}
