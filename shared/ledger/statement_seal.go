package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"shebao/shared/calendar"
	"shebao/shared/verification"
)

// statementsInSeal are signed together.
const statementsInSeal = 256

// sealContext begins what is signed, so that the signature means nothing anywhere else.
const sealContext = "shebao statement seal v1\n"

// issuedRow is a row of ledger.statement before it has its number.
type issuedRow struct {
	person   int64
	year     int
	issue    int
	issuedAt int64 // microseconds since 1970
	dataDate calendar.Date
	region   string
	code     verification.Code
	content  []byte
	emptied  bool // it follows from the content
	numberAt int  // where its number goes in what COPY writes
}

// digest is what stands for a statement in its seal: whoever changes anything of the row changes it. The number needs no part: it is the digest's place.
func (s *issuedRow) digest(h hash.Hash, sum []byte) []byte {
	var head [64]byte
	b := binary.BigEndian.AppendUint64(head[:0], uint64(s.person))
	b = binary.BigEndian.AppendUint16(b, uint16(s.year))
	b = binary.BigEndian.AppendUint16(b, uint16(s.issue))
	b = binary.BigEndian.AppendUint64(b, uint64(s.issuedAt))
	b = binary.BigEndian.AppendUint32(b, uint32(s.dataDate.Number()))
	b = append(b, s.code[:]...)
	b = append(b, byte(len(s.region)))
	b = append(b, s.region...)
	h.Reset()
	h.Write(b)
	h.Write(s.content)
	return h.Sum(sum)
}

// statementSeal is a row of ledger.statement_seal.
type statementSeal struct {
	keyID              string
	digests, signature []byte
}

// seal signs the rows, which are at most statementsInSeal. Error: no key.
func (k StatementKeys) seal(rows []issuedRow) (statementSeal, error) {
	if k.signing == nil {
		return statementSeal{}, errNoStatementKey
	}
	h := sha256.New()
	message := make([]byte, 0, len(sealContext)+len(rows)*sha256.Size)
	message = append(message, sealContext...)
	for i := range rows {
		message = rows[i].digest(h, message)
	}
	return statementSeal{k.id, message[len(sealContext):], ed25519.Sign(k.signing, message)}, nil
}

// genuine reports whether a row stands in its place under the seal and the seal is signed with a key of ours.
func (k StatementKeys) genuine(s statementSeal, place int, row *issuedRow) bool {
	key, known := k.public[s.keyID]
	if !known || (place+1)*sha256.Size > len(s.digests) {
		return false
	}
	digest := row.digest(sha256.New(), nil)
	if string(s.digests[place*sha256.Size:(place+1)*sha256.Size]) != string(digest) {
		return false
	}
	return ed25519.Verify(key, append([]byte(sealContext), s.digests...), s.signature)
}
