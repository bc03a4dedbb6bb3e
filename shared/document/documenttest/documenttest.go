// Package documenttest makes an electronic seal for tests.
package documenttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"testing"
	"time"
)

// Settings are SHEBAO_DOCUMENT_KEY and SHEBAO_DOCUMENT_CERT of a seal made now.
func Settings(t testing.TB) map[string]string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "测试印章"}, NotBefore: from, NotAfter: from.AddDate(10, 0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"SHEBAO_DOCUMENT_KEY": base64.RawURLEncoding.EncodeToString(der), "SHEBAO_DOCUMENT_CERT": base64.RawURLEncoding.EncodeToString(certificate)}
}
