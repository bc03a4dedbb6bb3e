// Package seal keeps secrets at rest: fields under a symmetric key, keyed hashes to look them up by, tip-offs sealed to the complaint
// desk's public key, and answers that only a receipt code opens. It stores nothing itself.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrOpen says that a sealed value was not made with this key for this place, or was altered.
var ErrOpen = errors.New("seal: cannot open")

// FieldKey encrypts single fields (ID numbers, mobiles) with AES-256-GCM, a random nonce each. During a rotation it has several keys: the first seals, any opens.
type FieldKey struct {
	aead  cipher.AEAD
	older []cipher.AEAD
}

// NewFieldKey derives a field key from a master secret of at least 32 bytes; purpose keeps keys of different uses apart.
func NewFieldKey(master []byte, purpose string) (FieldKey, error) {
	return FieldKeyOf([][]byte{master}, purpose)
}

// FieldKeyOf derives a field key from a setting's master secrets, the newest first: that seals.
func FieldKeyOf(masters [][]byte, purpose string) (FieldKey, error) {
	aeads := make([]cipher.AEAD, len(masters))
	for i, master := range masters {
		key, err := derive(master, "field:"+purpose)
		if err != nil {
			return FieldKey{}, err
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return FieldKey{}, fmt.Errorf("seal: field key: %w", err)
		}
		if aeads[i], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return FieldKey{}, fmt.Errorf("seal: field key: %w", err)
		}
	}
	if len(aeads) == 0 {
		return FieldKey{}, errNoMaster
	}
	return FieldKey{aeads[0], aeads[1:]}, nil
}

var errNoMaster = errors.New("seal: no master secret")

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

// Open decrypts what Seal made for the same place, with whichever key. Error: ErrOpen.
func (k FieldKey) Open(place string, sealed []byte) ([]byte, error) {
	value, err := k.aead.Open(nil, nil, sealed, []byte(place))
	for i := 0; err != nil && i < len(k.older); i++ {
		value, err = k.older[i].Open(nil, nil, sealed, []byte(place))
	}
	if err != nil {
		return nil, ErrOpen
	}
	return value, nil
}

// Renew seals again, under the newest key, what an older one sealed; what the newest sealed stays, and stale is false. Error: ErrOpen.
func (k FieldKey) Renew(place string, sealed []byte) (renewed []byte, stale bool, err error) {
	if _, err := k.aead.Open(nil, nil, sealed, []byte(place)); err == nil {
		return sealed, false, nil
	}
	value, err := k.Open(place, sealed)
	if err != nil {
		return nil, false, err
	}
	return k.Seal(place, value), true, nil
}

// HashKey makes keyed hashes (HMAC-SHA-256) by which an encrypted value can be looked up but not guessed without the key. During a rotation it has several keys: what is written is the
// first's Sum, what is looked up may be any of Sums.
type HashKey struct {
	key   []byte
	older [][]byte
}

// NewHashKey derives a hash key from a master secret of at least 32 bytes.
func NewHashKey(master []byte, purpose string) (HashKey, error) {
	return HashKeyOf([][]byte{master}, purpose)
}

// HashKeyOf derives a hash key from a setting's master secrets, the newest first.
func HashKeyOf(masters [][]byte, purpose string) (HashKey, error) {
	keys := make([][]byte, len(masters))
	for i, master := range masters {
		var err error
		if keys[i], err = derive(master, "hash:"+purpose); err != nil {
			return HashKey{}, err
		}
	}
	if len(keys) == 0 {
		return HashKey{}, errNoMaster
	}
	return HashKey{keys[0], keys[1:]}, nil
}

// Sum is the newest key's hash of a value within a domain such as "id_number".
func (k HashKey) Sum(domain, value string) []byte { return sum(k.key, domain, value) }

// Sums are the hashes of a value by every key, the newest first: what a row may hold that was written before a rotation.
func (k HashKey) Sums(domain, value string) [][]byte {
	return append([][]byte{k.Sum(domain, value)}, k.Older(domain, value)...)
}

// Older are the hashes of a value by the keys before the newest; none when there is one key.
func (k HashKey) Older(domain, value string) [][]byte {
	var sums [][]byte
	for _, key := range k.older {
		sums = append(sums, sum(key, domain, value))
	}
	return sums
}

// Names name the keys as KeyID does, the newest first.
func (k HashKey) Names() []string {
	names := []string{KeyID(k.key)}
	for _, key := range k.older {
		names = append(names, KeyID(key))
	}
	return names
}

func sum(key []byte, domain, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(domain))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

// KeyID names a master secret without telling anything about it: what stands beside a hash that cannot be made anew, so that it is known when nothing needs the secret any more.
func KeyID(master []byte) string { return hex.EncodeToString(sum(master, "id", "")[:4]) }
