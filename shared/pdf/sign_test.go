package pdf_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"shebao/shared/pdf"
	"shebao/shared/pdf/pdftest"
)

func certificate(t testing.TB, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "嘉兴市社会保险事业服务中心"}, NotBefore: created.AddDate(-1, 0, 0), NotAfter: created.AddDate(9, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	classic, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ECDSA": curve, "RSA": classic}
}

func TestASignedFileVerifiesAndAnAlteredOneDoesNot(t *testing.T) {
	font := noto(t)
	for name, key := range keys(t) {
		signer, err := pdf.NewSigner(key, []*x509.Certificate{certificate(t, key)})
		if err != nil {
			t.Fatal(err)
		}
		signed := sample(t, signer, font)
		if again := sample(t, signer, font); !bytes.Equal(signed, again) {
			t.Errorf("%s: the same file got another signature", name)
		}
		if err := verify(t, signed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, at := range []int{20, len(signed) / 3, bytes.Index(signed, []byte("/ByteRange")) - 5, len(signed) - 200} {
			altered := bytes.Clone(signed)
			altered[at] ^= 1
			if verifyQuietly(t, altered) {
				t.Errorf("%s: a change at %d of %d passes", name, at, len(signed))
			}
		}
		if said, ok := poppler(t, "pdfsig", signed); ok && (!strings.Contains(said, "Signature is Valid") || !strings.Contains(said, "Total document signed") || !strings.Contains(said, "ETSI.CAdES.detached")) {
			t.Errorf("%s: pdfsig: %s", name, said)
		}
		checked(t, signed)
	}
}

// verify holds the signature against an independent reader of CMS.
func verify(t *testing.T, b []byte) error {
	t.Helper()
	covered, der, ok := pdftest.Open(t, b).Signature()
	if !ok {
		t.Fatal("not signed")
	}
	message, err := pkcs7.Parse(der)
	if err != nil {
		return err
	}
	message.Content = covered
	return message.Verify()
}

// verifyQuietly is verify of a file that may be unreadable.
func verifyQuietly(t *testing.T, b []byte) bool {
	t.Helper()
	covered, der, ok := pdftest.Cover(b)
	if !ok {
		return false
	}
	message, err := pkcs7.Parse(der)
	if err != nil {
		return false
	}
	message.Content = covered
	return message.Verify() == nil
}

func TestASignerNeedsItsOwnCertificate(t *testing.T) {
	all := keys(t)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pdf.NewSigner(all["ECDSA"], nil); err == nil {
		t.Error("no certificate was taken")
	}
	if _, err := pdf.NewSigner(all["ECDSA"], []*x509.Certificate{certificate(t, all["RSA"])}); err == nil {
		t.Error("another key's certificate was taken")
	}
	if _, err := pdf.NewSigner(edwards, []*x509.Certificate{certificate(t, edwards)}); err == nil {
		t.Error("a kind of key that PDF readers do not know was taken")
	}
	der, err := x509.MarshalPKCS8PrivateKey(all["RSA"])
	if err != nil {
		t.Fatal(err)
	}
	c := certificate(t, all["RSA"])
	if _, err := pdf.ParseSigner(der, c.Raw); err != nil {
		t.Error(err)
	}
	if _, err := pdf.ParseSigner(der[1:], c.Raw); err == nil {
		t.Error("a broken key was taken")
	}
	if _, err := pdf.ParseSigner(der, c.Raw[1:]); err == nil {
		t.Error("a broken certificate was taken")
	}
	if c.NotAfter.Before(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("the test's certificate ends too soon")
	}
}
