package complaints

import (
	"shebao/complaints/store"
	"shebao/shared/config"
	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// Rekeyed are the wing's rows that depend on a secret that can be replaced.
func Rekeyed(stateKeys, ledgerKeys config.Secrets) ([]rekey.Kind, error) {
	field, err := seal.FieldKeyOf(stateKeys, "complaints")
	if err != nil {
		return nil, err
	}
	hash, err := seal.HashKeyOf(ledgerKeys, "ledger")
	return store.Rekeyed(field, hash), err
}
