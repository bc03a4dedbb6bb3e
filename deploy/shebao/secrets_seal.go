package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"time"
)

// ownSeal makes the key with which a database of our own seals its documents, and a certificate that says so: nobody vouches for it, as an agency's authority would.
func ownSeal(now time.Time) (key, certificate string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	name := pkix.Name{CommonName: "自建电子印章，未经认证 (self-made seal)", Organization: []string{"shebao"}}
	template := &x509.Certificate{SerialNumber: big.NewInt(now.Unix()), Subject: name, NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	bare, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	return base64.RawURLEncoding.EncodeToString(bare), base64.RawURLEncoding.EncodeToString(der), nil
}
