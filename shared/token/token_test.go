package token_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"shebao/shared/fault"
	"shebao/shared/token"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func seed(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func TestOnlyANarrowTokenIsTaken(t *testing.T) {
	keys, err := token.NewKeys("shebao", seed(1))
	if err != nil {
		t.Fatal(err)
	}
	good, err := keys.Issue(token.Citizen, token.Claims{Subject: "7", Session: "s"}, now, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := keys.Verify(token.Citizen, good, now.Add(9*time.Minute)); err != nil || c.Subject != "7" || c.Session != "s" {
		t.Fatalf("Verify = %v, %v", c, err)
	}
	others, _ := token.NewKeys("shebao", seed(2))
	elsewhere, _ := token.NewKeys("another", seed(1))
	foreign, _ := others.Issue(token.Citizen, token.Claims{Subject: "7", Session: "s"}, now, time.Minute)
	abroad, _ := elsewhere.Issue(token.Citizen, token.Claims{Subject: "7", Session: "s"}, now, time.Minute)
	nobody, _ := keys.Issue(token.Citizen, token.Claims{}, now, time.Minute)
	part := strings.Split(good, ".")
	var header struct{ KID string }
	if head, err := base64.RawURLEncoding.DecodeString(part[0]); err != nil || json.Unmarshal(head, &header) != nil || header.KID == "" {
		t.Fatal("the token names no key")
	}
	// forged is like a good one in everything but what is said: each check is tried by itself.
	forged := func(method jwt.SigningMethod, key any, change func(claims jwt.MapClaims)) string {
		claims := jwt.MapClaims{"iss": "shebao", "aud": "portal", "sub": "7", "sid": "s", "ver": 1, "exp": now.Add(time.Minute).Unix()}
		change(claims)
		forged := jwt.NewWithClaims(method, claims)
		forged.Header["kid"] = header.KID
		signed, err := forged.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	private := ed25519.NewKeyFromSeed(seed(1))
	if _, err := keys.Verify(token.Citizen, forged(jwt.SigningMethodEdDSA, private, func(jwt.MapClaims) {}), now); err != nil {
		t.Fatalf("a token that lacks nothing: %v", err)
	}
	without := func(name string) string {
		return forged(jwt.SigningMethodEdDSA, private, func(c jwt.MapClaims) { delete(c, name) })
	}
	unsigned := forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, func(jwt.MapClaims) {})
	confused := forged(jwt.SigningMethodHS256, []byte(private.Public().(ed25519.PublicKey)), func(jwt.MapClaims) {})
	older := forged(jwt.SigningMethodEdDSA, private, func(c jwt.MapClaims) { c["ver"] = 0 })
	later := forged(jwt.SigningMethodEdDSA, private, func(c jwt.MapClaims) { c["nbf"] = now.Add(time.Minute).Unix() })
	for name, bad := range map[string]string{
		"another key": foreign, "another issuer": abroad, "no claims": nobody, "no algorithm": unsigned, "signed with the public key as a password": confused, "of an older version": older, "not good yet": later, "good for ever": without("exp"), "for nobody": without("sub"), "of no session": without("sid"),
		"for no door": without("aud"), "of no house": without("iss"), "no signature": part[0] + "." + part[1] + ".", "nothing": "",
	} {
		if _, err := keys.Verify(token.Citizen, bad, now); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := keys.Verify(token.Desk, good, now); !fault.Is(err, fault.Denied) {
		t.Errorf("another audience: %v", err)
	}
	if _, err := keys.Verify(token.Citizen, good, now.Add(11*time.Minute)); !fault.Is(err, fault.Denied) {
		t.Errorf("expired: %v", err)
	}
}

func TestRotationSignsNobodyOut(t *testing.T) {
	before, _ := token.NewKeys("shebao", seed(1))
	after, _ := token.NewKeys("shebao", seed(2), seed(1))
	old, _ := before.Issue(token.Desk, token.Claims{Subject: "1", Session: "s"}, now, time.Hour)
	if _, err := after.Verify(token.Desk, old, now); err != nil {
		t.Errorf("a token of the old key: %v", err)
	}
	fresh, _ := after.Issue(token.Desk, token.Claims{Subject: "1", Session: "s"}, now, time.Hour)
	if _, err := before.Verify(token.Desk, fresh, now); err == nil {
		t.Error("the new key does not sign")
	}
}
