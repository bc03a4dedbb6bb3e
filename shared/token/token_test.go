package token_test

import (
	"bytes"
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
	none := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": "shebao", "aud": "portal", "sub": "7", "sid": "s", "ver": 1, "exp": now.Add(time.Minute).Unix()})
	unsigned, _ := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	part := strings.Split(good, ".")
	for name, bad := range map[string]string{
		"another key": foreign, "another issuer": abroad, "no claims": nobody, "no algorithm": unsigned, "no signature": part[0] + "." + part[1] + ".", "nothing": "",
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
