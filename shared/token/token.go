// Package token issues and verifies narrow signed tokens (JWT, Ed25519). One algorithm, named issuer and audience, a version, a short life,
// the clock passed in.
package token

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"shebao/shared/fault"
)

// Audience is for whom a token is made; a token of one never opens another's door.
type Audience string

// The audiences.
const (
	Citizen Audience = "portal" // an insured person on pages and JSON API
	Desk    Audience = "desk"   // staff at the complaint desk
)

// version is raised when the meaning of claims changes: older tokens are then refused.
const version = 1

// Claims are what a verified token says.
type Claims struct {
	Subject string    // row number of the person or staff account
	Session string    // the session that the token belongs to, so that it can be ended
	Shared  bool      // others use the computer too: nothing may stay in the browser
	Expires time.Time // set by Verify: from then on the token is refused, whoever remembered it
}

type claims struct {
	jwt.RegisteredClaims
	Version int    `json:"ver"`
	Session string `json:"sid"`
	Shared  bool   `json:"shd,omitempty"`
}

// Keys signs with its first key and verifies with any, so that keys rotate without signing anybody out.
type Keys struct {
	issuer  string
	signing ed25519.PrivateKey
	kid     string
	public  map[string]ed25519.PublicKey
}

// NewKeys makes keys from 32-byte seeds, the newest first. issuer names the installation.
func NewKeys(issuer string, seeds ...[]byte) (*Keys, error) {
	if len(seeds) == 0 {
		return nil, errors.New("token: no signing key")
	}
	k := &Keys{issuer: issuer, public: make(map[string]ed25519.PublicKey)}
	for i, seed := range seeds {
		if len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("token: a signing key needs %d bytes", ed25519.SeedSize)
		}
		private := ed25519.NewKeyFromSeed(seed)
		public := private.Public().(ed25519.PublicKey)
		sum := sha256.Sum256(public)
		kid := hex.EncodeToString(sum[:8])
		k.public[kid] = public
		if i == 0 {
			k.signing, k.kid = private, kid
		}
	}
	return k, nil
}

// Issue signs claims for an audience, valid from now for life.
func (k *Keys) Issue(audience Audience, c Claims, now time.Time, life time.Duration) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: k.issuer, Subject: c.Subject, Audience: jwt.ClaimStrings{string(audience)},
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
		Version: version, Session: c.Session, Shared: c.Shared,
	})
	t.Header["kid"] = k.kid
	signed, err := t.SignedString(k.signing)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return signed, nil
}

// Verify checks, in this order: the algorithm is EdDSA, the key is one of ours, the signature, expiry (required) and not-before within five
// seconds of clock skew, issuer, audience, version, and that subject and session are there. Error: fault.Denied (fault.session).
func (k *Keys) Verify(audience Audience, signed string, now time.Time) (Claims, error) {
	var c claims
	_, err := jwt.ParseWithClaims(signed, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key, ok := k.public[kid]
		if !ok {
			return nil, errors.New("unknown key")
		}
		return key, nil
	},
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithExpirationRequired(), jwt.WithIssuer(k.issuer),
		jwt.WithAudience(string(audience)), jwt.WithLeeway(5*time.Second), jwt.WithTimeFunc(func() time.Time { return now }))
	if err == nil && (c.Version != version || c.Subject == "" || c.Session == "") {
		err = errors.New("version or claims")
	}
	if err != nil {
		return Claims{}, fault.New(fault.Denied, "fault.session").Because(err)
	}
	return Claims{Subject: c.Subject, Session: c.Session, Shared: c.Shared, Expires: c.ExpiresAt.UTC()}, nil
}
