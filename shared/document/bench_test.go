package document_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"syscall"
	"testing"
	"time"

	"shebao/shared/document"
	"shebao/shared/pdf"
)

// BenchmarkDraw: a year's statement drawn and signed with RSA-3072, against the bare signature of its digest, in turn. CPU time counts, not the clock: how many one core draws
// in a second does not change with what else the machine does.
//
//	go test -run - -bench Draw ./shared/document
func BenchmarkDraw(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		b.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "测试印章"}, NotBefore: created.AddDate(-1, 0, 0), NotAfter: created.AddDate(9, 0, 0)}
	der, err1 := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	certificate, err2 := x509.ParseCertificate(der)
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	signer, err := pdf.NewSigner(key, []*x509.Certificate{certificate})
	if err != nil {
		b.Fatal(err)
	}
	press, year := newPress(b).Sealing(signer), demand(36) // three insurances by twelve months
	year.Form = document.Sheet
	first := render(b, press, year)
	digest := sha256.Sum256(first)
	var drawn, signed time.Duration
	for b.Loop() {
		drawn += cpu(b, func() {
			if again, err := press.Render(year); err != nil || !bytes.Equal(again, first) {
				b.Fatal("the same statement became another file", err)
			}
		})
		signed += cpu(b, func() {
			if _, err := key.Sign(rand.Reader, digest[:], crypto.SHA256); err != nil {
				b.Fatal(err)
			}
		})
	}
	if len(first) > 150_000 {
		b.Errorf("%d bytes, at most 150,000 wanted", len(first))
	}
	b.ReportMetric(float64(b.N)/drawn.Seconds(), "statements/cpu-s")
	b.ReportMetric(drawn.Seconds()/signed.Seconds(), "in-signatures")
	b.ReportMetric(float64(len(first))/1000, "kB")
}

// cpu is the processor time, of the whole process, that work takes.
func cpu(b *testing.B, work func()) time.Duration {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	work()
	return used() - before
}
