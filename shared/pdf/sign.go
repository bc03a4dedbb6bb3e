package pdf

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Signer is the agency's key with its certificate: the electronic seal. It signs a file's every byte with a detached CMS (PAdES baseline B: ETSI EN 319 142-1, SubFilter
// ETSI.CAdES.detached). The same file gets the same signature: RSA is so by nature, ECDSA by RFC 6979.
type Signer struct {
	key   crypto.Signer
	chain []*x509.Certificate // the signer's first
	room  int                 // bytes that the signature may need
}

// NewSigner takes a key, RSA or ECDSA, and its certificate with those above it. Error: a key of another kind, or one that is not the certificate's.
func NewSigner(key crypto.Signer, chain []*x509.Certificate) (*Signer, error) {
	if len(chain) == 0 {
		return nil, errors.New("pdf: a signer needs a certificate")
	}
	type comparable interface{ Equal(crypto.PublicKey) bool }
	public, ok := key.Public().(comparable)
	if !ok || !public.Equal(chain[0].PublicKey) {
		return nil, errors.New("pdf: the certificate is of another key")
	}
	if _, err := algorithmOf(key); err != nil {
		return nil, err
	}
	s := &Signer{key: key, chain: chain, room: 2048} // attributes, names, the signature itself
	for _, c := range chain {
		s.room += len(c.Raw)
	}
	return s, nil
}

// ParseSigner reads a key in PKCS #8 and its certificates, all DER. Errors: of the parsers, and NewSigner's.
func ParseSigner(key []byte, chain ...[]byte) (*Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("pdf: signing key: %w", err)
	}
	signing, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("pdf: the key cannot sign")
	}
	var certificates []*x509.Certificate
	for _, der := range chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("pdf: certificate: %w", err)
		}
		certificates = append(certificates, c)
	}
	return NewSigner(signing, certificates)
}

// Object identifiers of RFC 5652, 5035 and 5754.
var (
	oidData            = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidCertificateV2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidSHA256          = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidRSA             = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidECDSAWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
)

func algorithmOf(key crypto.Signer) (pkix.AlgorithmIdentifier, error) {
	switch key.Public().(type) {
	case *rsa.PublicKey:
		return pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue}, nil
	case *ecdsa.PublicKey:
		return pkix.AlgorithmIdentifier{Algorithm: oidECDSAWithSHA256}, nil
	}
	return pkix.AlgorithmIdentifier{}, errors.New("pdf: a signing key is RSA or ECDSA")
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"optional"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentInfo
	Certificates asn1.RawValue
	Signers      []signerInfo `asn1:"set"`
}

type signerInfo struct {
	Version   int
	Issuer    issuerAndSerial
	Digest    pkix.AlgorithmIdentifier
	Attrs     asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
}

type issuerAndSerial struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"set"`
}

// certificateV2 binds the signature to the certificate (RFC 5035): SHA-256 is the default and therefore absent.
type certificateV2 struct{ Certificates []struct{ Hash []byte } }

// cms is the detached signature of content with the hash.
func (s *Signer) cms(hash []byte) ([]byte, error) {
	attrs, err := s.attributes(hash)
	if err != nil {
		return nil, err
	}
	algorithm, err := algorithmOf(s.key)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(attrs)
	signature, err := s.key.Sign(nil, sum[:], crypto.SHA256) // no randomness: ECDSA then follows RFC 6979
	if err != nil {
		return nil, err
	}
	var certificates []byte
	for _, c := range s.chain {
		certificates = append(certificates, c.Raw...)
	}
	digest := pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}
	implicit := slices.Clone(attrs)
	implicit[0] = 0xA0 // [0] IMPLICIT instead of SET
	inner, err := asn1.Marshal(signedData{
		Version: 1, Digests: []pkix.AlgorithmIdentifier{digest}, Content: contentInfo{Type: oidData},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: certificates},
		Signers: []signerInfo{{Version: 1, Issuer: issuerAndSerial{asn1.RawValue{FullBytes: s.chain[0].RawIssuer}, s.chain[0].SerialNumber},
			Digest: digest, Attrs: asn1.RawValue{FullBytes: implicit}, Algorithm: algorithm, Signature: signature}},
	})
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(contentInfo{oidSignedData, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: inner}})
}

// attributes are what is signed, as a SET in the order of its encoding.
func (s *Signer) attributes(hash []byte) ([]byte, error) {
	certificate := sha256.Sum256(s.chain[0].Raw)
	var encoded [][]byte
	for _, a := range []struct {
		oid   asn1.ObjectIdentifier
		value any
	}{{oidContentType, oidData}, {oidMessageDigest, hash}, {oidCertificateV2, certificateV2{[]struct{ Hash []byte }{{certificate[:]}}}}} {
		value, err := asn1.Marshal(a.value)
		if err != nil {
			return nil, err
		}
		b, err := asn1.Marshal(attribute{a.oid, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: value}})
		if err != nil {
			return nil, err
		}
		encoded = append(encoded, b)
	}
	slices.SortFunc(encoded, bytes.Compare)
	return asn1.Marshal(asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: bytes.Join(encoded, nil)})
}

// signature reserves the signature's object and writes its field, which stands nowhere on the page: what is printed is the seal's place. Without a signer both are 0.
func (w *writer) signature(s *Signer, firstPage int) (object, field int) {
	if s == nil {
		return 0, 0
	}
	object = w.reserve()
	return object, w.add("<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/V %d 0 R/P %d 0 R/Rect[0 0 0 0]/F 132>>", object, firstPage)
}

// rangeRoom is a byte range as wide as it can become.
const rangeRoom = "[0 0000000000 0000000000 0000000000]"

// placeSignature writes the signature's object with room for what is known at the end only, and returns where it stands.
func (w *writer) placeSignature(s *Signer, n int, date time.Time) (at int) {
	if s == nil {
		return 0
	}
	w.offsets[n] = len(w.out)
	at = len(w.out)
	w.out = fmt.Appendf(w.out, "%d 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%s)/Name%s/ByteRange%s/Contents<%s>>>\nendobj\n",
		n, pdfDate(date), text(s.chain[0].Subject.CommonName), rangeRoom, strings.Repeat("0", 2*s.room))
	return at
}

// fill signs everything but the signature's own place.
func (s *Signer) fill(out []byte, at int) error {
	ranges := at + bytes.Index(out[at:], []byte(rangeRoom))
	from := at + bytes.Index(out[at:], []byte("/Contents<")) + len("/Contents")
	to := from + 2*s.room + 2
	copy(out[ranges:], fmt.Sprintf("[0 %010d %010d %010d]", from, to, len(out)-to))
	h := sha256.New()
	h.Write(out[:from])
	h.Write(out[to:])
	signature, err := s.cms(h.Sum(nil))
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if len(signature) > s.room {
		return fmt.Errorf("sign: %d bytes do not fit into %d", len(signature), s.room)
	}
	hex.Encode(out[from+1:], signature)
	return nil
}
