package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
)

// Sealing is HPKE (RFC 9180) with DHKEM(X25519), HKDF-SHA256 and AES-256-GCM.
func suite() (hpke.KEM, hpke.KDF, hpke.AEAD) {
	return hpke.DHKEM(ecdh.X25519()), hpke.HKDFSHA256(), hpke.AES256GCM()
}

// paddedTo hides the length of what was written: contents grow in steps of this many bytes.
const paddedTo = 256

// PublicKey seals; whoever holds only this cannot read what it sealed.
type PublicKey struct{ key hpke.PublicKey }

// PrivateKey opens what its PublicKey sealed; during a rotation also what was sealed to older ones.
type PrivateKey struct {
	key   hpke.PrivateKey
	older []hpke.PrivateKey
}

// GenerateKey makes a fresh key pair from the system's randomness.
func GenerateKey() (PrivateKey, error) {
	kem, _, _ := suite()
	key, err := kem.GenerateKey()
	if err != nil {
		return PrivateKey{}, fmt.Errorf("seal: generate key: %w", err)
	}
	return PrivateKey{key: key}, nil
}

// Public is the sealing half, of the newest key.
func (k PrivateKey) Public() PublicKey { return PublicKey{k.key.PublicKey()} }

// Bytes is the private key as stored in a key file.
func (k PrivateKey) Bytes() ([]byte, error) { return k.key.Bytes() }

// Encode is the private key as text for configuration.
func (k PrivateKey) Encode() (string, error) {
	b, err := k.key.Bytes()
	return base64.RawURLEncoding.EncodeToString(b), err
}

// Encode is the public key as text for configuration.
func (k PublicKey) Encode() string { return base64.RawURLEncoding.EncodeToString(k.key.Bytes()) }

// Bytes is the public key as stored in a row.
func (k PublicKey) Bytes() []byte { return k.key.Bytes() }

// NewPublicKey reads what PublicKey.Bytes wrote.
func NewPublicKey(b []byte) (PublicKey, error) {
	kem, _, _ := suite()
	key, err := kem.NewPublicKey(b)
	if err != nil {
		return PublicKey{}, fmt.Errorf("seal: public key: %w", err)
	}
	return PublicKey{key}, nil
}

// NewPrivateKey reads what PrivateKey.Bytes wrote.
func NewPrivateKey(b []byte) (PrivateKey, error) {
	kem, _, _ := suite()
	key, err := kem.NewPrivateKey(b)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("seal: private key: %w", err)
	}
	return PrivateKey{key: key}, nil
}

// ParsePublicKey reads what PublicKey.Encode wrote.
func ParsePublicKey(text string) (PublicKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return PublicKey{}, fmt.Errorf("seal: public key: %w", err)
	}
	return NewPublicKey(b)
}

// ParsePrivateKey reads what PrivateKey.Encode wrote.
func ParsePrivateKey(text string) (PrivateKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("seal: private key: not base64")
	}
	return NewPrivateKey(b)
}

// ParsePrivateKeys reads a setting's keys, separated by commas, the newest first.
func ParsePrivateKeys(text string) (PrivateKey, error) {
	var all PrivateKey
	for i, part := range strings.Split(text, ",") {
		key, err := ParsePrivateKey(strings.TrimSpace(part))
		switch {
		case err != nil:
			return PrivateKey{}, err
		case i == 0:
			all = key
		default:
			all.older = append(all.older, key.key)
		}
	}
	return all, nil
}

// Seal encrypts a message for the private key's holder. place is authenticated: a box moved to another column or row kind does not open.
func (k PublicKey) Seal(place string, message []byte) ([]byte, error) {
	padded := make([]byte, (4+len(message)+paddedTo-1)/paddedTo*paddedTo)
	binary.BigEndian.PutUint32(padded, uint32(len(message)))
	copy(padded[4:], message)
	_, kdf, aead := suite()
	box, err := hpke.Seal(k.key, kdf, aead, []byte(place), padded)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return box, nil
}

// Open decrypts a box made for the same place. Error: ErrOpen.
func (k PrivateKey) Open(place string, box []byte) ([]byte, error) {
	_, kdf, aead := suite()
	padded, err := hpke.Open(k.key, kdf, aead, []byte(place), box)
	for i := 0; err != nil && i < len(k.older); i++ {
		padded, err = hpke.Open(k.older[i], kdf, aead, []byte(place), box)
	}
	if err != nil || len(padded) < 4 {
		return nil, ErrOpen
	}
	n := binary.BigEndian.Uint32(padded)
	if uint64(n) > uint64(len(padded)-4) {
		return nil, ErrOpen
	}
	return padded[4 : 4+n], nil
}

// Renew seals again to the newest key what was sealed to an older one; what is sealed to the newest stays, and stale is false. Error: ErrOpen.
func (k PrivateKey) Renew(place string, box []byte) (renewed []byte, stale bool, err error) {
	if _, err := (PrivateKey{key: k.key}).Open(place, box); err == nil {
		return box, false, nil
	}
	message, err := k.Open(place, box)
	if err != nil {
		return nil, false, err
	}
	renewed, err = k.Public().Seal(place, message)
	return renewed, true, err
}
