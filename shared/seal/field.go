// Package seal keeps secrets at rest: fields under a symmetric key, keyed hashes to look them up by, tip-offs sealed to the complaint
// desk's public key, and answers that only a receipt code opens. It stores nothing itself.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrOpen says that a sealed value was not made with this key for this place, or was altered.
var ErrOpen = errors.New("seal: cannot open")

// FieldKey encrypts single fields (ID numbers, mobiles) with AES-256-GCM, a random nonce each.
type FieldKey struct{ aead cipher.AEAD }

// NewFieldKey derives a field key from a master secret of at least 32 bytes; purpose keeps keys of different uses apart.
func NewFieldKey(master []byte, purpose string) (FieldKey, error) {
	key, err := derive(master, "field:"+purpose)
	if err != nil {
		return FieldKey{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return FieldKey{}, fmt.Errorf("seal: field key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return FieldKey{}, fmt.Errorf("seal: field key: %w", err)
	}
	return FieldKey{aead}, nil
}

func derive(master []byte, info string) ([]byte, error) {
	if len(master) < 32 {
		return nil, errors.New("seal: a master secret needs at least 32 bytes")
	}
	return hkdf.Key(sha256.New, master, nil, info, 32)
}

// Seal encrypts a value for one place; place (such as "ledger.person.id_number") is authenticated, so that a value copied elsewhere does not open.
func (k FieldKey) Seal(place string, value []byte) []byte {
	return k.aead.Seal(nil, nil, value, []byte(place))
}

// Open decrypts what Seal made for the same place. Error: ErrOpen.
func (k FieldKey) Open(place string, sealed []byte) ([]byte, error) {
	value, err := k.aead.Open(nil, nil, sealed, []byte(place))
	if err != nil {
		return nil, ErrOpen
	}
	return value, nil
}

// HashKey makes keyed hashes (HMAC-SHA-256) by which an encrypted value can be looked up but not guessed without the key.
type HashKey struct{ key []byte }

// NewHashKey derives a hash key from a master secret of at least 32 bytes.
func NewHashKey(master []byte, purpose string) (HashKey, error) {
	key, err := derive(master, "hash:"+purpose)
	return HashKey{key}, err
}

// Sum is the keyed hash of a value within a domain such as "id_number".
func (k HashKey) Sum(domain, value string) []byte {
	mac := hmac.New(sha256.New, k.key)
	mac.Write([]byte(domain))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
