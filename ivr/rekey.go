package ivr

import (
	"shebao/ivr/store"
	"shebao/shared/config"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed are the wing's rows that depend on a secret that can be replaced.
func Rekeyed(stateKeys config.Secrets) ([]rekey.Kind, error) {
	field, err := seal.FieldKeyOf(stateKeys, "ivr")
	return store.Rekeyed(field), err
}
