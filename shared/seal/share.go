package seal

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
)

// Share is one person's part of a private key that was split. Any two parts of one split give the key back; one alone tells nothing about it, whoever computes.
type Share []byte // the point, then the value at it of each byte's line

// MaxShares is how many people a key can be split among: the points of the field but zero, where the key itself stands.
const MaxShares = 255

// Split divides the key among n people, two of whom together have it again (Shamir, How to share a secret, 1979, with lines over GF(2⁸)).
func (k PrivateKey) Split(n int) ([]Share, error) {
	if n < 2 || n > MaxShares {
		return nil, fmt.Errorf("seal: a key is split among 2 to %d people, not %d", MaxShares, n)
	}
	secret, err := k.Bytes()
	if err != nil {
		return nil, fmt.Errorf("seal: split key: %w", err)
	}
	slope := make([]byte, len(secret))
	_, _ = rand.Read(slope) // never fails: it crashes the process instead
	shares := make([]Share, n)
	for i := range shares {
		x := byte(i + 1)
		shares[i] = Share{x}
		for j, s := range secret {
			shares[i] = append(shares[i], s^times(slope[j], x))
		}
	}
	clear(slope)
	clear(secret)
	return shares, nil
}

// errShares says that two parts are not of one split, or the same.
var errShares = errors.New("seal: these two shares do not make the key")

// JoinShares gives the key back whose public half is known. Error: of two shares that are the same, altered, or of another key.
func JoinShares(a, b Share, public PublicKey) (PrivateKey, error) {
	if len(a) < 2 || len(a) != len(b) || a[0] == b[0] || a[0] == 0 || b[0] == 0 {
		return PrivateKey{}, errShares
	}
	// The line through (xa, ya) and (xb, yb) at zero: (ya·xb − yb·xa) / (xb − xa), where minus is plus.
	inverse := inverted(a[0] ^ b[0])
	secret := make([]byte, len(a)-1)
	for i := range secret {
		secret[i] = times(times(a[i+1], b[0])^times(b[i+1], a[0]), inverse)
	}
	key, err := NewPrivateKey(secret)
	clear(secret)
	if err != nil || subtle.ConstantTimeCompare(key.Public().Bytes(), public.Bytes()) != 1 {
		return PrivateKey{}, errShares
	}
	return key, nil
}

// times multiplies in GF(2⁸) modulo x⁸+x⁴+x³+x+1, without a table or a branch that would tell the factors.
func times(a, b byte) byte {
	var product byte
	for range 8 {
		product ^= a & -(b & 1)
		b >>= 1
		a = a<<1 ^ 0x1b&-(a>>7)
	}
	return product
}

// inverted is a²⁵⁴, which is 1/a.
func inverted(a byte) byte {
	result, power := byte(1), a
	for range 7 { // 254 = 2+4+…+128
		power = times(power, power)
		result = times(result, power)
	}
	return result
}
