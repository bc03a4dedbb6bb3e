package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"shebao/shared/config"
)

// StatementKeys sign statements with the newest key and check them with any, retired ones included: a statement must be checkable for as long as somebody keeps it. The zero
// value neither signs nor checks.
type StatementKeys struct {
	signing ed25519.PrivateKey
	id      string
	public  map[string]ed25519.PublicKey
}

var errNoStatementKey = errors.New("ledger: no key to sign statements with")

// NewStatementKeys makes keys from 32-byte seeds, the newest first, and the public keys of those whose seeds are destroyed.
func NewStatementKeys(seeds [][]byte, retired ...ed25519.PublicKey) (StatementKeys, error) {
	k := StatementKeys{public: map[string]ed25519.PublicKey{}}
	for i, seed := range seeds {
		if len(seed) != ed25519.SeedSize {
			return StatementKeys{}, fmt.Errorf("ledger: a statement key needs %d bytes", ed25519.SeedSize)
		}
		private := ed25519.NewKeyFromSeed(seed)
		id := k.add(private.Public().(ed25519.PublicKey))
		if i == 0 {
			k.signing, k.id = private, id
		}
	}
	for _, key := range retired {
		if len(key) != ed25519.PublicKeySize {
			return StatementKeys{}, fmt.Errorf("ledger: a public statement key needs %d bytes", ed25519.PublicKeySize)
		}
		k.add(key)
	}
	return k, nil
}

func (k StatementKeys) add(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	id := hex.EncodeToString(sum[:8])
	k.public[id] = key
	return id
}

// ReadStatementKeys reads SHEBAO_STATEMENT_SEEDS and SHEBAO_STATEMENT_RETIRED; what is wrong is kept in the reader.
func ReadStatementKeys(r *config.Reader) StatementKeys {
	read := func(name, text string, size int) (keys [][]byte) {
		for _, part := range strings.Split(text, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			key, err := base64.RawURLEncoding.DecodeString(part)
			if err != nil || len(key) != size {
				r.Problem(name, fmt.Sprintf("needs keys of %d bytes in unpadded URL base64, separated by commas", size))
				return nil
			}
			keys = append(keys, key)
		}
		return keys
	}
	seeds := read("SHEBAO_STATEMENT_SEEDS", r.Required("SHEBAO_STATEMENT_SEEDS"), ed25519.SeedSize)
	var retired []ed25519.PublicKey
	for _, key := range read("SHEBAO_STATEMENT_RETIRED", r.Text("SHEBAO_STATEMENT_RETIRED", ""), ed25519.PublicKeySize) {
		retired = append(retired, key)
	}
	keys, err := NewStatementKeys(seeds, retired...)
	if err != nil {
		r.Problem("SHEBAO_STATEMENT_SEEDS", err.Error()) // the sizes are checked above
	}
	return keys
}
